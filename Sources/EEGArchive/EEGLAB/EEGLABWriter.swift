import EEGCore
import Foundation
import HDF5

/// Writes the fields that all `.set` files have.
struct EEGLABWriter {
  let matlab: MATLABWriter
  /// The struct `EEG`.
  let eeg: HDF5Group
  let data: HDF5Dataset
  private let precision: EEGLABFile.Precision

  /// Writes everything but events, epochs and samples.
  ///
  /// EEGLAB's `eeg_checkset` adds the fields that are missing, and MNE-Python needs `chaninfo` to be a struct.
  ///
  /// - Parameter times: Of a trial's samples [s]; nil for a recording, whose times begin at 0.
  init(
    creating path: String, rate: Double, pointCount: Int, trialCount: Int, times: [Double]?,
    channels: [EEGLABChannel], precision: EEGLABFile.Precision
  ) throws {
    matlab = try MATLABWriter(creating: path)
    eeg = try matlab.createStruct("EEG", in: matlab.file)
    self.precision = precision
    // One trial has two axes, as MATLAB drops the last of three.
    let shape = (trialCount == 1 ? [] : [trialCount]) + [pointCount, channels.count]
    switch precision {
    case .single: data = try eeg.createDataset("data", of: Float.self, shape: shape, storage: .contiguous)
    case .double: data = try eeg.createDataset("data", of: Double.self, shape: shape, storage: .contiguous)
    }
    try data.setASCIIAttribute("MATLAB_class", precision == .single ? "single" : "double")

    let name = (path as NSString).lastPathComponent
    let firstTime = times?.first ?? 0
    let values: [(String, MATLABValue)] = [
      ("setname", .text((name as NSString).deletingPathExtension)), ("filename", .text(name)), ("filepath", .text("")),
      ("subject", .text("")), ("group", .text("")), ("condition", .text("")), ("session", .empty),
      ("comments", .text("")), ("nbchan", .number(Double(channels.count))), ("trials", .number(Double(trialCount))),
      ("pnts", .number(Double(pointCount))), ("srate", .number(rate)), ("xmin", .number(firstTime)),
      ("xmax", .number(times?.last ?? Double(pointCount - 1) / rate)),
      ("times", times.map { .numbers($0.map { $0 * 1000 }) } ?? .empty), ("icaact", .empty), ("icawinv", .empty),
      ("icasphere", .empty), ("icaweights", .empty), ("icachansind", .empty), ("urchanlocs", .empty),
      ("ref", .text("common")), ("urevent", .empty), ("reject", .empty), ("stats", .empty), ("specdata", .empty),
      ("specicaact", .empty), ("splinefile", .text("")), ("icasplinefile", .text("")), ("dipfit", .empty),
      ("history", .text("")), ("saved", .text("yes")), ("datfile", .text("")), ("run", .empty),
    ]
    for (name, value) in values { try matlab.write(value, to: name, in: eeg) }
    for name in ["eventdescription", "epochdescription"] { try matlab.writeEmpty("cell", to: name, in: eeg) }
    let information = try matlab.createStruct("chaninfo", in: eeg)
    try matlab.write(.text("+X"), to: "nosedir", in: information)
    for name in ["plotrad", "shrink", "nodatchans", "icachansind"] {
      try matlab.write(.empty, to: name, in: information)
    }
    try EEGLABChannel.write(channels, to: eeg, with: matlab)
  }

  /// Writes samples, channels of one time side by side.
  func write(_ values: [Double], at start: [Int], count: [Int]) throws {
    switch precision {
    case .single:
      let rounded = values.map { Float($0) }
      try data.write(rounded.span, at: start, count: count)
    case .double: try data.write(values.span, at: start, count: count)
    }
  }
}

/// Puts channels side by side.
///
/// - Parameters:
///   - channels: One array of equal length a channel.
///   - scales: What each channel is multiplied by.
/// - Returns: All channels of the first sample, then of the second and so on.
func interleaved(_ channels: [ArraySlice<Double>], scales: [Double]) -> [Double] {
  let columns = channels.count
  var values = [Double](repeating: 0, count: columns * (channels.first?.count ?? 0))
  for column in 0..<columns {
    let scale = scales[column]
    var place = column
    for value in channels[column] {
      values[place] = value * scale
      place += columns
    }
  }
  return values
}
