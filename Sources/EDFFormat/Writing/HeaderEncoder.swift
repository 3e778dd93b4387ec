import EEGCore
import Foundation

/// The header of a file to be written.
struct HeaderEncoder {
  /// What one signal's part of the header says.
  struct SignalFields {
    var label: String
    var transducer = ""
    var unit = ""
    var physicalMinimum: String
    var physicalMaximum: String
    var digitalMinimum: Int
    var digitalMaximum: Int
    var prefilter = ""
    var samplesPerRecord: Int
  }

  var variant: EDFVariant
  var patient: String
  var recording: String
  var start: StartTime?
  var recordCount: Int
  var recordDuration: String
  var signals: [SignalFields]

  /// Number of bytes.
  var length: Int { HeaderParser.blockLength * (signals.count + 1) }

  /// The bytes.
  func encoded() -> [UInt8] {
    var bytes: [UInt8] = variant.isBDF ? [255] + Array("BIOSEMI".utf8) : HeaderText.field("0", 8)
    // EDF+ specification 2.1.3.2: a date that is unknown is 01.01.85.
    let day = start ?? StartTime(year: 1985, month: 1, day: 1, hour: 0, minute: 0, second: 0)
    let date = day.map { String(format: "%02d.%02d.%02d", $0.day, $0.month, $0.year % 100) } ?? ""
    let time = day.map { String(format: "%02d.%02d.%02d", $0.hour, $0.minute, $0.second) } ?? ""
    let reserved = variant.isPlus ? variant.rawValue : variant.isBDF ? "24BIT" : ""
    for (text, length) in [
      (patient, 80), (recording, 80), (date, 8), (time, 8), (String(length), 8), (reserved, 44),
      (String(recordCount), 8), (recordDuration, 8), (String(signals.count), 4),
    ] { bytes += HeaderText.field(text, length) }
    let columns: [(Int, (SignalFields) -> String)] = [
      (16, \.label), (80, \.transducer), (8, \.unit), (8, \.physicalMinimum), (8, \.physicalMaximum),
      (8, { String($0.digitalMinimum) }), (8, { String($0.digitalMaximum) }), (80, \.prefilter),
      (8, { String($0.samplesPerRecord) }), (32, { _ in "" }),
    ]
    for (length, text) in columns {
      for signal in signals { bytes += HeaderText.field(text(signal), length) }
    }
    return bytes
  }
}
