import EEGCore
import ERP
import Foundation
import NeuralMass
import Synchronization
import Testing

@testable import Simulation

@Suite("Simulated data sets")
struct SimulationRunTests {
  static func run(
    _ base: SimulationProtocol = .physiological, _ assignments: [(String, String)] = [], seed: UInt64 = 1,
    montage: String = "biosemi16", leadField: LeadField? = nil, measured: SensorNoise? = nil
  ) throws -> SimulationRun {
    let settings = try SimulationSettings(
      base.settings, assignments: [("montage", montage)] + assignments.map { (name: $0.0, value: $0.1) })
    return try SimulationRun(
      settings, seed: seed, channels: StandardMontage.named(montage).channels, leadField: leadField,
      measuredNoise: measured)
  }

  /// The nominal column.
  static let nominal = [
    ("A_e", "3.25"), ("A_i", "22"), ("b_e", "100"), ("b_i", "50"), ("C", "135"), ("a_1", "1"), ("a_2", "0.8"),
    ("a_3", "0.25"), ("a_4", "0.25"), ("levels", "[0]"),
  ]

  @Test("The nominal column of the study has its peak of -17.95 mV at 56 ms")
  func studyPeak() throws {
    let run = try Self.run(.deepjr, Self.nominal)
    let part = try run.part(0..<1)
    let peak = try #require(part.sources.indices.min { part.sources[$0] < part.sources[$1] })
    #expect(abs(part.sources[peak] + 17.951) < 0.005)
    #expect(abs(run.times[peak] - 0.056) < 1e-9)
    #expect(run.times.count == 1201 && run.rate == 1000)
  }

  @Test("In consistent units the peak is -58.09 mV at 77 ms")
  func consistentPeak() throws {
    let run = try Self.run(.deepjr, Self.nominal + [("r", "0.56"), ("v_max", "5")])
    let part = try run.part(0..<1)
    let peak = try #require(part.sources.indices.min { part.sources[$0] < part.sources[$1] })
    #expect(abs(part.sources[peak] + 58.093) < 0.01)
    #expect(abs(run.times[peak] - 0.077) < 1e-9)
  }

  @Test("A potential without noise is the source times the gains")
  func gains() throws {
    let run = try Self.run(.physiological, [("levels", "[0, 2500]")])
    let part = try run.part(5..<8)
    let gains = try #require(run.gains)
    let (channels, times) = (run.channels.count, run.times.count)
    for row in 0..<3 {
      for channel in 0..<channels {
        for time in stride(from: 0, to: times, by: 16) {
          let expected = gains[channel, 0] * Double(part.sources[row * times + time])
          let found = Double(part.potentials[0][(row * channels + channel) * times + time])
          #expect(abs(found - expected) <= 1e-6 * abs(expected) + 1e-15)
        }
      }
    }
    // Against their average the channels add up to nothing.
    let sum = (0..<channels).reduce(0) { $0 + gains[$1, 0] }
    #expect(abs(sum) < 1e-18)
  }

  @Test("The study's source has the study's gain at F3: 2.8 µV for a millivolt")
  func studyGain() throws {
    let run = try Self.run(.deepjr, montage: "biosemi64")
    let gains = try #require(run.gains)
    // F3 and FC3 are equally near.
    let best = try #require(run.channels.indices.max { gains[$0, 0] < gains[$1, 0] })
    #expect(["F3", "FC3"].contains(run.channels[best].name))
    #expect(abs(gains[best, 0] - 2.80e-6) < 0.005e-6)
    let source = CorticalSource.caudalMiddleFrontalLeft
    let head = try HeadProjection.head(run.settings.head, channels: run.channels)
    let field = try head.leadField(channels: run.channels, sources: [source.dipole(in: head)])
      .referenced(to: .average).gainsPerMillivolt(of: [source])
    for channel in run.channels.indices { #expect(abs(gains[channel, 0] - field[channel, 0]) < 1e-5 * 2.8e-6) }
  }

  @Test(
    "A simulation does not depend on those made with it, on threads or on order",
    arguments: [
      [(String, String)](), [("I", "box(200, 600)"), ("azimuth", "box(100, 150)"), ("noise", "lognormal(-1.6, 0.3)")],
      [
        ("method", "eulerMaruyama"), ("p_noise", "3"), ("simulated_trials", "all"), ("trials", "3"),
        ("arithmetic", "portable"),
      ],
      regions + [("I_onset", "box(0.04, 0.08)"), ("shape", "pulse")],
    ] as [[(String, String)]])
  func independence(_ assignments: [(String, String)]) throws {
    let run = try Self.run(.physiological, assignments, seed: 7)
    let whole = try run.part(0..<40)
    let middle = try run.part(17..<23)
    let size = run.channels.count * run.times.count
    #expect(middle.parameters[...] == whole.parameters[(17 * run.prior.count)..<(23 * run.prior.count)])
    #expect(middle.potentials[0][...] == whole.potentials[0][(17 * size)..<(23 * size)])
    let parts = PartCollector()
    try run.forEachPart(of: [0..<5, 9..<40], threads: 3) { parts.add($0) }
    let numbers = parts.all.flatMap { Array($0.numbers) }
    #expect(numbers.sorted() == Array(0..<5) + Array(9..<40))
    for part in parts.all {
      let range = (part.numbers.lowerBound * size)..<(part.numbers.upperBound * size)
      #expect(part.potentials[0][...] == whole.potentials[0][range])
    }
    #expect(try Self.run(.physiological, assignments, seed: 8).part(17..<23).potentials != middle.potentials)
  }

  @Test(
    "Noise levels share their sources, and noise grows with the root of the level and falls with that of the trials")
  func levels() throws {
    let run = try Self.run(.physiological, [("levels", "[0, 1, 4]"), ("trials", "25")])
    let part = try run.part(0..<8)
    var (first, second, expected) = (0.0, 0.0, 0.0)
    for place in part.potentials[0].indices {
      let one = Double(part.potentials[1][place] - part.potentials[0][place])
      let two = Double(part.potentials[2][place] - part.potentials[0][place])
      first += one * one
      second += two * two
      expected += (two - 2 * one) * (two - 2 * one)
    }
    #expect(expected < 1e-4 * second, "the levels have the same noise")
    let deviation = (first / Double(part.potentials[0].count)).squareRoot()
    // 0.2 µV a trial; the baseline changes it by some percent.
    #expect(abs(deviation / (0.2e-6 / 5) - 1) < 0.25)
  }

  @Test("A lead field from elsewhere takes the place of the spheres")
  func leadField() throws {
    let spheres = try Self.run(.physiological, [("levels", "[0]")])
    let head = try HeadProjection.head(spheres.settings.head, channels: spheres.channels)
    let place = SourcePlace(azimuth: 139.78597, elevation: 35.54949, depth: 0.8, tilt: 0, tiltDirection: 0)
    let other = Dipole(position: head.origin, orientation: Position(x: 1, y: 0, z: 0))
    let field = try head.leadField(channels: spheres.channels, sources: [other, place.dipole(in: head)])
    let run = try Self.run(.physiological, [("levels", "[0]"), ("leadfield_columns", "[1]")], leadField: field)
    #expect(try run.part(0..<2).potentials == spheres.part(0..<2).potentials)
    #expect(throws: SimulationError.self) {
      try Self.run(.physiological, [("leadfield_columns", "[2]")], leadField: field)
    }
  }

  @Test("A simulation that runs away is marked and has no values, its neighbours are well")
  func failure() throws {
    let run = try Self.run(.physiological, [("b_e", "normal(0, 200)"), ("levels", "[0, 1]")])
    let part = try run.part(0..<32)
    #expect(part.isFinite.contains(true) && part.isFinite.contains(false))
    let size = run.channels.count * run.times.count
    for (row, isFinite) in part.isFinite.enumerated() {
      for level in 0..<2 {
        let values = part.potentials[level][(row * size)..<((row + 1) * size)]
        #expect(values.allSatisfy { $0.isFinite == isFinite })
      }
    }
  }

  /// Two regions, the second of which hears the first alone.
  static let regions = [
    ("regions", "2"), ("azimuth.2", "40"), ("K.2.1", "box(20, 60)"), ("d.2.1", "0.02"), ("A_i.2", "box(20, 30)"),
    ("levels", "[0]"),
  ]

  @Test("A connected region answers later by as much as the delay grows, and its potential adds to that of the other")
  func connectedRegions() throws {
    // Nominal columns rest before the event, whatever was before.
    let run = try Self.run(.physiological, Self.nominal + Self.regions)
    #expect(run.prior.parameters.map(\.name) == ["A_i.2", "K.2.1"])
    let part = try run.part(0..<8)
    let times = run.times.count
    // Eight samples more.
    let later = try Self.run(.physiological, Self.nominal + Self.regions + [("d.2.1", "\(0.02 + 8.0 / 256)")]).part(
      0..<8)
    #expect(later.parameters == part.parameters)
    for row in 0..<8 {
      let first = (2 * row * times)..<((2 * row + 1) * times)
      let second = ((2 * row + 1) * times)..<((2 * row + 2) * times)
      #expect(part.sources[first] == later.sources[first])
      let peak = part.sources[second].reduce(0) { max($0, abs($1)) }
      #expect(peak > 0.1)
      for place in second.dropLast(8) {
        #expect(abs(later.sources[place + 8] - part.sources[place]) < 1e-3 * peak)
      }
    }
    let gains = try #require(run.gains)
    #expect(gains.columns == 2)
    let channel = 3
    for time in stride(from: 0, to: times, by: 10) {
      let sum = gains[channel, 0] * Double(part.sources[time]) + gains[channel, 1] * Double(part.sources[times + time])
      #expect(abs(Double(part.potentials[0][channel * times + time]) - sum) < 1e-6 * 1e-5)
    }
  }

  @Test("A region without a place of its own is refused")
  func placelessRegion() throws {
    let error = #expect(throws: SimulationError.self) { try Self.run(.physiological, [("regions", "2")]) }
    #expect(error?.message.contains("azimuth.2") == true)
  }

  @Test("With a filter one trial stands for a train of trials")
  func filteredTrial() throws {
    let filtered = Self.nominal + [("filter_hz", "[0.5, 40]"), ("tmax_s", "0.7"), ("interval_s", "1.5")]
    let one = try Self.run(.physiological, filtered)
    let all = try Self.run(
      .physiological, filtered + [("simulated_trials", "all"), ("trials", "12"), ("settle_s", "6")])
    let (first, second) = (try one.part(0..<1).sources, try all.part(0..<1).sources)
    let peak = first.reduce(0) { max($0, abs($1)) }
    let difference = zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(one.times == all.times && peak > 1)
    #expect(difference < 2e-3 * peak, "\(difference) of \(peak) mV")
  }

  @Test("Signal and noise averaged apart have the law of trials averaged together")
  func law() throws {
    let assignments = [
      ("levels", "[2500]"), ("simulated_trials", "all"), ("trials", "6"), ("filter_hz", "[1, 40]"), ("kind", "white"),
      ("settle_s", "3"), ("observation.decimation", "2"), ("detrend", "linear"),
    ]
    let run = try Self.run(.physiological, Self.nominal + assignments)
    let apart = try run.part(0..<96)
    let observation = TrialObservation(run.settings, recordings: run.recordings, times: run.times.count)
    let together = try observation.potentials(run.sources(0..<96).observed)[0]
    let size = run.channels.count * run.times.count
    func moments(_ values: [Float]) -> (mean: [Double], variance: [Double]) {
      var (mean, variance) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
      for row in 0..<96 { for place in 0..<size { mean[place] += Double(values[row * size + place]) / 96 } }
      for row in 0..<96 {
        for place in 0..<size {
          let distance = Double(values[row * size + place]) - mean[place]
          variance[place] += distance * distance / 95
        }
      }
      return (mean, variance)
    }
    let (first, second) = (moments(apart.potentials[0]), moments(together))
    // Over all channels and times: averages of many values that are not independent; four deviations of the roughest
    // guess, that those of one channel are all one value.
    let variance = first.variance.reduce(0, +) / Double(size)
    let otherVariance = second.variance.reduce(0, +) / Double(size)
    #expect(abs(otherVariance / variance - 1) < 4 * (2.0 / 95 / Double(run.channels.count)).squareRoot())
    var distance = 0.0
    for place in 0..<size {
      distance += (first.mean[place] - second.mean[place]) * (first.mean[place] - second.mean[place])
    }
    let expected = 2 * variance / 96 * Double(size)
    #expect(distance < 2 * expected, "the means differ by as much as noise lets them")
  }
}

/// Collects parts from several threads.
final class PartCollector: Sendable {
  private let parts = Mutex<[SimulatedPart]>([])
  var all: [SimulatedPart] { parts.withLock { $0 } }
  func add(_ part: SimulatedPart) { parts.withLock { $0.append(part) } }
}
