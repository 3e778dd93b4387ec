/// How the pairs of one or several rounds are trained on.
struct SequentialPlan {
  /// Pairs of each round, one behind the other.
  var roundSizes: [Int]
  /// The model whose scalings and parameters the run begins with; nil begins anew.
  var initial: PosteriorModel?
  /// The loss; nil for the negative log density.
  var contrast: AtomicContrast?

  /// What the network is told of a pair: a standardized point, and what a contrast takes besides.
  ///
  /// - Parameter place: Among the usable pairs.
  func target(
    of place: Int, _ usable: UsablePairs, space: UnconstrainedSpace, standardization: Standardization
  ) -> [Float] {
    let d = space.count
    let point = usable.points[place * d..<(place + 1) * d]
    let values = zip(point, zip(standardization.mean, standardization.deviation)).map { Float(($0 - $1.0) / $1.1) }
    guard contrast != nil else { return values }
    let isOfPrior = usable.numbers[place] < (roundSizes.first ?? 0)
    return values + [Float(space.logPriorDensity(at: Array(point))), isOfPrior ? 1 : 0]
  }
}
