import EEGCore
import ERP

/// What a reference makes of potentials, as a matrix: the pipeline's own answer to one volt at each channel.
struct ReferenceOperator: Hashable, Sendable {
  /// Shape `[channel, channel]`.
  let matrix: Matrix

  /// The reference of settings over channels.
  ///
  /// - Throws: ``ERPError``, code `unknownChannel`, for names that no channel has.
  init(_ reference: Reference, channels: [Channel]) throws {
    let count = channels.count
    var identity = [Float](repeating: 0, count: count * count)
    for channel in 0..<count { identity[channel * count + channel] = 1 }
    var settings = EpochSettings()
    settings.reference = reference
    settings.baseline = nil
    (settings.tmin, settings.tmax) = (0, Double(count - 1))
    let recording = Recording(
      channels: channels, samples: FloatSamples(identity, sampleCount: count), sampleCount: count, rate: 1, events: [0],
      event: "event")
    let epochs = try ERPPipeline(settings).epochs(of: recording, threads: 1).epochs
    precondition(epochs.channels.count == count && epochs.times.count == count, "a reference keeps all channels")
    matrix = Matrix(rows: count, columns: count, values: epochs.values)
  }

  /// Gains against the reference, shape `[channel, source]`.
  func applied(to gains: Matrix) -> Matrix {
    var result = Matrix(rows: matrix.rows, columns: gains.columns)
    for row in 0..<matrix.rows {
      for channel in 0..<matrix.columns where matrix[row, channel] != 0 {
        for source in 0..<gains.columns { result[row, source] += matrix[row, channel] * gains[channel, source] }
      }
    }
    return result
  }
}
