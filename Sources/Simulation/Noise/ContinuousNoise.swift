import CKernels
import EvokeNumerics
import NeuralMass

extension RandomPurpose {
  /// Noise of the sensors in a recording.
  public static let continuousNoise = RandomPurpose("continuous noise")
}

/// The noise of a recording of any length, block after block.
///
/// Every part has as many independent series as its covariance has rank, and each series is the sum of the processes of
/// its mixture, which start in their stationary law. What comes out does not depend on the sizes of the blocks. Innovation
/// n of a series is normal n of a stream of `NormalFill.h`; streams count through parts, their processes, and the series
/// of each.
public struct ContinuousNoise: Sendable {
  /// Number of channels, C.
  public let channelCount: Int
  /// How it is calculated.
  public let arithmetic: Arithmetic
  /// Number of the next sample.
  public private(set) var position = 0

  /// Samples that are made at once.
  private static let chunk = 1024

  private let seed: UInt64
  private let simulation: UInt32
  private let purpose: RandomPurpose
  private var parts: [(space: SpatialFactor, processes: [LatentSeries])]
  /// Shape `[channel, chunk]`: the samples around `position`, once they are made.
  private var ready: [Float]
  private var innovations: [Float]
  private var latent: [Float]

  /// Noise from sample 0 on.
  ///
  /// - Parameters:
  ///   - noise: Its law.
  ///   - seed: The seed of the whole run.
  ///   - simulation: Number of the recording, below 2^32.
  ///   - purpose: What the numbers are for.
  ///   - arithmetic: Whether the result is to have the same bits on every machine.
  /// - Throws: ``SimulationError``, code `mismatch`, for a matrix that is no covariance, and `invalidSetting` for a
  ///   process of an order above 1024.
  public init(
    _ noise: SensorNoise, seed: UInt64, simulation: Int = 0, purpose: RandomPurpose = .continuousNoise,
    arithmetic: Arithmetic = .fast
  ) throws(SimulationError) {
    precondition(simulation >= 0 && simulation <= Int(UInt32.max), "simulations have numbers from 0 to 2^32 - 1")
    channelCount = noise.channels.count
    (self.seed, self.simulation, self.purpose) = (seed, UInt32(simulation), purpose)
    self.arithmetic = arithmetic
    parts = []
    var stream = 0
    for part in noise.parts {
      let space = try SpatialFactor(part.covariance)
      var processes: [LatentSeries] = []
      for component in part.spectrum.components {
        guard component.process.order <= Self.chunk else {
          throw SimulationError(
            code: .invalidSetting,
            message: "a process of order \(component.process.order) is too long; \(Self.chunk) is the most")
        }
        processes.append(LatentSeries(component, count: space.rank, firstStream: stream, chunk: Self.chunk))
        stream += space.rank
      }
      parts.append((space, processes))
    }
    let rank = parts.map(\.space.rank).max() ?? 0
    ready = Array(repeating: 0, count: channelCount * Self.chunk)
    innovations = Array(repeating: 0, count: Self.chunk)
    latent = Array(repeating: 0, count: rank * Self.chunk + Int(CK_TILE_COLUMNS))
  }

  /// Makes the next samples.
  ///
  /// - Parameter samples: Shape `[channel, sample]`, volts; filled completely.
  public mutating func next(into samples: inout MutableSpan<Float>) {
    guard channelCount > 0 else { return }
    precondition(samples.count % channelCount == 0, "a block has as many samples of every channel")
    let count = samples.count / channelCount
    var done = 0
    while done < count {
      let place = position % Self.chunk
      if place == 0 { makeChunk(position / Self.chunk) }
      let length = min(count - done, Self.chunk - place)
      for channel in 0..<channelCount {
        let (from, to) = (channel * Self.chunk + place, channel * count + done)
        for index in 0..<length { samples[to + index] = ready[from + index] }
      }
      done += length
      position += length
    }
  }

  /// Makes the next samples of all channels; shape `[channel, sample]`, volts.
  public mutating func next(_ count: Int) -> [Float] {
    precondition(count >= 0, "a number of samples is not negative")
    var samples = [Float](repeating: 0, count: channelCount * count)
    var span = samples.mutableSpan
    next(into: &span)
    return samples
  }

  private mutating func makeChunk(_ number: Int) {
    // Blocks of four normals have numbers of 32 bits.
    precondition(number < 1 << 24, "a recording has fewer than 2^34 samples")
    let fill = arithmetic == .fast ? ck_fill_normals : ck_fill_normals_portable
    ready.withUnsafeMutableBufferPointer { ready in
      latent.withUnsafeMutableBufferPointer { latent in
        innovations.withUnsafeMutableBufferPointer { innovations in
          guard let channels = ready.baseAddress, let series = latent.baseAddress, let normals = innovations.baseAddress
          else { return }
          if parts.isEmpty { ready.update(repeating: 0) }
          for part in parts.indices {
            let rank = parts[part].space.rank
            series.update(repeating: 0, count: rank * Self.chunk)
            for process in parts[part].processes.indices {
              for row in 0..<rank {
                let stream = UInt32(parts[part].processes[process].firstStream + row)
                fill(
                  seed, stream, simulation, purpose.code, UInt32(number * (Self.chunk / 4)), Self.chunk / 4, normals)
                parts[part].processes[process].advance(
                  row, innovations: normals, adding: series + row * Self.chunk, isFirst: number == 0)
              }
            }
            parts[part].space.mix(
              series, stride: Self.chunk, into: channels, channelStride: Self.chunk, count: Self.chunk, factor: 1,
              adds: part > 0, arithmetic: arithmetic)
          }
        }
      }
    }
  }
}

/// Independent series of one autoregressive process, in double precision.
private struct LatentSeries: Sendable {
  /// Stream of the first series; the others follow.
  let firstStream: Int
  private let chunk: Int
  private let amplitude: Double
  private let coefficients: [Double]
  private let innovation: Double
  /// The best predictors of the first samples, and the standard deviations of what they leave.
  private let starts: [(predictor: [Double], deviation: Double)]
  /// The last samples of every series, newest last; shape `[series, p]`.
  private var history: [Double]
  /// Those, then the samples of a chunk.
  private var line: [Double]

  init(_ component: AutoregressiveMixture.Component, count: Int, firstStream: Int, chunk: Int) {
    let process = component.process
    (self.firstStream, self.chunk) = (firstStream, chunk)
    amplitude = component.weight.squareRoot()
    coefficients = process.coefficients
    innovation = process.innovationVariance.squareRoot()
    var (error, starts): (Double, [(predictor: [Double], deviation: Double)]) = (1, [])
    let predictors = [[]] + AutoregressiveProcess.predictors(process.partialCorrelations)
    for (predictor, partial) in zip(predictors, process.partialCorrelations) {
      starts.append((predictor, error.squareRoot()))
      error *= 1 - partial * partial
    }
    self.starts = starts
    history = Array(repeating: 0, count: count * process.order)
    line = Array(repeating: 0, count: process.order + chunk)
  }

  /// Makes a chunk of a series and adds it.
  mutating func advance(
    _ series: Int, innovations: UnsafePointer<Float>, adding target: UnsafeMutablePointer<Float>, isFirst: Bool
  ) {
    let order = coefficients.count
    if order == 0 {
      for t in 0..<chunk { target[t] += Float(amplitude * Double(innovations[t])) }
      return
    }
    history.withUnsafeMutableBufferPointer { history in
      line.withUnsafeMutableBufferPointer { line in
        coefficients.withUnsafeBufferPointer { coefficients in
          for k in 0..<order { line[k] = history[series * order + k] }
          var first = 0
          if isFirst {
            for (t, start) in starts.enumerated() {
              var sum = start.deviation * Double(innovations[t])
              for (k, weight) in start.predictor.enumerated() { sum += weight * line[order + t - 1 - k] }
              line[order + t] = sum
            }
            first = starts.count
          }
          for t in first..<chunk {
            var sum = innovation * Double(innovations[t])
            for k in 0..<order { sum += coefficients[k] * line[order + t - 1 - k] }
            line[order + t] = sum
          }
          for k in 0..<order { history[series * order + k] = line[chunk + k] }
          for t in 0..<chunk { target[t] += Float(amplitude * line[order + t]) }
        }
      }
    }
  }
}
