/// What is believed of a simulator's parameters before any data are seen.
///
/// A prior knows names, units and distributions, and nothing of the simulator.
public struct Prior: Hashable, Sendable {
  /// What a parameter is called and measured in.
  public struct Parameter: Codable, Hashable, Sendable {
    /// Unique in a prior.
    public let name: String
    /// Empty for a pure number.
    public let unit: String

    /// A parameter by name and unit.
    public init(_ name: String, unit: String = "") {
      self.name = name
      self.unit = unit
    }
  }

  /// One parameter, or several that depend on each other.
  public enum Component: Hashable, Sendable {
    /// A parameter on its own.
    case single(PriorDistribution)
    /// Neighbouring parameters with a covariance.
    case correlated(CorrelatedNormal)

    /// Number of parameters.
    public var count: Int {
      switch self {
      case .single: 1
      case .correlated(let normal): normal.count
      }
    }
  }

  /// All d parameters, in the order of every array.
  public let parameters: [Parameter]
  /// Their distributions, in the same order.
  public let components: [Component]

  /// A prior from distributions that each take the next one or several parameters.
  ///
  /// - Throws: ``NumericsError``, codes `invalidParameters` and `invalidDistribution`.
  public init(_ parameters: [Parameter], _ components: [Component]) throws(NumericsError) {
    let count = components.reduce(0) { $0 + $1.count }
    guard !parameters.isEmpty, count == parameters.count else {
      throw NumericsError(
        code: .invalidParameters, message: "the prior names \(parameters.count) parameters and describes \(count)")
    }
    var names: Set<String> = []
    for parameter in parameters {
      guard !parameter.name.isEmpty, names.insert(parameter.name).inserted else {
        throw NumericsError(
          code: .invalidParameters, message: "the parameter name \"\(parameter.name)\" is empty or there twice")
      }
    }
    var start = 0
    for component in components {
      if case .single(let distribution) = component {
        do { try distribution.validate() } catch {
          throw NumericsError(code: error.code, message: "parameter \(parameters[start].name): \(error.message)")
        }
      }
      start += component.count
    }
    (self.parameters, self.components) = (parameters, components)
  }

  /// A prior of independent parameters.
  ///
  /// - Throws: ``NumericsError``, codes `invalidParameters` and `invalidDistribution`.
  public init(_ independent: KeyValuePairs<Parameter, PriorDistribution>) throws(NumericsError) {
    try self.init(independent.map(\.key), independent.map { .single($0.value) })
  }

  /// Number of parameters, d.
  public var count: Int { parameters.count }

  /// The prior of those parameters that are not fixed, or nil if all are.
  public var withoutFixed: Prior? {
    let places = spans.filter {
      if case .single(let distribution) = $0.component { !distribution.isFixed } else { true }
    }
    return try? Prior(places.flatMap { parameters[$0.range] }, places.map(\.component))
  }

  /// Components with the places of their parameters.
  package var spans: [(range: Range<Int>, component: Component)] {
    var start = 0
    return components.map { component in
      defer { start += component.count }
      return (start..<(start + component.count), component)
    }
  }
}

extension Prior {
  /// The draw that uniform numbers in (0, 1), shape `[d]`, stand for.
  public func draw(at uniforms: [Double]) -> [Double] {
    var values = uniforms
    draw(replacing: &values)
    return values
  }

  /// Replaces uniform numbers in (0, 1), shape `[d]`, by the draw that they stand for, without allocating.
  ///
  /// Number k decides parameter k alone, save among correlated ones; fixed parameters ignore theirs.
  public func draw(replacing values: inout [Double]) {
    precondition(values.count == count, "a draw needs one number a parameter")
    var start = 0
    for component in components {
      switch component {
      case .single(let distribution): values[start] = distribution.quantile(values[start])
      case .correlated(let normal): normal.draw(replacing: &values, from: start)
      }
      start += component.count
    }
  }

  /// Log of the joint density at a point, shape `[d]`; -∞ outside the support.
  ///
  /// Fixed parameters count as 0 or -∞.
  public func logDensity(_ values: [Double]) -> Double {
    precondition(values.count == count, "a density needs one value a parameter")
    var (sum, start) = (0.0, 0)
    for component in components {
      switch component {
      case .single(let distribution): sum += distribution.logDensity(values[start])
      case .correlated(let normal): sum += normal.logDensity(values[start..<(start + normal.count)])
      }
      start += component.count
    }
    return sum
  }

  /// True where the density is not zero.
  public func contains(_ values: [Double]) -> Bool {
    values.allSatisfy(\.isFinite) && logDensity(values) > -.infinity
  }

  /// The smallest interval of each parameter that holds all draws, shape `[d]`.
  public var support: [ClosedRange<Double>] {
    marginals {
      $0.support
    } correlated: { normal in
      Array(repeating: -.infinity ... .infinity, count: normal.count)
    }
  }

  /// The mean of each parameter, shape `[d]`.
  public var mean: [Double] {
    marginals {
      $0.mean
    } correlated: {
      $0.mean
    }
  }

  /// The variance of each parameter, shape `[d]`.
  public var variance: [Double] {
    marginals {
      $0.variance
    } correlated: { normal in
      normal.mean.indices.map { normal.covariance[$0][$0] }
    }
  }

  private func marginals<T>(
    _ single: (PriorDistribution) -> T, correlated: (CorrelatedNormal) -> [T]
  ) -> [T] {
    components.flatMap { component in
      switch component {
      case .single(let distribution): [single(distribution)]
      case .correlated(let normal): correlated(normal)
      }
    }
  }
}

extension Prior: Codable {
  private enum CodingKeys: String, CodingKey { case parameters, components }

  /// Reads and validates a prior.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      values.decode([Parameter].self, forKey: .parameters), values.decode([Component].self, forKey: .components))
  }
}

/// As an object with the key `kind`, which is `correlated-normal` for several parameters.
extension Prior.Component: Codable {
  private enum Key: String, CodingKey { case kind }
  private static let correlatedKind = "correlated-normal"

  /// Reads and validates a component.
  public init(from decoder: any Decoder) throws {
    let kind = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .kind)
    self =
      kind == Self.correlatedKind
      ? .correlated(try CorrelatedNormal(from: decoder)) : .single(try PriorDistribution(from: decoder))
  }

  /// Writes the component.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .single(let distribution): try distribution.encode(to: encoder)
    case .correlated(let normal):
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(Self.correlatedKind, forKey: .kind)
      try normal.encode(to: encoder)
    }
  }
}
