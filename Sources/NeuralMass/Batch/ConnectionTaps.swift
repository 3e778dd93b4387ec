import CKernels

/// The connections of a block of networks as the kernel takes them: see `JansenRit.h`.
///
/// A connection that only some of the simulations have is one of weight zero in the others. What is between two steps is
/// interpolated in what the source fires, where the reference interpolates its potential: both are cubic, from values
/// and rates of change.
struct ConnectionTaps {
  /// Taps and where those of each target end.
  struct List {
    private(set) var taps: [ck_tap] = []
    private(set) var ends: [UInt32] = []

    mutating func append(_ tap: ck_tap) { taps.append(tap) }
    mutating func endTarget() { ends.append(UInt32(taps.count)) }
  }

  /// Connections without delay.
  private(set) var direct = List()
  /// Those with delay at the start, in the middle and at the end of a step: short delays, and long ones.
  private(set) var recent = [List(), List(), List()]
  private(set) var distant = [List(), List(), List()]
  /// Factors of rates, and how many steps they are old.
  private(set) var factors: [Float] = []
  private(set) var backs: [Int32] = []
  /// Steps to keep for long delays.
  private(set) var history = 0

  /// Whether there are delays.
  var isDelayed: Bool { (recent + distant).contains { !$0.taps.isEmpty } }
  /// Whether some lie between steps.
  var interpolates: Bool { (recent + distant).contains { $0.taps.contains { $0.interpolates != 0 } } }

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
      direct.endTarget()
      for phase in 0..<3 {
        recent[phase].endTarget()
        distant[phase].endTarget()
      }
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
    direct.append(ck_tap(source: UInt32(source), by_lane: 0, interpolates: 0, factors: factors.count, backs: 0))
    factors += lanes.map { $0.delay == 0 ? Float($0.factor) : 0 }
  }

  /// Which way a lane goes depends on its own delay alone, and so do its bits.
  private mutating func appendDelayed(_ lanes: [Lane], source: Int, phase: Int, dt: Double) {
    let times = lanes.map { lane in
      lane.delay.flatMap { $0 == 0 ? nil : PastTime(stepsBack: $0 / dt - Double(phase) / 2) }
    }
    if let tap = tap(lanes, times.map { $0.flatMap { $0.isDistant ? nil : $0 } }, source: source) {
      recent[phase].append(tap)
    }
    guard let tap = tap(lanes, times.map { $0.flatMap { $0.isDistant ? $0 : nil } }, source: source) else { return }
    distant[phase].append(tap)
    let tile = Int(CK_DISTANT_STEPS)
    let longest = times.reduce(0) { max($0, $1?.back ?? 0) }
    history = max(history, 2 * tile, (longest / tile + 1) * tile)
  }

  /// A tap for the lanes that have a time, if there are any; it does nothing in the others.
  private mutating func tap(_ lanes: [Lane], _ times: [PastTime?], source: Int) -> ck_tap? {
    guard let first = times.lazy.compactMap(\.self).first else { return nil }
    let interpolates = times.contains { ($0 ?? first).place < 1 }
    let tap = ck_tap(
      source: UInt32(source), by_lane: times.contains { ($0 ?? first).back != first.back } ? 1 : 0,
      interpolates: interpolates ? 1 : 0, factors: factors.count, backs: backs.count)
    let weights = zip(lanes, times).map { lane, time in (time?.weights ?? .zero) * lane.factor }
    for number in 0..<(interpolates ? 4 : 1) {
      factors += zip(weights, times).map { $1 == nil ? 0 : Float($0[number]) }
    }
    backs += times.map { Int32(($0 ?? first).back) }
    return tap
  }
}

/// A time before the present step, between two steps or on one.
private struct PastTime {
  /// How many steps ago the later of both was.
  let back: Int
  /// Where the time is between them: above 0, at most 1.
  let place: Double

  /// Whether it is too long ago for the kernel's short way.
  var isDistant: Bool { back >= Int(CK_DISTANT_STEPS) }

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
