import Testing

@testable import NeuralMass

@Suite("A stimulus for each simulation")
struct OwnStimulusTests {
  private func batch(_ method: JansenRitBatch.Method, _ arithmetic: Arithmetic = .fast) -> JansenRitBatch {
    var batch = JansenRitBatch(
      method: method, plan: SimulationPlan(dt: 5e-4, duration: 0.8, every: 4), routing: .threeWay, seed: 3)
    batch.arithmetic = arithmetic
    return batch
  }

  @Test(
    "Simulations with stimuli of their own agree with the reference to 5e-6 of the peak",
    arguments: JansenRitBatch.Method.allCases,
    Arithmetic.allCases)
  func agreesWithReference(method: JansenRitBatch.Method, arithmetic: Arithmetic) {
    let batch = batch(method, arithmetic)
    let (columns, background) = randomColumns(40, noise: method.isStochastic ? 2 : 0)
    let stimuli = randomStimuli(40)
    let result = batch.run(columns, background: background, stimuli: stimuli, firstNumber: 10)
    var worst = 0.0
    for index in columns.indices {
      let network = ColumnNetwork(
        columns[index], background: background[index], stimulus: stimuli[index], routing: batch.routing)
      let expected = reference(method, network, batch.plan, seed: batch.seed, number: 10 + index)[0]
      worst = max(worst, largestRelativeDifference(result[index], expected))
    }
    #expect(worst < 5e-6)
  }

  @Test(
    "A simulation has the bits that it has alone, with its stimulus as that of the batch",
    arguments: Arithmetic.allCases)
  func sameBits(arithmetic: Arithmetic) {
    for method in JansenRitBatch.Method.allCases {
      var batch = batch(method, arithmetic)
      let (columns, background) = randomColumns(70, noise: method.isStochastic ? 20 : 0)
      let stimuli = randomStimuli(70)
      let whole = batch.run(columns, background: background, stimuli: stimuli, threads: 1)
      #expect(batch.run(columns, background: background, stimuli: stimuli, threads: 3).samples == whole.samples)
      for index in [0, 1, 2, 4, 31, 33, 69] {
        batch.stimulus = stimuli[index]
        let alone = batch.run([columns[index]], background: [background[index]], firstNumber: index)
        #expect(Array(alone[0]) == Array(whole[index]), "\(method), \(index)")
      }
    }
  }
}
