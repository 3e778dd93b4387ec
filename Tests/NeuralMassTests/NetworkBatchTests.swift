import Foundation
import Testing

@testable import NeuralMass

@Suite("Batches of networks")
struct NetworkBatchTests {
  /// Which delays the connections have.
  enum Delays: String, CaseIterable, Sendable {
    case none, wholeSteps, betweenSteps, mixed
  }

  private let columnCount = 3

  private func batch(_ method: JansenRitBatch.Method, _ arithmetic: Arithmetic = .fast) -> JansenRitBatch {
    var batch = JansenRitBatch(method: method, plan: SimulationPlan(dt: 5e-4, duration: 0.4, every: 4), seed: 77)
    batch.arithmetic = arithmetic
    return batch
  }

  /// Networks whose weights differ, and whose delays do on request; a third of the connections are missing.
  private func networks(_ count: Int, _ delays: Delays, alike: Bool, noise: Double) -> [ColumnNetwork] {
    var generator = TestGenerator(state: 8)
    let (columns, background) = randomColumns(count * columnCount, noise: noise)
    let stimuli = randomStimuli(count * columnCount)
    let dt = 5e-4
    func delay() -> Double {
      let steps = Int.random(in: 1...40, using: &generator)
      let part = Double.random(in: 0..<1, using: &generator)
      return switch delays {
      case .none: 0
      case .wholeSteps: Double(steps) * dt
      case .betweenSteps: (Double(steps) + part) * dt
      case .mixed: [0, Double(steps) * dt, (Double(steps) + part) * dt][steps % 3]
      }
    }
    func table(_ value: () -> Double) -> [[Double]] {
      (0..<columnCount).map { _ in (0..<columnCount).map { _ in value() } }
    }
    let common = table(delay)
    return (0..<count).map { number in
      let weights = table {
        Int.random(in: 0..<3, using: &generator) == 0 ? 0 : .random(in: 1...6, using: &generator)
      }
      let own = table(delay)
      let range = number * columnCount..<(number + 1) * columnCount
      return ColumnNetwork(
        columns: Array(columns[range]), background: Array(background[range]), stimuli: Array(stimuli[range]),
        routing: .threeWay, coupling: ColumnCoupling(weights: weights, delays: alike ? common : own))
    }
  }

  @Test(
    "Networks agree with the reference to 5e-6 of the peak, whatever their delays",
    arguments: JansenRitBatch.Method.allCases, Delays.allCases)
  func agreesWithReference(method: JansenRitBatch.Method, delays: Delays) {
    for alike in [true, false] {
      let networks = networks(33, delays, alike: alike, noise: method.isStochastic ? 2 : 0)
      let (fast, portable) = (batch(method), batch(method, .portable))
      let results = [fast, portable].map { $0.run(networks: networks, firstNumber: 500) }
      #expect(results.allSatisfy { $0.isFinite == Array(repeating: true, count: networks.count) })
      var worst = 0.0
      for (index, network) in networks.enumerated() {
        let expected = reference(method, network, fast.plan, seed: fast.seed, number: 500 + index)
        for (result, column) in results.flatMap({ result in (0..<columnCount).map { (result, $0) } }) {
          worst = max(worst, largestRelativeDifference(result[index, column], expected[column]))
        }
      }
      #expect(worst < 5e-6, "alike: \(alike)")
    }
  }

  @Test("A delay of half a step more is not that of a step more or less", arguments: [JansenRitBatch.Method.heun])
  func delaysBetweenSteps(method: JansenRitBatch.Method) {
    let dt = 5e-4
    let networks = [10, 10.5, 11].map { steps in
      ColumnNetwork(
        columns: [JansenRitParameters(), JansenRitParameters()],
        background: [BackgroundInput(mean: 90), BackgroundInput(mean: 90)],
        stimuli: [.pulses(PulseTrain(amplitude: 100, width: 0.02, rate: 1, firstOnset: 0.3, count: 1)), .none],
        coupling: ColumnCoupling(weights: [[0, 0], [20, 0]], delays: [[0, 0], [steps * dt, 0]]))
    }
    let result = batch(method).run(networks: networks)
    let between = result[1, 1].map(Double.init)
    for other in [0, 2] { #expect(largestRelativeDifference(result[other, 1], between) > 1e-3) }
  }

  @Test(
    "A network has the same bits in any batch, on any number of threads", arguments: JansenRitBatch.Method.allCases,
    Arithmetic.allCases)
  func sameBits(method: JansenRitBatch.Method, arithmetic: Arithmetic) {
    let batch = batch(method, arithmetic)
    // From all networks alike in their delays to each with its own: the kernel takes different ways.
    let noise = method.isStochastic ? 5.0 : 0
    var networks: [ColumnNetwork] = []
    for delays in Delays.allCases { networks += self.networks(11, delays, alike: true, noise: noise) }
    networks += self.networks(40, .mixed, alike: false, noise: noise)
    let whole = batch.run(networks: networks, threads: 1)
    #expect(batch.run(networks: networks, threads: 3).samples == whole.samples)
    for start in [1, 20, 47] {
      let part = batch.run(networks: Array(networks[start...]), firstNumber: start)
      #expect(part.samples == Array(whole.samples[(start * columnCount * whole.sampleCount)...]))
    }
    for index in [0, 12, 25, 36, 50, 83] {
      let alone = batch.run(networks: [networks[index]], firstNumber: index)
      for column in 0..<columnCount { #expect(Array(alone[0, column]) == Array(whole[index, column])) }
    }
  }

  @Test("A network of one column has the bits of the column", arguments: JansenRitBatch.Method.allCases)
  func oneColumn(method: JansenRitBatch.Method) {
    var batch = batch(method)
    batch.routing = .threeWay
    batch.decimation = .mean
    let (columns, background) = randomColumns(35, noise: method.isStochastic ? 20 : 0)
    let stimuli = randomStimuli(35)
    let networks = columns.indices.map {
      ColumnNetwork(columns[$0], background: background[$0], stimulus: stimuli[$0], routing: .threeWay)
    }
    let alone = batch.run(columns, background: background, stimuli: stimuli, firstNumber: 3)
    #expect(batch.run(networks: networks, firstNumber: 3).samples == alone.samples)
  }

  @Test(
    "Delays about as long as a tile of the kernel, and much longer, are those of the reference",
    arguments: JansenRitBatch.Method.allCases)
  func delaysByTile(method: JansenRitBatch.Method) {
    let batch = batch(method)
    let delays = [1, 1.5, 2, 14.5, 15, 15.5, 16, 16.25, 16.5, 17, 17.5, 18, 31, 31.5, 32, 33, 47.5, 48, 150.75, 2000]
    let networks = delays.map { steps in
      let delay = steps * batch.plan.dt
      return ColumnNetwork(
        columns: [JansenRitParameters(), JansenRitParameters()],
        background: Array(repeating: BackgroundInput(mean: 60, noise: method.isStochastic ? 2 : 0), count: 2),
        stimuli: [.bump(GaussianBump(amplitude: 60, onset: 0.1, width: 0.02)), .none],
        coupling: ColumnCoupling(weights: [[2, 3], [10, 0]], delays: [[delay, delay], [delay, 0]]))
    }
    let together = batch.run(networks: networks)
    for (index, network) in networks.enumerated() {
      let expected = reference(method, network, batch.plan, seed: batch.seed, number: index)
      let alone = batch.run(networks: [network], firstNumber: index)
      for column in 0..<2 {
        #expect(largestRelativeDifference(together[index, column], expected[column]) < 5e-6, "\(delays[index]) steps")
        #expect(Array(together[index, column]) == Array(alone[0, column]), "\(delays[index]) steps")
      }
    }
  }

  @Test("Sixteen columns hear one another", arguments: [JansenRitBatch.Method.heun, .rungeKutta4])
  func sixteenColumns(method: JansenRitBatch.Method) {
    let count = 16
    let (columns, background) = randomColumns(count, noise: 0)
    var coupling = ColumnCoupling(weights: [], delays: [])
    for target in 0..<count {
      coupling.weights.append((0..<count).map { $0 == target ? 0 : 1 + Double(($0 + target) % 3) })
      coupling.delays.append((0..<count).map { 1e-3 * Double(1 + abs($0 - target)) })
    }
    let network = ColumnNetwork(
      columns: columns, background: background, stimuli: randomStimuli(count), coupling: coupling)
    let batch = batch(method)
    let result = batch.run(networks: [network])
    let expected = reference(method, network, batch.plan, seed: 0, number: 0)
    for column in 0..<count { #expect(largestRelativeDifference(result[0, column], expected[column]) < 5e-6) }
  }

  @Test("A network of which a column leaves the finite numbers is flagged, and its neighbours are untouched")
  func nonFinite() {
    let batch = batch(.euler)
    let networks = networks(5, .mixed, alike: false, noise: 0)
    var broken = networks
    broken[1].columns[2].excitatoryRate = 9000
    broken[3].coupling?.weights[0][1] = .nan
    let result = batch.run(networks: broken)
    #expect(result.isFinite == [true, false, true, false, true])
    let whole = batch.run(networks: networks)
    for index in [0, 2, 4] {
      for column in 0..<columnCount { #expect(Array(result[index, column]) == Array(whole[index, column])) }
    }
  }

  @Test("No networks make no simulations")
  func empty() {
    let result = batch(.heun).run(networks: [])
    #expect(result.count == 0 && result.samples.isEmpty && result.columnCount == 0)
  }

  /// Hashes that all levels of x86-64 gave.
  private static let hashes: [JansenRitBatch.Method: UInt64] = [
    .euler: 0xe4e0_1a3c_192c_db9e, .heun: 0x7609_a67f_8ba1_d3ad, .rungeKutta4: 0x4674_b71d_66b0_ed90,
    .eulerMaruyama: 0xd351_9b16_8725_c41c, .stochasticHeun: 0x6ba1_019a_d84b_bcec, .splitting: 0xfad7_e9b1_df07_1867,
  ]

  @Test("Portable results have the bits that every machine gives", arguments: JansenRitBatch.Method.allCases)
  func portableBits(method: JansenRitBatch.Method) {
    let networks = networks(5, .mixed, alike: false, noise: method.isStochastic ? 5 : 0)
    let hash = bitHash(batch(method, .portable).run(networks: networks, firstNumber: 2).samples)
    #expect(hash == Self.hashes[method], "\(String(hash, radix: 16))")
  }
}
