import CKernels

/// As many simulations of a column as one call of the kernel takes.
struct Block {
  private let batch: JansenRitBatch
  private let lanes: BlockLanes
  private var coefficients = ColumnCoefficients()
  private var inputs: KernelInputs

  /// The simulations of a range; lanes left over repeat the last of them.
  ///
  /// - Parameter stimuli: One for each column, or none for the batch's.
  init(
    _ range: Range<Int>, of columns: [JansenRitParameters], background: [BackgroundInput], stimuli: [Stimulus],
    firstNumber: Int, batch: JansenRitBatch
  ) {
    self.batch = batch
    lanes = BlockLanes(range, firstNumber: firstNumber)
    for (lane, index) in lanes.indices.enumerated() {
      coefficients.set(
        lane, columns[index], background: background.isEmpty ? BackgroundInput() : background[index],
        routing: batch.routing, method: batch.method, dt: batch.plan.dt)
    }
    inputs = KernelInputs(plan: batch.plan)
    inputs.append(stimuli.isEmpty ? [batch.stimulus] : lanes.indices.map { stimuli[$0] }.singleIfEqual)
  }

  /// Simulates.
  ///
  /// - Parameters:
  ///   - samples: `[simulation, sample]`, which are written.
  ///   - isFinite: One for each simulation, which are written.
  func run(samples: UnsafeMutableBufferPointer<Float>, isFinite: UnsafeMutableBufferPointer<Bool>) {
    let plan = batch.plan
    precondition(samples.count == lanes.rows * plan.sampleCount && isFinite.count == lanes.rows)
    let finite = withAlignedCopy(of: coefficients.values) { coefficients in
      inputs.withInputs { inputs in
        lanes.withJob(batch, samples: samples, stride: plan.sampleCount) { job in
          var columns = ck_columns(job: job, coefficients: coefficients, input: inputs[0])
          return switch batch.arithmetic {
          case .fast: ck_columns_run(batch.method.kernel, &columns)
          case .portable: ck_columns_run_portable(batch.method.kernel, &columns)
          }
        }
      }
    }
    for row in 0..<lanes.rows { isFinite[row] = finite >> row & 1 == 1 }
  }
}

/// Which simulation is in which lane of a block.
struct BlockLanes {
  /// Simulations of the block.
  let rows: Int
  /// The simulation of every lane; lanes left over repeat the last.
  let indices: [Int]
  private let numbers: [UInt32]

  init(_ range: Range<Int>, firstNumber: Int) {
    rows = range.count
    indices = (0..<ColumnCoefficients.lanes).map { min(range.lowerBound + $0, range.upperBound - 1) }
    numbers = indices.map { UInt32(firstNumber + $0) }
  }

  /// What the kernel is told besides the columns, while the body runs.
  func withJob<Result>(
    _ batch: JansenRitBatch, samples: UnsafeMutableBufferPointer<Float>, stride: Int, _ body: (ck_job) -> Result
  ) -> Result {
    numbers.withUnsafeBufferPointer { numbers in
      body(
        ck_job(
          numbers: numbers.baseAddress, seed: batch.seed, purpose: NeuralNoise.purpose, steps: batch.plan.stepCount,
          every: UInt32(batch.plan.every), mean: batch.decimation == .mean ? 1 : 0, rows: rows,
          samples: samples.baseAddress, stride: stride))
    }
  }
}

extension Array where Element: Equatable {
  /// One element, if all are the same.
  var singleIfEqual: [Element] {
    guard let first, allSatisfy({ $0 == first }) else { return self }
    return [first]
  }
}
