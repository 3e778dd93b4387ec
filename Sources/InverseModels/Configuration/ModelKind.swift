import EEGCore

/// A family of networks that read parameters from an evoked potential.
public enum ModelKind: String, Hashable, Sendable, NamedChoice {
  /// Attention between channels, each a token with its whole time course.
  case eegTransformer = "eegtransformer"
  /// Recurrent layers along time.
  case lstm
  /// Convolutions along time, then a recurrent layer in both directions.
  case cnnBiLSTM = "cnn-bilstm"
}

/// Where the settings of a model begin.
public enum ModelPreset: String, Hashable, Sendable, NamedChoice {
  /// As in Tilwani and O'Reilly 2024, to repeat its tables.
  case study
  /// What did best in our experiments, see `docs/networks.md`.
  case `default`
}
