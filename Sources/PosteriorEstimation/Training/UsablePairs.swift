import EvokeNumerics
import Networks

/// Which pairs can be trained on, and where their parameters lie in the unconstrained space.
public struct UsablePairs: Sendable {
  /// Their numbers, in ascending order.
  public let numbers: [Int]
  /// Simulations that were said to have failed.
  public let failedCount: Int
  /// Pairs left out because their data or parameters are not finite.
  public let notFiniteCount: Int
  /// Points of the usable pairs, shape `[pair, d]`.
  let points: [Double]

  /// Looks at all pairs, blocks of which are read one behind the other.
  ///
  /// - Parameters:
  ///   - progress: Told how much is read, from 0 to 1.
  /// - Throws: ``PosteriorError``, codes `shapeDiffers` and `outsidePrior`; what reading throws.
  init(_ pairs: some SimulatedPairs, space: UnconstrainedSpace, progress: (Double) -> Void) throws {
    let (theta, good) = (try pairs.parameters(), try pairs.isGood())
    let width = pairs.count > 0 ? theta.count / pairs.count : space.prior.count
    guard width == space.prior.count || width == space.count, theta.count == width * pairs.count else {
      throw PosteriorError(
        code: .shapeDiffers,
        message: "the pairs have \(width) parameters, and the prior \(space.prior.count), \(space.count) of them not "
          + "fixed; give the prior that the parameters were drawn from")
    }
    guard pairs.valueCount > 0, good.count == pairs.count else {
      throw PosteriorError(code: .shapeDiffers, message: "the pairs have no data; give at least one value a pair")
    }
    let finite = try Self.finiteRows(of: pairs, good: good, progress: progress)
    var (numbers, points, notFinite) = ([Int](), [Double](), 0)
    for pair in 0..<pairs.count where good[pair] {
      let values = theta[pair * width..<(pair + 1) * width]
      guard finite[pair], values.allSatisfy(\.isFinite) else {
        notFinite += 1
        continue
      }
      guard let point = space.point(of: values) else { throw Self.excluded(pair, values, space) }
      numbers.append(pair)
      points += point
    }
    (self.numbers, self.points, notFiniteCount) = (numbers, points, notFinite)
    failedCount = good.count { !$0 }
  }

  private static func finiteRows(
    of pairs: some SimulatedPairs, good: [Bool], progress: (Double) -> Void
  ) throws -> [Bool] {
    let width = pairs.valueCount
    let block = max(1, min(1024, (1 << 20) / width))
    var data = [Float](repeating: 0, count: block * width)
    var finite = good
    for first in stride(from: 0, to: pairs.count, by: block) {
      let range = first..<min(first + block, pairs.count)
      try data.withUnsafeMutableBufferPointer { data in
        try pairs.read(range, into: data.extracting(0..<range.count * width))
        for pair in range where good[pair] {
          finite[pair] = data.extracting((pair - first) * width..<(pair - first + 1) * width).allSatisfy(\.isFinite)
        }
      }
      progress(Double(range.upperBound) / Double(pairs.count))
    }
    return finite
  }

  private static func excluded(
    _ pair: Int, _ values: ArraySlice<Double>, _ space: UnconstrainedSpace
  ) -> PosteriorError {
    let free = values.count == space.count ? Array(values) : space.freePlaces.map { values[values.startIndex + $0] }
    // Which parameter it is, where each has limits of its own.
    let place = free.indices.first { !space.freePrior.support[$0].contains(free[$0]) }
    let culprit = place.map { place in
      let support = space.freePrior.support[place]
      return "\(space.parameters[place].name) is \(free[place]), outside \(support.lowerBound) to \(support.upperBound)"
    }
    return PosteriorError(
      code: .outsidePrior,
      message: "the prior excludes pair \(pair): \(culprit ?? "its parameters have no density"); give the prior that "
        + "the parameters were drawn from, or leave such pairs out")
  }
}

/// Pairs as prepared rows: in memory where they fit, else read again each time.
final class PreparedPairs<Source: SimulatedPairs>: TrainingData {
  private let source: Source
  private let preparation: DataPreparation
  private let preparer: DataPreparer
  private let pairs: [Int]
  /// Shape `[pair, d]`, standardized.
  private let targets: [Float]
  private let targetCount: Int
  private var data: [Float]
  /// All prepared rows, or nothing.
  private var cache: [Float] = []

  /// Bytes of prepared rows that are kept in memory.
  static var cacheBytes: Int { 400 << 20 }

  /// Rows of some pairs.
  ///
  /// - Parameters:
  ///   - pairs: Their numbers.
  ///   - targets: Shape `[pair, d]`.
  /// - Throws: What reading throws.
  init(
    _ source: Source, preparation: DataPreparation, pairs: [Int], targets: [Float], progress: (Double) -> Void
  ) throws {
    (self.source, self.preparation, self.pairs, self.targets) = (source, preparation, pairs, targets)
    preparer = DataPreparer(preparation)
    targetCount = targets.count / max(1, pairs.count)
    data = Array(repeating: 0, count: preparation.valueCount)
    let width = preparation.preparedCount
    guard pairs.count * width * MemoryLayout<Float>.stride <= Self.cacheBytes else { return }
    cache = Array(repeating: 0, count: pairs.count * width)
    try cache.withUnsafeMutableBufferPointer { cache in
      for row in pairs.indices {
        try prepare(row, into: cache.extracting(row * width..<(row + 1) * width))
        if row % 256 == 0 { progress(Double(row) / Double(pairs.count)) }
      }
    }
  }

  var count: Int { pairs.count }

  func read(
    _ rows: [Int], inputs: UnsafeMutableBufferPointer<Float>, targets: UnsafeMutableBufferPointer<Float>
  ) throws {
    let width = preparation.preparedCount
    for (place, row) in rows.enumerated() {
      let target = inputs.extracting(place * width..<(place + 1) * width)
      if cache.isEmpty {
        try prepare(row, into: target)
      } else {
        cache.withUnsafeBufferPointer {
          _ = target.update(fromContentsOf: $0.extracting(row * width..<(row + 1) * width))
        }
      }
      self.targets.withUnsafeBufferPointer {
        _ = targets.extracting(place * targetCount..<(place + 1) * targetCount)
          .update(fromContentsOf: $0.extracting(row * targetCount..<(row + 1) * targetCount))
      }
    }
  }

  private func prepare(_ row: Int, into target: UnsafeMutableBufferPointer<Float>) throws {
    try data.withUnsafeMutableBufferPointer { data in
      try source.read(pairs[row]..<pairs[row] + 1, into: data)
      preparer.prepare(UnsafeBufferPointer(data), count: 1, into: target)
    }
  }
}
