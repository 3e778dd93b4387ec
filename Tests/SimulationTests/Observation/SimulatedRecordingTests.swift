import EEGCore
import ERP
import Foundation
import Testing

@testable import Simulation

@Suite("Simulated recordings")
struct SimulatedRecordingTests {
  private static func run(_ assignments: [(String, String)] = []) throws -> SimulationRun {
    try SimulationRunTests.run(
      .physiological, [("simulated_trials", "all"), ("trials", "40")] + assignments, montage: "1020-19")
  }

  @Test("Its average is the true potential, but for what is left of the noise")
  func average() throws {
    let run = try Self.run()
    let made = try run.recording(3, level: 2500)
    #expect(made.recording.signals.map(\.label) == run.channels.map(\.name))
    #expect(made.recording.annotations.count == 40)
    #expect(made.recording.annotations.allSatisfy { $0.text == "stimulus" })
    #expect(made.parameters == (try run.part(3..<4)).parameters)

    let result = try ERPPipeline(run.settings.observation.epochSettings).epochs(of: made.recording)
    let evoked = try result.epochs.averages().conditions[0]
    #expect(evoked.count == 40)
    let residual = zip(evoked.average.values, made.potential).map { $0 - Double($1) }
    let noise = (residual.reduce(0) { $0 + $1 * $1 } / Double(residual.count)).squareRoot()
    // 10 µV over the root of 40 trials; slow noise that the baseline turns into offsets adds to it.
    #expect(noise > 0.5 * 10e-6 / 40.0.squareRoot() && noise < 2 * 10e-6 / 40.0.squareRoot())
    let signal = made.potential.reduce(0) { max($0, abs($1)) }
    #expect(signal > 1e-6)
  }

  @Test("Blinks are annotated and seen at the front, and rejection leaves them out of the average")
  func blinks() throws {
    let settings = [("blinks_per_minute", "20")]
    let run = try Self.run(settings)
    let made = try run.recording(0, level: 1)
    let annotated = made.recording.annotations.filter { $0.text == "blink" }
    #expect(!annotated.isEmpty && annotated.count == made.blinks.count)
    let front = try #require(made.recording.signals.firstIndex { $0.label == "Fp1" })
    for blink in made.blinks where blink.onset + 0.3 < made.recording.duration {
      let first = Int((blink.onset * 256).rounded(.up))
      var values = [Double](repeating: 0, count: 77)
      var span = values.mutableSpan
      try made.recording.source.readPhysical(signal: front, from: first, into: &span)
      #expect(try #require(values.max()) > 50, "a blink in microvolts against the average of 19 channels")
    }

    let without = try Self.run().part(0..<1).potentials[0]
    let kept = try Self.run(settings + [("levels", "[1]"), ("reject", "[\"ptp=10000uV\"]")]).part(0..<1).potentials[0]
    let rejected = try Self.run(settings + [("levels", "[1]"), ("reject", "[\"ptp=60uV\"]")]).part(0..<1).potentials[0]
    let silent = try Self.run([("levels", "[0]")]).part(0..<1).potentials[0]
    func distance(_ values: [Float]) -> Double {
      (0..<run.times.count).reduce(0) {
        $0 + Double(abs(values[front * run.times.count + $1] - silent[front * run.times.count + $1]))
      }
    }
    #expect(without.count == rejected.count)
    #expect(distance(rejected) < 0.5 * distance(kept))
  }

  @Test("A recording needs every trial")
  func trials() throws {
    let run = try SimulationRunTests.run()
    #expect(throws: SimulationError.self) { try run.recording(0, level: 1) }
  }
}
