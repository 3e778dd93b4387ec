import PosteriorEstimation

/// The option `--predict` of `sample` and `snpe`.
enum PredictionOption {
  /// Simulations where nobody says how many.
  static let simulations = 200

  /// - Throws: Usage errors.
  static func check(_ count: Int?) throws {
    guard let count, count != 0 else { return }
    guard (PosteriorPrediction.fewest...1_000_000).contains(count) else {
      throw usageError(
        "--predict \(count): give 0, or a number from \(PosteriorPrediction.fewest) to 1000000")
    }
  }
}
