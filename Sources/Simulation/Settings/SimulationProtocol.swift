import ERP
import EvokeNumerics
import NeuralMass

/// Settings to begin with; docs/simulate.md says why they are what they are.
public enum SimulationProtocol: String, CaseIterable, Sendable {
  /// A column in consistent units with canonical input, whose responses look like evoked potentials.
  case physiological
  /// The study of Tilwani and O'Reilly 2024 as its code has it.
  case deepjr

  /// All settings of the protocol.
  public var settings: SimulationSettings {
    switch self {
    case .physiological: Self.physiologicalSettings
    case .deepjr: Self.studySettings
    }
  }

  private static let physiologicalSettings: SimulationSettings = {
    var parameters = ParameterTable()
    for name in ["A_e", "A_i", "b_e", "b_i", "a_1", "a_2", "a_3", "a_4"] {
      guard let middle = RangeMiddle(of: name) else { continue }
      parameters.protocolValues([
        name: .truncatedNormal(mean: middle.mean, scale: middle.scale, lower: middle.lower, upper: middle.upper)
      ])
    }
    // Volley: David et al. 2006, NeuroImage 30. Moment: evoked dipoles have some 10 to 100 nA m.
    parameters.protocolValues([
      "C": .fixed(135), "p": .fixed(0), "I": .fixed(400), "I_onset": .fixed(0.064), "I_width": .fixed(0.016),
      "q": .fixed(1), "trials": .fixed(60), "noise": .fixed(0.2),
    ])
    return SimulationSettings(
      protocolName: physiological.rawValue, parameters: parameters, sampling: .sobol,
      model: SimulationSettings.ModelSettings(
        method: .heun, rate: 256, stepsPerSample: 40, decimation: .first, settle: 1, regions: 1, arithmetic: .fast),
      stimulus: SimulationSettings.StimulusSettings(
        shape: .bump, interval: 1.25, routing: .canonical, simulatedTrials: .one),
      head: SimulationSettings.HeadSettings(
        montage: "biosemi64", shells: .four, radius: 0.09, leadField: nil, leadFieldColumns: [0]),
      // 0.2 µV times the root of 2500: 10 µV in a single trial.
      noise: SimulationSettings.NoiseSettings(
        kind: .realistic, levels: [2500], realistic: RealisticNoise(), file: nil, blinksPerMinute: 0),
      observation: ObservationSettings(tmin: -0.2, tmax: 0.8))
  }()

  /// Normal distributions around the middle of each range, a quarter of it wide and not truncated.
  private static let studySettings: SimulationSettings = {
    var parameters = ParameterTable()
    // The code of the study has 5 ... 150 for b_e, which must be a slip; its text has 50 ... 150.
    for name in ["A_e", "A_i", "b_e", "b_i", "C", "a_1", "a_2", "a_3", "a_4"] {
      guard let middle = RangeMiddle(of: name) else { continue }
      parameters.protocolValues([name: .normal(mean: middle.mean, scale: middle.scale)])
    }
    let column = JansenRitParameters.deepjr
    parameters.protocolValues([
      "r": .fixed(column.slope), "v_max": .fixed(column.maximumFiringRate), "v_0": .fixed(column.threshold),
      "I": .fixed(60), "I_onset": .fixed(0), "I_width": .fixed(0.05), "trials": .fixed(60), "noise": .fixed(0.2),
    ])
    return SimulationSettings(
      protocolName: deepjr.rawValue, parameters: parameters, sampling: .random,
      model: SimulationSettings.ModelSettings(
        method: .euler, rate: 1000, stepsPerSample: 1, decimation: .first, settle: 1, regions: 1, arithmetic: .fast),
      stimulus: SimulationSettings.StimulusSettings(
        shape: .pulse, interval: 1, routing: .threeWay, simulatedTrials: .all),
      head: SimulationSettings.HeadSettings(
        montage: "biosemi64", shells: .four, radius: 0.09, leadField: nil, leadFieldColumns: [0]),
      noise: SimulationSettings.NoiseSettings(
        kind: .white, levels: [1], realistic: RealisticNoise(), file: nil, blinksPerMinute: 0),
      observation: ObservationSettings(tmin: -0.2, tmax: 1))
  }()
}

extension ParameterTable {
  fileprivate mutating func protocolValues(_ values: [String: PriorDistribution]) {
    for (name, distribution) in values {
      guard let name = ParameterName(name) else { preconditionFailure("protocols know their parameters") }
      self[name] = distribution
    }
  }
}

/// A normal distribution in the middle of a parameter's range: a quarter of it is its deviation, as in the study.
private struct RangeMiddle {
  let lower, upper, mean, scale: Double

  init?(of name: String) {
    guard let range = ModelParameter.named(name)?.range else { return nil }
    (lower, upper) = (range.lowerBound, range.upperBound)
    // Short decimals, as people would write them.
    func short(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
    (mean, scale) = (short((lower + upper) / 2), short((upper - lower) / 4))
  }
}
