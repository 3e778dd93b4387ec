import EEGCore
import EvokeNumerics
import Foundation

extension RandomPurpose {
  /// Blinks of a recording.
  public static let blinks = RandomPurpose("blinks")
}

/// Settings of the blinks of a simulated recording.
///
/// Defaults are near to what is usual at rest: 15 to 20 blinks a minute of 100 to 200 µV above the eyes, 0.2 to 0.4 s
/// long, which rise faster than they fall.
public struct Blinks: Hashable, Sendable {
  /// Mean time from one blink's onset to the next [s]; 3.5 by default.
  public var meanInterval = 3.5
  /// Shortest time from one blink's onset to the next [s]; 0.5 by default.
  ///
  /// What is above it is exponential.
  public var shortestInterval = 0.5
  /// Mean of the largest deflection at Fp1 and Fp2 [V]; 150 µV by default.
  public var amplitude = 150e-6
  /// Standard deviation of the amplitude's logarithm; 0.25 by default.
  public var amplitudeSpread = 0.25
  /// From onset to the largest deflection [s]; 0.1 by default.
  public var riseTime = 0.1
  /// From the largest deflection to the end [s]; 0.2 by default.
  public var fallTime = 0.2

  /// The default settings.
  public init() {}
}

extension Blinks: Codable {
  /// Reads settings; those that are missing have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read(_ key: CodingKeys, _ target: inout Double) throws {
      target = try values.decodeIfPresent(Double.self, forKey: key) ?? target
    }
    self.init()
    try read(.meanInterval, &meanInterval)
    try read(.shortestInterval, &shortestInterval)
    try read(.amplitude, &amplitude)
    try read(.amplitudeSpread, &amplitudeSpread)
    try read(.riseTime, &riseTime)
    try read(.fallTime, &fallTime)
  }
}

/// A blink.
public struct Blink: Hashable, Sendable {
  /// When it begins [s].
  public var onset: Double
  /// Largest deflection at Fp1 and Fp2 [V].
  public var amplitude: Double

  /// A blink; onset in seconds, amplitude in volts.
  public init(onset: Double, amplitude: Double) { (self.onset, self.amplitude) = (onset, amplitude) }
}

extension Blinks {
  /// The blinks that begin within a time, in order.
  ///
  /// Blink n takes draws 2 n and 2 n + 1 of the stream, so a longer time has the same first ones.
  ///
  /// - Parameters:
  ///   - duration: Of the recording [s].
  ///   - seed: The seed of the whole run.
  ///   - simulation: Number of the recording, below 2^32.
  /// - Throws: ``SimulationError``, code `invalidSetting`, for a setting outside its range.
  public func events(duration: Double, seed: UInt64, simulation: Int = 0) throws(SimulationError) -> [Blink] {
    try check()
    var stream = RandomStream(seed: seed, simulation: simulation, purpose: .blinks)
    var (blinks, time): ([Blink], Double) = ([], 0)
    while true {
      time += shortestInterval - (meanInterval - shortestInterval) * log(stream.uniform())
      // The mean of a lognormal number is its median times exp(spread² / 2).
      let size = amplitude * exp(amplitudeSpread * stream.normal() - amplitudeSpread * amplitudeSpread / 2)
      guard time < duration else { return blinks }
      blinks.append(Blink(onset: time, amplitude: size))
    }
  }

  /// Shape of a blink, between 0 and 1: the square of a sine that rises and falls in times of its own.
  ///
  /// - Parameter time: From its onset [s].
  public func waveform(at time: Double) -> Double {
    guard time > 0, time < riseTime + fallTime else { return 0 }
    let quarter = time < riseTime ? time / riseTime : 1 - (time - riseTime) / fallTime
    let sine = sin(Double.pi / 2 * quarter)
    return sine * sine
  }

  /// What a blink of 1 V at Fp1 and Fp2 makes at electrodes, against a point far away.
  ///
  /// Two dipoles in the eyes, at (±0.33, 0.75, -0.5) of the head's radius from its centre, point upwards. The conductor
  /// has no bounds, so their potential falls with the square of distance. Electrodes are projected onto the sphere of
  /// the head, and the mean of BioSemi's places of Fp1 and Fp2 is one (docs/noise.md has what others get).
  ///
  /// - Parameters:
  ///   - channels: With positions.
  ///   - head: The sphere of the electrodes.
  /// - Throws: ``SimulationError``, code `mismatch`, for a channel without a position, or one at the centre.
  public static func topography(of channels: [Channel], head: HeadSphere) throws(SimulationError) -> [Double] {
    let frontal = ocularPotential(Position(x: 0.309, y: 0.951, z: -0.033))
    var weights: [Double] = []
    for channel in channels {
      guard let position = channel.position else {
        throw SimulationError(
          code: .mismatch, message: "no position is known of '\(channel.name)'; name a montage, or leave it out")
      }
      let (x, y, z) = (position.x - head.center.x, position.y - head.center.y, position.z - head.center.z)
      let distance = (x * x + y * y + z * z).squareRoot()
      guard distance > 0, distance.isFinite else {
        throw SimulationError(code: .mismatch, message: "'\(channel.name)' lies at the centre of the head")
      }
      let place = Position(x: x / distance, y: y / distance, z: z / distance)
      weights.append(ocularPotential(place) / frontal)
    }
    return weights
  }

  /// Adds blinks to a block of samples.
  ///
  /// - Parameters:
  ///   - blinks: Of the recording, in order of time.
  ///   - samples: Shape `[channel, sample]`, volts.
  ///   - topography: One weight a channel, see ``topography(of:head:)``; for another reference, with that subtracted.
  ///   - first: Number of the first sample of the block.
  ///   - rate: Sampling rate [Hz].
  public func add(
    _ blinks: [Blink], to samples: inout MutableSpan<Float>, topography: [Double], first: Int = 0, rate: Double
  ) {
    guard !topography.isEmpty else { return }
    precondition(samples.count % topography.count == 0 && rate > 0, "a block has as many samples of every channel")
    let count = samples.count / topography.count
    for blink in blinks {
      let begin = max(0, Int((blink.onset * rate).rounded(.up)) - first)
      let end = min(count, Int(((blink.onset + riseTime + fallTime) * rate).rounded(.up)) - first)
      guard begin < end else { continue }
      for index in begin..<end {
        let value = blink.amplitude * waveform(at: Double(first + index) / rate - blink.onset)
        for (channel, weight) in topography.enumerated() { samples[channel * count + index] += Float(weight * value) }
      }
    }
  }

  /// Of a place on the unit sphere; symmetric in left and right.
  private static func ocularPotential(_ place: Position) -> Double {
    [-0.33, 0.33].reduce(0) { sum, x in
      let (dx, dy, dz) = (place.x - x, place.y - 0.75, place.z + 0.5)
      let distance = (dx * dx + dy * dy + dz * dz).squareRoot()
      return sum + dz / (distance * distance * distance)
    }
  }

  private func check() throws(SimulationError) {
    guard shortestInterval >= 0, meanInterval > shortestInterval, meanInterval.isFinite else {
      throw SimulationError(
        code: .invalidSetting,
        message: "`meanInterval` of blinks, \(meanInterval) s, must be longer than `shortestInterval`, "
          + "\(shortestInterval) s, and that not negative")
    }
    guard amplitude.isFinite, amplitudeSpread >= 0, amplitudeSpread.isFinite, riseTime > 0, fallTime > 0,
      riseTime.isFinite, fallTime.isFinite
    else {
      throw SimulationError(
        code: .invalidSetting,
        message: "`amplitude` and `amplitudeSpread` of blinks must be finite, `riseTime` and `fallTime` above 0 s")
    }
  }
}
