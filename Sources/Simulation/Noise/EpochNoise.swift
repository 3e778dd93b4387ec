import CKernels
import EvokeNumerics
import NeuralMass

extension RandomPurpose {
  /// Noise of the sensors in an epoch.
  public static let sensorNoise = RandomPurpose("sensor noise")
}

/// Draws the noise of an epoch from its exact law, without simulating a recording.
///
/// The epoch is cut from a recording that was filtered as a whole, far from its ends. Noise of every part is L_space G
/// L_timeᵀ, where L_space L_spaceᵀ is the spatial covariance, L_time L_timeᵀ the Toeplitz matrix of autocovariances behind
/// the filter, and G holds standard normals. What is done to epochs afterwards, as a baseline correction, is done to
/// this one. The mean of N epochs, processed linearly, has the same law with the factor 1 / sqrt(N).
///
/// Number (j, k) of G of part p is normal j S + k of the stream p of `NormalFill.h`, where S is the number of its columns
/// rounded up to a multiple of four. Seed, simulation and purpose decide an epoch; nothing else does.
public struct EpochNoise: Sendable {
  /// Number of channels, C.
  public let channelCount: Int
  /// Number of samples of an epoch, T.
  public let sampleCount: Int
  /// How draws are calculated.
  public let arithmetic: Arithmetic
  /// Autocovariances of every part behind the filter, where its own variance is one; shape `[part, T]`.
  public let autocovariances: [[Double]]

  private struct Part: Sendable {
    let space: SpatialFactor
    /// Nil for white noise.
    let time: TemporalFactor?
    /// From one row of G to the next.
    let stride: Int
  }
  private let parts: [Part]
  /// From one coloured series to the next: whole lines of the cache, and not a power of two.
  private let seriesStride: Int

  /// The law of epochs.
  ///
  /// - Parameters:
  ///   - noise: The noise of a recording.
  ///   - sampleCount: Samples of an epoch.
  ///   - rate: Sampling rate of the recording [Hz].
  ///   - filter: Impulse response of the filter of the recording, at its rate; its delay does not matter. The module
  ///     ERP's filters have it as `ContinuousFilter.impulseResponse()`.
  ///   - every: Every how many samples of the recording one is kept; the rate of the epoch is so many times lower.
  ///   - tolerance: Part of the variance of a sample that may be left out, to save numbers behind a filter.
  ///   - arithmetic: Whether draws are to have the same bits on every machine.
  /// - Throws: ``SimulationError``, code `mismatch`, for noise made for another rate and for a matrix that is no
  ///   covariance; `invalidSetting` for a filter that is not finite.
  public init(
    _ noise: SensorNoise, sampleCount: Int, rate: Double, filter: [Double] = [1], every: Int = 1,
    tolerance: Double = 1e-9, arithmetic: Arithmetic = .fast
  ) throws(SimulationError) {
    precondition(sampleCount > 0 && every > 0, "an epoch has samples")
    if let made = noise.rate, abs(made - rate) > 1e-9 * made {
      throw SimulationError(
        code: .mismatch,
        message: "the noise is made for \(made) Hz and the epochs are cut at \(rate) Hz; make the noise for that rate")
    }
    guard !filter.isEmpty, filter.allSatisfy(\.isFinite) else {
      throw SimulationError(
        code: .invalidSetting, message: "the impulse response of a filter must hold finite numbers, one at least")
    }
    var (parts, autocovariances): ([Part], [[Double]]) = ([], [])
    for part in noise.parts {
      let space = try SpatialFactor(part.covariance)
      let values = part.spectrum.autocovariance(lags: sampleCount, every: every, filter: filter)
      let isWhite = values[0] == 1 && values.dropFirst().allSatisfy { $0 == 0 }
      let time = isWhite ? nil : try TemporalFactor(values, tolerance: tolerance)
      let numbers = time?.rank ?? sampleCount
      parts.append(Part(space: space, time: time, stride: (numbers + 3) / 4 * 4))
      autocovariances.append(values)
    }
    (self.parts, self.autocovariances) = (parts, autocovariances)
    (channelCount, self.sampleCount) = (noise.channels.count, sampleCount)
    self.arithmetic = arithmetic
    let lines = (sampleCount + 15) / 16
    seriesStride = 16 * (lines + (lines % 2 == 0 ? 1 : 0))
  }

  /// Memory that a thread draws in, to be used again for every draw.
  public struct Scratch: Sendable {
    fileprivate var numbers: [Float]
    fileprivate var series: [Float]
  }

  /// Memory for one thread.
  public func makeScratch() -> Scratch {
    let counts = scratchCounts
    return Scratch(
      numbers: [Float](repeating: 0, count: counts.numbers), series: [Float](repeating: 0, count: counts.series))
  }

  private var scratchCounts: (numbers: Int, series: Int) {
    var (numbers, series) = (0, 0)
    for part in parts {
      numbers = max(numbers, part.space.rank * part.stride)
      if part.time != nil { series = max(series, part.space.rank * seriesStride) }
    }
    // A vector more, which the kernel reads behind the last row.
    return (numbers + Int(CK_TILE_COLUMNS), series + Int(CK_TILE_COLUMNS))
  }

  /// Draws an epoch.
  ///
  /// - Parameters:
  ///   - simulation: Number of the simulation, below 2^32.
  ///   - seed: The seed of the whole run.
  ///   - purpose: Epochs of one simulation that are to be independent, such as conditions, have purposes of their own.
  ///   - factor: Of the noise; 1 / sqrt(N) for the mean of N epochs.
  ///   - adding: Whether the noise is added to what is there.
  ///   - samples: Shape `[channel, time]`, volts.
  ///   - scratch: Made by ``makeScratch()`` of this noise.
  public func draw(
    simulation: Int, seed: UInt64, purpose: RandomPurpose = .sensorNoise, factor: Double = 1, adding: Bool = false,
    into samples: inout MutableSpan<Float>, scratch: inout Scratch
  ) {
    precondition(simulation >= 0 && simulation <= Int(UInt32.max), "simulations have numbers from 0 to 2^32 - 1")
    precondition(samples.count == channelCount * sampleCount, "an epoch has one value a channel and time")
    let needed = scratchCounts
    precondition(
      scratch.numbers.count >= needed.numbers && scratch.series.count >= needed.series,
      "the scratch memory was made for another noise")
    samples.withUnsafeMutableBufferPointer { samples in
      guard let target = samples.baseAddress else { return }
      if !adding && parts.isEmpty { target.update(repeating: 0, count: samples.count) }
      scratch.numbers.withUnsafeMutableBufferPointer { numbers in
        scratch.series.withUnsafeMutableBufferPointer { series in
          // Never empty, see `makeScratch`.
          guard let numbers = numbers.baseAddress, let series = series.baseAddress else { return }
          for (stream, part) in parts.enumerated() {
            let fill = arithmetic == .fast ? ck_fill_normals : ck_fill_normals_portable
            fill(
              seed, UInt32(stream), UInt32(simulation), purpose.code, 0, part.space.rank * part.stride / 4, numbers)
            part.time?.colour(
              numbers, stride: part.stride, into: series, stride: seriesStride, count: part.space.rank,
              arithmetic: arithmetic)
            part.space.mix(
              part.time == nil ? numbers : series, stride: part.time == nil ? part.stride : seriesStride, into: target,
              channelStride: sampleCount, count: sampleCount, factor: Float(factor), adds: adding || stream > 0,
              arithmetic: arithmetic)
          }
        }
      }
    }
  }

  /// Draws an epoch into new memory; shape `[channel, time]`, volts.
  public func epoch(
    simulation: Int, seed: UInt64, purpose: RandomPurpose = .sensorNoise, factor: Double = 1
  ) -> [Float] {
    var scratch = makeScratch()
    var samples = [Float](repeating: 0, count: channelCount * sampleCount)
    var span = samples.mutableSpan
    draw(simulation: simulation, seed: seed, purpose: purpose, factor: factor, into: &span, scratch: &scratch)
    return samples
  }
}
