/// Where a Jansen-Rit column is: three potentials and their rates of change.
public struct JansenRitState: Hashable, Sendable {
  /// Number of values that describe a column: y0, y1, y2, y0', y1', y2'.
  public static let count = 6

  /// y0, y1 and y2 [mV]; the fourth place is unused.
  public var potentials: SIMD4<Double>
  /// y0', y1' and y2' [mV/s]; the fourth place is unused.
  public var velocities: SIMD4<Double>

  /// A column at rest in the sense of the literature: all zero.
  public init() {
    potentials = .zero
    velocities = .zero
  }

  /// The six values from a place of a flat array on.
  public init(_ values: [Double], at place: Int = 0) {
    potentials = SIMD4(values[place], values[place + 1], values[place + 2], 0)
    velocities = SIMD4(values[place + 3], values[place + 4], values[place + 5], 0)
  }

  /// Writes the six values to a flat array.
  public func write(to values: inout [Double], at place: Int = 0) {
    for population in 0..<3 {
      values[place + population] = potentials[population]
      values[place + 3 + population] = velocities[population]
    }
  }

  /// What stands for the EEG, y1 - y2 [mV].
  public var output: Double { potentials[1] - potentials[2] }
}

extension JansenRitParameters {
  /// What the populations of a column send each other, as accelerations [mV/s²]; depends on the potentials alone.
  public func coupling(_ potentials: SIMD4<Double>) -> SIMD4<Double> {
    let toExcitatory = firingRate(at: pyramidalToExcitatory * connectivity * potentials[0])
    let toInhibitory = firingRate(at: pyramidalToInhibitory * connectivity * potentials[0])
    return SIMD4(
      excitatoryGain * excitatoryRate * firingRate(at: potentials[1] - potentials[2]),
      excitatoryGain * excitatoryRate * excitatoryToPyramidal * connectivity * toExcitatory,
      inhibitoryGain * inhibitoryRate * inhibitoryToPyramidal * connectivity * toInhibitory,
      0)
  }

  /// Acceleration [mV/s²] by one spike a second into each of the three equations.
  public var inputGains: SIMD4<Double> {
    SIMD4(excitatoryGain * excitatoryRate, excitatoryGain * excitatoryRate, inhibitoryGain * inhibitoryRate, 0)
  }

  /// Inverse time constants of the three equations [1/s].
  public var rates: SIMD4<Double> { SIMD4(excitatoryRate, excitatoryRate, inhibitoryRate, 0) }

  /// Rate of change of a column's state.
  ///
  /// - Parameter input: What arrives from outside in each of the three equations [1/s].
  public func derivative(of state: JansenRitState, input: SIMD4<Double>) -> JansenRitState {
    var derivative = JansenRitState()
    derivative.potentials = state.velocities
    derivative.velocities =
      coupling(state.potentials) + inputGains * input - 2 * rates * state.velocities - rates * rates * state.potentials
    return derivative
  }
}
