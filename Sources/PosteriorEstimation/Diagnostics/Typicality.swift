/// What observations of the training looked like to a posterior: its contexts, against which those of an observation are
/// scored.
///
/// Mean and covariance are of training pairs, distances of validation pairs, which no gradient has seen. See
/// ``OutOfDistribution`` for single observations and ``KernelTest`` for sets of them.
public struct Typicality: Hashable, Sendable {
  /// How far contexts are from those of the training.
  public let distances: OutOfDistribution
  /// Contexts of some held-out pairs.
  public let heldOut: SampleSet

  /// Training pairs that are looked at, at most.
  static let mostTraining = 10_000
  /// Held-out pairs whose distances are kept, at most.
  static let mostDistances = 1000
  /// Held-out pairs whose contexts are kept, at most.
  static let mostContexts = 500
  /// Values of a context, beyond which the covariance takes too much room and time.
  static let mostDimensions = 512
  /// An observation is strange if its p-value is below.
  public static let strangeLevel = 0.01
  /// Observations from which on they are judged as a set.
  public static let leastOfSet = 20

  /// What was stored.
  ///
  /// - Throws: ``DiagnosticError``, code `shapeDiffers`, if its parts contradict each other.
  public init(distances: OutOfDistribution, heldOut: SampleSet) throws(DiagnosticError) {
    guard distances.dimensions == heldOut.dimensions else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message:
          "contexts of \(distances.dimensions) and of \(heldOut.dimensions) values are stored side by side; take "
          + "another file, or train again")
    }
    (self.distances, self.heldOut) = (distances, heldOut)
  }

  /// Learns from the pairs that a model was trained on.
  ///
  /// Nil where there is nothing to learn: contexts of more than 512 values, or all equal, or not finite.
  ///
  /// - Parameters:
  ///   - training: Numbers of the pairs that were learnt from; some of them, evenly, where they are many.
  ///   - heldOut: Numbers of validation pairs.
  ///   - threads: Threads that share the work; the result does not depend on them.
  /// - Throws: What reading throws.
  public init?(
    of model: PosteriorModel, _ pairs: some SimulatedPairs, training: [Int], heldOut: [Int], threads: Int = 1
  ) throws {
    let width = model.network.outputCount
    guard width <= Self.mostDimensions, training.count > 1, !heldOut.isEmpty else { return nil }
    func contexts(_ numbers: [Int], most: Int) throws -> SampleSet {
      try SampleSet(
        embeddings: model.contexts(of: pairs, Self.some(numbers, most: most), threads: threads), dimensions: width)
    }
    do {
      let held = try contexts(heldOut, most: Self.mostDistances)
      distances = try OutOfDistribution(
        training: contexts(training, most: Self.mostTraining), heldOut: held, threads: threads)
      let kept = Self.some(Array(0..<held.count), most: Self.mostContexts)
      self.heldOut = try SampleSet(
        kept.flatMap { held.values[$0 * width..<($0 + 1) * width] }, dimensions: width)
    } catch is DiagnosticError {
      return nil
    }
  }

  /// Some of many numbers, evenly.
  private static func some(_ numbers: [Int], most: Int) -> [Int] {
    guard numbers.count > most else { return numbers }
    return (0..<most).map { numbers[$0 * numbers.count / most] }
  }

  /// Scores contexts of observations, shape `[observation, value]`.
  ///
  /// - Throws: ``DiagnosticError``, code `shapeDiffers` for contexts of another size.
  public func scores(
    of contexts: [Float], threads: Int = 1
  ) throws(DiagnosticError) -> [OutOfDistribution.Score] {
    try distances.scores(
      of: SampleSet(embeddings: contexts, dimensions: distances.dimensions), threads: threads)
  }

  /// Compares a set of observations, the first 1,000 of them, with held-out pairs.
  ///
  /// - Throws: ``DiagnosticError``, code `tooFewSamples` for fewer than two, `shapeDiffers`.
  public func discrepancy(of contexts: [Float], seed: UInt64, threads: Int = 1) throws(DiagnosticError) -> KernelTest {
    let most = min(contexts.count, 1000 * heldOut.dimensions)
    let set = try SampleSet(embeddings: Array(contexts[..<most]), dimensions: heldOut.dimensions)
    return try KernelTest(heldOut, set, seed: seed, threads: threads)
  }
}

extension PosteriorModel {
  /// Contexts of some pairs, shape `[pair, contextCount]`; of several records, as many as a pair has in training.
  fileprivate func contexts(of pairs: some SimulatedPairs, _ numbers: [Int], threads: Int) throws -> [Float] {
    let (width, block) = (pairs.valueCount, 256)
    var data = [Float](repeating: 0, count: min(block, numbers.count) * width)
    var contexts: [Float] = []
    contexts.reserveCapacity(numbers.count * network.outputCount)
    let variation = configuration.recordVariation?.fixed
    for first in stride(from: 0, to: numbers.count, by: block) {
      let rows = numbers[first..<min(first + block, numbers.count)]
      try data.withUnsafeMutableBufferPointer { data in
        for (place, pair) in rows.enumerated() {
          let row = data.extracting(place * width..<(place + 1) * width)
          try pairs.read(pair..<pair + 1, into: row)
          if let variation, let records = preparation.recordData { variation.hide(in: row, records, pair: pair) }
        }
      }
      contexts += try self.contexts(of: Array(data[..<(rows.count * width)]), threads: threads)
    }
    return contexts
  }
}
