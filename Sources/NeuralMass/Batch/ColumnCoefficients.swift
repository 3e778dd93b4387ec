import CKernels
import Foundation

/// What the kernel needs of the columns of a block, `[coefficient, lane]`: see `JansenRit.h`.
struct ColumnCoefficients {
  /// Number of values of a column.
  static let count = Int(CK_COLUMN_COEFFICIENTS.rawValue)
  /// Columns that the kernel takes at once.
  static let lanes = Int(CK_COLUMN_LANES)

  /// The values, in the kernel's order; zero at first.
  private(set) var values = [Float](repeating: 0, count: count * lanes)

  /// Calculates those of a lane, in double precision.
  mutating func set(
    _ lane: Int, _ parameters: JansenRitParameters, background: BackgroundInput, routing: InputRouting,
    method: JansenRitBatch.Method, dt: Double
  ) {
    let unit = KernelUnits(parameters, method: method, dt: dt)
    let gains = parameters.inputGains
    let c = parameters.connectivity
    func set(_ row: ck_column_row, _ value: Double) {
      values[Int(row.rawValue) * Self.lanes + lane] = Float(value)
    }
    let rate = parameters.maximumFiringRate
    let (pyramidal, others) = (unit.acceleration * unit.pyramidal, unit.acceleration * unit.others)
    set(CK_COLUMN_GAIN_0, pyramidal * gains[0] * rate)
    set(CK_COLUMN_GAIN_1, others * gains[1] * rate * parameters.excitatoryToPyramidal * c)
    set(CK_COLUMN_GAIN_2, others * gains[2] * rate * parameters.inhibitoryToPyramidal * c)
    set(CK_COLUMN_INPUT_0, pyramidal * gains[0] * routing.pyramidal)
    set(CK_COLUMN_INPUT_1, others * gains[1] * routing.excitatory)
    set(CK_COLUMN_INPUT_2, others * gains[2] * routing.inhibitory)
    set(CK_COLUMN_DRIVE, others * gains[1] * background.mean)
    let (excitatory, inhibitory) = (parameters.excitatoryRate, parameters.inhibitoryRate)
    set(CK_COLUMN_STIFFNESS_E, unit.acceleration * excitatory * excitatory)
    set(CK_COLUMN_DAMPING_E, unit.acceleration / unit.velocity * 2 * excitatory)
    set(CK_COLUMN_STIFFNESS_I, unit.acceleration * inhibitory * inhibitory)
    set(CK_COLUMN_DAMPING_I, unit.acceleration / unit.velocity * 2 * inhibitory)
    set(CK_COLUMN_RATIO, unit.ratio)
    set(CK_COLUMN_OFFSET, unit.binarySlope * parameters.threshold)
    set(CK_COLUMN_UNIT, 1 / unit.others)
    guard method.isStochastic else { return }
    let noise = unit.others * gains[1] * background.noise
    set(CK_COLUMN_NOISE, unit.velocity * noise * dt.squareRoot())
    guard method == .splitting else { return }
    let flow = DampedOscillatorFlow(rate: excitatory, dt: dt)
    set(CK_COLUMN_FLOW_E_YY, flow.positionFromPosition)
    set(CK_COLUMN_FLOW_E_YV, flow.positionFromVelocity / unit.velocity)
    set(CK_COLUMN_FLOW_E_VY, flow.velocityFromPosition * unit.velocity)
    set(CK_COLUMN_FLOW_E_VV, flow.velocityFromVelocity)
    let slow = DampedOscillatorFlow(rate: inhibitory, dt: dt)
    set(CK_COLUMN_FLOW_I_YY, slow.positionFromPosition)
    set(CK_COLUMN_FLOW_I_YV, slow.positionFromVelocity / unit.velocity)
    set(CK_COLUMN_FLOW_I_VY, slow.velocityFromPosition * unit.velocity)
    set(CK_COLUMN_FLOW_I_VV, slow.velocityFromVelocity)
    let factors = flow.noiseFactors
    set(CK_COLUMN_NOISE_Y, noise * factors.y)
    set(CK_COLUMN_NOISE_VY, unit.velocity * noise * factors.vy)
    set(CK_COLUMN_NOISE_V, unit.velocity * noise * factors.v)
  }
}

/// The units in which the kernel calculates with a column: see `JansenRit.h`.
struct KernelUnits {
  /// The sigmoid's steepness to base 2, r / ln 2 [1/mV].
  let binarySlope: Double
  /// The kernel's y0 for 1 mV.
  let pyramidal: Double
  /// Its y1 and y2 for 1 mV.
  let others: Double
  /// What is to be multiplied with y0 for the sigmoid of the inhibitory cells.
  let ratio: Double
  /// F dt: velocities.
  let velocity: Double
  /// G dt²: accelerations.
  let acceleration: Double

  init(_ parameters: JansenRitParameters, method: JansenRitBatch.Method, dt: Double) {
    // A sigmoid that does not depend on its potential: one that depends on it so little makes no difference either.
    func nonzero(_ slope: Double) -> Double { abs(slope) < 1e-20 ? 1e-20 : slope }
    binarySlope = parameters.slope / log(2)
    others = nonzero(binarySlope)
    pyramidal = nonzero(binarySlope * parameters.pyramidalToExcitatory * parameters.connectivity)
    ratio = binarySlope * parameters.pyramidalToInhibitory * parameters.connectivity / pyramidal
    switch method {
    case .euler, .eulerMaruyama: (velocity, acceleration) = (dt, dt * dt)
    case .heun, .stochasticHeun, .splitting: (velocity, acceleration) = (dt, dt * dt / 2)
    case .rungeKutta4: (velocity, acceleration) = (dt / 2, dt * dt / 4)
    }
  }
}
