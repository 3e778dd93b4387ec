import Foundation

/// How large the noise of a simulation's average is.
struct NoiseAmplitude: Sendable {
  private let isMeasured: Bool
  private let deviation: DrawnValue
  private let trials: DrawnValue
  /// Epochs behind an average, where all trials are simulated.
  private let simulatedEpochs: Int?

  init(_ settings: SimulationSettings, lookup: ParameterLookup, simulatedEpochs: Int) {
    isMeasured = settings.noise.kind == .measured
    deviation = lookup.value("noise")
    trials = lookup.value("trials")
    self.simulatedEpochs = settings.stimulus.simulatedTrials == .all ? simulatedEpochs : nil
  }

  /// What noise of root mean square 1 V is multiplied by in a single trial at level 1.
  func ofTrial(_ theta: ArraySlice<Double>) -> Double { isMeasured ? 1 : deviation(theta) * 1e-6 }

  /// The same in the average of all trials.
  func ofAverage(_ theta: ArraySlice<Double>) -> Double {
    let count = simulatedEpochs.map(Double.init) ?? max(1, trials(theta).rounded())
    return ofTrial(theta) / count.squareRoot()
  }
}
