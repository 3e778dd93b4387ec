import CKernels

/// As many simulations as one call of the kernel takes.
struct Block {
  /// Simulations in a block.
  static let lanes = Int(CK_COLUMN_LANES)

  private let batch: JansenRitBatch
  private let rows: Int
  /// `[coefficient, lane]`.
  private var coefficients: [Float]
  private var numbers: [UInt32]

  /// The simulations of a range; lanes left over repeat the last of them.
  init(
    _ range: Range<Int>, of columns: [JansenRitParameters], background: [BackgroundInput], firstNumber: Int,
    batch: JansenRitBatch
  ) {
    self.batch = batch
    rows = range.count
    coefficients = Array(repeating: 0, count: ColumnCoefficients.count * Self.lanes)
    numbers = Array(repeating: 0, count: Self.lanes)
    for lane in 0..<Self.lanes {
      let index = min(range.lowerBound + lane, range.upperBound - 1)
      let values = ColumnCoefficients(
        columns[index], background: background.isEmpty ? BackgroundInput() : background[index], routing: batch.routing,
        dt: batch.plan.dt
      ).values
      for (row, value) in values.enumerated() { coefficients[row * Self.lanes + lane] = Float(value) }
      numbers[lane] = UInt32(firstNumber + index)
    }
  }

  /// Simulates.
  ///
  /// - Parameters:
  ///   - input: `[step, 3]` [1/s].
  ///   - samples: `[simulation, sample]`, which are written.
  ///   - isFinite: One for each simulation, which are written.
  func run(
    input: [Float], samples: UnsafeMutableBufferPointer<Float>, isFinite: UnsafeMutableBufferPointer<Bool>
  ) {
    let plan = batch.plan
    precondition(
      input.count == 3 * plan.stepCount && samples.count == rows * plan.sampleCount && isFinite.count == rows)
    var state = [Float](repeating: 0, count: JansenRitState.count * Self.lanes)
    coefficients.withUnsafeBufferPointer { coefficients in
      numbers.withUnsafeBufferPointer { numbers in
        input.withUnsafeBufferPointer { input in
          state.withUnsafeMutableBufferPointer { state in
            var columns = ck_columns(
              coefficients: coefficients.baseAddress, state: state.baseAddress, numbers: numbers.baseAddress,
              seed: batch.seed, purpose: NeuralNoise.purpose, input: input.baseAddress, steps: plan.stepCount,
              dt: Float(plan.dt), every: UInt32(plan.every), mean: batch.decimation == .mean ? 1 : 0, rows: rows,
              samples: samples.baseAddress, stride: plan.sampleCount)
            switch batch.arithmetic {
            case .fast: ck_columns_run(batch.method.kernel, &columns)
            case .portable: ck_columns_run_portable(batch.method.kernel, &columns)
            }
          }
        }
      }
    }
    // A value that is infinite or no number stays so: every later one of its simulation is made of it.
    for row in 0..<rows {
      isFinite[row] = (0..<JansenRitState.count).allSatisfy { state[$0 * Self.lanes + row].isFinite }
    }
  }
}
