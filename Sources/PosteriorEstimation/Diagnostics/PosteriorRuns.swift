import ParallelLoops

/// Draws from the posteriors of several simulations (runs), and the parameters that each run was made with.
///
/// Whoever made the draws, a posterior is calibrated if the truth of a run looks like one more of its draws.
public struct PosteriorRuns: Sendable {
  /// The parameters that were true, drawn from the prior; shape `[run, parameter]`.
  public let truths: [Double]
  /// Draws from the posterior of each run, shape `[run, draw, parameter]`.
  public let draws: [Double]
  /// Number of parameters.
  public let parameterCount: Int
  /// Number of runs.
  public let runCount: Int
  /// Draws of each run.
  public let drawCount: Int

  /// Draws with the truths that belong to them.
  ///
  /// - Parameters:
  ///   - truths: Shape `[run, parameter]`.
  ///   - draws: Shape `[run, draw, parameter]`, as many draws for each run.
  ///   - parameterCount: Number of parameters, at least one.
  ///   - threads: Threads that share the check.
  /// - Throws: ``DiagnosticError``, code `shapeDiffers` if the numbers are no whole runs and draws, `tooFewSamples`
  ///   without a run or a draw, `notFinite` for a value that is infinite or not a number.
  public init(truths: [Double], draws: [Double], parameterCount: Int, threads: Int = 1) throws(DiagnosticError) {
    precondition(parameterCount > 0, "a posterior has a parameter")
    let runCount = truths.count / parameterCount
    guard truths.count % parameterCount == 0 else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "\(truths.count) true values are no whole number of runs with \(parameterCount) parameters")
    }
    guard runCount > 0, !draws.isEmpty else {
      throw DiagnosticError(
        code: .tooFewSamples,
        message: "there are \(runCount) runs and \(draws.count) values of draws; a diagnostic needs runs with draws")
    }
    guard draws.count % truths.count == 0 else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "\(draws.count) values of draws are not as many draws of \(parameterCount) parameters for each of "
          + "\(runCount) runs")
    }
    let drawCount = draws.count / truths.count
    let names = ["run", "draw", "parameter"]
    try Finite.check(truths, shape: [runCount, parameterCount], axes: ["run", "parameter"], of: "truths")
    try Finite.check(
      draws, shape: [runCount, drawCount, parameterCount], axes: names, of: "draws", threads: threads)
    (self.truths, self.draws, self.parameterCount) = (truths, draws, parameterCount)
    (self.runCount, self.drawCount) = (runCount, drawCount)
  }

  /// The true values of a parameter, shape `[run]`.
  func truths(of parameter: Int) -> [Double] {
    stride(from: parameter, to: truths.count, by: parameterCount).map { truths[$0] }
  }

  /// Makes one value for each run from its truth and its draws, on several threads.
  func map<Value: Sendable>(
    threads: Int,
    _ body: @Sendable (_ run: Int, _ truth: UnsafeBufferPointer<Double>, _ draws: UnsafeBufferPointer<Double>) -> Value
  ) -> [Value] {
    let (d, n) = (parameterCount, drawCount)
    return truths.withUnsafeBufferPointer { truths in
      draws.withUnsafeBufferPointer { draws in
        // Nobody writes: both buffers are only read.
        let (truths, draws) = (
          SharedMemory(UnsafeMutableBufferPointer(mutating: truths)),
          SharedMemory(UnsafeMutableBufferPointer(mutating: draws))
        )
        return mapPieces(runCount, threads: threads) { run in
          body(
            run, UnsafeBufferPointer(truths.part(run * d..<(run + 1) * d)),
            UnsafeBufferPointer(draws.part(run * n * d..<(run + 1) * n * d)))
        }
      }
    }
  }
}

/// Several samples of as many values each: draws, embeddings.
public struct SampleSet: Hashable, Sendable {
  /// Shape `[sample, dimension]`.
  public let values: [Double]
  /// Values of a sample.
  public let dimensions: Int

  /// Number of samples.
  public var count: Int { values.count / dimensions }

  /// Samples of `dimensions` values each, one behind the other.
  ///
  /// - Throws: ``DiagnosticError``, code `shapeDiffers` if the numbers are no whole samples, `tooFewSamples` without a
  ///   sample, `notFinite` for a value that is infinite or not a number.
  public init(_ values: [Double], dimensions: Int) throws(DiagnosticError) {
    precondition(dimensions > 0, "a sample has a value")
    guard values.count % dimensions == 0 else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "\(values.count) values are no whole number of samples with \(dimensions) values each")
    }
    guard !values.isEmpty else {
      throw DiagnosticError(code: .tooFewSamples, message: "a set of samples is empty")
    }
    try Finite.check(values, shape: [values.count / dimensions, dimensions], axes: ["sample", "value"], of: "samples")
    (self.values, self.dimensions) = (values, dimensions)
  }

  /// Embeddings in single precision, as networks give them; shape `[sample, dimension]`.
  public init(embeddings values: [Float], dimensions: Int) throws(DiagnosticError) {
    try self.init(values.map(Double.init), dimensions: dimensions)
  }

  /// Mean and standard deviation (divisor: count - 1) of every dimension; exact for one that is constant.
  func moments() -> (means: [Double], deviations: [Double]) {
    // The first sample as origin, so that constants have differences of exactly 0.
    var shifts = [Double](repeating: 0, count: dimensions)
    var squares = shifts
    for sample in 0..<count {
      for k in 0..<dimensions { shifts[k] += values[sample * dimensions + k] - values[k] }
    }
    for k in 0..<dimensions { shifts[k] /= Double(count) }
    for sample in 0..<count {
      for k in 0..<dimensions {
        let difference = values[sample * dimensions + k] - values[k] - shifts[k]
        squares[k] += difference * difference
      }
    }
    return (
      (0..<dimensions).map { values[$0] + shifts[$0] },
      squares.map { count > 1 ? ($0 / Double(count - 1)).squareRoot() : 0 }
    )
  }

  /// Refuses sets of unlike samples.
  static func checkPair(_ first: SampleSet, _ second: SampleSet, least: Int) throws(DiagnosticError) {
    guard first.dimensions == second.dimensions else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "samples of \(first.dimensions) and of \(second.dimensions) values cannot be compared; choose the "
          + "same parameters in both sets")
    }
    guard min(first.count, second.count) >= least else {
      throw DiagnosticError(
        code: .tooFewSamples,
        message: "sets of \(first.count) and \(second.count) samples are too small to be compared; \(least) of each "
          + "are needed at least")
    }
  }
}

/// Looks for values that are infinite or not numbers.
enum Finite {
  /// Refuses an array with such a value, and says where it is.
  ///
  /// - Parameters:
  ///   - shape: Of the array, as many axes as names.
  ///   - axes: What the axes are called.
  static func check(
    _ values: [Double], shape: [Int], axes: [String], of name: String, threads: Int = 1
  ) throws(DiagnosticError) {
    let pieceCount = 64
    let bad = values.withUnsafeBufferPointer { values in
      let shared = SharedMemory(UnsafeMutableBufferPointer(mutating: values))
      let count = values.count
      return mapPieces(pieceCount, threads: threads) { piece -> Int? in
        let range = piece * count / pieceCount..<(piece + 1) * count / pieceCount
        // x - x is 0 for all finite values, and a sum needs no branch.
        var sum = 0.0
        for value in shared.part(range) { sum += value - value }
        return sum == 0 ? nil : shared.part(range).firstIndex { !$0.isFinite }.map { range.lowerBound + $0 }
      }
    }.compactMap(\.self).first
    guard let bad else { return }
    var (rest, parts) = (bad, [String]())
    for (axis, size) in zip(axes, shape).reversed() {
      parts.insert("\(axis) \(rest % size)", at: 0)
      rest /= size
    }
    throw DiagnosticError(
      code: .notFinite,
      message: "the \(name) hold \(values[bad]) at \(parts.joined(separator: ", ")) (counted from 0); leave it out, or "
        + "look for what made it")
  }
}

/// Makes one value for each piece on several threads, in order, without a lock.
func mapPieces<Value: Sendable>(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
  Array(unsafeUninitializedCapacity: count) { places, initialized in
    let shared = SharedMemory(places)
    forEachPiece(count, threads: threads) { piece in
      if count > 0 { shared.start(of: piece..<piece + 1).initialize(to: body(piece)) }
    }
    initialized = count
  }
}
