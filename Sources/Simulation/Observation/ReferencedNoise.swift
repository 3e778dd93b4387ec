import EEGCore
import NeuralMass

/// The sensor noise of settings, against the reference of the observation.
enum ReferencedNoise {
  /// Makes the noise.
  ///
  /// - Parameters:
  ///   - settings: Kind and rate.
  ///   - channels: With positions, for the kind `realistic`.
  ///   - reference: Of the observation.
  ///   - measured: For the kind `measured`, of the same channels.
  /// - Returns: Noise whose root mean square over channels is 1 V: of `realistic` behind the reference, of `white` before
  ///   it, as in the study. Measured noise is as it was measured.
  /// - Throws: ``SimulationError``; `HeadModelError`.
  static func make(
    _ settings: SimulationSettings, channels: [Channel], reference: ReferenceOperator, measured: SensorNoise?
  ) throws -> SensorNoise {
    switch settings.noise.kind {
    case .white:
      return try .white(standardDeviation: 1, channels: channels.map(\.name)).referenced(by: reference)
    case .realistic:
      let head = try HeadProjection.head(settings.head, channels: channels)
      let noise = try SensorNoise.realistic(
        settings.noise.realistic, channels: channels, head: head, reference: .scalp, rate: settings.model.rate
      ).referenced(by: reference)
      guard noise.rootMeanSquare > 0 else {
        throw SimulationError(
          code: .mismatch, message: "one channel against itself has no noise; choose another reference")
      }
      return noise.scaled(by: 1 / noise.rootMeanSquare)
    case .measured:
      guard let measured else {
        throw SimulationError(
          code: .invalidSetting, message: "noise.kind is measured, and there is no noise; give the recording it is from"
        )
      }
      guard measured.channels.count == channels.count else {
        throw SimulationError(
          code: .mismatch,
          message: "noise of \(measured.channels.count) channels does not fit a montage of \(channels.count)")
      }
      return try measured.referenced(by: reference)
    }
  }
}

extension SensorNoise {
  /// Behind a reference, which is a linear map of the channels.
  fileprivate func referenced(by reference: ReferenceOperator) throws -> SensorNoise {
    let parts = parts.map { part in
      let once = reference.applied(to: part.covariance)
      return Part(covariance: reference.applied(to: once.transposed), spectrum: part.spectrum)
    }
    return try SensorNoise(channels: channels, parts: parts, rate: rate)
  }
}
