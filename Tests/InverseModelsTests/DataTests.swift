import EEGCore
import EvokeNumerics
import InverseModels
import TestSupport
import Testing

@Suite struct DataTests {
  @Test(arguments: [UInt64(1), 7, 99])
  func everyGoodSimulationIsInOnePartAndFailedOnesInNone(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let isGood = (0..<500).map { _ in Double.random(in: 0...1, using: &generator) > 0.1 }
    let split = try DataSplit(isGood: isGood, validationShare: 0.1, testShare: 0.1, seed: seed)
    let good = isGood.count { $0 }
    let tenth = Int((Double(good) / 10).rounded())
    #expect(split.simulations(of: .test).count == tenth)
    #expect(split.simulations(of: .validation).count == tenth)
    #expect(split.simulations(of: .training).count == good - 2 * tenth)
    #expect(split.simulations(of: .none) == isGood.indices.filter { !isGood[$0] })
    #expect(try split == DataSplit(isGood: isGood, validationShare: 0.1, testShare: 0.1, seed: seed))
    #expect(try split != DataSplit(isGood: isGood, validationShare: 0.1, testShare: 0.1, seed: seed + 1))
  }

  @Test func tooFewSimulationsAreRefused() {
    #expect(throws: InverseModelError.self) {
      try DataSplit(isGood: [true, true, true], validationShare: 0.1, testShare: 0.1, seed: 1)
    }
  }

  @Test func aProductHasTheFactorsOfTheDataAndOfTheSettings() throws {
    let parameters = [Prior.Parameter("A_i", unit: "mV"), Prior.Parameter("a_4")]
    let product = try TargetExpression("A_i * a_4*C", parameters: parameters, constants: ["C": 135])
    #expect(product.name == "A_i*a_4*C")
    #expect(product.unit == "mV")
  }

  @Test(arguments: ["A_j", "A_i*", "C", ""])
  func targetsThatAreNotInTheDataAreRefused(_ text: String) {
    let error = #expect(throws: InverseModelError.self) {
      try TargetExpression(text, parameters: [Prior.Parameter("A_i")], constants: ["C": 135])
    }
    #expect(error?.code == .unknownTarget)
  }
}

@Suite struct PreparationTests {
  @Test func preparedPotentialsHaveARootMeanSquareOfOne() throws {
    let data = SyntheticData(count: 8)
    let preparation = try Self.preparation(.eegTransformer, .study, data)
    let prepared = preparation.prepared(data.values[0], count: data.count)
    let square = prepared.reduce(0.0) { $0 + Double($1 * $1) } / Double(prepared.count)
    #expect(prepared.count == 8 * 12 * 24)
    #expect(abs(square - 1) < 1e-5)
  }

  @Test func recurrentNetworksSeeAllChannelsOfATimeTogether() throws {
    let data = SyntheticData(count: 2)
    let prepared = try Self.preparation(.lstm, .study, data).prepared(data.values[0], count: 2)
    for (sample, channel, time) in [(0, 0, 0), (0, 11, 3), (1, 5, 23)] {
      let potential = data.values[0][(sample * 12 + channel) * 24 + time]
      #expect(prepared[(sample * 24 + time) * 12 + channel] == potential * 1e10)
    }
  }

  @Test func fittedComponentsAreUncorrelatedWithVarianceOne() throws {
    var configuration = ModelConfiguration(.eegTransformer)
    // Samples are not divided by their size, so that what is prepared is what was fitted.
    try configuration.set("normalizes_samples", to: "false")
    try configuration.set("components", to: "6")
    try configuration.set("floor", to: "0")
    let data = SyntheticData(count: 16)
    let preparation = try InputPreparation(
      fitting: configuration, to: data, description: data.description, simulations: Array(0..<16))
    let prepared = preparation.prepared(data.values[0], count: 16)
    let rows = 16 * 12
    #expect(prepared.count == rows * 6)
    for first in 0..<6 {
      for second in 0..<6 {
        let product = (0..<rows).reduce(0.0) { $0 + Double(prepared[$1 * 6 + first] * prepared[$1 * 6 + second]) }
        #expect(abs(product / Double(rows) - (first == second ? 1 : 0)) < 1e-3)
      }
    }
  }

  private static func preparation(
    _ model: ModelKind, _ preset: ModelPreset, _ data: SyntheticData
  ) throws -> InputPreparation {
    try InputPreparation(
      fitting: ModelConfiguration(model, preset: preset), to: data, description: data.description,
      simulations: Array(0..<data.count))
  }
}

@Suite struct ConfigurationTests {
  @Test(arguments: ModelKind.allCases, ModelPreset.allCases)
  func presetsSurviveJSON(_ model: ModelKind, _ preset: ModelPreset) throws {
    let configuration = ModelConfiguration(model, preset: preset)
    try configuration.check()
    #expect(try ModelConfiguration(json: configuration.json()) == configuration)
  }

  @Test func settingsHaveShortNames() throws {
    var configuration = ModelConfiguration(.eegTransformer)
    try configuration.set("place_hidden", to: "24")
    try configuration.set("training.epochs", to: "7")
    guard case .electrodeTransformer(let sizes) = configuration.network else { Issue.record("another network"); return }
    #expect(sizes.placeHidden == 24)
    #expect(configuration.training.epochs == 7)
  }

  @Test(arguments: [
    ("widht", "3"), ("width", "wide"), ("heads", "3"), ("dropout", "1"), ("model", "lstm"), ("epochs", "0"),
    ("test_share", "0.95"), ("learning_rate", "-1"),
  ])
  func settingsThatMeanNothingAreRefused(_ name: String, _ value: String) {
    var configuration = ModelConfiguration(.eegTransformer)
    let error = #expect(throws: InverseModelError.self) { try configuration.set(name, to: value) }
    #expect(error?.code == .invalidSetting)
  }

  @Test(arguments: ["", "{}", #"{"model":"mlp"}"#, "[1]"])
  func damagedConfigurationsAreRefused(_ json: String) {
    #expect(throws: InverseModelError.self) { try ModelConfiguration(json: json) }
  }
}
