import CKernels
import Foundation
import Testing

@testable import NeuralMass

@Suite("Stimuli in the kernel")
struct KernelInputTests {
  private let lanes = Int(CK_COLUMN_LANES)

  /// `[step, phase, lane]` as the kernel has it.
  private func values(_ stimuli: [Stimulus], _ plan: SimulationPlan) -> [Float] {
    var inputs = KernelInputs(plan: plan)
    inputs.append(stimuli)
    var values = [Float](repeating: .nan, count: plan.stepCount * 3 * lanes)
    inputs.withInputs { inputs in
      var input = inputs[0]
      ck_input_values(&input, plan.stepCount, &values)
    }
    return values
  }

  /// A stimulus at the start, in the middle and at the end of a step.
  private func expected(_ stimulus: Stimulus, _ step: Int, _ dt: Double) -> [Double] {
    let start = Double(step) * dt
    return [
      stimulus.value(at: start), stimulus.value(at: start + dt / 2), stimulus.value(at: start + dt, .before),
    ]
  }

  @Test(
    "Levels are those of the stimulus, whether their edges lie on steps or between", arguments: [1e-4, 1e-3, 7e-4])
  func levels(dt: Double) {
    var generator = TestGenerator(state: 3)
    var stimuli = (0..<lanes).map { lane -> Stimulus in
      let onset = lane < 8 ? Double(lane) * 0.01 : .random(in: -0.1...0.5, using: &generator)
      let width = lane < 8 ? 0.05 : Double.random(in: 1e-5...0.2, using: &generator)
      let pulses = Stimulus.pulses(
        PulseTrain(
          amplitude: .random(in: -9...9, using: &generator), width: width,
          rate: .random(in: 1...20, using: &generator), firstOnset: onset, count: lane % 5))
      let held = HeldSamples(
        (0..<30).map { _ in .random(in: 0...5, using: &generator) }, every: 0.9e-3 * Double(1 + lane))
      return lane % 3 == 0 ? pulses : lane % 3 == 1 ? pulses + .held(held) + .tonic(Double(lane)) : .held(held)
    }
    stimuli[11] = .none
    let plan = SimulationPlan(dt: dt, duration: 0.4)
    let values = values(stimuli, plan)
    for (lane, stimulus) in stimuli.enumerated() {
      let wrong = (0..<plan.stepCount).first { step in
        expected(stimulus, step, dt).map { Float($0) } != (0..<3).map { values[(3 * step + $0) * lanes + lane] }
      }
      #expect(wrong == nil, "lane \(lane), step \(wrong ?? 0)")
    }
  }

  @Test("Bumps are those of the stimulus to a millionth of their height", arguments: [1e-4, 1e-3])
  func bumps(dt: Double) {
    var generator = TestGenerator(state: 4)
    let stimuli = (0..<lanes).map { lane in
      (0...(lane % 3)).reduce(Stimulus.none) { sum, _ in
        sum
          + .bump(
            GaussianBump(
              amplitude: 1, onset: .random(in: -0.05...0.7, using: &generator),
              width: exp(.random(in: log(2e-4)...log(3), using: &generator)),
              rate: .random(in: 2...30, using: &generator), count: 1 + lane % 4))
      }
    }
    let plan = SimulationPlan(dt: dt, duration: 0.6)
    let values = values(stimuli, plan)
    for (lane, stimulus) in stimuli.enumerated() {
      let error = (0..<plan.stepCount).reduce(0.0) { largest, step in
        let exact = expected(stimulus, step, dt)
        return (0..<3).reduce(largest) { max($0, abs(Double(values[(3 * step + $1) * lanes + lane]) - exact[$1])) }
      }
      // Up to twelve bumps overlap.
      #expect(error < 1e-6 * 12, "lane \(lane): \(error)")
    }
  }

  @Test("One stimulus for all lanes has the bits of one for each")
  func shared() {
    let stimulus = randomStimuli(3)[2]
    let plan = SimulationPlan(dt: 2e-4, duration: 0.5)
    #expect(values([stimulus], plan) == values(Array(repeating: stimulus, count: lanes), plan))
  }

  @Test("What is no time or lies far away is no input", arguments: [Double.nan, .infinity, -1e300, 1e300])
  func farAway(time: Double) {
    var train = PulseTrain(amplitude: 5, width: 0.1, rate: 1, firstOnset: time, count: 2)
    train.rate = 1e-3
    let stimulus = Stimulus.pulses(train) + .bump(GaussianBump(amplitude: 3, onset: time, width: 0.1))
    #expect(values([stimulus], SimulationPlan(dt: 1e-3, duration: 0.1)).allSatisfy { $0 == 0 })
  }
}
