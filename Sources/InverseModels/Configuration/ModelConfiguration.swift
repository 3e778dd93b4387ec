import EEGCore
import Foundation

/// Everything that decides what a model is and how it is trained.
public struct ModelConfiguration: Hashable, Sendable {
  /// The family of networks.
  public var model: ModelKind
  /// Where the settings began.
  public var preset: ModelPreset
  /// Whether the model gives a normal distribution and not only an estimate.
  public var hasUncertainty = false
  /// What is estimated: parameters and products of them, see ``TargetExpression``; none stands for all parameters.
  public var targets: [String] = []
  /// Whether targets go from 0 to 1 in training (their smallest and largest value), and not by mean and deviation.
  public var hasUnitTargets = false
  /// Levels of noise that are trained on, as factors of the data; none stands for the first one.
  public var noiseLevels: [Double] = []
  /// Share of the simulations that tell which epoch was best.
  public var validationShare = 0.1
  /// Share of the simulations that are kept for the test.
  public var testShare = 0.1
  /// What becomes of potentials before the network.
  public var preparation = PreparationSettings()
  /// Sizes of the network.
  public var network: NetworkSettings
  /// How it is trained.
  public var training = TrainingPlan()

  /// Throws unless numbers mean something.
  ///
  /// - Throws: ``InverseModelError``, code `invalidSetting`.
  public func check() throws(InverseModelError) {
    func require(_ holds: Bool, _ message: String) throws(InverseModelError) {
      if !holds { throw InverseModelError(code: .invalidSetting, message: message) }
    }
    try require(
      validationShare > 0 && testShare > 0 && validationShare + testShare < 1,
      "validation_share and test_share are above 0 and below 1 together")
    try require(
      training.epochs > 0 && training.batch > 0 && training.shards > 0 && training.learningRate > 0
        && training.learningRate.isFinite && training.weightDecay >= 0 && training.warmUp >= 0
        && (0...1).contains(training.lowestRate) && training.longestGradient >= 0 && training.averageEpochs >= 0
        && training.patience >= 0,
      "epochs, batch, shards and learning_rate are above 0, other numbers of the training not below")
    try require(
      preparation.factor > 0 && preparation.highestRate >= 0 && preparation.components >= 0 && preparation.floor >= 0,
      "factor is above 0, and highest_rate_hz, components and floor are not below")
    switch network {
    case .studyTransformer(let sizes):
      try require(
        sizes.width > 0 && sizes.heads > 0 && sizes.width % sizes.heads == 0 && sizes.feedForward > 0
          && (0..<1).contains(sizes.dropout), "width, heads and feed_forward are above 0, and heads divides width")
    case .electrodeTransformer(let sizes):
      try require(
        sizes.width > 0 && sizes.heads > 0 && sizes.width % sizes.heads == 0 && sizes.feedForward > 0
          && sizes.placeHidden > 0 && sizes.layers >= 0 && sizes.headWidth > 0 && sizes.headBlocks >= 0
          && sizes.fewestChannels >= 0 && (0...1).contains(sizes.wholeShare) && (0..<1).contains(sizes.dropout),
        "width, heads, feed_forward, place_hidden and head_width are above 0, heads divides width, dropout is below 1, "
          + "whole_share lies in 0 ... 1")
    case .recurrent(let sizes):
      try require(
        sizes.hidden > 0 && sizes.layers > 0 && sizes.convolutions >= 0 && sizes.filters > 0 && sizes.kernel % 2 == 1
          && sizes.kernel > 0 && sizes.headWidth >= 0 && sizes.headBlocks >= 0 && (0..<1).contains(sizes.dropout),
        "hidden, layers and filters are above 0, kernel is odd, dropout is below 1")
    }
  }
}

extension ModelConfiguration: Codable {
  private enum CodingKeys: String, CodingKey {
    case model, preset, targets, preparation, network, training
    case hasUncertainty = "uncertainty"
    case hasUnitTargets = "unit_targets"
    case noiseLevels = "noise_levels"
    case validationShare = "validation_share"
    case testShare = "test_share"
  }

  /// Reads a configuration; all its keys are there.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    model = try values.decode(ModelKind.self, forKey: .model)
    preset = try values.decode(ModelPreset.self, forKey: .preset)
    hasUncertainty = try values.decode(Bool.self, forKey: .hasUncertainty)
    targets = try values.decode([String].self, forKey: .targets)
    hasUnitTargets = try values.decode(Bool.self, forKey: .hasUnitTargets)
    noiseLevels = try values.decode([Double].self, forKey: .noiseLevels)
    validationShare = try values.decode(Double.self, forKey: .validationShare)
    testShare = try values.decode(Double.self, forKey: .testShare)
    preparation = try values.decode(PreparationSettings.self, forKey: .preparation)
    network = try NetworkSettings(of: model, preset: preset, in: values, forKey: .network)
    training = try values.decode(TrainingPlan.self, forKey: .training)
  }

  /// Writes all settings.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(model, forKey: .model)
    try values.encode(preset, forKey: .preset)
    try values.encode(hasUncertainty, forKey: .hasUncertainty)
    try values.encode(targets, forKey: .targets)
    try values.encode(hasUnitTargets, forKey: .hasUnitTargets)
    try values.encode(noiseLevels, forKey: .noiseLevels)
    try values.encode(validationShare, forKey: .validationShare)
    try values.encode(testShare, forKey: .testShare)
    try values.encode(preparation, forKey: .preparation)
    try network.encode(to: &values, forKey: .network)
    try values.encode(training, forKey: .training)
  }
}

extension ModelConfiguration: StoredSettings {
  package static let fixedKeys: Set<String> = ["model", "preset"]
  package static let laterSettings: [(path: [String], value: JSONDocument)] = [
    (["training", "average_epochs"], .integer(0)), (["training", "exchange_noise"], .flag(false)),
    (["network", "counts_channels"], .flag(false)), (["network", "whole_share"], .integer(0)),
  ]

  /// The configuration as JSON with sorted keys.
  public func json() throws -> String { try storedText() }

  /// The configuration that ``json()`` wrote.
  ///
  /// - Throws: ``InverseModelError``, code `invalidSetting`.
  public init(json: String) throws(InverseModelError) {
    do { try self.init(storedText: json) } catch {
      throw InverseModelError(code: .invalidSetting, message: error.message)
    }
    try check()
  }

  /// Replaces a setting by its name: a path with dots (`network.width`), or the last part of one that is clear.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - value: JSON, or a text.
  /// - Throws: ``InverseModelError``, code `invalidSetting`, for an unknown or unclear name, and for a value of another
  ///   type.
  public mutating func set(_ name: String, to value: String) throws(InverseModelError) {
    do { try assign(value, to: name) } catch {
      throw InverseModelError(code: .invalidSetting, message: error.message)
    }
    try check()
  }
}
