extension InputPreparation {
  /// Simulations that the factor and the components are found from, at most; they are spread over all.
  private static let fittedSimulations = 1024
  private static let blockSize = 32

  /// The preparation that a configuration asks for, with its factor and components found on training simulations.
  ///
  /// - Parameters:
  ///   - configuration: Which network, and how potentials are prepared for it.
  ///   - data: Simulations.
  ///   - description: Channels and times of the data, where they are known.
  ///   - simulations: Those of the training split.
  ///   - levels: Levels of noise that are trained on, by number.
  /// - Throws: ``InverseModelError``, codes `invalidSetting`, `dataDiffer` and `notFinite`; what reading throws.
  public init(
    fitting configuration: ModelConfiguration, to data: some LabelledData, description: InputDescription?,
    simulations: [Int], levels: [Int] = [0]
  ) throws {
    try self.init(
      configuration, channels: data.channelCount, times: data.timeCount, description: description)
    try fit(configuration, to: data, simulations: simulations, levels: levels)
  }

  /// Finds the factor and the components of training simulations.
  ///
  /// - Parameters:
  ///   - simulations: Those of the training split.
  ///   - levels: Levels of noise that are trained on.
  /// - Throws: ``InverseModelError``, code `notFinite`; what reading throws.
  private mutating func fit(
    _ configuration: ModelConfiguration, to data: some LabelledData, simulations: [Int], levels: [Int]
  ) throws {
    let settings = configuration.preparation
    factor = settings.scaling == .factor ? Float(settings.factor) : 1
    components = []
    let step = max(1, simulations.count / Self.fittedSimulations)
    let chosen = stride(from: 0, to: simulations.count, by: step).map { simulations[$0] }
    let decimatedTimes = times / decimation
    preparedTimes = decimatedTimes
    if settings.scaling == .rootMeanSquare {
      let squares = try meanSquares(of: data, simulations: chosen, levels: levels)
      let mean = squares.reduce(0, +) / Double(max(1, squares.count))
      guard mean.isFinite, mean > 0 else { throw Self.withoutSignal }
      factor = Float(1 / mean.squareRoot())
    }
    guard settings.components > 0 else { return }
    // Samples are divided by their size first if the network does so: large ones would decide alone.
    let sizes = configuration.network.normalizesSamples
    var components = PrincipalComponents(times: decimatedTimes)
    try forEachBlock(of: data, chosen, levels) { values, count in
      var values = values
      if sizes {
        let width = preparedChannels * decimatedTimes
        for sample in 0..<count {
          let range = sample * width..<(sample + 1) * width
          let scale = 1 / max((values[range].reduce(0) { $0 + $1 * $1 } / Float(width)).squareRoot(), 1e-6)
          for place in range { values[place] *= scale }
        }
      }
      components.add(values, rows: count * preparedChannels)
    }
    preparedTimes = min(settings.components, decimatedTimes)
    guard let found = components.whitened(count: preparedTimes, floor: settings.floor) else { throw Self.withoutSignal }
    self.components = found
  }

  private static var withoutSignal: InverseModelError {
    InverseModelError(
      code: .notFinite, message: "the potentials of the training simulations are not finite, or all 0; look at the data"
    )
  }

  private func meanSquares(of data: some LabelledData, simulations: [Int], levels: [Int]) throws -> [Double] {
    var squares: [Double] = []
    try forEachBlock(of: data, simulations, levels) { values, count in
      let width = values.count / count
      for sample in 0..<count {
        squares.append(
          values[sample * width..<(sample + 1) * width].reduce(0.0) { $0 + Double($1 * $1) } / Double(width))
      }
    }
    return squares
  }

  /// Calls with blocks of samples that are prepared as far as this preparation goes, all samples of a channel together.
  private func forEachBlock(
    of data: some LabelledData, _ simulations: [Int], _ levels: [Int], _ body: ([Float], Int) throws -> Void
  ) throws {
    var plan = self
    plan.isTimeFirst = false
    let preparer = InputPreparer(plan)
    let width = channels * times
    var potentials = [Float](repeating: 0, count: Self.blockSize * width)
    for level in levels {
      for first in stride(from: 0, to: simulations.count, by: Self.blockSize) {
        let block = simulations[first..<min(first + Self.blockSize, simulations.count)]
        var prepared = [Float](repeating: 0, count: block.count * plan.valueCount)
        try potentials.withUnsafeMutableBufferPointer { potentials in
          for (place, simulation) in block.enumerated() {
            try data.read(
              simulation..<simulation + 1, level: level,
              into: UnsafeMutableBufferPointer(rebasing: potentials[place * width..<(place + 1) * width]))
          }
          prepared.withUnsafeMutableBufferPointer { prepared in
            preparer.prepare(
              UnsafeBufferPointer(rebasing: potentials[0..<block.count * width]), count: block.count, into: prepared)
          }
        }
        try body(prepared, block.count)
      }
    }
  }
}

extension NetworkSettings {
  /// Whether the network divides a sample by its size.
  var normalizesSamples: Bool {
    switch self {
    case .studyTransformer: false
    case .electrodeTransformer(let sizes): sizes.normalizesSamples
    case .recurrent(let sizes): sizes.normalizesSamples
    }
  }
}
