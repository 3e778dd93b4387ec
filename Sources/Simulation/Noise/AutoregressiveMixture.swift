import Foundation

/// A sum of independent autoregressive processes, of variance one together.
public struct AutoregressiveMixture: Hashable, Sendable {
  /// A process and what it has of the variance.
  public struct Component: Hashable, Sendable, Codable {
    /// Its part of the variance.
    public var weight: Double
    /// The process.
    public var process: AutoregressiveProcess

    /// A process and its part of the variance.
    public init(weight: Double, process: AutoregressiveProcess) {
      (self.weight, self.process) = (weight, process)
    }
  }

  /// The processes; their weights are positive and their sum is one.
  public let components: [Component]

  /// A mixture; weights are scaled to a sum of one.
  ///
  /// - Throws: ``SimulationError``, code `invalidSetting`, for weights that are negative, not finite, or all zero.
  public init(_ components: [Component]) throws(SimulationError) {
    let sum = components.reduce(0) { $0 + $1.weight }
    guard components.allSatisfy({ $0.weight >= 0 }), sum > 0, sum.isFinite else {
      throw SimulationError(
        code: .invalidSetting,
        message: "the weights of a mixture of processes are parts of a variance: they must not be negative, and one at "
          + "least must be above zero; they are \(components.map(\.weight))")
    }
    self.components = components.filter { $0.weight > 0 }.map {
      Component(weight: $0.weight / sum, process: $0.process)
    }
  }

  /// One process alone.
  public init(_ process: AutoregressiveProcess) { components = [Component(weight: 1, process: process)] }

  /// White noise.
  public static let white = AutoregressiveMixture(.white)

  /// Noise whose spectral density falls as a power of frequency, between a lowest frequency and half the rate.
  ///
  /// It is a sum of first-order processes, one an octave, the slowest of which turns flat an octave below the lowest
  /// frequency. Their weights are fitted to the power law, by Itakura and Saito's distance at frequencies of equal
  /// ratios (multiplicative steps as in Févotte, Bertin and Durrieu 2009). For an exponent of 1 the density stays
  /// within 0.5 dB of the law (docs/noise.md).
  ///
  /// - Parameters:
  ///   - exponent: Density is as frequency to the power of minus this; between 0 and 2, about 1 for EEG.
  ///   - lowestFrequency: Where the power law begins; below, the density turns flat [Hz].
  ///   - rate: Sampling rate [Hz].
  /// - Throws: ``SimulationError``, code `invalidSetting`, for an exponent outside 0 ... 2 and for a lowest frequency
  ///   that is not between 0 and half the rate.
  public static func powerLaw(
    exponent: Double = 1, lowestFrequency: Double = 0.3, rate: Double
  ) throws(SimulationError) -> AutoregressiveMixture {
    guard (0...2).contains(exponent) else {
      throw SimulationError(
        code: .invalidSetting,
        message: "the exponent of a spectrum that falls as a power of frequency is \(exponent); it must lie from 0 to 2"
      )
    }
    guard lowestFrequency > 0, rate.isFinite, lowestFrequency < rate / 2, rate / lowestFrequency < 1e9 else {
      throw SimulationError(
        code: .invalidSetting,
        message: "the lowest frequency of a spectrum, \(lowestFrequency) Hz, must lie between 0 and half the rate of "
          + "\(rate) Hz")
    }
    let octaves = log2(rate / 2 / lowestFrequency)
    let processes = (-1...Int(octaves.rounded(.up))).map { octave in
      AutoregressiveProcess.firstOrder(
        timeConstant: 1 / (2 * Double.pi * lowestFrequency * exp2(Double(octave))), rate: rate)
    }
    let count = 12 * Int(octaves.rounded(.up)) + 1
    let frequencies = (0..<count).map { lowestFrequency * exp2(octaves * Double($0) / Double(count - 1)) }
    let spectra = processes.map { $0.powerSpectrum(at: frequencies, rate: rate) }
    let inverse = frequencies.map { pow($0 / lowestFrequency, exponent) }
    var weights = [Double](repeating: 1, count: processes.count)
    for _ in 0..<1000 {
      var sums = [Double](repeating: 0, count: count)
      for (weight, spectrum) in zip(weights, spectra) {
        for place in 0..<count { sums[place] += weight * spectrum[place] }
      }
      for (index, spectrum) in spectra.enumerated() {
        var (wanted, present) = (0.0, 0.0)
        for place in 0..<count {
          let share = spectrum[place] / sums[place]
          wanted += share / (sums[place] * inverse[place])
          present += share
        }
        weights[index] *= (wanted / present).squareRoot()
      }
    }
    return try AutoregressiveMixture(zip(weights, processes).map { Component(weight: $0, process: $1) })
  }

  /// Whether samples are independent of each other.
  public var isWhite: Bool { components.allSatisfy { $0.process.order == 0 } }

  /// Autocovariances at lags of 0 to `lags` - 1 samples; the first is one.
  public func autocovariance(lags: Int) -> [Double] {
    var sum = [Double](repeating: 0, count: lags)
    for component in components {
      for (lag, value) in component.process.autocovariance(lags: lags).enumerated() {
        sum[lag] += component.weight * value
      }
    }
    return sum
  }

  /// Spectral density, one-sided: its integral from 0 to half the rate is one.
  ///
  /// - Parameters:
  ///   - frequencies: From 0 to half the rate [Hz].
  ///   - rate: Sampling rate [Hz].
  /// - Returns: One value a frequency [1/Hz].
  public func powerSpectrum(at frequencies: [Double], rate: Double) -> [Double] {
    var sum = [Double](repeating: 0, count: frequencies.count)
    for component in components {
      for (index, value) in component.process.powerSpectrum(at: frequencies, rate: rate).enumerated() {
        sum[index] += component.weight * value
      }
    }
    return sum
  }
}

extension AutoregressiveMixture: Codable {
  /// Reads and validates a mixture: a list of components.
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode([Component].self))
  }

  /// Writes the components.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(components)
  }
}
