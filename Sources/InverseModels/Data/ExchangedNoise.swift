import EvokeNumerics

/// Noise that training simulations lend each other: every row gets that of another simulation, anew in every epoch.
///
/// A network that sees the same potentials in every epoch learns their noise by heart. Preparation is linear, so noise is
/// the difference of prepared potentials with and without it.
package struct ExchangedNoise {
  /// Bytes of noise that are kept in memory.
  package static let cacheBytes = 100 << 20

  /// Shape `[lender, level, value]`.
  private let values: [Float]
  private let lenderCount: Int
  private let levelCount: Int
  private let width: Int
  private let seed: UInt64

  /// Reads the noise of as many simulations as there is room for; they are spread over all.
  ///
  /// - Parameters:
  ///   - simulationCount: Simulations that there are.
  ///   - levelCount: Levels of noise of each.
  ///   - width: Values of a prepared row.
  ///   - seed: Says who gets whose noise.
  ///   - read: Gives a prepared row of a simulation, by its place, at a level of noise, or without noise.
  package init(
    simulationCount: Int, levelCount: Int, width: Int, seed: UInt64,
    reading read: (_ simulation: Int, _ level: Int?, _ row: UnsafeMutableBufferPointer<Float>) throws -> Void
  ) throws {
    (self.levelCount, self.width, self.seed) = (levelCount, width, seed)
    let room = Self.cacheBytes / (levelCount * width * MemoryLayout<Float>.stride)
    lenderCount = max(1, min(simulationCount, room))
    var values = [Float](repeating: 0, count: lenderCount * levelCount * width)
    var clean = [Float](repeating: 0, count: width)
    for lender in 0..<lenderCount {
      let simulation = lender * simulationCount / lenderCount
      try clean.withUnsafeMutableBufferPointer { try read(simulation, nil, $0) }
      for level in 0..<levelCount {
        let first = (lender * levelCount + level) * width
        try values.withUnsafeMutableBufferPointer { values in
          let row = UnsafeMutableBufferPointer(rebasing: values[first..<first + width])
          try read(simulation, level, row)
          for place in 0..<width { row[place] -= clean[place] }
        }
      }
    }
    self.values = values
  }

  /// Adds a simulation's noise to a row.
  ///
  /// - Parameters:
  ///   - row: Prepared potentials without noise.
  ///   - number: Number of the row.
  ///   - level: Its level of noise.
  ///   - epoch: Number of the epoch.
  package func add(to row: UnsafeMutableBufferPointer<Float>, number: Int, level: Int, epoch: Int) {
    var stream = RandomStream(seed: seed, simulation: epoch, purpose: .exchangedNoise)
    // A number below a limit takes a few draws at most.
    stream.position = UInt64(number) << 8
    let first = (stream.integer(below: lenderCount) * levelCount + level) * width
    values.withUnsafeBufferPointer { values in
      for place in 0..<width { row[place] += values[first + place] }
    }
  }
}

extension RandomPurpose {
  /// Whose noise a row of training gets.
  static let exchangedNoise = RandomPurpose("exchanged noise")
}
