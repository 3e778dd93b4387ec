import Foundation
import Testing

@testable import NeuralMass

@Suite("Jansen-Rit model")
struct JansenRitModelTests {
  /// Source potential after the third pulse by Euler's method at 1 ms, less its mean over 200 ms before: [mV].
  private func evokedPotential(_ parameters: JansenRitParameters) -> [Double] {
    let network = ColumnNetwork(parameters, stimulus: .pulses(PulseTrain()), routing: .threeWay)
    let output = network.simulate(Euler.self, SimulationPlan(dt: 1e-3, duration: 4))[0]
    let baseline = mean(Array(output[2800..<3000]))
    return output[3000..<4000].map { $0 - baseline }
  }

  private func peak(_ values: [Double]) -> (value: Double, time: Int) {
    let time = values.indices.max { abs(values[$0]) < abs(values[$1]) } ?? 0
    return (values[time], time)
  }

  @Test("The evoked potential of deepjr, as coded, peaks at -17.95 mV after 56 ms")
  func deepjrAsCoded() {
    let peak = peak(evokedPotential(.deepjr))
    #expect(abs(peak.value - -17.95) < 0.005)
    #expect(peak.time == 56)
  }

  @Test("In consistent units it peaks at -58.1 mV after 77 ms")
  func deepjrInConsistentUnits() {
    let peak = peak(evokedPotential(JansenRitParameters()))
    #expect(abs(peak.value - -58.1) < 0.05)
    #expect(peak.time == 77)
  }

  @Test("deepjr's numbers in volts give a thousandth of ours in millivolts")
  func deepjrInVolts() {
    // As that code has them: r = 0.56 although the unit is the volt, v_max = 0.05.
    var volts = JansenRitParameters()
    volts.excitatoryGain = 3.25e-3
    volts.inhibitoryGain = 22e-3
    volts.threshold = 6e-3
    volts.slope = 0.56
    volts.maximumFiringRate = 0.05
    let expected = evokedPotential(.deepjr)
    #expect(largestDifference(evokedPotential(volts).map { 1000 * $0 }, expected) < 1e-10)
  }

  @Test("The derivative is that of the equations, term by term")
  func derivative() {
    var parameters = JansenRitParameters()
    parameters.excitatoryGain = 4
    parameters.inhibitoryGain = 30
    parameters.excitatoryRate = 90
    parameters.inhibitoryRate = 40
    parameters.connectivity = 100
    parameters.pyramidalToExcitatory = 1.1
    parameters.excitatoryToPyramidal = 0.7
    parameters.pyramidalToInhibitory = 0.3
    parameters.inhibitoryToPyramidal = 0.2
    parameters.maximumFiringRate = 6
    parameters.threshold = 5
    parameters.slope = 0.5
    func s(_ v: Double) -> Double { 6 / (1 + exp(0.5 * (5 - v))) }
    let state = JansenRitState([0.05, 9, 4, 1, 2, 3])
    let derivative = parameters.derivative(of: state, input: SIMD4(7, 8, 9, 0))
    let expected = [
      1, 2, 3, 4 * 90 * (7 + s(9 - 4)) - 2 * 90 * 1 - 8100 * 0.05,
      4 * 90 * (8 + 70 * s(110 * 0.05)) - 2 * 90 * 2 - 8100 * 9,
      30 * 40 * (9 + 20 * s(30 * 0.05)) - 2 * 40 * 3 - 1600 * 4,
    ]
    var values = [Double](repeating: 0, count: 6)
    derivative.write(to: &values)
    #expect(largestDifference(values, expected) < 1e-9)
  }

  /// Output at 200 Hz from 2 s on, with p drawn every millisecond between 120 and 320 1/s as in Jansen and Rit 1995.
  private func spontaneous(connectivity: Double, seconds: Double = 42) -> [Double] {
    var generator = TestGenerator(state: 11)
    let input = (0..<Int(seconds * 1000)).map { _ in Double.random(in: 120...320, using: &generator) }
    var parameters = JansenRitParameters()
    parameters.connectivity = connectivity
    let batch = JansenRitBatch(
      method: .rungeKutta4, plan: SimulationPlan(dt: 5e-4, duration: seconds, every: 10),
      stimulus: .held(HeldSamples(input, every: 1e-3)))
    return batch.run([parameters])[0].dropFirst(400).map(Double.init)
  }

  @Test("With the nominal values and uniform noise there is alpha rhythm", arguments: [128.0, 135])
  func alphaRhythm(connectivity: Double) {
    let peak = spectralPeak(spontaneous(connectivity: connectivity), rate: 200)
    #expect((8...12).contains(peak), "peak at \(peak) Hz")
  }

  /// How often a second a signal rises above its mean.
  private func cycleRate(_ samples: [Double], rate: Double) -> Double {
    let centre = mean(samples)
    let rises = zip(samples, samples.dropFirst()).count { $0 < centre && $1 >= centre }
    return Double(rises) / (Double(samples.count) / rate)
  }

  @Test("Connectivity decides between noise, alpha rhythm, a slow wide rhythm and spikes")
  func regimes() {
    let outputs = [68.0, 135, 270, 675, 1350].map { spontaneous(connectivity: $0) }
    // Filtered noise, alpha, a wide rhythm, spikes, and a column that inhibition holds down: standard deviations [mV].
    let expected = [0.0...0.5, 1...4, 8...16, 25...50, 0...0.5]
    for (output, range) in zip(outputs, expected) {
      let deviation = variance(output).squareRoot()
      #expect(range.contains(deviation), "\(deviation) mV")
    }
    let rates = outputs.map { cycleRate($0, rate: 200) }
    #expect((8...12).contains(rates[1]), "\(rates[1]) waves a second")
    #expect((4...6).contains(rates[2]), "\(rates[2]) waves a second")
    #expect((1.5...3.5).contains(rates[3]), "\(rates[3]) spikes a second")
    #expect((outputs[3].max() ?? 0) - (outputs[3].min() ?? 0) > 100)
  }
}
