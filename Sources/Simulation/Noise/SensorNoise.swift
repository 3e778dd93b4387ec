import EEGCore
import NeuralMass

/// Gaussian stationary noise of all channels: a sum of independent parts.
///
/// Each part is a spatial covariance, that of a single trial at one instant, times the autocovariance of a mixture of
/// autoregressive processes of variance one:
///
///     Cov(x(c, s), x(d, t)) = sum over parts of covariance(c, d) autocovariance(|s - t|)
///
/// ``EpochNoise`` draws epochs of it, ``ContinuousNoise`` a recording.
public struct SensorNoise: Hashable, Sendable {
  /// Noise of one spectrum.
  public struct Part: Hashable, Sendable {
    /// Shape `[channel, channel]`, V², of a single trial.
    public var covariance: Matrix
    /// The spectrum.
    public var spectrum: AutoregressiveMixture

    /// A part; the covariance has the shape `[channel, channel]`, in V².
    public init(covariance: Matrix, spectrum: AutoregressiveMixture = .white) {
      (self.covariance, self.spectrum) = (covariance, spectrum)
    }
  }

  /// Labels of the channels, C of them.
  public let channels: [String]
  /// The parts; none for no noise.
  public let parts: [Part]
  /// Sampling rate for which the spectra are made [Hz]; nil for white noise, which has the same variance at any.
  public let rate: Double?

  /// Noise of given parts.
  ///
  /// - Parameters:
  ///   - channels: Labels, C of them.
  ///   - parts: Each with a covariance of shape `[C, C]`, V².
  ///   - rate: Sampling rate for which the spectra are made [Hz]; nil if all are white.
  /// - Throws: ``SimulationError``, code `mismatch`, for another shape and for coloured noise without a rate.
  public init(channels: [String], parts: [Part], rate: Double? = nil) throws(SimulationError) {
    for part in parts where part.covariance.rows != channels.count || part.covariance.columns != channels.count {
      throw SimulationError(
        code: .mismatch,
        message: "noise of \(channels.count) channels has a covariance of \(part.covariance.rows) rows and "
          + "\(part.covariance.columns) columns; give one row and one column a channel, in the same order")
    }
    let isWhite = parts.allSatisfy { $0.spectrum.isWhite }
    guard isWhite || (rate.map { $0 > 0 && $0.isFinite } ?? false) else {
      throw SimulationError(
        code: .mismatch, message: "noise that is not white has a sampling rate above 0 Hz; say for which it was made")
    }
    (self.channels, self.parts, self.rate) = (channels, parts, isWhite ? nil : rate)
  }

  /// White noise, independent between channels: amplifiers alone.
  ///
  /// - Parameters:
  ///   - standardDeviation: Of every sample [V].
  ///   - channels: Labels.
  public static func white(standardDeviation: Double, channels: [String]) -> SensorNoise {
    precondition(standardDeviation >= 0 && standardDeviation.isFinite, "a standard deviation is not negative")
    var covariance = Matrix(rows: channels.count, columns: channels.count)
    for row in channels.indices { covariance[row, row] = standardDeviation * standardDeviation }
    return SensorNoise(checked: channels, [Part(covariance: covariance)], nil)
  }

  /// Noise white in time with a given spatial covariance.
  ///
  /// - Parameters:
  ///   - covariance: Shape `[channel, channel]`, V², of a single trial.
  ///   - channels: Labels.
  /// - Throws: ``SimulationError``, code `mismatch`, for another shape and for a matrix that is no covariance.
  public static func covariance(_ covariance: Matrix, channels: [String]) throws(SimulationError) -> SensorNoise {
    let noise = try SensorNoise(channels: channels, parts: [Part(covariance: covariance)])
    _ = try SpatialFactor(covariance)
    return noise
  }

  /// What has been checked, or made so.
  init(checked channels: [String], _ parts: [Part], _ rate: Double?) {
    (self.channels, self.parts, self.rate) = (channels, parts, rate)
  }

  /// Covariance of the channels at one instant, all parts together; shape `[channel, channel]`, V².
  public var covariance: Matrix {
    var sum = Matrix(rows: channels.count, columns: channels.count)
    for part in parts {
      for index in sum.values.indices { sum.values[index] += part.covariance.values[index] }
    }
    return sum
  }

  /// Root of the mean variance of the channels [V].
  public var rootMeanSquare: Double { covariance.meanVariance.squareRoot() }

  /// Spectral density of a channel, one-sided.
  ///
  /// - Parameters:
  ///   - channel: Index into ``channels``.
  ///   - frequencies: From 0 to half the rate [Hz].
  ///   - rate: Sampling rate [Hz]; that of the noise, if it has one.
  /// - Returns: One value a frequency [V²/Hz].
  public func powerSpectrum(ofChannel channel: Int, at frequencies: [Double], rate: Double) -> [Double] {
    precondition(self.rate == nil || self.rate == rate, "the spectra are made for another rate")
    var sum = [Double](repeating: 0, count: frequencies.count)
    for part in parts {
      let variance = part.covariance[channel, channel]
      for (index, value) in part.spectrum.powerSpectrum(at: frequencies, rate: rate).enumerated() {
        sum[index] += variance * value
      }
    }
    return sum
  }

  /// With amplitudes multiplied by a factor, such as the root of a noise level.
  public func scaled(by factor: Double) -> SensorNoise {
    let parts = parts.map { part in
      var part = part
      for index in part.covariance.values.indices { part.covariance.values[index] *= factor * factor }
      return part
    }
    return SensorNoise(checked: channels, parts, rate)
  }

  /// Several independent noises of the same channels together.
  ///
  /// - Throws: ``SimulationError``, code `mismatch`, when channels or rates differ.
  public static func sum(_ noises: [SensorNoise]) throws(SimulationError) -> SensorNoise {
    let rates = Set(noises.compactMap(\.rate))
    guard let first = noises.first, noises.allSatisfy({ $0.channels == first.channels }), rates.count <= 1 else {
      throw SimulationError(
        code: .mismatch, message: "noises add up only when they have the same channels in the same order, and one rate")
    }
    return SensorNoise(checked: first.channels, noises.flatMap(\.parts), rates.first)
  }

  /// Against another reference, as ``LeadField/referenced(to:)``: the covariance of what is left of the channels once
  /// the mean of some is subtracted.
  ///
  /// - Throws: ``SimulationError``, code `mismatch`, for channels that do not exist and for the mean over the whole
  ///   scalp, which the channels do not tell.
  public func referenced(to reference: LeadField.Reference) throws(SimulationError) -> SensorNoise {
    let parts = try parts.map { part throws(SimulationError) in
      // Columns, then rows, are lead fields of as many sources as there are channels.
      let once = try rereferenced(part.covariance, reference)
      return Part(covariance: try rereferenced(once.transposed, reference), spectrum: part.spectrum)
    }
    return SensorNoise(checked: channels, parts, rate)
  }

  private func rereferenced(_ matrix: Matrix, _ reference: LeadField.Reference) throws(SimulationError) -> Matrix {
    do {
      return try LeadField(channels: channels, gains: matrix, reference: .channels(channels))
        .referenced(to: reference).gains
    } catch {
      throw SimulationError(code: .mismatch, message: error.message)
    }
  }
}

extension Matrix {
  /// Mean of the diagonal.
  var meanVariance: Double { rows == 0 ? 0 : (0..<rows).reduce(0) { $0 + self[$1, $1] } / Double(rows) }

  /// Rows as columns.
  var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }
}
