import EvokeNumerics
import TestSupport
import Testing

@testable import Networks

@Suite("Properties of networks")
struct PropertyTests {
  /// What PyTorch's stored results are compared with: two instruction sets may differ as far.
  private let tolerance: Float = 1e-5

  private func normals(_ count: Int, seed: UInt64) -> [Float] {
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .initialValues)
    return (0..<count).map { _ in Float(stream.normal()) }
  }

  /// Result and gradient of a network of an input, at a level.
  private func differentiate(
    _ store: ParameterStore, level: NetworkKernels.Level, training: TrainingPass? = nil, forward: (Tape) -> Node
  ) throws -> [Float] {
    let tape = try tape(level)
    var count = 0
    store.values.withUnsafeBufferPointer {
      tape.start(parameters: $0.baseAddress, gradients: nil, training: nil)
      count = forward(tape).count
    }
    let result = differentiateNetwork(
      store, on: tape, weights: normals(count, seed: 77), training: training, forward: forward)
    return result.output + result.gradients
  }

  @Test(
    "An LSTM of any size gives the same at every instruction set, but for rounding", arguments: 0..<12,
    levels.filter { $0 != .baseline })
  func lstmSizes(number: Int, level: NetworkKernels.Level) throws {
    var generator = SplitMix64(seed: UInt64(number))
    let (input, hidden) = (Int.random(in: 1...9, using: &generator), Int.random(in: 1...35, using: &generator))
    let (samples, length) = (Int.random(in: 1...14, using: &generator), Int.random(in: 1...5, using: &generator))
    let output = RecurrentOutput.allCases[number % 3]
    var store = ParameterStore()
    var stream = RandomStream(seed: 3, simulation: number, purpose: .initialValues)
    let layer = LSTM(
      "lstm", input: input, hidden: hidden, layers: number % 2 + 1, isBidirectional: number % 4 > 1, dropout: 0.2,
      in: &store, using: &stream)
    let x = store.add("x", shape: [samples * length, input]) { Float(stream.normal()) }
    let pass = TrainingPass(seed: 1, step: number)
    let forward = { (tape: Tape) in layer(tape.node(x), length: length, output: output, on: tape) }
    let values = try differentiate(store, level: level, training: pass, forward: forward)
    let expected = try differentiate(store, level: .baseline, training: pass, forward: forward)
    #expect(largestError(values, expected) < tolerance)
  }

  @Test(
    "An encoder of any size gives the same at every instruction set, but for rounding", arguments: 0..<8,
    levels.filter { $0 != .baseline })
  func encoderSizes(number: Int, level: NetworkKernels.Level) throws {
    var generator = SplitMix64(seed: UInt64(100 + number))
    let heads = Int.random(in: 1...3, using: &generator)
    let settings = TransformerEncoderLayer.Settings(
      width: heads * Int.random(in: 2...11, using: &generator), heads: heads,
      feedForward: Int.random(in: 1...40, using: &generator), dropout: 0.2, activation: .gelu,
      hasAttentionResidual: number % 2 == 0)
    let sequences = Sequences(lengths: (0..<3).map { _ in Int.random(in: 1...35, using: &generator) })
    var store = ParameterStore()
    var stream = RandomStream(seed: 4, simulation: number, purpose: .initialValues)
    let layer = TransformerEncoderLayer("layer", settings: settings, in: &store, using: &stream)
    let x = store.add("x", shape: [sequences.rowCount, settings.width]) { Float(stream.normal()) }
    let pass = TrainingPass(seed: 1, step: number)
    let forward = { (tape: Tape) in layer(tape.node(x), sequences: sequences, on: tape) }
    let values = try differentiate(store, level: level, training: pass, forward: forward)
    let expected = try differentiate(store, level: .baseline, training: pass, forward: forward)
    #expect(largestError(values, expected) < tolerance)
  }

  @Test("Samples of a batch do not see one another, and tokens that do not count change nothing", arguments: levels)
  func raggedAndPadded(level: NetworkKernels.Level) throws {
    let settings = TransformerEncoderLayer.Settings(width: 12, heads: 3, feedForward: 20, dropout: 0)
    var store = ParameterStore()
    var stream = RandomStream(seed: 5, simulation: 0, purpose: .initialValues)
    let layer = TransformerEncoderLayer("layer", settings: settings, in: &store, using: &stream)
    let lengths = [5, 1, 19]
    let tokens = normals(25 * 12, seed: 6)
    let longest = 19
    let tape = try tape(level)
    func encode(_ tokens: [Float], _ sequences: Sequences, keys: [Float]?) -> [Float] {
      store.values.withUnsafeBufferPointer {
        tape.start(parameters: $0.baseAddress, gradients: nil, training: nil)
        let x = tape.constant(tokens, rows: sequences.rowCount, columns: 12)
        let keys = keys.map { tape.constant($0, rows: sequences.rowCount, columns: 1) }
        let y = layer(x, sequences: sequences, keys: keys, on: tape)
        return tape.values(of: tape.mean(y, over: sequences, keys: keys))
      }
    }
    let together = encode(tokens, Sequences(lengths: lengths), keys: nil)
    var (alone, padded, keys): ([Float], [Float], [Float]) = ([], [], [])
    var first = 0
    for (sample, length) in lengths.enumerated() {
      let own = Array(tokens[first * 12..<(first + length) * 12])
      alone += encode(own, Sequences(count: 1, length: length), keys: nil)
      padded += own + normals((longest - length) * 12, seed: UInt64(10 + sample))
      keys += [Float](repeating: 1, count: length) + [Float](repeating: 0, count: longest - length)
      first += length
    }
    #expect(largestError(together, alone) < 1e-6)
    #expect(largestError(encode(padded, Sequences(count: 3, length: longest), keys: keys), alone) < 1e-6)
  }

  @Test("Elementwise operations have the gradients of calculus")
  func elements() throws {
    var store = ParameterStore()
    let (a, b, table) = (normals(12, seed: 1), normals(12, seed: 2), normals(6, seed: 3))
    func add(_ name: String, _ shape: [Int], _ values: [Float]) -> Parameter {
      let parameter = store.add(name, shape: shape) { 0 }
      store.setValues(values, of: parameter)
      return parameter
    }
    let (first, second) = (add("a", [4, 3], a), add("b", [4, 3], b))
    let third = add("table", [2, 3], table)
    // 2 a (a + b) + table on every two rows, and a once more: all gradients add up.
    let weights = normals(12, seed: 4)
    let result = differentiateNetwork(store, on: Tape(), weights: weights) { tape in
      let (x, y) = (tape.node(first), tape.node(second))
      let product = tape.scale(tape.multiply(x, tape.add(x, y)), by: 2)
      return tape.add(tape.add(product, toEverySample: tape.node(third)), x)
    }
    for place in 0..<12 {
      let value = 2 * a[place] * (a[place] + b[place]) + table[place % 6] + a[place]
      #expect(abs(result.output[place] - value) < 1e-6 * max(1, abs(value)))
      let slope = weights[place] * (4 * a[place] + 2 * b[place] + 1)
      #expect(abs(result.gradients[place] - slope) < 2e-6 * max(1, abs(slope)))
      #expect(abs(result.gradients[12 + place] - 2 * weights[place] * a[place]) < 1e-6)
    }
    for place in 0..<6 {
      #expect(abs(result.gradients[24 + place] - weights[place] - weights[place + 6]) < 1e-6)
    }
  }

  @Test("A convolution is the same by products and along lanes, for sizes that do not fill vectors", arguments: 0..<24)
  func convolutionMethods(number: Int) throws {
    var generator = SplitMix64(seed: UInt64(200 + number))
    func random(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let window = ConvolutionWindow(width: random(1...6), stride: random(1...3), padding: random(0...3))
    let (channels, outputs, samples) = (random(1...7), random(1...29), random(1...37))
    let length = window.width + random(4...20)
    let width = random(1...min(4, window.count(in: length)))
    let pool: ConvolutionWindow? =
      number % 3 == 0 ? nil : ConvolutionWindow(width: width, stride: random(1...width + 1))
    var store = ParameterStore()
    var stream = RandomStream(seed: 6, simulation: number, purpose: .initialValues)
    let layer = Convolution1D(
      "conv", input: channels, output: outputs, window: window, in: &store, using: &stream)
    let x = store.add("x", shape: [samples * length, channels]) { Float(stream.normal()) }
    func values(_ method: Convolution.Method, _ level: NetworkKernels.Level) throws -> [Float] {
      try differentiate(store, level: level) { tape in
        let (weight, bias) = (tape.node(layer.weight), tape.node(layer.bias))
        if let pool {
          return tape.convolutionPool(
            tape.node(x), weight: weight, bias: bias, length: length, window: window, pool: pool, method: method)
        }
        return tape.convolution(
          tape.node(x), weight: weight, bias: bias, length: length, window: window, activation: .tanh, dropout: 0,
          method: method)
      }
    }
    let expected = try values(.products, .baseline)
    for level in levels { #expect(largestError(try values(.lanes, level), expected) < tolerance, "\(level)") }
  }

  @Test("A sample's convolution does not depend on the samples beside it", arguments: levels)
  func convolutionAlone(level: NetworkKernels.Level) throws {
    var store = ParameterStore()
    var stream = RandomStream(seed: 7, simulation: 0, purpose: .initialValues)
    let layer = Convolution1D(
      "conv", input: 2, output: 5, window: ConvolutionWindow(width: 3, padding: 1), in: &store, using: &stream)
    let data = normals(21 * 8 * 2, seed: 8)
    let tape = try tape(level)
    func results(_ samples: Range<Int>) -> [Float] {
      store.values.withUnsafeBufferPointer {
        tape.start(parameters: $0.baseAddress, gradients: nil, training: nil)
        let x = tape.constant(
          Array(data[samples.lowerBound * 16..<samples.upperBound * 16]), rows: samples.count * 8, columns: 2)
        return tape.values(of: layer(x, length: 8, maximumPool: ConvolutionWindow(width: 2, stride: 2), on: tape))
      }
    }
    let all = results(0..<21)
    for sample in [0, 3, 15, 16, 20] {
      #expect(results(sample..<sample + 1) == Array(all[sample * 20..<(sample + 1) * 20]))
    }
  }

  @Test("What is not a number is seen in the maximum of its convolution, and in no other sample", arguments: levels)
  func convolutionNotANumber(level: NetworkKernels.Level) throws {
    var store = ParameterStore()
    var stream = RandomStream(seed: 7, simulation: 0, purpose: .initialValues)
    let layer = Convolution1D(
      "conv", input: 1, output: 2, window: ConvolutionWindow(width: 1), in: &store, using: &stream)
    let tape = try tape(level)
    let y = store.values.withUnsafeBufferPointer {
      tape.start(parameters: $0.baseAddress, gradients: nil, training: nil)
      let x = tape.constant([1, .nan, 2, 3, 4, 5, 6, 7], rows: 8, columns: 1)
      return tape.values(of: layer(x, length: 4, maximumPool: ConvolutionWindow(width: 2, stride: 2), on: tape))
    }
    #expect(y.map(\.isNaN) == [true, true, false, false, false, false, false, false])
  }

  @Test("The mean over groups of any sizes has the gradients of calculus", arguments: levels)
  func groupMeans(level: NetworkKernels.Level) throws {
    let (lengths, columns) = ([3, 1, 5, 2], 19)
    let sequences = Sequences(lengths: lengths)
    let values = normals(sequences.rowCount * columns, seed: 1)
    // One row of the last group does not count.
    let keys = (0..<sequences.rowCount).map { Float($0 == 9 ? 0 : 1) }
    var store = ParameterStore()
    let rows = store.add("rows", shape: [sequences.rowCount, columns]) { 0 }
    store.setValues(values, of: rows)
    let weights = normals(lengths.count * columns, seed: 2)
    let result = differentiateNetwork(store, on: try tape(level), weights: weights) { tape in
      tape.mean(
        tape.node(rows), over: sequences, keys: tape.constant(keys, rows: sequences.rowCount, columns: 1))
    }
    for group in lengths.indices {
      let members = sequences.rows(of: group).filter { keys[$0] == 1 }
      for column in 0..<columns {
        let mean = members.reduce(Float(0)) { $0 + values[$1 * columns + column] } / Float(members.count)
        #expect(abs(result.output[group * columns + column] - mean) < 1e-6)
        for row in sequences.rows(of: group) {
          let slope = keys[row] * weights[group * columns + column] / Float(members.count)
          #expect(abs(result.gradients[row * columns + column] - slope) < 1e-6)
        }
      }
    }
  }

  @Test("A tape goes away with its owner, even if a recorded pass was never gone back")
  func lifetime() {
    weak var remaining: Tape?
    do {
      let tape = Tape()
      remaining = tape
      var (values, gradients): ([Float], [Float]) = ([1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 0])
      var store = ParameterStore()
      let (matrix, row) = (store.add("matrix", shape: [2, 2]) { 1 }, store.add("row", shape: [2]) { 1 })
      values.withUnsafeMutableBufferPointer { values in
        gradients.withUnsafeMutableBufferPointer { gradients in
          tape.start(parameters: UnsafePointer(values.baseAddress), gradients: gradients.baseAddress, training: nil)
          let (x, gain) = (tape.node(matrix), tape.node(row))
          _ = tape.normalize(tape.activate(tape.linear(x, weight: x), .tanh), gain: gain, offset: gain)
        }
      }
    }
    #expect(remaining == nil)
  }

  @Test("Columns side by side come apart again, with their gradients")
  func columns() {
    var store = ParameterStore()
    let (a, b) = (normals(6, seed: 1), normals(9, seed: 2))
    let first = store.add("a", shape: [3, 2]) { 0 }
    let second = store.add("b", shape: [3, 3]) { 0 }
    store.setValues(a, of: first)
    store.setValues(b, of: second)
    let weights = normals(9, seed: 3)
    // Columns 1 ..< 4 of a | b: the last of a and the first two of b.
    let result = differentiateNetwork(store, on: Tape(), weights: weights) { tape in
      tape.columns(1..<4, of: tape.concatenate([tape.node(first), tape.node(second)]))
    }
    var (output, ofFirst, ofSecond): ([Float], [Float], [Float]) = ([], [], [])
    for row in 0..<3 {
      output += [a[2 * row + 1], b[3 * row], b[3 * row + 1]]
      ofFirst += [0, weights[3 * row]]
      ofSecond += [weights[3 * row + 1], weights[3 * row + 2], 0]
    }
    #expect(result.output == output)
    #expect(result.gradients == ofFirst + ofSecond)
  }

  @Test("Outputs are the same for every number of threads", arguments: ToyNetwork.Kind.allCases)
  func outputs(kind: ToyNetwork.Kind) throws {
    var store = ParameterStore()
    let network = ToyNetwork(kind, in: &store)
    let inputs = normals(37 * network.inputCount, seed: 8)
    func outputs(threads: Int, shards: Int) -> [Float] {
      let step = BatchStep(network: network, parameterCount: store.values.count, shards: shards, threads: threads)
      return inputs.withUnsafeBufferPointer { step.outputs(store.values, inputs: $0, count: 37) }
    }
    let one = outputs(threads: 1, shards: 4)
    #expect(outputs(threads: 3, shards: 4) == one)
    #expect(largestError(outputs(threads: 1, shards: 1), one) < 1e-6)
    #expect(Set(one).count == 37)
  }
}
