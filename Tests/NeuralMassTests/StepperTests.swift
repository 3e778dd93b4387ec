import Foundation
import Testing

@testable import NeuralMass

@Suite("Steppers")
struct StepperTests {
  /// A smooth input into a column that starts away from rest.
  private func finalState<Method: Stepper>(_ method: Method.Type, dt: Double) -> [Double] {
    let stimulus = Stimulus.tonic(120) + .bump(GaussianBump(amplitude: 200, onset: 0.1, width: 0.02))
    let network = ColumnNetwork(JansenRitParameters(), stimulus: stimulus)
    var state = [0.1, 20, 15, 1, 100, -100]
    _ = network.simulate(method, SimulationPlan(dt: dt, duration: 0.2, every: Int((0.2 / dt).rounded())), state: &state)
    return state
  }

  private func order<Method: Stepper>(_ method: Method.Type, steps: [Double]) -> Double {
    let reference = finalState(RungeKutta4.self, dt: 2e-5)
    return fittedOrder(
      steps: steps, errors: steps.map { largestDifference(finalState(method, dt: $0), reference) })
  }

  @Test(
    "The error of the Jansen-Rit model falls at the stepper's order",
    arguments: [Euler.self, Heun.self, RungeKutta4.self] as [any Stepper.Type])
  func deterministicOrder(method: any Stepper.Type) {
    let steps =
      method.order == 1 ? [1e-4, 5e-5, 2.5e-5] : method.order == 2 ? [2e-4, 1e-4, 5e-5] : [2e-3, 1e-3, 5e-4]
    let fitted = order(method, steps: steps)
    #expect(abs(fitted - Double(method.order)) < 0.15, "fitted order \(fitted)")
  }

  @Test("Square pulses on the grid keep the order of Runge and Kutta's method")
  func orderAcrossJumps() {
    let stimulus = Stimulus.pulses(PulseTrain(amplitude: 300, width: 0.05, firstOnset: 0.04, count: 1))
    let network = ColumnNetwork(JansenRitParameters(), stimulus: stimulus, routing: .threeWay)
    func final(_ dt: Double) -> [Double] {
      var state = [Double](repeating: 0, count: 6)
      _ = network.simulate(
        RungeKutta4.self, SimulationPlan(dt: dt, duration: 0.2, every: Int((0.2 / dt).rounded())), state: &state)
      return state
    }
    let reference = final(2e-5)
    let steps = [5e-4, 2.5e-4, 1.25e-4]
    let fitted = fittedOrder(steps: steps, errors: steps.map { largestDifference(final($0), reference) })
    #expect(abs(fitted - 4) < 0.2, "fitted order \(fitted)")
  }

  /// Ends of paths of dX = a X dt + b X dW, calculated and exact, driven by the same noise.
  private func differences<Method: StochasticStepper>(
    _ method: Method.Type, steps: Int, paths: Int, a: Double, b: Double, stratonovich: Bool
  ) -> [Double] {
    let finest = 512
    let stride = finest / steps
    var stepper = Method(dimension: 1)
    return (0..<paths).map { path in
      var noise = NeuralNoise(seed: 3, simulation: path)
      var state = [1.0]
      var sum = 0.0
      for step in 0..<steps {
        let increment = (0..<stride).reduce(0.0) { $0 + noise.normal(step * stride + $1) } / Double(finest).squareRoot()
        sum += increment
        stepper.step(&state, time: 0, dt: 1 / Double(steps), increments: [increment]) { _, state, rate in
          rate[0] = a * state[0]
        } diffusion: { _, state, factor in
          factor[0] = b * state[0]
        }
      }
      return state[0] - exp((stratonovich ? a : a - b * b / 2) + b * sum)
    }
  }

  @Test("Euler-Maruyama has strong order 1/2 and weak order 1 on geometric Brownian motion")
  func eulerMaruyamaOrder() {
    let steps = [8, 16, 32, 64, 128]
    let sizes = steps.map { 1 / Double($0) }
    let strong = steps.map {
      mean(differences(EulerMaruyama.self, steps: $0, paths: 2000, a: 0, b: 1, stratonovich: false).map(abs))
    }
    let strongOrder = fittedOrder(steps: sizes, errors: strong)
    #expect(abs(strongOrder - 0.5) < 0.1, "fitted strong order \(strongOrder)")
    // Little noise, or its own error would hide that of the mean.
    let weak = steps[..<3].map {
      abs(mean(differences(EulerMaruyama.self, steps: $0, paths: 4000, a: -1, b: 0.2, stratonovich: false)))
    }
    let weakOrder = fittedOrder(steps: Array(sizes[..<3]), errors: weak)
    #expect(abs(weakOrder - 1) < 0.1, "fitted weak order \(weakOrder)")
  }

  @Test("Stochastic Heun has strong order 1 on geometric Brownian motion in the sense of Stratonovich")
  func stochasticHeunOrder() {
    let steps = [8, 16, 32, 64, 128]
    let errors = steps.map {
      mean(differences(StochasticHeun.self, steps: $0, paths: 1000, a: -1, b: 0.5, stratonovich: true).map(abs))
    }
    let fitted = fittedOrder(steps: steps.map { 1 / Double($0) }, errors: errors)
    #expect(abs(fitted - 1) < 0.1, "fitted order \(fitted)")
  }

  @Test("Euler-Maruyama has strong order 1 where the noise does not depend on the state")
  func additiveOrder() {
    let (steps, finest) = ([8, 16, 32, 64], 512)
    // dX = -X dt + dW; the exact end comes from the finest steps, in each of which the noise is spread evenly.
    func difference(_ path: Int, _ count: Int) -> Double {
      var noise = NeuralNoise(seed: 4, simulation: path)
      let increments = (0..<finest).map { noise.normal($0) / Double(finest).squareRoot() }
      func end(_ count: Int) -> Double {
        var stepper = EulerMaruyama(dimension: 1)
        var state = [1.0]
        let stride = finest / count
        for step in 0..<count {
          let increment = increments[(step * stride)..<((step + 1) * stride)].reduce(0, +)
          stepper.step(&state, time: 0, dt: 1 / Double(count), increments: [increment]) { _, state, rate in
            rate[0] = -state[0]
          } diffusion: { _, _, factor in
            factor[0] = 1
          }
        }
        return state[0]
      }
      var exact = 1.0
      let decay = exp(-1 / Double(finest))
      for increment in increments { exact = exact * decay + increment * (1 - decay) * Double(finest) }
      return end(count) - exact
    }
    let errors = steps.map { count in mean((0..<1000).map { abs(difference($0, count)) }) }
    let fitted = fittedOrder(steps: steps.map { 1 / Double($0) }, errors: errors)
    #expect(abs(fitted - 1) < 0.15, "fitted order \(fitted)")
  }

  @Test("The flow of a damped oscillator is exact", arguments: [1e-4, 1e-3, 1e-2, 1e-1])
  func oscillatorFlow(dt: Double) {
    let rate = 80.0
    let flow = DampedOscillatorFlow(rate: rate, dt: dt)
    // y(t) = (y + (y' + rate y) t) exp(-rate t)
    let (y, v) = (0.7, -30.0)
    let decay = exp(-rate * dt)
    let next = flow.advance(position: y, velocity: v)
    #expect(abs(next.position - (y + (v + rate * y) * dt) * decay) < 1e-13)
    #expect(abs(next.velocity - (v - rate * (v + rate * y) * dt) * decay) < 1e-11)
    // Two steps add up to one of twice the length: C(2t) = C(t) + E(t) C(t) E(t)'.
    let double = DampedOscillatorFlow(rate: rate, dt: 2 * dt)
    let (e11, e12) = (1 + flow.positionFromPosition, flow.positionFromVelocity)
    let (e21, e22) = (flow.velocityFromPosition, 1 + flow.velocityFromVelocity)
    let (c11, c12, c22) = (flow.positionVariance, flow.covariance, flow.velocityVariance)
    let p = c11 + e11 * e11 * c11 + 2 * e11 * e12 * c12 + e12 * e12 * c22
    let q = c12 + e11 * e21 * c11 + (e11 * e22 + e12 * e21) * c12 + e12 * e22 * c22
    let r = c22 + e21 * e21 * c11 + 2 * e21 * e22 * c12 + e22 * e22 * c22
    #expect(abs(p / double.positionVariance - 1) < 1e-9)
    #expect(
      abs(q - double.covariance) < 1e-9 * double.positionVariance.squareRoot() * double.velocityVariance.squareRoot())
    #expect(abs(r / double.velocityVariance - 1) < 1e-9)
  }

  @Test(
    "Splitting keeps the variance of a noisy oscillator at steps as long as its time constant", arguments: [1e-3, 1e-2])
  func splittingKeepsVariance(dt: Double) {
    let (rate, noise, count) = (100.0, 3.0, 40_000)
    var method = StrangSplitting(
      [StrangSplitting.Oscillator(position: 0, velocity: 1, rate: rate, noise: noise)], dt: dt)
    var random = NeuralNoise(seed: 8, simulation: 0)
    var state = [0.0, 0.0]
    var positions: [Double] = []
    for step in 0..<count {
      method.step(&state, time: 0, normals: [random.normal(2 * step), random.normal(2 * step + 1)]) { _, _, kick in
        kick[0] = 0
      }
      if step >= 100 { positions.append(state[0]) }
    }
    // The density of the noise over 4 rate³; its estimate deviates by √(2 × correlation time / duration) or so.
    let expected = noise * noise / (4 * rate * rate * rate)
    let deviation = (2 * max(dt, 2.5 / rate) / (Double(count) * dt)).squareRoot()
    #expect(abs(variance(positions) / expected - 1) < 4 * deviation)
  }
}
