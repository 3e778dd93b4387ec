import InverseModels

/// What becomes of data before the embedding: what was found on the training split alone.
public struct DataPreparation: Hashable, Sendable {
  /// The steps.
  public enum Steps: Hashable, Sendable {
    /// Each value less its mean, by its deviation; nothing for nil.
    case scaled(Standardization?)
    /// As potentials are prepared for the networks of `InverseModels`.
    case potentials(InputPreparation)
  }

  /// Shape of the data of one pair.
  public let shape: [Int]
  /// The steps.
  public let steps: Steps
  /// Whether data `[channel, time]` become `[time, channel]`, as convolutions want.
  public let isTimeFirst: Bool

  /// A preparation that is known.
  public init(shape: [Int], steps: Steps, isTimeFirst: Bool) {
    (self.shape, self.steps, self.isTimeFirst) = (shape, steps, isTimeFirst)
  }

  /// Channels and samples of data of one axis, which is time, or of two or more, whose last one is.
  static func channelsAndTimes(of shape: [Int]) -> (channels: Int, times: Int) {
    (shape.dropLast().reduce(1, *), shape.last ?? 1)
  }

  /// Values of the data of one pair.
  public var valueCount: Int { shape.reduce(1, *) }
  /// Values of a prepared row.
  public var preparedCount: Int { if case .potentials(let plan) = steps { plan.valueCount } else { valueCount } }
}

/// Prepares data.
///
/// Its memory is kept from call to call. One caller at a time.
final class DataPreparer {
  private let preparation: DataPreparation
  private let potentials: InputPreparer?
  /// Of the standardization, in single precision.
  private let mean: [Float]
  private let factor: [Float]

  init(_ preparation: DataPreparation) {
    self.preparation = preparation
    switch preparation.steps {
    case .potentials(let plan):
      potentials = InputPreparer(plan)
      (mean, factor) = ([], [])
    case .scaled(let scaling):
      potentials = nil
      mean = scaling?.mean.map(Float.init) ?? []
      factor = scaling?.deviation.map { Float(1 / $0) } ?? []
    }
  }

  /// Prepares rows.
  ///
  /// - Parameters:
  ///   - data: Shape `[count] + shape`.
  ///   - target: Shape `[count, preparedCount]`.
  func prepare(_ data: UnsafeBufferPointer<Float>, count: Int, into target: UnsafeMutableBufferPointer<Float>) {
    if let potentials {
      potentials.prepare(data, count: count, into: target)
      return
    }
    let width = preparation.valueCount
    precondition(data.count == count * width && target.count == data.count, "there is room for \(count) rows")
    let (channels, times) = DataPreparation.channelsAndTimes(of: preparation.shape)
    for row in 0..<count {
      for place in 0..<width {
        var value = data[row * width + place]
        if !mean.isEmpty { value = (value - mean[place]) * factor[place] }
        let result = preparation.isTimeFirst ? place % times * channels + place / times : place
        target[row * width + result] = value
      }
    }
  }
}
