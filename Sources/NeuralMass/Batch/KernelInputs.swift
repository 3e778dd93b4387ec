import CKernels
import Foundation

/// Stimuli as the kernel takes them: levels that last for a while, and Gaussian bumps.
///
/// See `JansenRit.h`.
struct KernelInputs {
  /// Where the lists of one column are.
  private struct Place {
    var lanes: Int
    var level: Int
    var bump: Int
    var end: Int
  }

  private let plan: SimulationPlan
  private var places: [Place] = []
  private var levels: [ck_input_level] = []
  private var bumps: [ck_input_bump] = []
  /// Per column and lane, counted from the column's first.
  private var levelEnds: [UInt32] = []
  private var bumpEnds: [UInt32] = []
  /// Steps in which a level may change.
  private var candidates: [Int] = []

  /// No inputs yet.
  init(plan: SimulationPlan) { self.plan = plan }

  /// Adds the input of a column.
  ///
  /// - Parameter stimuli: One for all lanes, or one for each.
  mutating func append(_ stimuli: [Stimulus]) {
    precondition(stimuli.count == 1 || stimuli.count == ColumnCoefficients.lanes, "one stimulus, or one a lane")
    let place = Place(lanes: stimuli.count, level: levels.count, bump: bumps.count, end: levelEnds.count)
    for stimulus in stimuli {
      appendLevels(stimulus)
      appendBumps(stimulus)
      levelEnds.append(UInt32(levels.count - place.level))
      bumpEnds.append(UInt32(bumps.count - place.bump))
    }
    places.append(place)
  }

  /// The inputs of all columns, while the body runs.
  func withInputs<Result>(_ body: (UnsafeBufferPointer<ck_input>) -> Result) -> Result {
    levels.withUnsafeBufferPointer { levels in
      bumps.withUnsafeBufferPointer { bumps in
        levelEnds.withUnsafeBufferPointer { levelEnds in
          bumpEnds.withUnsafeBufferPointer { bumpEnds in
            places.map { place in
              ck_input(
                lanes: place.lanes, levels: levels.baseAddress.map { $0 + place.level },
                level_ends: levelEnds.baseAddress.map { $0 + place.end },
                bumps: bumps.baseAddress.map { $0 + place.bump },
                bump_ends: bumpEnds.baseAddress.map { $0 + place.end })
            }.withUnsafeBufferPointer(body)
          }
        }
      }
    }
  }

  /// What is constant for a while: asks the stimulus where something may have changed.
  private mutating func appendLevels(_ stimulus: Stimulus) {
    candidates.removeAll(keepingCapacity: true)
    if stimulus.parts.contains(where: { !$0.isBump }) { noteStep(0) }
    for part in stimulus.parts { part.forEachEdge(before: Double(plan.stepCount) * plan.dt) { noteSteps(around: $0) } }
    if zip(candidates, candidates.dropFirst()).contains(where: { $0 > $1 }) { candidates.sort() }
    var (last, previous) = (SIMD3<Float>.zero, -1)
    for step in candidates where step != previous {
      previous = step
      let start = Double(step) * plan.dt
      let values = SIMD3(
        Float(stimulus.level(at: start, .after)), Float(stimulus.level(at: start + plan.dt / 2, .after)),
        Float(stimulus.level(at: start + plan.dt, .before)))
      guard values != last else { continue }
      last = values
      levels.append(ck_input_level(step: Int32(step), values: (values.x, values.y, values.z)))
    }
  }

  private mutating func noteStep(_ step: Int) {
    if step >= 0 && step < plan.stepCount && step != candidates.last { candidates.append(step) }
  }

  /// The steps that an edge touches, and one more on each side, since times are rounded.
  private mutating func noteSteps(around edge: Double) {
    let place = edge / plan.dt
    guard place > -4 && place < Double(plan.stepCount + 4) else { return }
    let step = Int(place.rounded(.down))
    for near in (step - 1)...(step + 2) { noteStep(near) }
  }

  private mutating func appendBumps(_ stimulus: Stimulus) {
    let first = bumps.count
    for case .bump(let train) in stimulus.parts {
      for number in 0..<train.count { appendBump(train, onset: train.onset + Double(number) / train.rate) }
    }
    if zip(bumps[first...], bumps[first...].dropFirst()).contains(where: { $0.first > $1.first }) {
      bumps[first...].sort { $0.first < $1.first }
    }
  }

  /// A bump, where it is 10⁻⁹ of its height at least.
  private mutating func appendBump(_ train: GaussianBump, onset: Double) {
    let reach = (2 * log(1e9)).squareRoot() * train.width
    let (start, end) = (((onset - reach) / plan.dt).rounded(.down), ((onset + reach) / plan.dt).rounded(.up))
    guard train.amplitude != 0 && end > 0 && start < Double(plan.stepCount) else { return }
    // In the kernel's exponent, of base 2, the distance from the peak is this many times that in widths.
    let scale = (0.5 / log(2)).squareRoot() / train.width
    let peak = min(max((onset / plan.dt).rounded(), -0x1p29), 0x1p29)
    bumps.append(
      ck_input_bump(
        first: Int32(max(0, start)), end: Int32(min(end, Double(plan.stepCount))), peak: Int32(peak),
        offset: Float((peak * plan.dt - onset) * scale), step_width: Float(plan.dt * scale),
        amplitude: Float(train.amplitude)))
  }
}

extension Stimulus {
  /// The sum of the parts that are constant for a while [1/s].
  fileprivate func level(at time: Double, _ side: Side) -> Double {
    parts.reduce(0) { sum, part in
      switch part {
      case .tonic(let rate): sum + rate
      case .pulses(let train): sum + train.value(at: time, side)
      case .held(let samples): sum + samples.value(at: time, side)
      case .bump: sum
      }
    }
  }
}

extension Stimulus.Part {
  fileprivate var isBump: Bool {
    if case .bump = self { true } else { false }
  }

  /// Every time at which the part may jump, up to one.
  fileprivate func forEachEdge(before end: Double, _ body: (Double) -> Void) {
    switch self {
    case .tonic, .bump: break
    case .pulses(let train):
      for pulse in 0..<train.count {
        let onset = train.firstOnset + Double(pulse) / train.rate
        guard onset < end else { return }
        body(onset)
        body(onset + train.width)
      }
      body(train.firstOnset + Double(train.count) / train.rate)
    case .held(let samples):
      for number in 0...samples.values.count {
        let edge = Double(number) * samples.interval
        guard edge < end else { return }
        body(edge)
      }
    }
  }
}
