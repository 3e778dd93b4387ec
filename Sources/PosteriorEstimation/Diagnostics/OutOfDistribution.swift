import EvokeNumerics

/// Whether an observation looks like those that an estimator was trained on: its Mahalanobis distance from their mean
/// in the space of embeddings, against the distances of embeddings that were not used for mean and covariance.
///
/// The law of distances is taken from held-out embeddings and not from chi-square, since embeddings are not normal. For
/// an observation of the same law the p-value is below any α with probability α, up to 1 / (held-out + 1).
///
/// Sources: Lee, Lee, Lee and Shin 2018, "A simple unified framework for detecting out-of-distribution samples and
/// adversarial attacks", NeurIPS 31, for the distance; Bates, Candès, Lei, Romano and Sesia 2023, "Testing for outliers
/// with conformal p-values", Annals of Statistics 51, 149-178, for the p-value; ``ShrunkCovariance`` for few
/// embeddings.
public struct OutOfDistribution: Hashable, Sendable {
  /// How strange an observation is.
  public struct Score: Hashable, Sendable {
    /// Mahalanobis distance; ∞ if a value differs that is the same in all training embeddings.
    public let distance: Double
    /// Share of held-out embeddings, counting the observation in, that are as far or farther.
    public let pValue: Double
  }

  /// Distances of the held-out embeddings, in ascending order.
  public let heldOutDistances: [Double]
  private let distance: MahalanobisDistance

  /// What was learnt of the training embeddings, d values each, v of which vary; in this form it can be stored.
  public struct Learnt: Hashable, Sendable {
    /// Means, shape `[d]`.
    public var mean: [Double]
    /// Standard deviations, shape `[d]`; 0 for a value that is the same in all.
    public var deviation: [Double]
    /// Lower triangle L, where L Lᵀ is the covariance of the varying values in standard deviations, shape `[v, v]`.
    public var factor: [Double]
    /// Weight from 0 to 1 with which the covariance was drawn towards the identity.
    public var shrinkage: Double
    /// Distances of the held-out embeddings, in ascending order.
    public var heldOutDistances: [Double]

    /// What was stored.
    public init(
      mean: [Double], deviation: [Double], factor: [Double], shrinkage: Double, heldOutDistances: [Double]
    ) {
      (self.mean, self.deviation, self.factor) = (mean, deviation, factor)
      (self.shrinkage, self.heldOutDistances) = (shrinkage, heldOutDistances)
    }
  }

  /// What was learnt.
  public var learnt: Learnt {
    Learnt(
      mean: distance.mean, deviation: distance.deviations, factor: distance.triangle, shrinkage: distance.shrinkage,
      heldOutDistances: heldOutDistances)
  }

  /// Takes what was learnt before.
  ///
  /// - Throws: ``DiagnosticError``, code `shapeDiffers`, if its parts contradict each other.
  public init(_ learnt: Learnt) throws(DiagnosticError) {
    let distances = learnt.heldOutDistances
    guard
      let distance = MahalanobisDistance(
        mean: learnt.mean, deviations: learnt.deviation, triangle: learnt.factor, shrinkage: learnt.shrinkage),
      !distances.isEmpty, distances.allSatisfy({ $0 >= 0 }),
      zip(distances, distances.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "what is stored of the training embeddings contradicts itself; take another file, or train again")
    }
    (self.distance, heldOutDistances) = (distance, distances)
  }

  /// Values of an embedding.
  public var dimensions: Int { distance.dimensions }
  /// Weight from 0 to 1 with which the covariance was drawn towards the identity.
  public var shrinkage: Double { distance.shrinkage }

  /// Learns from training embeddings.
  ///
  /// - Parameters:
  ///   - training: Embeddings for mean and covariance, two or more.
  ///   - heldOut: Embeddings for the law of distances, of observations that the embedding network was not trained on
  ///     either. Nil takes a fifth of `training` by seed, which then does not serve for mean and covariance; distances
  ///     are too small if the network knows them.
  ///   - seed: Of that choice.
  ///   - threads: Threads that share the held-out embeddings.
  /// - Throws: ``DiagnosticError``, code `shapeDiffers`, `tooFewSamples`, `noSpread` if all embeddings are equal.
  public init(
    training: SampleSet, heldOut: SampleSet? = nil, seed: UInt64 = 0, threads: Int = 1
  ) throws(DiagnosticError) {
    let sets: (training: SampleSet, heldOut: SampleSet)
    if let heldOut { sets = (training, heldOut) } else { sets = try Self.split(training, seed: seed) }
    let (training, heldOut) = sets
    guard training.dimensions == heldOut.dimensions else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "training embeddings have \(training.dimensions) values and held-out ones \(heldOut.dimensions)")
    }
    guard training.count > 1 else {
      throw DiagnosticError(
        code: .tooFewSamples, message: "one training embedding has no covariance; give two or more")
    }
    guard let distance = MahalanobisDistance(from: training) else {
      throw DiagnosticError(
        code: .noSpread,
        message: "all training embeddings are equal, so no observation can be told from them; is the network trained?")
    }
    self.distance = distance
    heldOutDistances = distance(heldOut, threads: threads).sorted()
  }

  /// Scores observations by their embeddings.
  ///
  /// - Throws: ``DiagnosticError``, code `shapeDiffers` for embeddings of another size.
  public func scores(of embeddings: SampleSet, threads: Int = 1) throws(DiagnosticError) -> [Score] {
    guard embeddings.dimensions == dimensions else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "embeddings of \(embeddings.dimensions) values cannot be compared with those of \(dimensions); are "
          + "they of the same network?")
    }
    return distance(embeddings, threads: threads).map { distance in
      let nearer = heldOutDistances.countOfFirst { $0 < distance }
      let asFar = heldOutDistances.count - nearer
      return Score(distance: distance, pValue: Double(asFar + 1) / Double(heldOutDistances.count + 1))
    }
  }

  private static func split(
    _ training: SampleSet, seed: UInt64
  ) throws(DiagnosticError) -> (training: SampleSet, heldOut: SampleSet) {
    guard training.count >= 10 else {
      throw DiagnosticError(
        code: .tooFewSamples,
        message: "\(training.count) embeddings are too few to hold some out; give 10 or more, or held-out ones")
    }
    var order = Array(0..<training.count)
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .heldOut)
    stream.shuffle(&order)
    let d = training.dimensions
    func set(_ rows: ArraySlice<Int>) throws(DiagnosticError) -> SampleSet {
      try SampleSet(rows.flatMap { training.values[$0 * d..<($0 + 1) * d] }, dimensions: d)
    }
    let last = training.count / 5
    return (try set(order[last...]), try set(order[..<last]))
  }
}

extension RandomPurpose {
  /// Embeddings that are held out.
  static let heldOut = RandomPurpose("held-out embeddings")
}
