import Networks

/// Simulations at some levels of noise as prepared rows: in memory where they fit, else read again each time.
final class SimulationRows<Source: LabelledData>: TrainingData {
  private let source: Source
  private let preparer: InputPreparer
  private let simulations: [Int]
  private let levels: [Int]
  /// Scaled, shape `[simulation, target]`.
  private let targets: [Float]
  private let targetCount: Int
  private var potentials: [Float]
  /// All prepared rows, or nothing.
  private var cache: [Float] = []

  /// Bytes of prepared rows that are kept in memory.
  static var cacheBytes: Int { 400 << 20 }

  /// Rows; those of one simulation stand together.
  ///
  /// - Parameters:
  ///   - targets: Shape `[simulation, target]`, scaled.
  ///   - levels: Which levels of noise.
  ///   - progress: Told how much is read, from 0 to 1.
  /// - Throws: What reading throws; ``InverseModelError``, code `notFinite`.
  init(
    _ source: Source, preparation: InputPreparation, simulations: [Int], targets: [Float], levels: [Int],
    mayCache: Bool = true, progress: (Double) -> Void = { _ in }
  ) throws {
    (self.source, self.simulations, self.targets, self.levels) = (source, simulations, targets, levels)
    targetCount = targets.count / max(1, simulations.count)
    preparer = InputPreparer(preparation)
    potentials = Array(repeating: 0, count: preparation.channels * preparation.times)
    let width = preparation.valueCount
    guard mayCache, count * width * MemoryLayout<Float>.stride <= Self.cacheBytes else { return }
    cache = Array(repeating: 0, count: count * width)
    try cache.withUnsafeMutableBufferPointer { cache in
      for row in 0..<count {
        try prepare(row, into: UnsafeMutableBufferPointer(rebasing: cache[row * width..<(row + 1) * width]))
        progress(Double(row + 1) / Double(count))
      }
    }
  }

  var count: Int { simulations.count * levels.count }

  func read(
    _ rows: [Int], inputs: UnsafeMutableBufferPointer<Float>, targets: UnsafeMutableBufferPointer<Float>
  ) throws {
    let width = preparer.preparation.valueCount
    for (place, row) in rows.enumerated() {
      let target = UnsafeMutableBufferPointer(rebasing: inputs[place * width..<(place + 1) * width])
      if cache.isEmpty {
        try prepare(row, into: target)
      } else {
        cache.withUnsafeBufferPointer {
          _ = target.update(fromContentsOf: UnsafeBufferPointer(rebasing: $0[row * width..<(row + 1) * width]))
        }
      }
      let simulation = row / levels.count
      for column in 0..<targetCount {
        targets[place * targetCount + column] = self.targets[simulation * targetCount + column]
      }
    }
  }

  private func prepare(_ row: Int, into target: UnsafeMutableBufferPointer<Float>) throws {
    let simulation = simulations[row / levels.count]
    try potentials.withUnsafeMutableBufferPointer { potentials in
      try source.read(simulation..<simulation + 1, level: levels[row % levels.count], into: potentials)
      preparer.prepare(UnsafeBufferPointer(potentials), count: 1, into: target)
    }
    guard target.allSatisfy(\.isFinite) else {
      throw InverseModelError(
        code: .notFinite,
        message: "the potentials of simulation \(simulation) are not finite though it is said to be good; leave it out")
    }
  }
}
