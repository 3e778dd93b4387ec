import EEGCore
import EvokeNumerics
import Networks

/// A trained model: from potentials to parameters.
public struct InverseModel: Sendable {
  /// What the model is.
  public let configuration: ModelConfiguration
  /// What it estimates.
  public let targets: [TargetExpression]
  /// How targets are scaled.
  public let scaling: TargetScaling
  /// What becomes of potentials first.
  public let preparation: InputPreparation
  /// Channels and times of the potentials; nil if the training data did not say.
  public let description: InputDescription?
  /// The network.
  public let network: InverseNetwork
  /// Its parameters.
  public var parameters: ParameterStore

  /// Builds a model with initial values.
  ///
  /// - Throws: ``InverseModelError``, code `dataDiffer`.
  public init(
    _ configuration: ModelConfiguration, targets: [TargetExpression], scaling: TargetScaling,
    preparation: InputPreparation, description: InputDescription?
  ) throws(InverseModelError) {
    (self.configuration, self.targets, self.scaling) = (configuration, targets, scaling)
    (self.preparation, self.description) = (preparation, description)
    var store = ParameterStore()
    network = try InverseNetwork(
      configuration, preparation: preparation, channels: description?.channels ?? [], targetCount: targets.count,
      in: &store)
    parameters = store
  }

  /// The same model for other channels: a transformer of electrodes takes any, others those that potentials are
  /// interpolated from.
  ///
  /// - Throws: ``InverseModelError``, code `dataDiffer`, for other times, and where channels are known by number.
  public func adapted(to other: InputDescription) throws(InverseModelError) -> InverseModel {
    guard let plan = try preparation.adapted(from: description, to: other, configuration: configuration) else {
      return self
    }
    var result = try InverseModel(
      configuration, targets: targets, scaling: scaling,
      preparation: plan, description: other)
    result.parameters.values = parameters.values
    return result
  }

  /// Estimates parameters of simulations.
  ///
  /// - Parameters:
  ///   - simulations: Their numbers.
  ///   - level: Which level of noise.
  ///   - threads: Threads that share the work; the result does not depend on them.
  /// - Throws: ``InverseModelError``; what reading throws.
  public func estimates(
    of data: some LabelledData, simulations: [Int], level: Int = 0, threads: Int = 1,
    progress: (Double) -> Void = { _ in }
  ) throws -> Estimates {
    guard data.channelCount == preparation.channels, data.timeCount == preparation.times else {
      throw InverseModelError(
        code: .dataDiffer,
        message: "the model sees \(preparation.channels) channels of \(preparation.times) samples, and the data have "
          + "\(data.channelCount) of \(data.timeCount)")
    }
    let rows = try SimulationRows(
      data, preparation: preparation, simulations: simulations, targets: [], levels: [level], mayCache: false)
    let step = BatchStep(network: network, parameterCount: parameters.values.count, threads: threads)
    let block = 256
    var inputs = [Float](repeating: 0, count: block * network.inputCount)
    var estimates = Estimates(count: targets.count)
    for first in stride(from: 0, to: simulations.count, by: block) {
      let numbers = Array(first..<min(first + block, simulations.count))
      let outputs = try inputs.withUnsafeMutableBufferPointer { inputs in
        let places = inputs.extracting(0..<numbers.count * network.inputCount)
        try rows.read(numbers, epoch: 0, inputs: places, targets: UnsafeMutableBufferPointer(start: nil, count: 0))
        return step.outputs(parameters.values, inputs: UnsafeBufferPointer(places), count: numbers.count)
      }
      estimates.add(outputs, of: self, rows: numbers.count)
      progress(Double(first + numbers.count) / Double(simulations.count))
    }
    return estimates
  }
}

/// What a model says of some simulations.
public struct Estimates: Hashable, Sendable {
  /// Targets, d.
  public let targetCount: Int
  /// Shape `[row, d]`, in the units of the targets.
  public private(set) var mean: [Double] = []
  /// Shape `[row, d, d]`; empty without uncertainty.
  public private(set) var covariance: [Double] = []

  /// Standard deviations, shape `[row, d]`; nil without uncertainty.
  public var deviation: [Double]? {
    covariance.isEmpty ? nil : Covariances.deviations(covariance, size: targetCount)
  }

  init(count: Int) { targetCount = count }

  mutating func add(_ outputs: [Float], of model: InverseModel, rows: Int) {
    let (d, width) = (targetCount, model.network.outputCount)
    outputs.withUnsafeBufferPointer { outputs in
      guard let base = outputs.baseAddress else { return }
      var normal = NormalOutputs(count: d)
      for row in 0..<rows {
        for target in 0..<d {
          mean.append(model.scaling.unscaled(Double(outputs[row * width + target]), target))
        }
        guard model.network.hasUncertainty else { continue }
        normal.read(base + row * width)
        let scaled = normal.covariance
        for place in 0..<d * d {
          covariance.append(scaled[place] * model.scaling.scale(place / d) * model.scaling.scale(place % d))
        }
      }
    }
  }
}
