/// A prior in the form in which archives store it: a group `/prior` with the attribute `kind` and one array a property.
public indirect enum PriorGroup: Hashable, Sendable {
  /// Kind `box`: arrays `lower` and `upper`, shape `[d]`. Equal limits fix a parameter.
  case box(lower: [Double], upper: [Double])
  /// Kind `normal`: arrays `mean`, shape `[d]`, and `covariance`, shape `[d, d]`.
  case normal(mean: [Double], covariance: [[Double]])
  /// Kind `lognormal`: arrays `location` and `scale`, shape `[d]`, of the logarithms.
  case logNormal(location: [Double], scale: [Double])
  /// Kind `truncated-normal`: arrays `mean`, `scale`, `lower` and `upper`, shape `[d]`; limits may be infinite.
  case truncatedNormal(mean: [Double], scale: [Double], lower: [Double], upper: [Double])
  /// Kind `independent`: subgroups `0`, `1`, … that take the parameters in turn.
  case independent([PriorGroup])

  /// The attribute `kind`.
  public var kind: String {
    switch self {
    case .box: "box"
    case .normal: "normal"
    case .logNormal: "lognormal"
    case .truncatedNormal: "truncated-normal"
    case .independent: "independent"
    }
  }
}

extension Prior {
  /// The prior in the form of archives, without names and units.
  ///
  /// Neighbouring parameters of one kind share a group. A fixed value becomes a box with equal limits, and independent
  /// normal parameters become one `normal` with a diagonal covariance.
  public var group: PriorGroup {
    var groups: [PriorGroup] = []
    for component in components {
      let next = component.group
      if case .single = component, let joined = groups.last?.joined(with: next) {
        groups[groups.count - 1] = joined
      } else {
        groups.append(next)
      }
    }
    return groups.count == 1 ? groups[0] : .independent(groups)
  }

  /// A prior from the form of archives.
  ///
  /// - Throws: ``NumericsError``, codes `invalidDistribution`, also for arrays of unequal length, and
  ///   `invalidParameters` if there are not as many names.
  public init(_ parameters: [Parameter], group: PriorGroup) throws(NumericsError) {
    try self.init(parameters, try group.components)
  }
}

extension Prior.Component {
  fileprivate var group: PriorGroup {
    switch self {
    case .correlated(let normal): .normal(mean: normal.mean, covariance: normal.covariance)
    case .single(.box(let lower, let upper)): .box(lower: [lower], upper: [upper])
    case .single(.fixed(let value)): .box(lower: [value], upper: [value])
    case .single(.normal(let mean, let scale)): .normal(mean: [mean], covariance: [[scale * scale]])
    case .single(.logNormal(let location, let scale)): .logNormal(location: [location], scale: [scale])
    case .single(.truncatedNormal(let mean, let scale, let lower, let upper)):
      .truncatedNormal(mean: [mean], scale: [scale], lower: [lower], upper: [upper])
    }
  }
}

extension PriorGroup {
  /// One group for both, if they are of one kind and neither has covariances.
  fileprivate func joined(with next: PriorGroup) -> PriorGroup? {
    switch (self, next) {
    case (.box(let lower, let upper), .box(let nextLower, let nextUpper)):
      return .box(lower: lower + nextLower, upper: upper + nextUpper)
    case (.logNormal(let location, let scale), .logNormal(let nextLocation, let nextScale)):
      return .logNormal(location: location + nextLocation, scale: scale + nextScale)
    case (
      .truncatedNormal(let mean, let scale, let lower, let upper),
      .truncatedNormal(let nextMean, let nextScale, let nextLower, let nextUpper)
    ):
      return .truncatedNormal(
        mean: mean + nextMean, scale: scale + nextScale, lower: lower + nextLower, upper: upper + nextUpper)
    case (.normal(let mean, let covariance), .normal(let nextMean, let nextCovariance)):
      guard Self.isDiagonal(covariance) else { return nil }
      let before = mean.map { _ in 0.0 }
      return .normal(
        mean: mean + nextMean,
        covariance: covariance.map { $0 + nextMean.map { _ in 0 } } + nextCovariance.map { before + $0 })
    default: return nil
    }
  }

  private static func isDiagonal(_ covariance: [[Double]]) -> Bool {
    covariance.indices.allSatisfy { row in
      covariance[row].indices.allSatisfy { $0 == row || covariance[row][$0] == 0 }
    }
  }

  fileprivate var components: [Prior.Component] {
    get throws(NumericsError) {
      switch self {
      case .box(let lower, let upper):
        try requireEqual([lower, upper])
        return lower.indices.map { place in
          .single(
            lower[place] == upper[place]
              ? .fixed(lower[place]) : .box(lower: lower[place], upper: upper[place]))
        }
      case .normal(let mean, let covariance):
        let normal = try CorrelatedNormal(mean: mean, covariance: covariance)
        guard Self.isDiagonal(covariance) else { return [.correlated(normal)] }
        return mean.indices.map { .single(.normal(mean: mean[$0], scale: covariance[$0][$0].squareRoot())) }
      case .logNormal(let location, let scale):
        try requireEqual([location, scale])
        return location.indices.map { .single(.logNormal(location: location[$0], scale: scale[$0])) }
      case .truncatedNormal(let mean, let scale, let lower, let upper):
        try requireEqual([mean, scale, lower, upper])
        return mean.indices.map {
          .single(.truncatedNormal(mean: mean[$0], scale: scale[$0], lower: lower[$0], upper: upper[$0]))
        }
      case .independent(let groups):
        var components: [Prior.Component] = []
        for group in groups { components += try group.components }
        return components
      }
    }
  }

  private func requireEqual(_ arrays: [[Double]]) throws(NumericsError) {
    guard Set(arrays.map(\.count)).count == 1 else {
      throw NumericsError(
        code: .invalidDistribution, message: "the arrays of a prior of kind \(kind) differ in length")
    }
  }
}
