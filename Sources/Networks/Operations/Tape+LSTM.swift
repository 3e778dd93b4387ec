import CKernels

/// What a recurrent layer gives.
public enum RecurrentOutput: String, Codable, CaseIterable, Sendable {
  /// The hidden state after every step: shape `[samples * length, directions * hidden]`.
  case sequence
  /// What `sequence` has in the last step of every sample, PyTorch's `output[:, -1]`: shape
  /// `[samples, directions * hidden]`. The backward direction has made its first step there.
  case lastStep
  /// The hidden state of each direction after all its steps, PyTorch's `h_n` side by side: the same shape.
  case finalState
}

/// The parameters of one direction of an LSTM layer; gates in the order input, forget, cell, output.
public struct LSTMWeights {
  /// Shape `[4 * hidden, input]`.
  public let inputWeight: Node
  /// Shape `[4 * hidden, hidden]`.
  public let recurrentWeight: Node
  /// `4 * hidden` values.
  public let inputBias: Node
  /// `4 * hidden` values.
  public let recurrentBias: Node

  /// Parameters of one direction.
  public init(inputWeight: Node, recurrentWeight: Node, inputBias: Node, recurrentBias: Node) {
    precondition(
      recurrentWeight.rows == 4 * recurrentWeight.columns && inputWeight.rows == recurrentWeight.rows
        && inputBias.count == inputWeight.rows && recurrentBias.count == inputWeight.rows,
      "an LSTM has four gates of as many rows as hidden units")
    (self.inputWeight, self.recurrentWeight) = (inputWeight, recurrentWeight)
    (self.inputBias, self.recurrentBias) = (inputBias, recurrentBias)
  }
}

extension Tape {
  /// One LSTM layer over sequences of one length, from a state of zeros.
  ///
  /// - Parameters:
  ///   - x: Shape `[samples * length, input]`.
  ///   - directions: Parameters of the forward direction, and of the backward direction if there is one.
  ///   - length: Steps of every sample.
  ///   - output: What is returned, and its shape.
  ///   - dropout: Probability with which an element of the result becomes 0 in training.
  public func lstm(
    _ x: Node, directions: [LSTMWeights], length: Int, output: RecurrentOutput, dropout rate: Float = 0
  ) -> Node {
    precondition(directions.count == 1 || directions.count == 2, "an LSTM runs in one direction or in two")
    precondition(length > 0 && x.rows % length == 0, "\(x.rows) rows are no whole number of \(length) steps")
    precondition(directions.allSatisfy { $0.inputWeight.columns == x.columns }, "weights fit \(x.columns) inputs")
    let samples = x.rows / length
    let hidden = directions[0].recurrentWeight.columns
    let weights = directions.flatMap { [$0.inputWeight, $0.recurrentWeight, $0.inputBias, $0.recurrentBias] }
    let y = matrix(
      rows: output == .sequence ? x.rows : samples, columns: directions.count * hidden,
      needsGradient: needsGradient(x) || weights.contains(where: needsGradient))
    let runs = directions.enumerated().map { number, weights in
      LSTMDirection(
        tape: self, x: x, weights: weights, samples: samples, length: length, isReversed: number == 1, output: output,
        y: y, column: number * hidden, keeps: needsGradient(y))
    }
    for run in runs { run.forward(on: self) }
    let backward = activated(y, bias: nil, activation: .identity, dropout: rate)
    if needsGradient(y) {
      record(y) { [self] dy in
        backward?(dy)
        for run in runs.reversed() {
          run.backward(on: self, dy: dy)
          run.release(on: self)
        }
      }
    } else {
      for run in runs { run.release(on: self) }
    }
    return y
  }
}

/// One direction of one layer: its memory and both passes.
private struct LSTMDirection {
  let x: Node
  let weights: LSTMWeights
  let samples: Int
  let length: Int
  let isReversed: Bool
  let output: RecurrentOutput
  let y: Node
  /// First column of the result.
  let column: Int
  let keeps: Bool

  private let lanes: Int
  /// Pieces of scratch, by what they hold; see `NetworkKernels.h` for their shapes.
  private let panels: UnsafeMutablePointer<Float>
  private let bias: UnsafeMutablePointer<Float>
  private let inputRows: UnsafeMutablePointer<Float>?
  private let recurrent: UnsafeMutablePointer<Float>?
  private let z: UnsafeMutablePointer<Float>
  private let gates: UnsafeMutablePointer<Float>?
  private let cells: UnsafeMutablePointer<Float>

  init(
    tape: Tape, x: Node, weights: LSTMWeights, samples: Int, length: Int, isReversed: Bool, output: RecurrentOutput,
    y: Node, column: Int, keeps: Bool
  ) {
    (self.x, self.weights, self.samples, self.length) = (x, weights, samples, length)
    (self.isReversed, self.output, self.y, self.column, self.keeps) = (isReversed, output, y, column, keeps)
    lanes = tape.kernels.lanes
    let sizes = Sizes(
      inputs: x.columns, hidden: weights.recurrentWeight.columns, samples: samples,
      steps: isReversed && output == .lastStep ? 1 : length, keeps: keeps, isWhole: output == .sequence, lanes: lanes)
    panels = tape.scratch(sizes.panels)
    bias = tape.scratch(sizes.gates)
    inputRows = keeps ? tape.scratch(sizes.inputRows) : nil
    recurrent = keeps ? tape.scratch(sizes.recurrent) : nil
    z = tape.scratch(sizes.z)
    gates = keeps ? tape.scratch(sizes.allGates) : nil
    cells = tape.scratch(sizes.cells)
  }

  /// Floats of each piece.
  private struct Sizes {
    let steps, inner, units, gates, stateColumns, panels, inputRows, recurrent, ring, z, allGates, cells: Int

    init(inputs: Int, hidden: Int, samples: Int, steps: Int, keeps: Bool, isWhole: Bool, lanes: Int) {
      self.steps = steps
      inner = inputs + hidden
      units = (hidden + lanes - 1) / lanes * lanes
      gates = 4 * units
      stateColumns = (hidden + 4 * lanes - 1) / (4 * lanes) * (4 * lanes)
      panels = inner * gates
      inputRows = gates * inputs
      recurrent = gates * stateColumns
      ring = keeps || isWhole ? steps + 1 : 2
      z = ring * samples * inner
      allGates = steps * samples * gates
      cells = (keeps ? steps + 1 : 1) * samples * units
    }
  }

  private var inputs: Int { x.columns }
  private var hidden: Int { weights.recurrentWeight.columns }
  private var sizes: Sizes {
    Sizes(
      inputs: inputs, hidden: hidden, samples: samples, steps: isReversed && output == .lastStep ? 1 : length,
      keeps: keeps, isWhole: output == .sequence, lanes: lanes)
  }

  /// Floats from one sample's first step to the next sample's, from step to step, and before the first step.
  private func strides(columns: Int) -> (row: Int, step: Int, start: Int) {
    (length * columns, isReversed ? -columns : columns, isReversed ? (length - 1) * columns : 0)
  }

  private var arguments: ck_lstm {
    let strides = strides(columns: inputs)
    return ck_lstm(
      inputs: inputs, hidden: hidden, steps: sizes.steps, rows: samples, panels: panels, bias: bias,
      x: x.values + strides.start, x_row: strides.row, x_step: strides.step, z: z, ring: sizes.ring, gates: gates,
      cells: cells)
  }

  func forward(on tape: Tape) {
    let sizes = sizes
    tape.kernels.functions.lstm_pack(
      weights.inputWeight.values, weights.recurrentWeight.values, weights.inputBias.values,
      weights.recurrentBias.values, inputs, hidden, panels, bias, inputRows, recurrent)
    var arguments = arguments
    tape.kernels.functions.lstm(&arguments)
    // Row r after step s is in place (s + 1) % ring.
    func copy(step: Int, to row: (Int) -> Int) {
      let place = z + (step + 1) % sizes.ring * samples * sizes.inner + inputs
      for sample in 0..<samples {
        (y.values + row(sample) * y.columns + column).update(from: place + sample * sizes.inner, count: hidden)
      }
    }
    if output == .sequence {
      for step in 0..<length { copy(step: step) { $0 * length + (isReversed ? length - 1 - step : step) } }
    } else {
      copy(step: sizes.steps - 1) { $0 }
    }
  }

  func backward(on tape: Tape, dy: UnsafeMutablePointer<Float>) {
    guard let gates, let inputRows, let recurrent else { return }
    let (sizes, isWhole) = (sizes, output == .sequence)
    let state = tape.scratch(samples * sizes.stateColumns)
    let dCells = tape.scratch(samples * sizes.units)
    let dBias = tape.scratch(sizes.gates)
    dBias.update(repeating: 0, count: sizes.gates)
    let strides = strides(columns: y.columns)
    var forward = arguments
    withUnsafePointer(to: &forward) { forward in
      var arguments = ck_lstm_backward(
        forward: forward, recurrent: recurrent, d_hidden: UnsafePointer(dy + column + (isWhole ? strides.start : 0)),
        d_row: isWhole ? strides.row : y.columns, d_step: isWhole ? strides.step : 0, only_last: isWhole ? 0 : 1,
        d_state: state, d_cells: dCells, d_bias: dBias)
      tape.kernels.functions.lstm_backward(&arguments)
    }
    addWeightGradients(on: tape, dGates: gates, dBias: dBias)
    addInputGradient(on: tape, dGates: gates, inputRows: inputRows)
    tape.release(state, samples * sizes.stateColumns)
    tape.release(dCells, samples * sizes.units)
    tape.release(dBias, sizes.gates)
  }

  /// All steps at once: gradients of the gates, transposed, times [x; h].
  private func addWeightGradients(
    on tape: Tape, dGates: UnsafeMutablePointer<Float>, dBias: UnsafeMutablePointer<Float>
  ) {
    let sizes = sizes
    let joined = tape.scratch(sizes.gates * sizes.inner)
    MatrixProduct.multiply(
      .init(dGates, stride: sizes.gates, transposed: true), .init(z, stride: sizes.inner), rows: sizes.gates,
      columns: sizes.inner, inner: sizes.steps * samples, into: joined, stride: sizes.inner)
    let gradients = [weights.inputWeight, weights.recurrentWeight, weights.inputBias, weights.recurrentBias].map {
      tape.accumulatedGradient(of: $0)
    }
    for unit in 0..<hidden {
      for gate in 0..<4 {
        let blocked = unit / lanes * 4 * lanes + gate * lanes + unit % lanes
        let row = gate * hidden + unit
        let source = joined + blocked * sizes.inner
        if let d = gradients[0] { tape.kernels.functions.scale(d + row * inputs, source, 1, inputs, 1) }
        if let d = gradients[1] { tape.kernels.functions.scale(d + row * hidden, source + inputs, 1, hidden, 1) }
        gradients[2]?[row] += dBias[blocked]
        gradients[3]?[row] += dBias[blocked]
      }
    }
    tape.release(joined, sizes.gates * sizes.inner)
  }

  private func addInputGradient(on tape: Tape, dGates: UnsafeMutablePointer<Float>, inputRows: UnsafePointer<Float>) {
    guard let dx = tape.accumulatedGradient(of: x) else { return }
    let sizes = sizes
    let byStep = tape.scratch(sizes.steps * samples * inputs)
    MatrixProduct.multiply(
      .init(dGates, stride: sizes.gates), .init(inputRows, stride: inputs), rows: sizes.steps * samples,
      columns: inputs, inner: sizes.gates, into: byStep, stride: inputs)
    for step in 0..<sizes.steps {
      for sample in 0..<samples {
        let row = sample * length + (isReversed ? length - 1 - step : step)
        tape.kernels.functions.scale(
          dx + row * inputs, byStep + (step * samples + sample) * inputs, 1, inputs, 1)
      }
    }
    tape.release(byStep, sizes.steps * samples * inputs)
  }

  func release(on tape: Tape) {
    let sizes = sizes
    tape.release(panels, sizes.panels)
    tape.release(bias, sizes.gates)
    if let inputRows { tape.release(inputRows, sizes.inputRows) }
    if let recurrent { tape.release(recurrent, sizes.recurrent) }
    tape.release(z, sizes.z)
    if let gates { tape.release(gates, sizes.allGates) }
    tape.release(cells, sizes.cells)
  }
}
