import CKernels
import EEGCore
import Foundation
import ParallelLoops

/// Simulates many columns at once, in single precision, on several threads.
///
/// What comes out of a simulation depends on its parameters, its number and the seed. It does not depend, bit by bit, on
/// what else is in the batch, on the order, on threads or on how a job is cut into parts.
public struct JansenRitBatch: Hashable, Codable, Sendable {
  /// How a step is taken; ``ColumnNetwork`` has the same methods in double precision.
  public enum Method: String, Hashable, Sendable, NamedChoice {
    /// Without noise, first order.
    case euler
    /// Without noise, second order.
    case heun
    /// Without noise, fourth order.
    case rungeKutta4
    /// With noise; strong order 1.
    case eulerMaruyama
    /// With noise; strong order 1, second order where there is none.
    case stochasticHeun
    /// With noise, see ``StrangSplitting``; keeps means and variances at long steps.
    case splitting

    /// Whether it has noise.
    public var isStochastic: Bool {
      switch self {
      case .euler, .heun, .rungeKutta4: false
      case .eulerMaruyama, .stochasticHeun, .splitting: true
      }
    }

    var kernel: Int32 {
      switch self {
      case .euler: Int32(CK_STEP_EULER.rawValue)
      case .heun: Int32(CK_STEP_HEUN.rawValue)
      case .rungeKutta4: Int32(CK_STEP_RUNGE_KUTTA_4.rawValue)
      case .eulerMaruyama: Int32(CK_STEP_EULER_MARUYAMA.rawValue)
      case .stochasticHeun: Int32(CK_STEP_STOCHASTIC_HEUN.rawValue)
      case .splitting: Int32(CK_STEP_SPLITTING.rawValue)
      }
    }
  }

  /// What becomes of the steps of one sample.
  public enum Decimation: String, Hashable, Sendable, NamedChoice {
    /// The first is kept.
    case first
    /// Their mean is kept, which dampens what is faster than half of the sampling rate.
    case mean
  }

  /// How a step is taken.
  public var method: Method
  /// Steps and samples.
  public var plan: SimulationPlan
  /// What becomes of the steps of one sample.
  public var decimation = Decimation.first
  /// The stimulus of all columns, unless each has its own.
  public var stimulus: Stimulus
  /// Where in a column it arrives.
  public var routing: InputRouting
  /// Decides the noise, with the simulation's number.
  public var seed: UInt64
  /// Whether results are to have the same bits on every machine.
  public var arithmetic = Arithmetic.fast

  /// A batch of simulations from zero.
  public init(
    method: Method, plan: SimulationPlan, stimulus: Stimulus = .none, routing: InputRouting = .canonical,
    seed: UInt64 = 0
  ) {
    self.method = method
    self.plan = plan
    self.stimulus = stimulus
    self.routing = routing
    self.seed = seed
  }

  /// Simulates a column for each set of parameters.
  ///
  /// - Parameters:
  ///   - columns: Parameters of the simulations.
  ///   - background: Input from the rest of the brain, one for each; none for no such input. Noise needs a stochastic
  ///     method.
  ///   - stimuli: Stimuli of the simulations, one for each; none for that of the batch.
  ///   - firstNumber: Number of the first simulation; the others follow, all below 2^32. Parts of a job count through.
  ///   - threads: Most threads at once.
  public func run(
    _ columns: [JansenRitParameters], background: [BackgroundInput] = [], stimuli: [Stimulus] = [],
    firstNumber: Int = 0, threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) -> ColumnSimulations {
    precondition(background.isEmpty || background.count == columns.count, "one background input a column")
    precondition(stimuli.isEmpty || stimuli.count == columns.count, "one stimulus a column")
    checkRun(columns.count, firstNumber: firstNumber, background: background)
    let (samples, isFinite) = simulate(columns.count, sampleCount: plan.sampleCount, threads: threads) {
      Block($0, of: columns, background: background, stimuli: stimuli, firstNumber: firstNumber, batch: self)
        .run(samples: $1, isFinite: $2)
    }
    return ColumnSimulations(
      samples: samples, sampleCount: plan.sampleCount, rate: plan.rate, isFinite: isFinite, arithmetic: arithmetic,
      instructionSet: InstructionSet.current)
  }

  /// Simulates networks of columns: the same as ``ColumnNetwork``'s methods, which define what is calculated.
  ///
  /// Columns, background, stimuli, routing, weights and delays are those of each network; the batch's own stimulus and
  /// routing are not used. Delays between steps are interpolated.
  ///
  /// - Parameters:
  ///   - networks: All of one number of columns. Noise needs a stochastic method.
  ///   - firstNumber: Number of the first simulation; the others follow, all below 2^32. Parts of a job count through.
  ///   - threads: Most threads at once.
  public func run(
    networks: [ColumnNetwork], firstNumber: Int = 0,
    threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) -> NetworkSimulations {
    let columnCount = networks.first?.columns.count ?? 0
    precondition(networks.allSatisfy { $0.columns.count == columnCount }, "networks of one number of columns")
    checkRun(networks.count, firstNumber: firstNumber, background: networks.lazy.flatMap(\.background))
    networks.forEach { $0.checkDelays(dt: plan.dt) }
    let each = columnCount * plan.sampleCount
    let (samples, isFinite) = simulate(networks.count, sampleCount: each, threads: threads) {
      NetworkBlock($0, of: networks, firstNumber: firstNumber, batch: self).run(samples: $1, isFinite: $2)
    }
    return NetworkSimulations(
      samples: samples, columnCount: columnCount, sampleCount: plan.sampleCount, rate: plan.rate, isFinite: isFinite,
      arithmetic: arithmetic, instructionSet: InstructionSet.current)
  }

  private func checkRun(_ count: Int, firstNumber: Int, background: some Sequence<BackgroundInput>) {
    precondition(method.isStochastic || background.allSatisfy { $0.noise == 0 }, "noise needs a stochastic method")
    precondition(firstNumber >= 0 && firstNumber + count <= 1 << 32, "simulations have numbers from 0 to 2^32 - 1")
    precondition(plan.stepCount <= Int(Int32.max), "fewer than two thousand million steps")
  }

  /// Runs blocks of simulations on several threads, each of which writes samples and flags of its own.
  private func simulate(
    _ count: Int, sampleCount: Int, threads: Int,
    _ block: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Bool>) -> Void
  ) -> (samples: [Float], isFinite: [Bool]) {
    var isFinite = [Bool](repeating: false, count: count)
    let samples = [Float](unsafeUninitializedCapacity: count * sampleCount) { samples, initializedCount in
      isFinite.withUnsafeMutableBufferPointer { flags in
        let (samples, flags) = (SharedMemory(samples), SharedMemory(flags))
        let lanes = ColumnCoefficients.lanes
        forEachPiece((count + lanes - 1) / lanes, threads: threads) { index in
          let range = index * lanes..<min((index + 1) * lanes, count)
          block(
            range, samples.part(range.lowerBound * sampleCount..<range.upperBound * sampleCount), flags.part(range))
        }
      }
      initializedCount = count * sampleCount
    }
    return (samples, isFinite)
  }
}
