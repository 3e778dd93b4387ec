import Foundation
import Testing

@testable import NeuralMass

@Suite("Connected columns")
struct ColumnNetworkTests {
  private let coupling = ColumnCoupling(weights: [[0, 10], [20, 0]], delays: [[0, 0.0103], [0.0207, 0]])

  private func network(_ coupling: ColumnCoupling?) -> ColumnNetwork {
    var second = JansenRitParameters()
    second.excitatoryRate = 80
    return ColumnNetwork(
      columns: [JansenRitParameters(), second],
      background: [BackgroundInput(mean: 20), BackgroundInput(mean: 30)],
      stimuli: [.bump(GaussianBump(amplitude: 150, onset: 0.05, width: 0.02)), .none], coupling: coupling)
  }

  @Test("Columns without connections do what each does alone")
  func unconnected() {
    let plan = SimulationPlan(dt: 1e-3, duration: 0.5)
    let together = network(nil).simulate(RungeKutta4.self, plan)
    let both = network(nil)
    for column in 0..<2 {
      let alone = ColumnNetwork(
        both.columns[column], background: both.background[column], stimulus: both.stimuli[column])
      #expect(alone.simulate(RungeKutta4.self, plan)[0] == together[column])
    }
  }

  @Test("A delayed connection is what a plain loop with all past outputs calculates")
  func plainLoop() {
    let (dt, count, lag) = (1e-3, 400, 12)
    let network = network(ColumnCoupling(weights: [[0, 0], [40, 0]], delays: [[0, 0], [Double(lag) * dt, 0]]))
    let outputs = network.simulate(Euler.self, SimulationPlan(dt: dt, duration: Double(count) * dt))
    var states = [JansenRitState(), JansenRitState()]
    var past: [Double] = []
    var expected: [Double] = []
    for step in 0..<count {
      past.append(states[0].output)
      expected.append(states[1].output)
      let delayed = step >= lag ? past[step - lag] : past[0]
      let bump = network.stimuli[0].value(at: Double(step) * dt)
      let inputs = [
        SIMD4(0, 20 + bump, 0, 0), SIMD4(0, 30 + 40 * network.columns[0].firingRate(at: delayed), 0, 0),
      ]
      for column in 0..<2 {
        let rate = network.columns[column].derivative(of: states[column], input: inputs[column])
        states[column].potentials += dt * rate.potentials
        states[column].velocities += dt * rate.velocities
      }
    }
    #expect(largestDifference(outputs[1], expected) < 1e-10)
  }

  @Test("Delays between steps keep the order of Runge and Kutta's method")
  func orderWithDelays() {
    let network = network(coupling)
    func final(_ dt: Double) -> [Double] {
      // From the state of rest, so that the past before the first step joins smoothly.
      var state = rest
      _ = network.simulate(
        RungeKutta4.self, SimulationPlan(dt: dt, duration: 0.2, every: Int((0.2 / dt).rounded())), state: &state)
      return state
    }
    let rest = restingState(network)
    #expect(largestDifference(restingState(network, seconds: 21), rest) < 1e-9, "the network does not rest")
    let reference = final(2e-5)
    let steps = [1e-3, 5e-4, 2.5e-4]
    let fitted = fittedOrder(steps: steps, errors: steps.map { largestDifference(final($0), reference) })
    #expect(fitted > 3.7, "fitted order \(fitted)")
  }

  /// Where the network stays when there is no stimulus.
  private func restingState(_ network: ColumnNetwork, seconds: Double = 20) -> [Double] {
    var quiet = network
    quiet.stimuli = [.none, .none]
    var state = [Double](repeating: 0, count: quiet.dimension)
    _ = quiet.simulate(RungeKutta4.self, SimulationPlan(dt: 1e-3, duration: seconds, every: 1000), state: &state)
    return state
  }
}
