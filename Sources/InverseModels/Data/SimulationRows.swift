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
  /// The level without noise, if rows get that of others.
  private let cleanLevel: Int?
  private var noise: ExchangedNoise?
  /// All prepared rows, or nothing; those without noise are the same for all levels.
  private var cache: [Float] = []

  /// Bytes of prepared rows that are kept in memory.
  static var cacheBytes: Int { 400 << 20 }

  /// Rows; those of one simulation stand together.
  ///
  /// - Parameters:
  ///   - targets: Shape `[simulation, target]`, scaled.
  ///   - levels: Which levels of noise.
  ///   - exchange: The level without noise, and a seed, if every row shall get the noise of some simulation of these.
  ///   - progress: Told how much is read, from 0 to 1.
  /// - Throws: What reading throws; ``InverseModelError``, code `notFinite`.
  init(
    _ source: Source, preparation: InputPreparation, simulations: [Int], targets: [Float], levels: [Int],
    exchange: (cleanLevel: Int, seed: UInt64)? = nil, mayCache: Bool = true, progress: (Double) -> Void = { _ in }
  ) throws {
    (self.source, self.simulations, self.targets, self.levels) = (source, simulations, targets, levels)
    cleanLevel = exchange?.cleanLevel
    targetCount = targets.count / max(1, simulations.count)
    preparer = InputPreparer(preparation)
    potentials = Array(repeating: 0, count: preparation.channels * preparation.times)
    let width = preparation.valueCount
    if let exchange {
      noise = try ExchangedNoise(
        simulationCount: simulations.count, levelCount: levels.count, width: width, seed: exchange.seed
      ) { simulation, level, row in
        try prepare(simulation, level: level.map { levels[$0] } ?? exchange.cleanLevel, into: row)
      }
    }
    let room = Self.cacheBytes - (exchange == nil ? 0 : ExchangedNoise.cacheBytes)
    guard mayCache, storedRows * width * MemoryLayout<Float>.stride <= room else { return }
    cache = Array(repeating: 0, count: storedRows * width)
    try cache.withUnsafeMutableBufferPointer { cache in
      for stored in 0..<storedRows {
        let row = cleanLevel == nil ? stored : stored * levels.count
        try prepare(row: row, into: UnsafeMutableBufferPointer(rebasing: cache[stored * width..<(stored + 1) * width]))
        progress(Double(stored + 1) / Double(storedRows))
      }
    }
  }

  var count: Int { simulations.count * levels.count }

  private var storedRows: Int { cleanLevel == nil ? count : simulations.count }

  func read(
    _ rows: [Int], epoch: Int, inputs: UnsafeMutableBufferPointer<Float>, targets: UnsafeMutableBufferPointer<Float>
  ) throws {
    let width = preparer.preparation.valueCount
    for (place, row) in rows.enumerated() {
      let target = UnsafeMutableBufferPointer(rebasing: inputs[place * width..<(place + 1) * width])
      let simulation = row / levels.count
      if cache.isEmpty {
        try prepare(row: row, into: target)
      } else {
        let first = (cleanLevel == nil ? row : simulation) * width
        cache.withUnsafeBufferPointer {
          _ = target.update(fromContentsOf: UnsafeBufferPointer(rebasing: $0[first..<first + width]))
        }
      }
      noise?.add(to: target, number: row, level: row % levels.count, epoch: epoch)
      for column in 0..<targetCount {
        targets[place * targetCount + column] = self.targets[simulation * targetCount + column]
      }
    }
  }

  /// Prepares a row as it is kept.
  private func prepare(row: Int, into target: UnsafeMutableBufferPointer<Float>) throws {
    try prepare(row / levels.count, level: cleanLevel ?? levels[row % levels.count], into: target)
  }

  private func prepare(_ place: Int, level: Int, into target: UnsafeMutableBufferPointer<Float>) throws {
    let simulation = simulations[place]
    try potentials.withUnsafeMutableBufferPointer { potentials in
      try source.read(simulation..<simulation + 1, level: level, into: potentials)
      preparer.prepare(UnsafeBufferPointer(potentials), count: 1, into: target)
    }
    guard target.allSatisfy(\.isFinite) else {
      throw InverseModelError(
        code: .notFinite,
        message: "the potentials of simulation \(simulation) are not finite though it is said to be good; leave it out")
    }
  }
}
