import ArgumentParser

/// What a figure shows.
enum FigureKind: String, CaseIterable, ExpressibleByArgument {
  case butterfly, conditions, maps, image, drops, layout
  case training
  case estimates
  case pairs, marginals

  /// What a file holds that figures are of.
  enum Content {
    /// Averages or epochs.
    case evoked
    case weights
    case estimates
    case posterior

    /// For messages.
    var name: String {
      switch self {
      case .evoked: "evoked potentials"
      case .weights: "weights"
      case .estimates: "estimates"
      case .posterior: "a posterior"
      }
    }

    /// The kind that is drawn where none is asked for.
    var usualKind: FigureKind {
      switch self {
      case .evoked: .butterfly
      case .weights: .training
      case .estimates: .estimates
      case .posterior: .pairs
      }
    }
  }

  /// What it is a figure of.
  var content: Content {
    switch self {
    case .butterfly, .conditions, .maps, .image, .drops, .layout: .evoked
    case .training: .weights
    case .estimates: .estimates
    case .pairs, .marginals: .posterior
    }
  }
}
