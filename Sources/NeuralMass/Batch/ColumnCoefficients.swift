import CKernels
import Foundation

/// What the kernel needs of a column, in double precision: see `JansenRit.h`.
struct ColumnCoefficients {
  /// Number of values of a column.
  static let count = Int(CK_COLUMN_COEFFICIENTS.rawValue)

  /// The values, in the kernel's order.
  private(set) var values = [Double](repeating: 0, count: count)

  init(_ parameters: JansenRitParameters, background: BackgroundInput, routing: InputRouting, dt: Double) {
    let gains = parameters.inputGains
    let c = parameters.connectivity
    let binarySlope = parameters.slope / log(2)
    set(CK_COLUMN_GAIN_0, gains[0] * parameters.maximumFiringRate)
    set(CK_COLUMN_GAIN_1, gains[1] * parameters.maximumFiringRate * parameters.excitatoryToPyramidal * c)
    set(CK_COLUMN_GAIN_2, gains[2] * parameters.maximumFiringRate * parameters.inhibitoryToPyramidal * c)
    set(CK_COLUMN_SLOPE_0, binarySlope)
    set(CK_COLUMN_SLOPE_1, binarySlope * parameters.pyramidalToExcitatory * c)
    set(CK_COLUMN_SLOPE_2, binarySlope * parameters.pyramidalToInhibitory * c)
    set(CK_COLUMN_OFFSET, binarySlope * parameters.threshold)
    set(CK_COLUMN_INPUT_0, gains[0] * routing.pyramidal)
    set(CK_COLUMN_INPUT_1, gains[1] * routing.excitatory)
    set(CK_COLUMN_INPUT_2, gains[2] * routing.inhibitory)
    set(CK_COLUMN_DRIVE, gains[1] * background.mean)
    set(CK_COLUMN_DAMPING_E, 2 * parameters.excitatoryRate)
    set(CK_COLUMN_STIFFNESS_E, parameters.excitatoryRate * parameters.excitatoryRate)
    set(CK_COLUMN_DAMPING_I, 2 * parameters.inhibitoryRate)
    set(CK_COLUMN_STIFFNESS_I, parameters.inhibitoryRate * parameters.inhibitoryRate)
    let noise = gains[1] * background.noise
    set(CK_COLUMN_NOISE, noise * dt.squareRoot())
    let excitatory = DampedOscillatorFlow(rate: parameters.excitatoryRate, dt: dt)
    set(CK_COLUMN_FLOW_E_YY, excitatory.positionFromPosition)
    set(CK_COLUMN_FLOW_E_YZ, excitatory.positionFromVelocity)
    set(CK_COLUMN_FLOW_E_ZY, excitatory.velocityFromPosition)
    set(CK_COLUMN_FLOW_E_ZZ, excitatory.velocityFromVelocity)
    let inhibitory = DampedOscillatorFlow(rate: parameters.inhibitoryRate, dt: dt)
    set(CK_COLUMN_FLOW_I_YY, inhibitory.positionFromPosition)
    set(CK_COLUMN_FLOW_I_YZ, inhibitory.positionFromVelocity)
    set(CK_COLUMN_FLOW_I_ZY, inhibitory.velocityFromPosition)
    set(CK_COLUMN_FLOW_I_ZZ, inhibitory.velocityFromVelocity)
    let factors = excitatory.noiseFactors
    set(CK_COLUMN_NOISE_Y, noise * factors.y)
    set(CK_COLUMN_NOISE_ZY, noise * factors.vy)
    set(CK_COLUMN_NOISE_Z, noise * factors.v)
  }

  private mutating func set(_ row: ck_column_row, _ value: Double) { values[Int(row.rawValue)] = value }
}
