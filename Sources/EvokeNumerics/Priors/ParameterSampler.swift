/// Parameters of simulation number i, whichever shard or thread asks, and in whichever order.
public struct ParameterSampler: Sendable {
  /// Where the uniform numbers come from.
  public enum Method: String, CaseIterable, Hashable, Sendable {
    /// Independent random numbers: draw k of ``RandomStream`` with purpose `parameters` decides parameter k.
    case random
    /// Dimension k of a ``SobolSequence`` with Owen's scrambling decides parameter k: means over the first 2^m
    /// simulations, or over any 2^m that start at a multiple of 2^m, converge faster than those of random draws.
    case sobol
  }

  /// What is drawn from.
  public let prior: Prior
  /// Where the uniform numbers come from.
  public let method: Method
  /// The seed of the whole run.
  public let seed: UInt64
  private let sequence: SobolSequence?

  /// A sampler; it needs no state but these.
  ///
  /// - Throws: ``NumericsError``, code `tooManyDimensions`, if the prior has more parameters than a Sobol sequence has
  ///   dimensions.
  public init(prior: Prior, method: Method, seed: UInt64) throws(NumericsError) {
    (self.prior, self.method, self.seed) = (prior, method, seed)
    switch method {
    case .random: sequence = nil
    case .sobol: sequence = try SobolSequence(dimensions: prior.count, scrambling: .owen(seed: seed))
    }
  }

  /// The parameters of a simulation, shape `[d]`.
  public func parameters(of simulation: Int) -> [Double] {
    var values = [Double](repeating: 0, count: prior.count)
    parameters(of: simulation, into: &values)
    return values
  }

  /// Writes the parameters of a simulation, shape `[d]`, without allocating.
  ///
  /// - Parameters:
  ///   - simulation: Its number, below 2³².
  ///   - values: One place a parameter.
  public func parameters(of simulation: Int, into values: inout [Double]) {
    precondition(values.count == prior.count, "there must be one place a parameter")
    if let sequence {
      sequence.point(simulation, into: &values)
    } else {
      var stream = RandomStream(seed: seed, simulation: simulation, purpose: .parameters)
      for place in values.indices { values[place] = stream.uniform() }
    }
    prior.draw(replacing: &values)
  }
}
