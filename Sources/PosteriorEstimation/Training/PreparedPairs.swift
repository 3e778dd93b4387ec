import InverseModels
import Networks

/// Pairs as prepared rows: in memory where they fit, else read again each time.
final class PreparedPairs<Source: SimulatedPairs>: TrainingData {
  private let source: Source
  private let preparation: DataPreparation
  private let preparer: DataPreparer
  private let pairs: [Int]
  /// Shape `[pair, d]`, standardized.
  private let targets: [Float]
  private let targetCount: Int
  /// Which records an epoch takes; nil takes all.
  private let variation: RecordVariation?
  private var data: [Float]
  /// Noise of other pairs, if rows get that.
  private var noise: ExchangedNoise?
  /// All prepared rows, or nothing.
  private var cache: [Float] = []

  /// Bytes of prepared rows that are kept in memory.
  static var cacheBytes: Int { 400 << 20 }

  /// Rows of some pairs.
  ///
  /// - Parameters:
  ///   - pairs: Their numbers.
  ///   - targets: Shape `[pair, d]`.
  ///   - variation: Which records an epoch takes; nil takes all.
  ///   - exchangeSeed: If every row shall get the noise of some pair of these, which says whose.
  /// - Throws: What reading throws.
  init(
    _ source: Source, preparation: DataPreparation, pairs: [Int], targets: [Float],
    variation: RecordVariation? = nil, exchangeSeed: UInt64? = nil, progress: (Double) -> Void
  ) throws {
    (self.source, self.preparation, self.pairs, self.targets) = (source, preparation, pairs, targets)
    self.variation = variation
    preparer = DataPreparer(preparation)
    targetCount = targets.count / max(1, pairs.count)
    data = Array(repeating: 0, count: preparation.valueCount)
    let width = preparation.preparedCount
    if let exchangeSeed {
      noise = try ExchangedNoise(simulationCount: pairs.count, levelCount: 1, width: width, seed: exchangeSeed) {
        pair, level, row in try prepare(pair, withoutNoise: level == nil, into: row)
      }
    }
    let room = Self.cacheBytes - (noise == nil ? 0 : ExchangedNoise.cacheBytes)
    guard pairs.count * width * MemoryLayout<Float>.stride <= room else { return }
    cache = Array(repeating: 0, count: pairs.count * width)
    try cache.withUnsafeMutableBufferPointer { cache in
      for row in pairs.indices {
        try prepare(row, withoutNoise: noise != nil, into: cache.extracting(row * width..<(row + 1) * width))
        if row % 256 == 0 { progress(Double(row) / Double(pairs.count)) }
      }
    }
  }

  var count: Int { pairs.count }

  func read(
    _ rows: [Int], epoch: Int, inputs: UnsafeMutableBufferPointer<Float>, targets: UnsafeMutableBufferPointer<Float>
  ) throws {
    let width = preparation.preparedCount
    for (place, row) in rows.enumerated() {
      let target = inputs.extracting(place * width..<(place + 1) * width)
      if cache.isEmpty {
        try prepare(row, withoutNoise: noise != nil, into: target)
      } else {
        cache.withUnsafeBufferPointer {
          _ = target.update(fromContentsOf: $0.extracting(row * width..<(row + 1) * width))
        }
      }
      noise?.add(to: target, number: row, level: 0, epoch: epoch)
      variation?.choose(from: target, width: preparation.preparedRecordCount, pair: pairs[row], epoch: epoch)
      self.targets.withUnsafeBufferPointer {
        _ = targets.extracting(place * targetCount..<(place + 1) * targetCount)
          .update(fromContentsOf: $0.extracting(row * targetCount..<(row + 1) * targetCount))
      }
    }
  }

  private func prepare(
    _ row: Int, withoutNoise: Bool, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    try data.withUnsafeMutableBufferPointer { data in
      let pair = pairs[row]..<pairs[row] + 1
      if withoutNoise { try source.readWithoutNoise(pair, into: data) } else { try source.read(pair, into: data) }
      preparer.prepare(UnsafeBufferPointer(data), count: 1, into: target)
    }
  }
}
