import Foundation

/// Writes EDF files of any size quickly, for measurements: random walks, the same on every run.
///
/// Deliberately not the package's own writer: what is measured must not make its own input.
public struct SyntheticEDF: Sendable {
  /// Number of signals, all of them EEG.
  public var channels: Int
  /// Sampling rate [Hz], a whole number; records last a second.
  public var rate: Int
  /// Seconds.
  public var seconds: Int

  /// A recording of `channels` signals at `rate` hertz for `seconds` seconds.
  public init(channels: Int, rate: Int, seconds: Int) {
    self.channels = channels
    self.rate = rate
    self.seconds = seconds
  }

  /// The header: 256 bytes, and 256 for each signal.
  public var header: Data {
    func padded(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
    var text = padded("0", 8) + padded("X X X X", 80) + padded("Startdate X X X X", 80) + "01.01.2000.00.00"
    text += padded("\(256 * (channels + 1))", 8) + padded("", 44) + padded("\(seconds)", 8) + padded("1", 8)
    text += padded("\(channels)", 4)
    let columns: [(Int, (Int) -> String)] = [
      (16, { "EEG \($0 + 1)" }), (80, { _ in "" }), (8, { _ in "uV" }), (8, { _ in "-3276.8" }), (8, { _ in "3276.7" }),
      (8, { _ in "-32768" }), (8, { _ in "32767" }), (80, { _ in "" }), (8, { _ in "\(rate)" }), (32, { _ in "" }),
    ]
    for (width, value) in columns {
      for channel in 0..<channels { text += padded(value(channel), width) }
    }
    return Data(text.utf8)
  }

  /// Writes the whole file.
  ///
  /// - Throws: Foundation's errors when the file cannot be written.
  public func write(to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: header) else { throw CocoaError(.fileWriteUnknown) }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.seekToEnd()
    var state: UInt64 = 1
    var levels = [Int32](repeating: 0, count: channels)
    var record = [Int16](repeating: 0, count: channels * rate)
    for _ in 0..<seconds {
      for channel in 0..<channels {
        var level = levels[channel]
        for sample in 0..<rate {
          // Xorshift: the samples need to vary, not to be random in any deeper sense.
          state ^= state << 13
          state ^= state >> 7
          state ^= state << 17
          level = (level + Int32(truncatingIfNeeded: state >> 54) - 512) % 20_000
          record[channel * rate + sample] = Int16(truncatingIfNeeded: level).littleEndian
        }
        levels[channel] = level
      }
      try file.write(contentsOf: record.withUnsafeBytes { Data($0) })
    }
  }
}
