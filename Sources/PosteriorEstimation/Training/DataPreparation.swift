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

  /// Shape of the data of one pair; its first axis counts records if ``hasRecords``.
  public let shape: [Int]
  /// The steps.
  public let steps: Steps
  /// Whether data `[channel, time]` become `[time, channel]`, as convolutions want.
  public let isTimeFirst: Bool
  /// Whether data are of several records, each of which is prepared alone.
  ///
  /// Prepared data begin with the number of records
  /// that are there, which then stand one behind the other, and zeros behind them.
  public let hasRecords: Bool

  /// A preparation that is known.
  public init(shape: [Int], steps: Steps, isTimeFirst: Bool, hasRecords: Bool = false) {
    precondition(!hasRecords || !shape.isEmpty, "records are counted along an axis")
    (self.shape, self.steps, self.isTimeFirst, self.hasRecords) = (shape, steps, isTimeFirst, hasRecords)
  }

  /// Channels and samples of data of one axis, which is time, or of two or more, whose last one is.
  static func channelsAndTimes(of shape: [Int]) -> (channels: Int, times: Int) {
    (shape.dropLast().reduce(1, *), shape.last ?? 1)
  }

  /// Values of the data of one pair.
  public var valueCount: Int { shape.reduce(1, *) }
  /// Records of a pair, at most; nil where data are not of several.
  public var records: Int? { hasRecords ? shape[0] : nil }
  /// Shape of what the embedding sees at once: of a record, or of all data.
  public var recordShape: [Int] { Self.recordShape(of: shape, hasRecords: hasRecords) }
  /// Values of that once it is prepared.
  public var preparedRecordCount: Int {
    if case .potentials(let plan) = steps { plan.valueCount } else { recordShape.reduce(1, *) }
  }
  /// Values of a prepared row.
  public var preparedCount: Int { records.map { 1 + $0 * preparedRecordCount } ?? preparedRecordCount }

  /// Shape of a record, which is of one value where records are all there is.
  public static func recordShape(of shape: [Int], hasRecords: Bool) -> [Int] {
    guard hasRecords else { return shape }
    return shape.count > 1 ? Array(shape.dropFirst()) : [1]
  }

  /// What tells records that are there from others.
  var recordData: RecordData? { records.map { RecordData(records: $0, width: recordShape.reduce(1, *)) } }
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
    guard let records = preparation.recordData else { return prepareRecords(data, count: count, into: target) }
    let (width, prepared) = (preparation.valueCount, preparation.preparedRecordCount)
    precondition(
      data.count == count * width && target.count == count * preparation.preparedCount,
      "there is room for \(count) rows")
    target.update(repeating: 0)
    for pair in 0..<count {
      let (first, row) = (pair * width, pair * preparation.preparedCount)
      let values = data.extracting(first..<first + width)
      var found = 0
      for record in 0..<records.records where records.isPresent(record, in: values) {
        let place = row + 1 + found * prepared
        prepareRecords(
          values.extracting(record * records.width..<(record + 1) * records.width), count: 1,
          into: target.extracting(place..<place + prepared))
        found += 1
      }
      target[row] = Float(found)
    }
  }

  /// Prepares what the embedding sees at once.
  private func prepareRecords(
    _ data: UnsafeBufferPointer<Float>, count: Int, into target: UnsafeMutableBufferPointer<Float>
  ) {
    if let potentials {
      potentials.prepare(data, count: count, into: target)
      return
    }
    let width = preparation.preparedRecordCount
    precondition(data.count == count * width && target.count == data.count, "there is room for \(count) rows")
    let (channels, times) = DataPreparation.channelsAndTimes(of: preparation.recordShape)
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
