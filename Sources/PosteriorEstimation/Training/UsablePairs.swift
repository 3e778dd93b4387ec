import EvokeNumerics
import Networks

/// Which pairs can be trained on, and where their parameters lie in the unconstrained space.
public struct UsablePairs: Sendable {
  /// Their numbers, in ascending order.
  public let numbers: [Int]
  /// Simulations that were said to have failed.
  public let failedCount: Int
  /// Pairs left out because their data or parameters are not finite, or none of their records is there.
  public let notFiniteCount: Int
  /// Points of the usable pairs, shape `[pair, d]`.
  let points: [Double]

  /// Looks at all pairs, blocks of which are read one behind the other.
  ///
  /// - Parameters:
  ///   - hasRecords: Whether the first axis of the data counts records, of which whole ones may be NaN.
  ///   - progress: Told how much is read, from 0 to 1.
  /// - Throws: ``PosteriorError``, codes `shapeDiffers` and `outsidePrior`; what reading throws.
  init(
    _ pairs: some SimulatedPairs, space: UnconstrainedSpace, hasRecords: Bool = false, progress: (Double) -> Void
  ) throws {
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
    let finite = try Self.finiteRows(of: pairs, good: good, hasRecords: hasRecords, progress: progress)
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
    of pairs: some SimulatedPairs, good: [Bool], hasRecords: Bool, progress: (Double) -> Void
  ) throws -> [Bool] {
    let width = pairs.valueCount
    let records = hasRecords ? RecordData(records: pairs.shape[0], width: width / pairs.shape[0]) : nil
    func isUsable(_ data: UnsafeMutableBufferPointer<Float>) -> Bool {
      guard let records else { return data.allSatisfy(\.isFinite) }
      if case .records = records.content(of: data) { return true }
      return false
    }
    let block = max(1, min(1024, (1 << 20) / width))
    var data = [Float](repeating: 0, count: block * width)
    var finite = good
    for first in stride(from: 0, to: pairs.count, by: block) {
      let range = first..<min(first + block, pairs.count)
      try data.withUnsafeMutableBufferPointer { data in
        try pairs.read(range, into: data.extracting(0..<range.count * width))
        for pair in range where good[pair] {
          finite[pair] = isUsable(data.extracting((pair - first) * width..<(pair - first + 1) * width))
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
