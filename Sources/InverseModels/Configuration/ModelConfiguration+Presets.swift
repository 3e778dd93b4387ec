extension ModelConfiguration {
  /// The settings of a preset.
  ///
  /// Those of the study are Tilwani and O'Reilly's (arXiv 2406.05002), from their public code; there is no public code
  /// of a CNN-BiLSTM, and ours stands for it.
  public init(_ model: ModelKind, preset: ModelPreset = .default) {
    (self.model, self.preset) = (model, preset)
    switch (model, preset) {
    case (.eegTransformer, .study): network = .studyTransformer(StudyTransformerSettings())
    case (.eegTransformer, .default): network = .electrodeTransformer(ElectrodeTransformerSettings())
    case (.lstm, .study): network = .recurrent(RecurrentSettings())
    case (.lstm, .default):
      network = .recurrent(
        RecurrentSettings(
          hidden: 96, layers: 1, averagesSteps: true, dropout: 0, headWidth: 128, headBlocks: 2,
          normalizesSamples: true))
    case (.cnnBiLSTM, .study):
      network = .recurrent(RecurrentSettings(convolutions: 2, layers: 1, isBidirectional: true, dropout: 0))
    case (.cnnBiLSTM, .default):
      network = .recurrent(
        RecurrentSettings(
          convolutions: 2, layers: 1, isBidirectional: true, averagesSteps: true, dropout: 0, headWidth: 128,
          headBlocks: 2, normalizesSamples: true))
    }
    switch preset {
    case .study:
      hasUnitTargets = true
      if model == .lstm {
        preparation.scaling = .factor
        // The study's code multiplies volts so, which saturates the gates.
        preparation.factor = 1e10
        training.learningRate = 1e-2
      }
    case .default:
      preparation.highestRate = 256
      training.batch = 64
      training.epochs = 60
      training.weightDecay = 0.01
      training.hasCosine = true
      training.warmUp = 2
      training.lowestRate = 0.01
      training.longestGradient = 1
      training.averageEpochs = 4
      training.patience = 20
      if model == .eegTransformer {
        preparation.components = 64
        // Few large pieces: the head is as large as everything in front of it, and wants many samples at once.
        training.batch = 128
        training.shards = 2
        training.learningRate = 2e-3
        training.weightDecay = 0.2
        training.epochs = 80
      } else {
        preparation.montage = "biosemi32"
      }
    }
  }
}
