import CKernels
import EvokeNumerics
import Foundation
import Testing

@testable import Networks

@Suite("Network kernels")
struct KernelTests {
  private static func reference(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .identity: x
    case .relu: max(0, x)
    case .gelu: x * 0.5 * erfc(-x / 2.0.squareRoot())
    case .tanh: Foundation.tanh(x)
    case .sigmoid: 1 / (1 + exp(-x))
    case .softplus: max(x, 0) + log1p(exp(-abs(x)))
    }
  }

  @Test("Activations are right within single precision, over their whole range", arguments: Activation.allCases, levels)
  func activations(activation: Activation, level: NetworkKernels.Level) throws {
    let x = stride(from: Float(-30), through: 30, by: 0.0137).map { $0 } + [-1e-6, 1e-6, 0, 100, -100, 3e4]
    let tape = try tape(level)
    tape.start(parameters: nil, gradients: nil, training: nil)
    let y = tape.values(of: tape.activate(tape.constant(x, rows: 1, columns: x.count), activation))
    for (x, y) in zip(x, y) {
      let expected = KernelTests.reference(activation, Double(x))
      // Of GELU, the factor 1 + erf loses its last digits where it is near 0.
      let tolerance = activation == .gelu ? 3e-7 * max(1, abs(Double(x))) : 4e-7 * abs(expected) + 1e-30
      guard abs(Double(y) - expected) <= tolerance else {
        Issue.record("\(activation) of \(x) is \(y), not \(expected)")
        break
      }
    }
  }

  @Test("What is not a number stays so", arguments: Activation.allCases, levels)
  func notANumber(activation: Activation, level: NetworkKernels.Level) throws {
    let tape = try tape(level)
    tape.start(parameters: nil, gradients: nil, training: nil)
    let y = tape.activate(tape.constant([1, .nan, 2], rows: 1, columns: 3), activation)
    #expect(tape.values(of: y).map(\.isNaN) == [false, true, false])
    let pooled = tape.maximumPool(
      tape.constant([1, .nan, 2, 5], rows: 4, columns: 1), length: 4, window: ConvolutionWindow(width: 2, stride: 2))
    #expect(tape.values(of: pooled)[0].isNaN && tape.values(of: pooled)[1] == 5)
  }

  /// Elements that dropout keeps of so many ones.
  private func kept(
    _ count: Int, rate: Float, pass: TrainingPass, level: NetworkKernels.Level = .baseline, site: Int = 0
  ) throws -> [Float] {
    let tape = try tape(level)
    tape.start(parameters: nil, gradients: nil, training: pass)
    let ones = tape.constant([Float](repeating: 1, count: count), rows: 1, columns: count)
    for _ in 0..<site { _ = tape.dropout(ones, rate: rate) }
    return tape.values(of: tape.dropout(ones, rate: rate))
  }

  @Test("Dropout removes its share, and divides what stays by the rest", arguments: [Float(0.1), 0.5, 0.9])
  func dropoutShare(rate: Float) throws {
    let count = 100_000
    let values = try kept(count, rate: rate, pass: TrainingPass(seed: 1, step: 0))
    let left = values.filter { $0 != 0 }
    #expect(left.allSatisfy { abs($0 - 1 / (1 - rate)) < 1e-6 })
    let sd = (Double(rate * (1 - rate)) / Double(count)).squareRoot()
    #expect(abs(Double(left.count) / Double(count) - Double(1 - rate)) < 4 * sd)
    // Neighbours, and elements further apart, are removed independently.
    for lag in [1, 2, 16, 64, 100, 4096] {
      let both = (lag..<count).count { values[$0] == 0 && values[$0 - lag] == 0 }
      let expected = Double(rate * rate)
      let spread = (expected * (1 - expected) / Double(count)).squareRoot()
      #expect(abs(Double(both) / Double(count - lag) - expected) < 5 * spread, "lag \(lag)")
    }
  }

  @Test("Seeds, steps, shards, passes and operations drop independently of one another")
  func dropoutPlaces() throws {
    let count = 20_000
    let passes = [
      TrainingPass(seed: 1, step: 0), TrainingPass(seed: 2, step: 0), TrainingPass(seed: 1, step: 1),
      TrainingPass(seed: 1, step: 0, shard: 1), TrainingPass(seed: 1, step: 0, number: 1),
    ]
    var masks = try passes.map { try kept(count, rate: 0.5, pass: $0) }
    masks.append(try kept(count, rate: 0.5, pass: passes[0], site: 1))
    for first in masks.indices {
      for second in 0..<first {
        let same = zip(masks[first], masks[second]).count { $0 == $1 }
        #expect(abs(Double(same) / Double(count) - 0.5) < 5 * (0.25 / Double(count)).squareRoot())
      }
    }
    #expect(try kept(count, rate: 0.5, pass: passes[0]) == masks[0])
  }

  @Test("Each pass has random numbers of its own, and only in training")
  func passStreams() {
    let tape = Tape()
    var first: Set<UInt64> = []
    for pass in [
      TrainingPass(seed: 1, step: 0), TrainingPass(seed: 1, step: 1), TrainingPass(seed: 1, step: 0, shard: 1),
      TrainingPass(seed: 1, step: 0, number: 1), TrainingPass(seed: 2, step: 0),
    ] {
      tape.start(parameters: nil, gradients: nil, training: pass)
      if var stream = tape.randomStream(.rowOrder) { first.insert(stream.next()) }
    }
    #expect(first.count == 5)
    tape.start(parameters: nil, gradients: nil, training: nil)
    #expect(tape.randomStream(.rowOrder)?.position == nil)
  }

  @Test("Every instruction set drops the same elements", arguments: levels)
  func dropoutLevels(level: NetworkKernels.Level) throws {
    let pass = TrainingPass(seed: 3, step: 9)
    #expect(try kept(1003, rate: 0.3, pass: pass, level: level) == kept(1003, rate: 0.3, pass: pass))
  }

  @Test("Sums of squares are the same at every instruction set", arguments: levels)
  func squares(level: NetworkKernels.Level) throws {
    var stream = RandomStream(seed: 1, simulation: 0, purpose: .initialValues)
    let x = (0..<1003).map { _ in Float(stream.normal()) }
    let kernels = try #require(NetworkKernels(level))
    let sum = kernels.functions.sum_of_squares(x, x.count)
    let expected = x.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(sum - expected) < 1e-12 * expected)
  }
}
