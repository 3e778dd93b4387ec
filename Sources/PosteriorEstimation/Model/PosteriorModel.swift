import EvokeNumerics
import InverseModels
import Networks

/// A trained posterior: from data to a density of parameters, for any observation.
public struct PosteriorModel: Sendable {
  /// What the model is.
  public let configuration: PosteriorConfiguration
  /// The prior, and the space that the density lives in.
  public let space: UnconstrainedSpace
  /// What becomes of data first.
  public let preparation: DataPreparation
  /// From points of the space to what the density is over.
  public let standardization: Standardization
  /// Channels and times of the data; nil if nothing is known of them.
  public let description: InputDescription?
  /// The embedding and the density.
  public let network: PosteriorNetwork
  /// Their parameters.
  public var parameters: ParameterStore

  /// Builds a model with initial values.
  ///
  /// - Parameters:
  ///   - description: Channels and times; an embedding `eegtransformer` wants places of channels.
  /// - Throws: ``PosteriorError``, codes `invalidSetting` and `shapeDiffers`.
  public init(
    _ configuration: PosteriorConfiguration, space: UnconstrainedSpace, preparation: DataPreparation,
    standardization: Standardization, description: InputDescription?
  ) throws(PosteriorError) {
    (self.configuration, self.space, self.preparation) = (configuration, space, preparation)
    (self.standardization, self.description) = (standardization, description)
    guard standardization.mean.count == space.count, standardization.deviation.count == space.count else {
      throw PosteriorError(
        code: .shapeDiffers,
        message: "the standardization is of \(standardization.mean.count) parameters, and the space of \(space.count)")
    }
    var store = ParameterStore()
    var members: [PosteriorNetwork] = []
    for member in 0..<configuration.ensemble {
      let seed = configuration.seed(ofMember: member)
      func build(in store: inout ParameterStore) throws(PosteriorError) -> PosteriorNetwork {
        let embedding = try configuration.embedding(
          preparation: preparation, description: description, seed: seed, in: &store)
        let density = try configuration.density.density(
          count: space.count, contextCount: embedding.outputCount, seed: seed, in: &store)
        return PosteriorNetwork(embedding: embedding, density: density)
      }
      let isAlone = configuration.ensemble == 1
      members.append(try store.prefixing(isAlone ? "" : "member.\(member).", build))
    }
    network = PosteriorNetwork(members)
    parameters = store
  }

  /// The same model for other channels, which an embedding of `InverseModels` may take: a transformer of electrodes
  /// any, others those that potentials are interpolated from.
  ///
  /// - Throws: ``PosteriorError``, code `shapeDiffers`, for other times, and where channels are known by number.
  public func adapted(to other: InputDescription) throws(PosteriorError) -> PosteriorModel {
    guard case .model(let settings) = configuration.embedding, case .potentials(let plan) = preparation.steps else {
      if let description, description.channels.map(\.name) == other.channels.map(\.name),
        description.times == other.times
      {
        return self
      }
      throw PosteriorError(
        code: .shapeDiffers,
        message: "the embedding \(configuration.embedding.kind.rawValue) knows data by their place and takes no other "
          + "channels; train a model with the embedding eegtransformer")
    }
    let adapted: InputPreparation?
    do {
      adapted = try plan.adapted(
        from: description, to: other, configuration: settings.configuration(seed: configuration.training.seed))
    } catch {
      throw PosteriorError(code: .shapeDiffers, message: error.message)
    }
    guard let adapted else { return self }
    var result = try PosteriorModel(
      configuration, space: space,
      preparation: DataPreparation(
        shape: (preparation.records.map { [$0] } ?? []) + [adapted.channels, adapted.times],
        steps: .potentials(adapted), isTimeFirst: preparation.isTimeFirst, hasRecords: preparation.hasRecords),
      standardization: standardization, description: other)
    result.parameters.values = parameters.values
    return result
  }

  /// The number of observations that data are, checked.
  ///
  /// - Throws: ``PosteriorError``, codes `shapeDiffers` and `notFinite`.
  func observationCount(_ observations: [Float]) throws(PosteriorError) -> Int {
    let width = preparation.valueCount
    guard !observations.isEmpty, observations.count % width == 0 else {
      throw PosteriorError(
        code: .shapeDiffers,
        message:
          "the model was trained on data of shape \(preparation.shape), \(width) values, and \(observations.count)"
          + " values are no whole number of observations; give data of the shape that it was trained on")
    }
    if let records = preparation.recordData { return try observationCount(observations, of: records) }
    guard let place = observations.firstIndex(where: { !$0.isFinite }) else { return observations.count / width }
    throw PosteriorError(
      code: .notFinite,
      message:
        "observation \(place / width) has the value \(observations[place]) at place \(place % width); replace it, "
        + "or leave the observation out")
  }

  private func observationCount(_ observations: [Float], of records: RecordData) throws(PosteriorError) -> Int {
    let width = preparation.valueCount
    for observation in 0..<observations.count / width {
      let data = observations[observation * width..<(observation + 1) * width]
      switch records.content(of: data) {
      case .records: continue
      case .empty:
        throw PosteriorError(
          code: .notFinite, message: "observation \(observation) has no record: all of its values are NaN; leave it out"
        )
      case .notFinite(let place):
        throw PosteriorError(
          code: .notFinite,
          message: "record \(place / records.width) of observation \(observation) has the value "
            + "\(data[data.startIndex + place]) at place \(place % records.width); replace it, or the whole record by "
            + "NaN, which leaves it out")
      }
    }
    return observations.count / width
  }

  /// Contexts of observations, shape `[observation, contextCount]`: what the embedding makes of them.
  ///
  /// - Parameters:
  ///   - observations: Shape `[observation]` + that of the data.
  ///   - threads: Threads that share the work; the result does not depend on them.
  /// - Throws: ``PosteriorError``, codes `shapeDiffers` and `notFinite`.
  public func contexts(of observations: [Float], threads: Int = 1) throws(PosteriorError) -> [Float] {
    let count = try observationCount(observations)
    let preparer = DataPreparer(preparation)
    let step = BatchStep(network: network, parameterCount: parameters.values.count, threads: threads)
    // Many records make an observation large.
    let (width, block) = (preparation.valueCount, max(1, min(256, (1 << 24) / preparation.preparedCount)))
    var prepared = [Float](repeating: 0, count: min(block, count) * preparation.preparedCount)
    var contexts: [Float] = []
    contexts.reserveCapacity(count * network.outputCount)
    for first in stride(from: 0, to: count, by: block) {
      let rows = min(block, count - first)
      contexts += prepared.withUnsafeMutableBufferPointer { prepared in
        let target = prepared.extracting(0..<rows * preparation.preparedCount)
        observations.withUnsafeBufferPointer {
          preparer.prepare($0.extracting(first * width..<(first + rows) * width), count: rows, into: target)
        }
        return step.outputs(parameters.values, inputs: UnsafeBufferPointer(target), count: rows)
      }
    }
    return contexts
  }
}
