import EEGCore
import EvokeNumerics
import Networks

/// From prepared potentials to outputs.
protocol NetworkBody: Sendable {
  var samplesPerPass: Int { get }
  func outputs(for inputs: Node, on tape: Tape) -> Node
}

extension NetworkBody {
  var samplesPerPass: Int { .max }
}

/// A network of any kind with its loss: squared error of scaled targets, or the density of a normal distribution.
public struct InverseNetwork: TrainableNetwork {
  /// Values of a prepared sample.
  public let inputCount: Int
  /// Targets.
  public let targetCount: Int
  /// Whether outputs are a mean and the factor of a covariance, see `NormalOutputs`.
  public let hasUncertainty: Bool
  private let body: any NetworkBody

  /// Targets, or what describes a normal distribution of them.
  public var outputCount: Int { hasUncertainty ? NormalOutputs.count(of: targetCount) : targetCount }
  /// Samples that go through together.
  public var samplesPerPass: Int { body.samplesPerPass }

  /// Builds a network for prepared data and draws its initial values.
  ///
  /// - Parameters:
  ///   - configuration: Kind and sizes.
  ///   - preparation: What samples look like.
  ///   - channels: The channels of the data; places matter to a transformer of electrodes.
  ///   - targetCount: Targets.
  ///   - store: Gets the parameters.
  /// - Throws: ``InverseModelError``, code `dataDiffer`.
  package init(
    _ configuration: ModelConfiguration, preparation: InputPreparation, channels: [Channel], targetCount: Int,
    in store: inout ParameterStore
  ) throws(InverseModelError) {
    var stream = RandomStream(seed: configuration.training.seed, simulation: 0, purpose: .initialValues)
    (inputCount, self.targetCount) = (preparation.valueCount, targetCount)
    hasUncertainty = configuration.hasUncertainty
    let outputs = hasUncertainty ? NormalOutputs.count(of: targetCount) : targetCount
    switch configuration.network {
    case .studyTransformer(let sizes):
      body = StudyTransformer(
        sizes, channels: preparation.preparedChannels, times: preparation.preparedTimes, outputs: outputs, in: &store,
        using: &stream)
    case .electrodeTransformer(let sizes):
      body = ElectrodeTransformer(
        sizes, places: try ElectrodeTransformer.places(of: channels), values: preparation.preparedTimes,
        outputs: outputs, in: &store, using: &stream)
    case .recurrent(let sizes):
      let steps = preparation.preparedTimes >> sizes.convolutions
      guard steps > 0 else {
        throw InverseModelError(
          code: .dataDiffer,
          message: "\(preparation.preparedTimes) samples cannot be halved \(sizes.convolutions) times")
      }
      body = RecurrentNetwork(
        sizes, channels: preparation.preparedChannels, times: preparation.preparedTimes, outputs: outputs, in: &store,
        using: &stream)
    }
  }

  /// Outputs, shape `[samples, outputCount]`.
  public func outputs(for inputs: Node, on tape: Tape) -> Node { body.outputs(for: inputs, on: tape) }

  /// Losses, shape `[samples, 1]`.
  public func losses(of outputs: Node, targets: Node, on tape: Tape) -> Node {
    hasUncertainty
      ? tape.normalNegativeLogDensity(outputs, targets: targets) : tape.squaredError(outputs, targets: targets)
  }
}
