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
      taps.history * columnCount * 2 * ColumnCoefficients.lanes <= Int(Int32.max), "delays of fewer steps")
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
    coefficients.withUnsafeBufferPointer { coefficients in
      taps.direct.withUnsafeBufferPointer { direct in
        taps.directEnds.withUnsafeBufferPointer { directEnds in
          taps.factors.withUnsafeBufferPointer { factors in
            taps.backs.withUnsafeBufferPointer { backs in
              var network = ck_network()
              network.job = job
              network.columns = columnCount
              network.coefficients = coefficients.baseAddress
              network.inputs = inputs.baseAddress
              network.direct = direct.baseAddress
              network.direct_ends = directEnds.baseAddress
              network.interpolates = taps.interpolates ? 1 : 0
              network.factors = factors.baseAddress
              network.backs = backs.baseAddress
              network.history = taps.history
              network.carried = taps.carried
              network.column_stride = batch.plan.sampleCount
              return withDelayed(&network, body)
            }
          }
        }
      }
    }
  }

  private func withDelayed(_ network: inout ck_network, _ body: (inout ck_network) -> UInt32) -> UInt32 {
    let (taps, ends) = (self.taps.delayed, self.taps.delayedEnds)
    return taps[0].withUnsafeBufferPointer { start in
      taps[1].withUnsafeBufferPointer { middle in
        taps[2].withUnsafeBufferPointer { end in
          ends[0].withUnsafeBufferPointer { startEnds in
            ends[1].withUnsafeBufferPointer { middleEnds in
              ends[2].withUnsafeBufferPointer { endEnds in
                network.delayed = (start.baseAddress, middle.baseAddress, end.baseAddress)
                network.delayed_ends = (startEnds.baseAddress, middleEnds.baseAddress, endEnds.baseAddress)
                return body(&network)
              }
            }
          }
        }
      }
    }
  }
}
