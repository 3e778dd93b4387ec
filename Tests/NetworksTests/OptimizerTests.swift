import EvokeNumerics
import Testing

@testable import Networks

@Suite("Optimisers")
struct OptimizerTests {
  @Test("Steps are PyTorch's, with clipping and weight decay", arguments: ["adam", "adamw"], levels)
  func matchesPyTorch(name: String, level: NetworkKernels.Level) throws {
    let reference = try NetworkReference(name)
    var settings = OptimizerSettings(learningRate: 0.03, weightDecay: 0.1, longestGradient: 2)
    if name == "adam" {
      (settings.firstDecay, settings.secondDecay, settings.epsilon) = (0.8, 0.95, 1e-6)
    } else {
      settings.isDecayDecoupled = true
    }
    var values = try reference.group.dataset("start").read(Double.self).values.map { Float($0) }
    let gradients = try reference.group.dataset("gradients").read(Double.self).values.map { Float($0) }
    let expected = try reference.group.dataset("values").read(Double.self).values.map { Float($0) }
    var state = OptimizerState(count: values.count)
    let kernels = try #require(NetworkKernels(level))
    for step in 0..<6 {
      let range = step * values.count..<(step + 1) * values.count
      let norm = state.update(&values, gradients: Array(gradients[range]), settings: settings, kernels: kernels)
      let length = gradients[range].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(norm - length) < 1e-9 * length)
      #expect(largestError(values, Array(expected[range])) < 1e-6)
    }
  }

  @Test("The number of threads changes no bit")
  func threads() {
    var stream = RandomStream(seed: 1, simulation: 0, purpose: .initialValues)
    let count = 100_001
    let start = (0..<count).map { _ in Float(stream.normal()) }
    let gradients = (0..<count).map { _ in Float(stream.normal()) }
    var settings = OptimizerSettings()
    settings.longestGradient = 3
    func updated(threads: Int) -> ([Float], OptimizerState) {
      var (values, state) = (start, OptimizerState(count: count))
      for _ in 0..<2 { state.update(&values, gradients: gradients, settings: settings, threads: threads) }
      return (values, state)
    }
    let (one, four) = (updated(threads: 1), updated(threads: 4))
    #expect(one.0 == four.0 && one.1 == four.1)
  }

  @Test("A cosine schedule rises evenly, then falls to its lowest part")
  func schedule() {
    let schedule = LearningRateSchedule.cosine(warmUp: 4, lowest: 0.2)
    let factors = (0..<104).map { schedule.factor(step: $0, of: 104) }
    #expect(Array(factors[..<4]) == [0.25, 0.5, 0.75, 1])
    #expect(factors[4] == 1 && abs(factors[54] - 0.6) < 1e-12)
    #expect(abs(schedule.factor(step: 104, of: 104) - 0.2) < 1e-12)
    #expect(zip(factors[4...], factors[5...]).allSatisfy { $0 > $1 })
    #expect(LearningRateSchedule.constant.factor(step: 3, of: 5) == 1)
  }
}
