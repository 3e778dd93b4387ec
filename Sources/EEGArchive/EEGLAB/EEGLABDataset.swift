import EEGCore
import HDF5

/// What a `.set` file says about its data.
struct EEGLABDataset: Sendable {
  private static let mostChannels = 1 << 16

  let path: String
  let reader: MATLABReader
  /// Hz.
  let rate: Double
  /// Number of samples of a trial.
  let pointCount: Int
  let trialCount: Int
  /// Time of a trial's first sample [s].
  let firstTime: Double
  let channels: [EEGLABChannel]
  let kind: EEGLABFile.Kind

  /// Reads everything but events and samples.
  init(reading path: String) throws {
    self.path = path
    let file = try EEGLABFile.open(path)
    reader = try MATLABReader(file, structNamed: "EEG")
    guard !file.exists("ALLEEG") else {
      throw ArchiveError(
        .unsupported, path: path, "holds several datasets (ALLEEG); save each of them in a file of its own")
    }
    guard reader.variables.exists("nbchan"), reader.variables.exists("data") else {
      throw ArchiveError(
        .missingObject, path: path, "is HDF5, but no EEGLAB dataset: it has neither EEG nor nbchan and data")
    }
    (rate, pointCount, trialCount, firstTime, channels, kind) = try describingLayout { [reader] in
      let rate = try reader.number("srate")
      guard rate.isFinite, rate > 0 else {
        throw reader.error(.invalidValue, "srate", "\(rate) Hz is no sampling rate")
      }
      let firstTime = try reader.optionalNumber("xmin") ?? 0
      guard firstTime.isFinite else { throw reader.error(.invalidValue, "xmin", "\(firstTime) s is no time") }
      let pointCount = try Self.count("pnts", reader)
      let trialCount = try reader.optionalNumber("trials") == nil ? 1 : Self.count("trials", reader)
      let channelCount = try Self.count("nbchan", reader)
      guard channelCount <= Self.mostChannels else {
        throw reader.error(.invalidValue, "nbchan", "\(channelCount) channels are more than any recorder has")
      }
      let product = Double(pointCount) * Double(trialCount) * Double(channelCount)
      guard product < 0x1p53 else {
        throw reader.error(.invalidValue, "pnts", "\(product) samples are more than a file can hold")
      }
      let hasEpochs = reader.variables.kind(of: "epoch") == .group
      return (
        rate, pointCount, trialCount, firstTime, try EEGLABChannel.read(reader, count: channelCount),
        trialCount > 1 || hasEpochs ? .epochs : .recording
      )
    }
  }

  private static func count(_ name: String, _ reader: MATLABReader) throws -> Int {
    let value = try reader.number(name)
    guard let count = Int(exactly: value), count > 0 else {
      throw reader.error(.invalidValue, name, "\(value) is not a number of things")
    }
    return count
  }

  /// Where the samples are.
  func storedSamples() throws -> EEGLABStoredSamples {
    let columns = channels.count
    // A product that init has bounded.
    let rows = pointCount * trialCount
    guard reader.variables.kind(of: "data") == .dataset else {
      throw reader.error(.wrongLayout, "data", "is neither samples nor the name of a file")
    }
    let dataset = try reader.variables.dataset("data")
    if case .text(let name)? = try reader.value("data") {
      return .file(try FloatDataFile(named: name, besideSet: path, rows: rows, columns: columns))
    }
    let isEmpty = dataset.hasAttribute("MATLAB_empty")
    let hasRows = dataset.shape.dropLast().reduce(1.0) { $0 * Double($1) } == Double(rows)
    guard !isEmpty, dataset.shape.count >= 2, dataset.shape.last == columns, hasRows else {
      throw reader.error(
        .wrongLayout, "data",
        "has shape \(isEmpty ? [] : dataset.shape), and nbchan, pnts and trials are \(columns), \(pointCount), "
          + "\(trialCount)")
    }
    switch dataset.type {
    case .float, .integer: return .dataset(dataset)
    default: throw reader.error(.wrongLayout, "data", "holds \(dataset.type) where samples are wanted")
    }
  }
}
