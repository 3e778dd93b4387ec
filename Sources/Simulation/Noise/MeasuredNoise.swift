import EEGCore
import Foundation

/// Settings of noise that is learnt from a recording.
public struct MeasuredNoise: Hashable, Sendable {
  /// Highest order of the autoregressive process; 24 by default, and never above a quarter of an epoch's samples.
  public var maximumOrder = 24

  /// The default settings.
  public init() {}
}

extension MeasuredNoise: Codable {
  /// Reads settings; those that are missing have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    maximumOrder = try values.decodeIfPresent(Int.self, forKey: .maximumOrder) ?? maximumOrder
  }
}

/// Noise learnt from pieces of a recording where nothing happens, such as the baselines of epochs.
///
/// The spatial covariance is pooled over pieces, the mean of each channel and piece removed, and shrunk after Ledoit and
/// Wolf. One autoregressive spectrum serves all channels: autocovariances are pooled over pieces and channels, each
/// channel scaled to one. Removing means takes slow noise away; autocovariances are those of the process that, treated
/// alike, has the ones that were found. The order is that of the smallest information criterion of Akaike.
public struct NoiseEstimate: Hashable, Sendable {
  /// The noise.
  public let noise: SensorNoise
  /// The spectrum of all channels.
  public let process: AutoregressiveProcess
  /// Weight of the identity in the covariance, between 0 and 1.
  public let shrinkage: Double
  /// Akaike's criterion for orders from 0 on, less its smallest value.
  public let criterion: [Double]

  /// Learns from pieces.
  ///
  /// - Parameters:
  ///   - values: Shape `[piece, channel, time]`, volts.
  ///   - channels: Labels.
  ///   - sampleCount: Samples of a piece.
  ///   - rate: Sampling rate [Hz].
  ///   - settings: How to learn.
  /// - Throws: ``SimulationError``, code `tooLittleData`, with what to do, when pieces have fewer than 8 samples, there
  ///   are not twice as many instants as channels, or all channels are flat; `mismatch` for values that are not finite.
  public init(
    values: [Double], channels: [String], sampleCount: Int, rate: Double, settings: MeasuredNoise = MeasuredNoise()
  ) throws(SimulationError) {
    precondition(
      sampleCount > 0 && !channels.isEmpty && values.count % (channels.count * sampleCount) == 0,
      "pieces hold one value a channel and time")
    precondition(rate > 0 && settings.maximumOrder >= 0, "a rate is above zero, an order is not below")
    let pieces = values.count / (channels.count * sampleCount)
    guard values.allSatisfy(\.isFinite) else {
      throw SimulationError(
        code: .mismatch, message: "the epochs to learn noise from hold values that are infinite or not numbers")
    }
    guard sampleCount >= 8, pieces * (sampleCount - 1) >= 2 * channels.count else {
      throw SimulationError(
        code: .tooLittleData,
        message:
          "noise of \(channels.count) channels cannot be learnt from \(pieces) pieces of \(sampleCount) samples; "
          + "8 samples a piece and \(2 * channels.count + pieces) together are the least: take longer baselines, more "
          + "epochs or fewer channels")
    }
    let moments = PooledMoments(
      values, channels: channels.count, sampleCount: sampleCount,
      lags: min(settings.maximumOrder, sampleCount / 4) + 1)
    guard moments.autocovariances[0] > 0 else {
      throw SimulationError(
        code: .tooLittleData, message: "noise cannot be learnt from channels that are all flat; choose other epochs")
    }
    let autocovariances = moments.autocovariancesWithMeans()
    let partial = AutoregressiveProcess.partialCorrelations(
      autocovariances: autocovariances, order: autocovariances.count - 1)
    let information = Double(pieces * sampleCount) * moments.independentChannels
    var (criterion, logVariance) = ([0.0], 0.0)
    for (index, value) in partial.enumerated() {
      logVariance += log(1 - value * value)
      criterion.append(information * logVariance + 2 * Double(index + 1))
    }
    let order = criterion.indices.min { criterion[$0] < criterion[$1] } ?? 0
    let process = AutoregressiveProcess(partialCorrelations: Array(partial.prefix(order)))
    let smallest = criterion[order]

    let (covariance, shrinkage) = moments.shrunkCovariance(process)
    self.process = process
    self.shrinkage = shrinkage
    self.criterion = criterion.map { $0 - smallest }
    noise = try SensorNoise(
      channels: channels,
      parts: [SensorNoise.Part(covariance: covariance, spectrum: AutoregressiveMixture(process))], rate: rate)
  }

  /// Learns from a part of epochs, such as their baselines.
  ///
  /// - Parameters:
  ///   - epochs: In volts.
  ///   - interval: Of the epochs; up to the event by default.
  ///   - settings: How to learn.
  /// - Throws: ``SimulationError``, as ``init(values:channels:sampleCount:rate:settings:)``.
  public init(
    _ epochs: Epochs, in interval: ClosedRange<Double> = -.infinity...0, settings: MeasuredNoise = MeasuredNoise()
  ) throws(SimulationError) {
    let samples = epochs.times.indices.filter { interval.contains(epochs.times[$0]) }
    guard let first = samples.first, let last = samples.last else {
      throw SimulationError(
        code: .tooLittleData,
        message: "the epochs have no sample from \(interval.lowerBound) s to \(interval.upperBound) s to learn noise "
          + "from; name an interval inside them")
    }
    var values: [Double] = []
    values.reserveCapacity(epochs.events.count * epochs.channels.count * samples.count)
    for row in 0..<(epochs.events.count * epochs.channels.count) {
      values += epochs.values[(row * epochs.times.count + first)...(row * epochs.times.count + last)]
    }
    try self.init(
      values: values, channels: epochs.channels.map(\.name), sampleCount: samples.count, rate: epochs.rate,
      settings: settings)
  }
}

extension SensorNoise {
  /// Noise learnt from a part of epochs, see ``NoiseEstimate``.
  ///
  /// - Parameters:
  ///   - epochs: In volts.
  ///   - interval: Of the epochs; up to the event by default.
  ///   - settings: How to learn.
  /// - Throws: ``SimulationError``, code `tooLittleData`, with what to do.
  public static func measured(
    _ epochs: Epochs, in interval: ClosedRange<Double> = -.infinity...0, settings: MeasuredNoise = MeasuredNoise()
  ) throws(SimulationError) -> SensorNoise {
    try NoiseEstimate(epochs, in: interval, settings: settings).noise
  }
}

/// Covariances in space and time of pieces whose channels had their means removed.
private struct PooledMoments {
  /// Shape `[channel, channel]`, V²; divided by the number of samples.
  let covariance: Matrix
  /// Mean over channels, each scaled to one; divided by the number of samples of a piece, whatever the lag.
  let autocovariances: [Double]
  /// Sum over instants of the square of the sum of squares [V⁴], and the number of instants.
  private let fourthMoment: Double
  private let instants: Int
  private let sampleCount: Int

  init(_ values: [Double], channels: Int, sampleCount: Int, lags: Int) {
    let pieces = values.count / (channels * sampleCount)
    let size = channels * sampleCount
    var centred = values
    var covariance = Matrix(rows: channels, columns: channels)
    var sums = [Double](repeating: 0, count: channels * lags)
    var fourth = 0.0
    var energies = [Double](repeating: 0, count: sampleCount)
    centred.withUnsafeMutableBufferPointer { x in
      for piece in 0..<pieces {
        for t in 0..<sampleCount { energies[t] = 0 }
        for channel in 0..<channels {
          let row = piece * size + channel * sampleCount
          var mean = 0.0
          for t in 0..<sampleCount { mean += x[row + t] }
          mean /= Double(sampleCount)
          for t in 0..<sampleCount {
            x[row + t] -= mean
            energies[t] += x[row + t] * x[row + t]
          }
          for lag in 0..<lags {
            var sum = 0.0
            for t in 0..<(sampleCount - lag) { sum += x[row + t] * x[row + t + lag] }
            sums[channel * lags + lag] += sum
          }
          for other in 0...channel {
            let second = piece * size + other * sampleCount
            var sum = 0.0
            for t in 0..<sampleCount { sum += x[row + t] * x[second + t] }
            covariance.values[channel * channels + other] += sum
          }
        }
        for t in 0..<sampleCount { fourth += energies[t] * energies[t] }
      }
    }
    let count = Double(pieces * sampleCount)
    for row in 0..<channels {
      for column in 0...row {
        covariance[row, column] /= count
        covariance[column, row] = covariance[row, column]
      }
    }
    let live = (0..<channels).filter { sums[$0 * lags] > 0 }
    autocovariances = (0..<lags).map { lag in
      live.reduce(0) { $0 + sums[$1 * lags + lag] / sums[$1 * lags] } / Double(max(live.count, 1))
    }
    (self.covariance, fourthMoment, instants, self.sampleCount) = (
      covariance, fourth, pieces * sampleCount, sampleCount
    )
  }

  /// As many channels without correlation would tell as much.
  var independentChannels: Double {
    let trace = covariance.meanVariance * Double(covariance.rows)
    let squares = covariance.values.reduce(0) { $0 + $1 * $1 }
    return squares > 0 ? trace * trace / squares : 0
  }

  /// Autocovariances of the process whose pieces, their means removed, have those that were found.
  func autocovariancesWithMeans() -> [Double] {
    var current = autocovariances
    for _ in 0..<20 {
      let partial = AutoregressiveProcess.partialCorrelations(autocovariances: current, order: current.count - 1)
      let process = AutoregressiveProcess(partialCorrelations: partial)
      let extended = process.autocovariance(lags: sampleCount).map { $0 * current[0] }
      let expected = Self.expected(extended, lags: current.count)
      for lag in current.indices {
        current[lag] += (autocovariances[lag] - expected[lag]) / (1 - Double(lag) / Double(sampleCount))
      }
    }
    return current
  }

  /// What is expected of pieces without their means, when true autocovariances are given for all lags of a piece.
  private static func expected(_ r: [Double], lags: Int) -> [Double] {
    let count = r.count
    // Covariances of every sample with the mean.
    let withMean = (0..<count).map { t in
      (0..<count).reduce(0) { $0 + r[abs(t - $1)] } / Double(count)
    }
    let ofMean = withMean.reduce(0, +) / Double(count)
    return (0..<lags).map { lag in
      let pairs = (0..<(count - lag)).reduce(0) { $0 + withMean[$1] + withMean[$1 + lag] }
      return (Double(count - lag) * (r[lag] + ofMean) - pairs) / Double(count)
    }
  }

  /// The covariance with its means, shrunk towards a multiple of the identity, and the weight of that.
  ///
  /// Source: Ledoit and Wolf 2004, "A well-conditioned estimator for large-dimensional covariance matrices", Journal of
  /// Multivariate Analysis 88, 365-411. Their error of the covariance is for independent samples; with autocorrelations
  /// r it is larger by the sum of r² over all lags, as Bartlett's formula has it.
  func shrunkCovariance(_ process: AutoregressiveProcess) -> (covariance: Matrix, shrinkage: Double) {
    let r = process.autocovariance(lags: sampleCount)
    let left = Self.expected(r, lags: 1)[0]
    let inflation = r.enumerated().reduce(-1.0) {
      $0 + 2 * (1 - Double($1.offset) / Double(sampleCount)) * $1.element * $1.element
    }
    let count = Double(instants)
    let mean = covariance.meanVariance
    let squares = covariance.values.reduce(0) { $0 + $1 * $1 }
    let distance = squares - mean * mean * Double(covariance.rows)
    let error = inflation * (fourthMoment - count * squares) / (count * count)
    let shrinkage = distance > 0 ? min(1, max(0, error) / distance) : 1
    var result = covariance
    for row in 0..<result.rows {
      for column in 0..<result.columns {
        let target = row == column ? mean : 0
        result[row, column] = ((1 - shrinkage) * result[row, column] + shrinkage * target) / left
      }
    }
    return (result, shrinkage)
  }
}
