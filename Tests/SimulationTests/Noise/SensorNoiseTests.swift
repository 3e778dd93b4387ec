import EEGCore
import Foundation
import NeuralMass
import TestSupport
import Testing

@testable import Simulation

@Suite("Sensor noise")
struct SensorNoiseTests {
  static func capAndHead() throws -> (channels: [Channel], head: SphericalHeadModel) {
    let montage = try StandardMontage.named("biosemi64")
    let center = try HeadSphere(fitting: montage.electrodes.map(\.position)).center
    return (montage.channels, try SphericalHeadModel(headRadius: 0.09, origin: center))
  }

  @Test("A reference is taken from the covariance as from the channels")
  func references() throws {
    let names = ["Fz", "Cz", "M1", "M2"]
    let values = randomCovariance(4, seed: 3)
    let noise = try SensorNoise.covariance(Matrix(rows: 4, columns: 4, values: values), channels: names)
    for (reference, weights) in [
      (LeadField.Reference.average, [0.25, 0.25, 0.25, 0.25]), (.channels(["m1", "M2"]), [0, 0, 0.5, 0.5]),
    ] {
      let covariance = try noise.referenced(to: reference).covariance
      func rereference(_ row: Int, _ column: Int) -> Double { (row == column ? 1 : 0) - weights[column] }
      for row in 0..<4 {
        for column in 0..<4 {
          var expected = 0.0
          for i in 0..<4 {
            for j in 0..<4 { expected += rereference(row, i) * values[i * 4 + j] * rereference(column, j) }
          }
          #expect(abs(covariance[row, column] - expected) < 1e-14)
        }
      }
      // What sums to zero has no variance, and noise of it can be drawn.
      let epochs = try EpochNoise(noise.referenced(to: reference), sampleCount: 5, rate: 100)
      let drawn = epochs.epoch(simulation: 0, seed: 0)
      for time in 0..<5 {
        #expect(abs((0..<4).reduce(0) { $0 + weights[$1] * Double(drawn[$1 * 5 + time]) }) < 1e-6)
      }
    }
    #expect(throws: SimulationError.self) { try noise.referenced(to: .scalp) }
    #expect(throws: SimulationError.self) { try noise.referenced(to: .channels(["Oz"])) }
  }

  @Test("Realistic noise has the amplitude and the shares that were asked for")
  func shares() throws {
    let (channels, head) = try Self.capAndHead()
    var settings = RealisticNoise()
    settings.amplitude = 12e-6
    (settings.backgroundShare, settings.alphaShare, settings.amplifierShare) = (2, 1, 1)
    let noise = try SensorNoise.realistic(settings, channels: channels, head: head, rate: 256)
    #expect(abs(noise.rootMeanSquare - 12e-6) < 1e-18)
    let variances = noise.parts.map { part in (0..<64).reduce(0) { $0 + part.covariance[$1, $1] } / 64 }
    for (variance, share) in zip(variances, [0.5, 0.25, 0.25]) { #expect(abs(variance / 144e-12 - share) < 1e-12) }
    // An average reference leaves no variance in the mean of all channels.
    let mean = noise.covariance.values.reduce(0, +)
    #expect(abs(mean) < 1e-12 * noise.covariance.values.map { abs($0) }.reduce(0, +))
  }

  @Test("Neighbours are alike, the alpha rhythm is occipital, and left and right are as strong")
  func topography() throws {
    let (channels, head) = try Self.capAndHead()
    let noise = try SensorNoise.realistic(channels: channels, head: head, rate: 256)
    let index = Dictionary(uniqueKeysWithValues: channels.enumerated().map { ($1.name, $0) })
    func place(_ name: String) throws -> Int { try #require(index[name]) }
    let background = noise.parts[0].covariance
    func correlation(_ first: String, _ second: String) throws -> Double {
      let (i, j) = (try place(first), try place(second))
      return background[i, j] / (background[i, i] * background[j, j]).squareRoot()
    }
    #expect(try correlation("C3", "C1") > correlation("C3", "Cz") + 0.1)
    #expect(try correlation("C3", "Cz") > correlation("C3", "C4") + 0.1)
    let alpha = noise.parts[1].covariance
    let (oz, fz, cz) = (try place("Oz"), try place("Fz"), try place("Cz"))
    #expect(alpha[oz, oz] > 5 * alpha[fz, fz] && alpha[oz, oz] > 5 * alpha[cz, cz])
    // A spiral of 500 points is nearly symmetric.
    let (left, right) = (try place("O1"), try place("O2"))
    #expect(abs(alpha[left, left] / alpha[right, right] - 1) < 0.1)
  }

  @Test("Places on the sphere are nearly uniform", arguments: [50, 500, 4000])
  func uniform(count: Int) throws {
    // The mean of n nᵀ of uniform directions is a third of the identity, that of n zero.
    let points = fibonacciSphere(count)
    let mean = points.reduce(0) { $0 + $1.x } / Double(count)
    let squares = points.reduce(0) { $0 + $1.y * $1.y } / Double(count)
    #expect(abs(mean) < 1 / Double(count) && abs(squares - 1.0 / 3) < 1 / Double(count))
    let nearest = points.indices.map { i in
      points.indices.filter { $0 != i }.reduce(4.0) { least, j in
        let (dx, dy, dz) = (points[i].x - points[j].x, points[i].y - points[j].y, points[i].z - points[j].z)
        return min(least, dx * dx + dy * dy + dz * dz)
      }.squareRoot()
    }
    // Perfectly packed points are 3.81 / sqrt(count) apart.
    let scale = 1 / Double(count).squareRoot()
    #expect(try #require(nearest.min()) > 2.5 * scale && #require(nearest.max()) < 3.81 * scale)
  }

  @Test("Settings come back from JSON, and missing ones have their defaults")
  func codable() throws {
    var settings = RealisticNoise()
    settings.alphaBandwidth = 1.5
    settings.backgroundSources = 300
    #expect(
      try JSONDecoder().decode(RealisticNoise.self, from: JSONEncoder().encode(settings)) == settings)
    #expect(try JSONDecoder().decode(RealisticNoise.self, from: Data("{}".utf8)) == RealisticNoise())
    #expect(try JSONDecoder().decode(MeasuredNoise.self, from: Data("{}".utf8)) == MeasuredNoise())
    #expect(try JSONDecoder().decode(Blinks.self, from: Data("{}".utf8)) == Blinks())
  }

  @Test(
    "Settings out of range are refused by name",
    arguments: [
      ("amplitude", \RealisticNoise.amplitude, -1.0), ("alphaShare", \.alphaShare, -0.1),
      ("sourceDepth", \.sourceDepth, 1.2), ("alphaAngle", \.alphaAngle, 0), ("frequency", \.alphaFrequency, 200),
      ("exponent", \.backgroundExponent, 3), ("lowest", \.lowestFrequency, 500),
    ] as [(String, WritableKeyPath<RealisticNoise, Double> & Sendable, Double)])
  func refused(name: String, path: WritableKeyPath<RealisticNoise, Double> & Sendable, value: Double) throws {
    let (channels, head) = try Self.capAndHead()
    var settings = RealisticNoise()
    settings[keyPath: path] = value
    let error = #expect(throws: SimulationError.self) {
      try SensorNoise.realistic(settings, channels: channels, head: head, rate: 256)
    }
    #expect(error?.code == .invalidSetting && error?.message.contains(name) == true)
  }

  @Test("A channel without a position is refused by name")
  func withoutPosition() throws {
    let (channels, head) = try Self.capAndHead()
    let error = #expect(throws: SimulationError.self) {
      try SensorNoise.realistic(channels: channels + [Channel(name: "X9")], head: head, rate: 256)
    }
    #expect(error?.code == .mismatch && error?.message.contains("X9") == true)
  }

  @Test("Noises of other channels or rates do not add up")
  func sums() throws {
    let white = SensorNoise.white(standardDeviation: 2, channels: ["a", "b"])
    let sum = try SensorNoise.sum([white, white.scaled(by: 0.5)])
    #expect(sum.covariance.values == [5, 0, 0, 5] && sum.rootMeanSquare == 5.0.squareRoot())
    #expect(throws: SimulationError.self) {
      try SensorNoise.sum([white, .white(standardDeviation: 1, channels: ["a", "c"])])
    }
    #expect(throws: SimulationError.self) { try SensorNoise(channels: ["a"], parts: white.parts) }
    #expect(throws: SimulationError.self) {
      try SensorNoise(
        channels: ["a"],
        parts: [
          SensorNoise.Part(
            covariance: Matrix(rows: 1, columns: 1),
            spectrum: AutoregressiveMixture(.firstOrder(timeConstant: 1, rate: 10)))
        ])
    }
  }
}
