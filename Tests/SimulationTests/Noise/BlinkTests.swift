import EEGCore
import Foundation
import Simulation
import Testing

@Suite("Blinks")
struct BlinkTests {
  @Test("Intervals and amplitudes have their means, and nothing comes too early")
  func moments() throws {
    let settings = Blinks()
    let blinks = try settings.events(duration: 35_000, seed: 4)
    let gaps = zip(blinks, [Blink(onset: 0, amplitude: 0)] + blinks).map { $0.onset - $1.onset }
    #expect(gaps.allSatisfy { $0 >= 0.5 })
    let (count, mean) = (Double(blinks.count), gaps.reduce(0, +) / Double(gaps.count))
    // The exponential part has a standard deviation of 3 s.
    #expect(abs(mean - 3.5) < 5 * 3 / count.squareRoot())
    let logs = blinks.map { log($0.amplitude / 150e-6) }
    let average = logs.reduce(0, +) / count
    let spread = (logs.reduce(0) { $0 + ($1 - average) * ($1 - average) } / count).squareRoot()
    #expect(abs(average + 0.25 * 0.25 / 2) < 5 * 0.25 / count.squareRoot())
    #expect(abs(spread - 0.25) < 5 * 0.25 / (2 * count).squareRoot())
  }

  @Test("A longer recording begins with the same blinks, another one with others")
  func repeatable() throws {
    let settings = Blinks()
    let short = try settings.events(duration: 60, seed: 4, simulation: 2)
    #expect(short == Array(try settings.events(duration: 600, seed: 4, simulation: 2).prefix(short.count)))
    let other = try settings.events(duration: 60, seed: 4, simulation: 3)
    #expect(!short.isEmpty && short != other)
  }

  @Test("A blink rises to one, falls to nothing, and lasts 0.3 s")
  func waveform() {
    let blinks = Blinks()
    #expect(blinks.waveform(at: -0.01) == 0 && blinks.waveform(at: 0.301) == 0 && blinks.waveform(at: 0) == 0)
    #expect(abs(blinks.waveform(at: 0.1) - 1) < 1e-12)
    #expect(abs(blinks.waveform(at: 0.05) - 0.5) < 1e-12 && abs(blinks.waveform(at: 0.2) - 0.5) < 1e-12)
  }

  @Test("The deflection is largest above the eyes, falls towards the back, and is as large left as right")
  func topography() throws {
    let montage = try StandardMontage.named("biosemi64")
    let weights = try Blinks.topography(
      of: montage.channels, head: HeadSphere(fitting: montage.electrodes.map(\.position)))
    let byName = Dictionary(uniqueKeysWithValues: zip(montage.electrodes.map(\.name), weights))
    func weight(_ name: String) throws -> Double { try #require(byName[name]) }
    #expect(try abs(weight("Fp1") - 1) < 0.01 && abs(weight("Fp2") - 1) < 0.01)
    let line = try ["Fpz", "AFz", "Fz", "FCz", "Cz", "CPz", "Pz"].map(weight)
    #expect(zip(line, line.dropFirst()).allSatisfy { $0 > $1 } && line.allSatisfy { $0 > 0 })
    #expect(try abs(weight("Fz") - 0.283) < 0.005 && abs(weight("Cz") - 0.136) < 0.005)
    #expect(weights.allSatisfy { $0 <= 1.01 })
    #expect(try abs(weight("F3") - weight("F4")) < 0.01)
    #expect(throws: SimulationError.self) {
      try Blinks.topography(of: [Channel(name: "x")], head: HeadSphere(center: Position(x: 0, y: 0, z: 0), radius: 1))
    }
  }

  @Test("Blinks across blocks are whole", arguments: [50, 100, 1000])
  func blocks(size: Int) throws {
    let settings = Blinks()
    let blinks = try settings.events(duration: 10, seed: 1)
    var whole = [Float](repeating: 0, count: 2000)
    var span = whole.mutableSpan
    settings.add(blinks, to: &span, topography: [1, 0.5], rate: 100)
    for first in stride(from: 0, to: 1000, by: size) {
      var block = [Float](repeating: 0, count: 2 * size)
      var span = block.mutableSpan
      settings.add(blinks, to: &span, topography: [1, 0.5], first: first, rate: 100)
      #expect(block == Array(whole[first..<(first + size)] + whole[(1000 + first)..<(1000 + first + size)]))
    }
    let largest = try #require(blinks.map(\.amplitude).max())
    #expect(abs(Double(whole.max() ?? 0) / largest - 1) < 0.01)
  }

  @Test("Impossible settings are refused")
  func refusals() {
    var settings = Blinks()
    settings.shortestInterval = 4
    #expect(throws: SimulationError.self) { try settings.events(duration: 1, seed: 0) }
    settings = Blinks()
    settings.riseTime = 0
    #expect(throws: SimulationError.self) { try settings.events(duration: 1, seed: 0) }
  }
}
