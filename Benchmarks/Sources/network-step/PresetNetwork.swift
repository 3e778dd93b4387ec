import EEGCore
import EvokeNumerics
import Foundation
import InverseModels
import Networks

/// A network of `evoke train` with the sizes, batch and optimiser of a preset, and potentials of noise for it.
struct PresetNetwork {
  let name: String
  let model: InverseModel
  /// Shape `[batch, channel, time]`, in volts.
  let potentials: [Float]
  /// Shape `[batch, target]`, as the network sees them.
  let targets: [Float]

  private static let targetCount = 9

  /// Names of all models and presets.
  static let names = ModelPreset.allCases.flatMap { preset in
    ModelKind.allCases.map { "\($0.rawValue)-\(preset.rawValue)" }
  }

  /// The network of a name; nil if there is none.
  init?(_ name: String) throws {
    guard let place = PresetNetwork.names.firstIndex(of: name) else { return nil }
    self.name = name
    let preset = ModelPreset.allCases[place / ModelKind.allCases.count]
    let configuration = ModelConfiguration(ModelKind.allCases[place % ModelKind.allCases.count], preset: preset)
    // The study's data, and a second at the rate that the defaults reduce to.
    let (times, rate) = preset == .study ? (1201, 1000.0) : (257, 256.0)
    let description = InputDescription(
      channels: try StandardMontage.named("biosemi64").channels, times: (0..<times).map { Double($0) / rate },
      rate: rate)
    let noise = NoisePotentials(count: configuration.training.batch, channels: 64, times: times)
    let parameters = (0..<PresetNetwork.targetCount).map { Prior.Parameter("p\($0)") }
    let (zeros, ones) = (parameters.map { _ in 0.0 }, parameters.map { _ in 1.0 })
    model = try InverseModel(
      configuration, targets: parameters.map { try TargetExpression($0.name, parameters: parameters) },
      scaling: TargetScaling(
        minimum: zeros, maximum: ones, mean: zeros, deviation: ones, isUnit: configuration.hasUnitTargets),
      preparation: InputPreparation(
        fitting: configuration, to: noise, description: description, simulations: Array(0..<noise.count)),
      description: description)
    var stream = RandomStream(seed: 3, simulation: 0, purpose: .initialValues)
    targets = (0..<noise.count * PresetNetwork.targetCount).map { _ in Float(stream.normal()) }
    potentials = noise.values
  }

  /// What is timed: the potentials are prepared before.
  var timed: TimedNetwork {
    let plan = model.configuration.training
    let pass = min(model.network.samplesPerPass, plan.batch / plan.shards)
    return TimedNetwork(
      name: name, network: model.network, parameters: model.parameters,
      inputs: model.preparation.prepared(potentials, count: plan.batch), targets: targets, batch: plan.batch,
      shards: plan.shards, optimizer: plan.settings(rowCount: plan.batch).optimizer,
      trainingOperations: model.configuration.network.trainingOperations(
        preparation: model.preparation, outputs: model.network.outputCount, samplesTogether: pass))
  }

  /// Writes all that a twin needs: `NAME.json`, whose `arrays` name what lies one behind the other in `NAME.f32`, in
  /// single precision.
  func export(to folder: URL) throws {
    struct Content: Encodable {
      struct Array: Encodable { let name: String, shape: [Int] }
      let configuration: String
      let targets: [String]
      let arrays: [Array]
    }
    let plan = model.preparation
    var arrays: [Content.Array] = []
    var values: [Float] = []
    func add(_ name: String, _ shape: [Int], _ content: [Float]) {
      precondition(shape.reduce(1, *) == content.count, "\(name) fills its shape")
      arrays.append(Content.Array(name: name, shape: shape))
      values += content
    }
    for parameter in model.parameters.parameters {
      add("state/\(parameter.name)", parameter.shape, model.parameters.values(of: parameter))
    }
    add("scaling/input_shape", [2], [Float(plan.channels), Float(plan.times)])
    add("scaling/decimation", [], [Float(plan.decimation)])
    add("scaling/factor", [], [plan.factor])
    if !plan.channelMap.isEmpty {
      add("scaling/channel_map", [plan.preparedChannels, plan.channels], plan.channelMap)
    }
    if !plan.components.isEmpty {
      add("scaling/components", [plan.preparedTimes, plan.times / plan.decimation], plan.components)
    }
    let places = (model.description?.channels ?? []).compactMap(\.position)
    add("positions", [places.count, 3], places.flatMap { [Float($0.x), Float($0.y), Float($0.z)] })
    let batch = model.configuration.training.batch
    add("potentials", [batch, plan.channels, plan.times], potentials)
    add("targets", [batch, PresetNetwork.targetCount], targets)
    let content = Content(
      configuration: try model.configuration.json(), targets: model.targets.map(\.name), arrays: arrays)
    try JSONEncoder().encode(content).write(to: folder.appending(path: "\(name).json"))
    try values.withUnsafeBytes { Data($0) }.write(to: folder.appending(path: "\(name).f32"))
  }
}

/// Potentials of white noise with a deviation of 1 µV.
private struct NoisePotentials: LabelledData {
  let count: Int
  let parameters: [Prior.Parameter] = []
  let channelCount: Int
  let timeCount: Int
  let noiseLevels: [Double?] = [nil]
  /// Shape `[count, channel, time]`, in volts.
  let values: [Float]

  init(count: Int, channels: Int, times: Int) {
    (self.count, channelCount, timeCount) = (count, channels, times)
    var stream = RandomStream(seed: 2, simulation: 0, purpose: .initialValues)
    values = (0..<count * channels * times).map { _ in Float(1e-6 * stream.normal()) }
  }

  func theta() -> [Double] { [] }
  func isGood() -> [Bool] { Array(repeating: true, count: count) }
  func read(_ simulations: Range<Int>, level: Int, into destination: UnsafeMutableBufferPointer<Float>) {
    let width = channelCount * timeCount
    _ = destination.update(fromContentsOf: values[simulations.lowerBound * width..<simulations.upperBound * width])
  }
}
