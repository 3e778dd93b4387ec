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
