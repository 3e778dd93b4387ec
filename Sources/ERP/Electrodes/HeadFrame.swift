import EEGCore

/// The motion into head coordinates: x through both ears to the right, y through the nasion, z upwards.
///
/// Source: MNE-Python's `get_ras_to_neuromag_trans`.
struct HeadFrame {
  private let origin: SIMD3<Double>
  private let right: SIMD3<Double>
  private let front: SIMD3<Double>
  private let up: SIMD3<Double>

  /// Finds the frame from the three points, in any coordinates and unit.
  ///
  /// - Returns: Nil when the points lie on one line.
  init?(nasion: SIMD3<Double>, leftEar: SIMD3<Double>, rightEar: SIMD3<Double>) {
    func length(_ v: SIMD3<Double>) -> Double { (v * v).sum().squareRoot() }
    let across = rightEar - leftEar
    guard length(across) > 0 else { return nil }
    right = across / length(across)
    origin = leftEar + ((nasion - leftEar) * right).sum() * right
    let ahead = nasion - origin
    guard length(ahead) > 1e-6 * length(across) else { return nil }
    front = ahead / length(ahead)
    up = SIMD3(
      right.y * front.z - right.z * front.y, right.z * front.x - right.x * front.z,
      right.x * front.y - right.y * front.x)
  }

  /// A point in head coordinates, in the same unit.
  func inHead(_ point: SIMD3<Double>) -> SIMD3<Double> {
    let p = point - origin
    return SIMD3((p * right).sum(), (p * front).sum(), (p * up).sum())
  }
}
