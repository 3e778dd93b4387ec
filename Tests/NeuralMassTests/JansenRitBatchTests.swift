import Foundation
import Testing

@testable import NeuralMass

@Suite("Batches of columns")
struct JansenRitBatchTests {
  private func batch(_ method: JansenRitBatch.Method, arithmetic: Arithmetic = .fast) -> JansenRitBatch {
    var batch = JansenRitBatch(
      method: method, plan: SimulationPlan(dt: 5e-4, duration: 1, every: 5),
      stimulus: .pulses(PulseTrain(amplitude: 120, width: 0.05, rate: 2, firstOnset: 0.2, count: 2)),
      routing: .threeWay, seed: 99)
    batch.arithmetic = arithmetic
    return batch
  }

  @Test(
    "Single precision agrees with the reference to 2e-6 of the peak, at long steps and short ones",
    arguments: JansenRitBatch.Method.allCases, [5e-4, 5e-5])
  func agreesWithReference(method: JansenRitBatch.Method, dt: Double) {
    var batch = batch(method)
    batch.plan = SimulationPlan(dt: dt, duration: 1, every: Int((2.5e-3 / dt).rounded()))
    let (columns, background) = randomColumns(dt < 1e-4 ? 8 : 40, noise: method.isStochastic ? 2 : 0)
    let results = Arithmetic.allCases.map { arithmetic in
      batch.arithmetic = arithmetic
      return batch.run(columns, background: background, firstNumber: 1000)
    }
    var worst = 0.0
    for index in columns.indices {
      let network = ColumnNetwork(
        columns[index], background: background[index], stimulus: batch.stimulus, routing: batch.routing)
      let expected = reference(method, network, batch.plan, seed: batch.seed, number: 1000 + index)[0]
      for result in results { worst = max(worst, largestRelativeDifference(result[index], expected)) }
    }
    #expect(worst < 2e-6)
    #expect(results.allSatisfy { $0.isFinite == Array(repeating: true, count: columns.count) })
  }

  /// Columns that few would simulate.
  private static let unusual: [String: @Sendable (inout JansenRitParameters) -> Void] = [
    "no slope": { $0.slope = 0 }, "a steep slope": { $0.slope = 6 }, "a slope to base e^20": { $0.slope = 20 },
    "no connections": { $0.connectivity = 0 }, "many connections": { $0.connectivity = 1350 },
    "inverted connections": { $0.connectivity = -50 },
    "nothing to excitatory cells": { $0.pyramidalToExcitatory = 0 },
    "nothing to inhibitory cells": { $0.pyramidalToInhibitory = 0 },
    "nothing from inhibitory cells": { $0.inhibitoryToPyramidal = 0 },
    "little to excitatory cells": { $0.pyramidalToExcitatory = 1e-4 },
    "a high threshold": { $0.threshold = 80 }, "a threshold below zero": { $0.threshold = -10 },
    "no firing": { $0.maximumFiringRate = 0 }, "no excitation": { $0.excitatoryGain = 0 },
    "inverted inhibition": { $0.inhibitoryGain = -2 }, "deepjr": { $0 = .deepjr },
  ]

  @Test("Unusual columns agree with the reference to 1e-5 of the peak", arguments: unusual.keys.sorted())
  func unusualColumns(name: String) {
    var column = JansenRitParameters()
    column.connectivity = 70
    Self.unusual[name]?(&column)
    for amplitude in [100.0, -3000] {
      var batch = batch(.rungeKutta4)
      batch.stimulus = .pulses(PulseTrain(amplitude: amplitude, width: 0.05, rate: 2, firstOnset: 0.2, count: 1))
      let network = ColumnNetwork(
        column, background: BackgroundInput(mean: 50), stimulus: batch.stimulus, routing: batch.routing)
      let expected = reference(batch.method, network, batch.plan, seed: 0, number: 0)[0]
      for arithmetic in Arithmetic.allCases {
        batch.arithmetic = arithmetic
        let result = batch.run([column], background: [BackgroundInput(mean: 50)])
        #expect(largestRelativeDifference(result[0], expected) < 1e-5, "\(arithmetic), \(amplitude)/s")
      }
    }
  }

  @Test(
    "A simulation has the same bits in any batch, on any number of threads", arguments: JansenRitBatch.Method.allCases,
    Arithmetic.allCases)
  func sameBits(method: JansenRitBatch.Method, arithmetic: Arithmetic) {
    let batch = batch(method, arithmetic: arithmetic)
    let (columns, background) = randomColumns(150, noise: method.isStochastic ? 20 : 0)
    let whole = batch.run(columns, background: background, threads: 1)
    let threaded = batch.run(columns, background: background, threads: 4)
    #expect(whole.samples == threaded.samples)
    for start in [0, 1, 17, 33, 149] {
      let part = batch.run(
        Array(columns[start...]), background: Array(background[start...]), firstNumber: start)
      #expect(part.samples == Array(whole.samples[(start * whole.sampleCount)...]))
    }
    for index in [3, 31, 32, 100] {
      let alone = batch.run([columns[index]], background: [background[index]], firstNumber: index)
      #expect(Array(alone[0]) == Array(whole[index]))
    }
  }

  @Test("Simulations of unlike numbers or seeds have unlike noise")
  func unlikeNoise() {
    var batch = batch(.eulerMaruyama)
    let column = [JansenRitParameters(), JansenRitParameters()]
    let background = [BackgroundInput(mean: 220, noise: 20), BackgroundInput(mean: 220, noise: 20)]
    let first = batch.run(column, background: background)
    #expect(Array(first[0]) != Array(first[1]))
    batch.seed += 1
    #expect(batch.run(column, background: background).samples != first.samples)
  }

  @Test("A simulation that leaves the finite numbers is flagged, and its neighbours are untouched")
  func nonFinite() {
    var batch = batch(.euler)
    batch.plan = SimulationPlan(dt: 1e-3, duration: 1)
    let (columns, _) = randomColumns(5, noise: 0)
    var broken = columns
    broken[2].excitatoryRate = 5000  // A step of 1 ms is 5 time constants: Euler's method explodes.
    broken[4].excitatoryGain = .nan
    let result = batch.run(broken)
    #expect(result.isFinite == [true, true, false, true, false])
    let whole = batch.run(columns)
    for index in [0, 1, 3] { #expect(Array(result[index]) == Array(whole[index])) }
    #expect(result[0].allSatisfy(\.isFinite) && !(result[2].last ?? 0).isFinite)
  }

  @Test("The mean over a sample's steps is kept on request")
  func meanDecimation() {
    var batch = batch(.heun)
    let (columns, background) = randomColumns(33, noise: 0)
    batch.decimation = .mean
    let means = batch.run(columns, background: background)
    batch.decimation = .first
    batch.plan.every = 1
    batch.plan.sampleCount *= 5
    let all = batch.run(columns, background: background)
    for index in [0, 32] {
      let expected = (0..<means.sampleCount).map { sample in
        mean(all[index].dropFirst(5 * sample).prefix(5).map(Double.init))
      }
      // Five additions and a multiplication, each rounded to half a unit in the last place of the sum or the mean.
      let peak = expected.reduce(0) { max($0, abs($1)) }
      #expect(largestDifference(means[index].map(Double.init), expected) < 6 * 0x1p-24 * peak)
    }
  }

  /// Hashes that all levels of x86-64 gave.
  private static let hashes: [JansenRitBatch.Method: UInt64] = [
    .euler: 0x342c_5078_c8e6_d788, .heun: 0xb269_b443_b24e_b74b, .rungeKutta4: 0xeefc_2b74_c299_98aa,
    .eulerMaruyama: 0xbd56_cee3_f635_9da2, .stochasticHeun: 0xb5cc_3034_0faf_271a, .splitting: 0xaa62_b4f4_f579_decc,
  ]

  @Test("Portable results have the bits that every machine gives", arguments: JansenRitBatch.Method.allCases)
  func portableBits(method: JansenRitBatch.Method) {
    let batch = batch(method, arithmetic: .portable)
    let (columns, background) = randomColumns(7, noise: method.isStochastic ? 20 : 0)
    let samples = batch.run(columns, background: background, firstNumber: 5).samples
    let hash = bitHash(samples)
    #expect(hash == Self.hashes[method], "\(String(hash, radix: 16))")
  }

  @Test("Splitting at 1 ms has the long-run mean and variance of Euler-Maruyama at 0.02 ms")
  func splittingAgainstFineSteps() {
    let columns = Array(repeating: JansenRitParameters(), count: 128)
    let background = Array(repeating: BackgroundInput(mean: 220, noise: 22), count: columns.count)
    /// Mean and variance of every simulation's output from 2 s on.
    func moments(_ method: JansenRitBatch.Method, dt: Double, every: Int, seed: UInt64) -> [(Double, Double)] {
      let plan = SimulationPlan(dt: dt, duration: 12, every: every)
      let batch = JansenRitBatch(method: method, plan: plan, seed: seed)
      let result = batch.run(columns, background: background)
      return columns.indices.map { index in
        let values = result[index].dropFirst(Int(2 * plan.rate)).map(Double.init)
        return (mean(values), variance(values))
      }
    }
    let fine = moments(.eulerMaruyama, dt: 2e-5, every: 50, seed: 1)
    let split = moments(.splitting, dt: 1e-3, every: 1, seed: 2)
    for moment in [\(Double, Double).0, \(Double, Double).1] {
      let (first, second) = (fine.map { $0[keyPath: moment] }, split.map { $0[keyPath: moment] })
      let error = ((variance(first) + variance(second)) / Double(columns.count)).squareRoot()
      #expect(abs(mean(first) - mean(second)) < 3 * error, "\(mean(first)) and \(mean(second)), error \(error)")
    }
    // What splitting is for: Euler-Maruyama's variance at that step is a tenth too large.
    let coarse = moments(.eulerMaruyama, dt: 1e-3, every: 1, seed: 3)
    let ratio = mean(coarse.map(\.1)) / mean(fine.map(\.1))
    #expect((1.07...1.13).contains(ratio), "\(ratio)")
  }

  @Test("A whole number of samples comes out, from time zero on", arguments: [1, 15, 16, 17, 100])
  func sampleCounts(count: Int) {
    var batch = batch(.euler)
    batch.plan = SimulationPlan(dt: 1e-3, duration: Double(count) * 3e-3, every: 3)
    let result = batch.run([JansenRitParameters()], background: [BackgroundInput(mean: 100)])
    #expect(result.sampleCount == count && result.samples.count == count)
    #expect(result.samples[0] == 0)
    #expect(abs(result.rate - 1000.0 / 3) < 1e-9)
  }

  @Test("The instruction set has a name")
  func instructionSet() {
    #expect(["x86-64-v4", "x86-64-v3", "x86-64", "aarch64", "generic"].contains(InstructionSet.current))
  }
}
