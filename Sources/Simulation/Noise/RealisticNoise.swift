import EEGCore
import Foundation
import NeuralMass

/// Settings of noise as the resting brain makes it: a background of falling spectrum, an alpha rhythm, and the amplifier.
///
/// Cortical sources lie on a sphere and reach the electrodes through a head model, so channels are correlated as volume
/// conduction makes them.
public struct RealisticNoise: Hashable, Sendable {
  /// Root mean square over channels, after the reference in use, of a single trial [V]; 10 µV by default.
  public var amplitude = 10e-6
  /// Part of the variance that is background; 0.79 by default.
  ///
  /// The three parts are scaled to a sum of one.
  public var backgroundShare = 0.79
  /// Part of the variance that is alpha rhythm; 0.2 by default.
  public var alphaShare = 0.2
  /// Part of the variance that is white and independent between electrodes; 0.01 by default, 1 µV of 10 µV.
  public var amplifierShare = 0.01
  /// The background's density is as frequency to the power of minus this; 1 by default, which is held
  /// within 0.5 dB; steeper spectra less well (docs/noise.md).
  public var backgroundExponent = 1.0
  /// Below this the background's density turns flat [Hz]; 0.3 by default.
  public var lowestFrequency = 0.3
  /// Number of places of the background's sources, each with dipoles in three orientations; 500 by default.
  public var backgroundSources = 500
  /// Where the spectrum of the alpha rhythm has its maximum [Hz]; 10 by default.
  public var alphaFrequency = 10.0
  /// Width of the alpha rhythm at half of its maximum [Hz]; 2 by default.
  public var alphaBandwidth = 2.0
  /// Places within this angle of the back of the head, 10 degrees above the horizontal, make the alpha rhythm
  /// [degrees]; 45 by default.
  public var alphaAngle = 45.0
  /// Distance of the sources from the centre, as part of the brain's radius; 0.9 by default.
  public var sourceDepth = 0.9

  /// The default settings.
  public init() {}
}

/// As an object of shares and numbers with units; the amplitude belongs to the experiment and is left out.
extension RealisticNoise: Codable {
  private enum CodingKeys: String, CodingKey {
    case backgroundShare = "background_share"
    case alphaShare = "alpha_share"
    case amplifierShare = "amplifier_share"
    case backgroundExponent = "background_exponent"
    case lowestFrequency = "lowest_frequency_hz"
    case backgroundSources = "background_sources"
    case alphaFrequency = "alpha_frequency_hz"
    case alphaBandwidth = "alpha_bandwidth_hz"
    case alphaAngle = "alpha_angle_deg"
    case sourceDepth = "source_depth"
  }

  /// Reads settings; those that are missing have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read(_ key: CodingKeys, _ target: inout Double) throws {
      target = try values.decodeIfPresent(Double.self, forKey: key) ?? target
    }
    self.init()
    try read(.backgroundShare, &backgroundShare)
    try read(.alphaShare, &alphaShare)
    try read(.amplifierShare, &amplifierShare)
    try read(.backgroundExponent, &backgroundExponent)
    try read(.lowestFrequency, &lowestFrequency)
    backgroundSources = try values.decodeIfPresent(Int.self, forKey: .backgroundSources) ?? backgroundSources
    try read(.alphaFrequency, &alphaFrequency)
    try read(.alphaBandwidth, &alphaBandwidth)
    try read(.alphaAngle, &alphaAngle)
    try read(.sourceDepth, &sourceDepth)
  }
}

extension SensorNoise {
  /// Background, alpha rhythm and amplifier noise of channels with known positions.
  ///
  /// The covariance of the background and of the alpha rhythm is the sum of the outer products of the lead fields of
  /// all their dipoles, which are independent and equally strong.
  ///
  /// - Parameters:
  ///   - settings: Amplitude, shares and spectra.
  ///   - channels: With positions.
  ///   - head: From sources to electrodes.
  ///   - reference: Against what the channels are.
  ///   - rate: Sampling rate [Hz].
  /// - Throws: ``SimulationError``, code `invalidSetting`, for a setting outside its range, and `mismatch` for channels
  ///   without a position or a reference that does not exist.
  public static func realistic(
    _ settings: RealisticNoise = RealisticNoise(), channels: [Channel], head: SphericalHeadModel,
    reference: LeadField.Reference = .average, rate: Double
  ) throws(SimulationError) -> SensorNoise {
    try settings.check()
    let names = channels.map(\.name)
    let places = fibonacciSphere(settings.backgroundSources)
    let back = (y: -cos(Double.pi / 18), z: sin(Double.pi / 18))
    let limit = cos(settings.alphaAngle * Double.pi / 180)
    let posterior = places.filter { $0.y * back.y + $0.z * back.z >= limit }
    guard !posterior.isEmpty || settings.alphaShare == 0 else {
      throw SimulationError(
        code: .invalidSetting,
        message: "none of \(settings.backgroundSources) sources lies within \(settings.alphaAngle) degrees of the back "
          + "of the head; raise `alphaAngle` or `backgroundSources`")
    }
    var electrodes = Matrix(rows: names.count, columns: names.count)
    for row in names.indices { electrodes[row, row] = 1 }
    let sum = settings.backgroundShare + settings.alphaShare + settings.amplifierShare
    let variance = settings.amplitude * settings.amplitude / sum
    let depth = settings.sourceDepth
    var parts: [Part] = []
    if settings.backgroundShare > 0 {
      let field = try leadField(of: places, depth: depth, channels: channels, head: head, reference: reference)
      parts.append(
        Part(
          covariance: field.outerProduct(meanVariance: settings.backgroundShare * variance),
          spectrum: try .powerLaw(
            exponent: settings.backgroundExponent, lowestFrequency: settings.lowestFrequency, rate: rate)))
    }
    if settings.alphaShare > 0 {
      let field = try leadField(of: posterior, depth: depth, channels: channels, head: head, reference: reference)
      let rhythm = try AutoregressiveProcess.resonance(
        frequency: settings.alphaFrequency, bandwidth: settings.alphaBandwidth, rate: rate)
      parts.append(
        Part(
          covariance: field.outerProduct(meanVariance: settings.alphaShare * variance),
          spectrum: AutoregressiveMixture(rhythm)))
    }
    if settings.amplifierShare > 0 {
      let field = try referenced(LeadField(channels: names, gains: electrodes), to: reference)
      parts.append(Part(covariance: field.outerProduct(meanVariance: settings.amplifierShare * variance)))
    }
    return try SensorNoise(channels: names, parts: parts, rate: rate)
  }

  private static func leadField(
    of directions: [Position], depth: Double, channels: [Channel], head: SphericalHeadModel,
    reference: LeadField.Reference
  ) throws(SimulationError) -> Matrix {
    let axes = [Position(x: 1, y: 0, z: 0), Position(x: 0, y: 1, z: 0), Position(x: 0, y: 0, z: 1)]
    let radius = depth * head.brainRadius
    let dipoles = directions.flatMap { direction in
      let place = Position(
        x: head.origin.x + radius * direction.x, y: head.origin.y + radius * direction.y,
        z: head.origin.z + radius * direction.z)
      return axes.map { Dipole(position: place, orientation: $0) }
    }
    let field: LeadField
    do { field = try head.leadField(channels: channels, sources: dipoles) } catch {
      throw SimulationError(code: .mismatch, message: error.message)
    }
    return try referenced(field, to: reference)
  }

  private static func referenced(
    _ field: LeadField, to reference: LeadField.Reference
  ) throws(SimulationError) -> Matrix {
    do { return try field.referenced(to: reference).gains } catch {
      throw SimulationError(code: .mismatch, message: error.message)
    }
  }
}

/// Points on the unit sphere, nearly uniform and the same always: equal steps of height, turned by the golden angle.
///
/// Source: Swinbank and Purser 2006, "Fibonacci grids: a novel approach to global modelling".
func fibonacciSphere(_ count: Int) -> [Position] {
  let golden = Double.pi * (3 - 5.0.squareRoot())
  return (0..<count).map { index in
    let height = 1 - (2 * Double(index) + 1) / Double(count)
    let radius = (1 - height * height).squareRoot()
    let angle = golden * Double(index)
    return Position(x: radius * cos(angle), y: radius * sin(angle), z: height)
  }
}

extension Matrix {
  /// F Fᵀ, scaled so that the mean of its diagonal is as asked for.
  fileprivate func outerProduct(meanVariance: Double) -> Matrix {
    var result = Matrix(rows: rows, columns: rows)
    values.withUnsafeBufferPointer { values in
      for first in 0..<rows {
        for second in 0...first {
          var sum = 0.0
          for k in 0..<columns { sum += values[first * columns + k] * values[second * columns + k] }
          result[first, second] = sum
          result[second, first] = sum
        }
      }
    }
    let scale = result.meanVariance > 0 ? meanVariance / result.meanVariance : 0
    for index in result.values.indices { result.values[index] *= scale }
    return result
  }
}

extension RealisticNoise {
  fileprivate func check() throws(SimulationError) {
    func require(_ condition: Bool, _ name: String, _ range: String) throws(SimulationError) {
      guard condition else {
        throw SimulationError(code: .invalidSetting, message: "`\(name)` of realistic noise must be \(range)")
      }
    }
    let shares = [backgroundShare, alphaShare, amplifierShare]
    try require(amplitude >= 0 && amplitude.isFinite, "amplitude", "a number of volts that is not negative")
    try require(
      shares.allSatisfy { $0 >= 0 && $0.isFinite } && shares.reduce(0, +) > 0,
      "backgroundShare`, `alphaShare` and `amplifierShare", "not negative, and not all zero")
    try require((1...100_000).contains(backgroundSources), "backgroundSources", "from 1 to 100000")
    try require(sourceDepth > 0 && sourceDepth < 1, "sourceDepth", "between 0 and 1")
    try require(alphaAngle > 0 && alphaAngle <= 180, "alphaAngle", "an angle above 0 and up to 180 degrees")
  }
}
