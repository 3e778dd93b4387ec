import EvokeNumerics
import InverseModels
import Networks

extension EmbeddingSettings {
  /// Builds the embedding of prepared data, of one record where there are several, and adds its parameters, with
  /// initial values of a seed.
  ///
  /// - Throws: ``PosteriorError``, codes `invalidSetting` and `shapeDiffers`.
  func embedding(
    preparation: DataPreparation, description: InputDescription?, seed: UInt64, in store: inout ParameterStore
  ) throws(PosteriorError) -> any Embedding {
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .initialValues)
    let (channels, times) = DataPreparation.channelsAndTimes(of: preparation.recordShape)
    switch self {
    case .identity: return IdentityEmbedding(inputCount: preparation.preparedRecordCount)
    case .fullyConnected(let sizes):
      return FullyConnectedEmbedding(
        inputCount: preparation.preparedRecordCount, outputCount: sizes.outputs, hidden: sizes.hidden,
        layers: sizes.layers, in: &store, using: &stream)
    case .convolution(let sizes):
      return try ConvolutionEmbedding(sizes, channels: channels, times: times, in: &store, using: &stream)
    case .model(let settings):
      guard case .potentials(let plan) = preparation.steps else {
        preconditionFailure("a network of InverseModels has potentials prepared for it")
      }
      do {
        return ModelEmbedding(
          try InverseNetwork(
            settings.configuration(seed: seed), preparation: plan, channels: description?.channels ?? [],
            targetCount: settings.outputs, in: &store))
      } catch {
        throw PosteriorError(code: .shapeDiffers, message: error.message)
      }
    }
  }
}
