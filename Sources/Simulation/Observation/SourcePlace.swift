import EEGCore
import Foundation
import NeuralMass

/// Where a source lies in the head and how it is turned, in angles.
struct SourcePlace: Hashable, Sendable {
  /// 0 to the right ear, 90 to the nose [deg].
  let azimuth: Double
  /// 0 level, 90 up [deg].
  let elevation: Double
  /// Distance from the centre, as part of the brain's radius.
  let depth: Double
  /// Angle between dipole and radius [deg].
  let tilt: Double
  /// Direction into which the dipole is tilted: 0 up along the sphere, 90 left of it, seen from outside [deg].
  let tiltDirection: Double

  /// The dipole in a head, of 1 A m.
  func dipole(in head: SphericalHeadModel) -> Dipole {
    let (azimuth, elevation) = (azimuth * .pi / 180, elevation * .pi / 180)
    let radius = Position(x: cos(elevation) * cos(azimuth), y: cos(elevation) * sin(azimuth), z: sin(elevation))
    // The derivatives of the radius: upwards (at the top, away from where the azimuth points), and to the left.
    let up = Position(x: -sin(elevation) * cos(azimuth), y: -sin(elevation) * sin(azimuth), z: cos(elevation))
    let left = Position(x: sin(azimuth), y: -cos(azimuth), z: 0)
    let (tilt, direction) = (tilt * .pi / 180, tiltDirection * .pi / 180)
    let (outward, upward, leftward) = (cos(tilt), sin(tilt) * cos(direction), sin(tilt) * sin(direction))
    let orientation = Position(
      x: outward * radius.x + upward * up.x + leftward * left.x,
      y: outward * radius.y + upward * up.y + leftward * left.y,
      z: outward * radius.z + upward * up.z + leftward * left.z)
    let distance = depth * head.brainRadius
    let position = Position(
      x: head.origin.x + distance * radius.x, y: head.origin.y + distance * radius.y,
      z: head.origin.z + distance * radius.z)
    return Dipole(position: position, orientation: orientation)
  }
}
