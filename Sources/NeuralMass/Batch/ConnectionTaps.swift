import CKernels

/// The connections of a block of networks as the kernel takes them: see `JansenRit.h`.
///
/// A connection that only some of the simulations have is one of weight zero in the others. What is between two steps is
/// interpolated in what the source fires, where the reference interpolates its potential: both are cubic, from values
/// and rates of change.
struct ConnectionTaps {
  /// Connections without delay, and their ends by target.
  private(set) var direct: [ck_tap] = []
  private(set) var directEnds: [UInt32] = []
  /// Those with delay at the start, in the middle and at the end of a step.
  private(set) var delayed: [[ck_tap]] = [[], [], []]
  private(set) var delayedEnds: [[UInt32]] = [[], [], []]
  /// Factors of rates, and how many steps they are old where lanes differ.
  private(set) var factors: [Float] = []
  private(set) var backs: [Int32] = []
  /// Steps to keep, and numbers that are carried from step to step.
  private(set) var history = 2
  private(set) var carried = 0

  /// Whether some tap lies between steps.
  var interpolates: Bool { delayed.joined().contains { $0.interpolates != 0 } }

  /// The connections of networks, one for each lane.
  init(_ networks: [ColumnNetwork], method: JansenRitBatch.Method, dt: Double) {
    let columns = networks[0].columns.count
    for target in 0..<columns {
      let gains = networks.map { network in
        let unit = KernelUnits(network.columns[target], method: method, dt: dt)
        return unit.acceleration * unit.others * network.columns[target].inputGains[1]
      }
      for source in 0..<columns {
        let weights = networks.map { $0.coupling?.weights[target][source] ?? 0 }
        guard weights.contains(where: { $0 != 0 }) else { continue }
        let lanes = networks.indices.map { lane in
          Lane(
            factor: weights[lane] * gains[lane] * networks[lane].columns[source].maximumFiringRate,
            delay: weights[lane] == 0 ? nil : networks[lane].coupling?.delays[target][source])
        }
        appendDirect(lanes, source: source)
        for phase in method.delayPhases { appendDelayed(lanes, source: source, phase: phase, dt: dt) }
      }
      directEnds.append(UInt32(direct.count))
      for phase in 0..<3 { delayedEnds[phase].append(UInt32(delayed[phase].count)) }
    }
  }

  /// A connection in one simulation.
  private struct Lane {
    /// Acceleration of y1 by the rate.
    var factor: Double
    /// Nothing where there is no connection [s].
    var delay: Double?
  }

  private mutating func appendDirect(_ lanes: [Lane], source: Int) {
    guard lanes.contains(where: { $0.delay == 0 }) else { return }
    direct.append(
      ck_tap(source: UInt32(source), by_lane: 0, interpolates: 0, back: 0, factors: factors.count, carried: 0))
    factors += lanes.map { $0.delay == 0 ? Float($0.factor) : 0 }
  }

  private mutating func appendDelayed(_ lanes: [Lane], source: Int, phase: Int, dt: Double) {
    let times = lanes.map { lane in
      lane.delay.flatMap { $0 == 0 ? nil : PastTime(stepsBack: $0 / dt - Double(phase) / 2) }
    }
    guard let first = times.lazy.compactMap(\.self).first else { return }
    let byLane = times.contains { ($0 ?? first).back != first.back }
    let interpolates = times.contains { ($0 ?? first).place < 1 }
    delayed[phase].append(
      ck_tap(
        source: UInt32(source), by_lane: byLane ? 1 : 0, interpolates: interpolates ? 1 : 0,
        back: byLane ? Int32(backs.count) : Int32(first.back), factors: factors.count, carried: carried))
    let weights = zip(lanes, times).map { lane, time in (time?.weights ?? .zero) * lane.factor }
    for tap in 0..<(interpolates ? 4 : 1) { factors += weights.map { Float($0[tap]) } }
    if byLane { backs += times.map { Int32(($0 ?? first).back) } }
    if byLane && interpolates { carried += 2 * lanes.count }
    history = times.reduce(history) { max($0, ($1?.back ?? 0) + 2) }
  }
}

/// A time before the present step, between two steps or on one.
private struct PastTime {
  /// How many steps ago the later of both was.
  let back: Int
  /// Where the time is between them: above 0, at most 1.
  let place: Double

  /// Rounding errors of a millionth of a step make no difference.
  init(stepsBack: Double) {
    let back = max(0, (stepsBack + 1e-6).rounded(.down))
    let place = 1 - (stepsBack - back)
    self.back = Int(back)
    self.place = place > 1 - 1e-6 ? 1 : place
  }

  /// Hermite's cubic polynomials: of the later value, the earlier, the later change in a step, the earlier.
  var weights: SIMD4<Double> {
    let x = place
    return SIMD4(x * x * (3 - 2 * x), (1 - x) * (1 - x) * (1 + 2 * x), x * x * (x - 1), x * (1 - x) * (1 - x))
  }
}

extension JansenRitBatch.Method {
  /// Where in a step delayed rates are new: 0 its start, 1 its middle, 2 its end, which is the start of the next.
  fileprivate var delayPhases: [Int] {
    switch self {
    case .euler, .eulerMaruyama: [0]
    case .heun, .stochasticHeun: [2]
    case .rungeKutta4: [1, 2]
    case .splitting: [1]
    }
  }
}
