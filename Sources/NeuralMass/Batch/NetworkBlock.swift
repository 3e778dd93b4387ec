import CKernels

/// As many simulations of a network as one call of the kernel takes.
struct NetworkBlock {
  private let batch: JansenRitBatch
  private let lanes: BlockLanes
  private let columnCount: Int
  /// `[column, coefficient, lane]`.
  private var coefficients: [Float] = []
  private var inputs: KernelInputs
  private let taps: ConnectionTaps

  /// The simulations of a range; lanes left over repeat the last of them.
  init(_ range: Range<Int>, of networks: [ColumnNetwork], firstNumber: Int, batch: JansenRitBatch) {
    self.batch = batch
    lanes = BlockLanes(range, firstNumber: firstNumber)
    let networks = lanes.indices.map { networks[$0] }
    columnCount = networks[0].columns.count
    inputs = KernelInputs(plan: batch.plan)
    for column in 0..<columnCount {
      var values = ColumnCoefficients()
      for (lane, network) in networks.enumerated() {
        values.set(
          lane, network.columns[column], background: network.background[column], routing: network.routing,
          method: batch.method, dt: batch.plan.dt)
      }
      coefficients += values.values
      inputs.append(networks.map { $0.stimuli[column] }.singleIfEqual)
    }
    taps = ConnectionTaps(networks, method: batch.method, dt: batch.plan.dt)
    precondition(
      taps.history <= Int(Int32.max), "delays of fewer than two thousand million steps")
  }

  /// Simulates.
  ///
  /// - Parameters:
  ///   - samples: `[simulation, column, sample]`, which are written.
  ///   - isFinite: One for each simulation, which are written.
  func run(samples: UnsafeMutableBufferPointer<Float>, isFinite: UnsafeMutableBufferPointer<Bool>) {
    let stride = columnCount * batch.plan.sampleCount
    precondition(samples.count == lanes.rows * stride && isFinite.count == lanes.rows)
    let finite = inputs.withInputs { inputs in
      lanes.withJob(batch, samples: samples, stride: stride) { job in
        withNetwork(job, inputs) { network in
          network.work = .allocate(byteCount: ck_network_work(&network), alignment: 128)
          defer { network.work.deallocate() }
          return switch batch.arithmetic {
          case .fast: ck_network_run(batch.method.kernel, &network)
          case .portable: ck_network_run_portable(batch.method.kernel, &network)
          }
        }
      }
    }
    for row in 0..<lanes.rows { isFinite[row] = finite >> row & 1 == 1 }
  }

  /// What the kernel is told, without memory to work with, while the body runs.
  private func withNetwork(
    _ job: ck_job, _ inputs: UnsafeBufferPointer<ck_input>, _ body: (inout ck_network) -> UInt32
  ) -> UInt32 {
    var network = ck_network()
    network.job = job
    network.columns = columnCount
    network.inputs = inputs.baseAddress
    network.is_delayed = taps.isDelayed ? 1 : 0
    network.interpolates = taps.interpolates ? 1 : 0
    network.history = taps.history
    network.column_stride = batch.plan.sampleCount
    return withAlignedCopy(of: coefficients) { coefficients in
      taps.factors.withUnsafeBufferPointer { factors in
        taps.backs.withUnsafeBufferPointer { backs in
          taps.direct.withTaps { direct in
            taps.recent.withTaps { recent in
              taps.distant.withTaps { distant in
                network.coefficients = coefficients
                network.factors = factors.baseAddress
                network.backs = backs.baseAddress
                network.direct = direct
                network.recent = recent
                network.distant = distant
                return body(&network)
              }
            }
          }
        }
      }
    }
  }
}

extension ConnectionTaps.List {
  /// The list as the kernel takes it, while the body runs.
  fileprivate func withTaps<Result>(_ body: (ck_taps) -> Result) -> Result {
    taps.withUnsafeBufferPointer { taps in
      ends.withUnsafeBufferPointer { ends in body(ck_taps(list: taps.baseAddress, ends: ends.baseAddress)) }
    }
  }
}

extension [ConnectionTaps.List] {
  /// Three lists as the kernel takes them, while the body runs.
  fileprivate func withTaps<Result>(_ body: ((ck_taps, ck_taps, ck_taps)) -> Result) -> Result {
    self[0].withTaps { start in self[1].withTaps { middle in self[2].withTaps { body((start, middle, $0)) } } }
  }
}
