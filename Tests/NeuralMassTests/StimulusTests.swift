import Foundation
import Testing

@testable import NeuralMass

@Suite("Stimuli")
struct StimulusTests {
  @Test(
    "A pulse train has its pulses at every step, although steps add up with rounding errors", arguments: [1e-3, 1e-4])
  func pulseSteps(dt: Double) {
    let train = Stimulus.pulses(PulseTrain())
    let perSecond = Int((1 / dt).rounded())
    for step in 0..<(62 * perSecond) {
      let second = step / perSecond
      let isOn = second >= 1 && second <= 60 && step % perSecond < perSecond / 20
      #expect(train.value(at: Double(step) * dt) == (isOn ? 60 : 0))
    }
  }

  @Test("A jump has two sides")
  func sides() {
    let train = Stimulus.pulses(PulseTrain(amplitude: 7, width: 0.1, rate: 2, firstOnset: 0.3, count: 2))
    let times = [0.3, 0.4, 0.8, 0.9, 1.3]
    #expect(times.map { train.value(at: $0, .before) } == [0, 7, 0, 7, 0])
    #expect(times.map { train.value(at: $0, .after) } == [7, 0, 7, 0, 0])
  }

  @Test("Parts add up")
  func sums() {
    let bump = GaussianBump(amplitude: 10, onset: 0.5, width: 0.1, rate: 4, count: 3)
    let sum = Stimulus.tonic(5) + .bump(bump) + .held(HeldSamples([1, 2, 3], every: 0.25))
    let time = 0.6
    let bumps = [0.5, 0.75, 1.0].map { peak in 10 * exp(-0.5 * ((time - peak) / 0.1) * ((time - peak) / 0.1)) }
    let expected = 5 + 3 + bumps.reduce(0, +)
    #expect(abs(sum.value(at: time) - expected) < 1e-12)
    #expect(Stimulus.none.value(at: time) == 0)
    #expect(Stimulus.held(HeldSamples([1, 2, 3], every: 0.25)).value(at: 0.75) == 0)
  }

  @Test("A stimulus survives JSON")
  func coding() throws {
    let stimulus = Stimulus.tonic(5) + .pulses(PulseTrain()) + .bump(GaussianBump(amplitude: 1, onset: 2, width: 3))
    #expect(try JSONDecoder().decode(Stimulus.self, from: JSONEncoder().encode(stimulus)) == stimulus)
  }
}
