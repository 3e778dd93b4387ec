import EEGCore
import EvokeNumerics
import Foundation
import HDF5
import InverseModels
import Networks
import TestSupport
import Testing

/// Against PyTorch's estimates: `fixtures/generate/inverse_models.py`.
@Suite struct TwinTests {
  static let cases = [
    "study_transformer", "electrode_transformer", "electrode_filters", "study_lstm", "lstm", "study_cnn_bilstm",
    "cnn_bilstm",
  ]

  @Test(arguments: cases)
  func networksEstimateWhatPyTorchDoes(_ name: String) throws {
    let file = try HDF5File(reading: TestFiles.fixture("inverse_models.h5")).group(name)
    let data = try StoredPotentials(file)
    let model = try Self.model(file, data)
    let estimates = try model.estimates(of: data, simulations: Array(0..<data.count))
    let expected = try file.dataset("mean").read(Double.self).values
    for (place, value) in expected.enumerated() {
      let size = model.scaling.scale(place % 3)
      #expect(abs(estimates.mean[place] - value) <= 1e-5 * size, "value \(place) is \(estimates.mean[place])")
    }
    #expect(estimates.covariance.isEmpty != file.exists("covariance"))
    guard file.exists("covariance") else { return }
    for (place, value) in try file.dataset("covariance").read(Double.self).values.enumerated() {
      let size = model.scaling.scale(place / 3 % 3) * model.scaling.scale(place % 3)
      #expect(abs(estimates.covariance[place] - value) <= 1e-5 * size)
    }
  }

  @Test func studyTransformerHasTheStudysNumberOfParameters() throws {
    let preparation = InputPreparation(
      channelMap: [], decimation: 1, factor: 1, components: [], isTimeFirst: false, channels: 64, times: 1201,
      preparedChannels: 64, preparedTimes: 1201)
    let nine = (0..<9).map { Prior.Parameter("p\($0)") }
    let model = try InverseModel(
      ModelConfiguration(.eegTransformer, preset: .study),
      targets: nine.map { try TargetExpression($0.name, parameters: nine) },
      scaling: TargetScaling(minimum: [], maximum: [], mean: [], deviation: [], isUnit: true),
      preparation: preparation, description: nil)
    #expect(model.parameters.values.count == 1_100_041)
  }

  /// The model of a case.
  static func model(_ file: HDF5Group, _ data: StoredPotentials) throws -> InverseModel {
    let configuration = try ModelConfiguration(json: file.dataset("config").readTexts().values[0])
    let scaling = try file.group("scaling")
    func values(_ name: String) throws -> [Double] { try scaling.dataset(name).read(Double.self).values }
    func optional(_ name: String) throws -> HDF5Array<Double>? {
      scaling.exists(name) ? try scaling.dataset(name).read(Double.self) : nil
    }
    let (map, components) = (try optional("channel_map"), try optional("components"))
    let decimation = Int(try values("decimation")[0])
    let isRecurrent = if case .recurrent = configuration.network { true } else { false }
    let preparation = InputPreparation(
      channelMap: map?.values.map(Float.init) ?? [], decimation: decimation, factor: Float(try values("factor")[0]),
      components: components?.values.map(Float.init) ?? [], isTimeFirst: isRecurrent, channels: data.channelCount,
      times: data.timeCount, preparedChannels: map?.shape[0] ?? data.channelCount,
      preparedTimes: components?.shape[0] ?? data.timeCount / decimation)
    var model = try InverseModel(
      configuration, targets: ["a", "b", "c"].map { try TargetExpression($0, parameters: data.parameters) },
      scaling: TargetScaling(
        minimum: values("target_minimum"), maximum: values("target_maximum"), mean: values("target_mean"),
        deviation: values("target_deviation"), isUnit: configuration.hasUnitTargets),
      preparation: preparation,
      description: InputDescription(channels: data.channels, times: [], rate: 100))
    let state = try file.group("state")
    try model.parameters.load(
      Dictionary(uniqueKeysWithValues: state.links().map { ($0, try state.dataset($0).read(Float.self).values) }))
    return model
  }
}

/// Potentials of a case.
struct StoredPotentials: LabelledData {
  let parameters = ["a", "b", "c"].map { Prior.Parameter($0) }
  let channels: [Channel]
  let count: Int
  let timeCount: Int
  let noiseLevels: [Double?] = [nil]
  private let x: [Float]

  init(_ file: HDF5Group) throws {
    let stored = try file.dataset("x").read(Float.self)
    (x, count, timeCount) = (stored.values, stored.shape[0], stored.shape[2])
    let positions = try file.dataset("positions").read(Double.self).values
    channels = (0..<stored.shape[1]).map {
      Channel(
        name: "\($0)", position: Position(x: positions[3 * $0], y: positions[3 * $0 + 1], z: positions[3 * $0 + 2]))
    }
  }

  var channelCount: Int { channels.count }
  func theta() -> [Double] { Array(repeating: 0, count: 3 * count) }
  func isGood() -> [Bool] { Array(repeating: true, count: count) }
  func read(_ simulations: Range<Int>, level: Int, into destination: UnsafeMutableBufferPointer<Float>) {
    let width = channelCount * timeCount
    _ = destination.update(fromContentsOf: x[simulations.lowerBound * width..<simulations.upperBound * width])
  }
}
