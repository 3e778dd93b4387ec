import EEGCore
import Foundation

/// Electrodes on a head seen from above: x to the right, y to the nose, in radii of the head circle.
///
/// Azimuthal equidistant about the middle of the head: the distance from the vertex is the angle from it, times the
/// distance of the electrode from the origin.
/// Source: MNE-Python 1.13's topographic maps (`_auto_topomap_coords`), whose head circle has a radius of 95 mm.
enum HeadProjection {
  /// Radius of the head circle [m].
  static let headRadius = 0.095

  /// One place a channel, or nil where the position is unknown.
  ///
  /// Positions that are no metres (on a unit sphere, or in millimetres) are brought to a head of the usual size first.
  static func places(_ channels: [Channel]) -> [Point?] {
    let distances = channels.compactMap { $0.position.map(distance) }.filter { $0.isFinite && $0 > 0 }.sorted()
    guard !distances.isEmpty else { return channels.map { _ in nil } }
    let median = distances[distances.count / 2]
    let unit = (0.04...0.25).contains(median) ? headRadius : median
    return channels.map { channel in
      channel.position.flatMap { project($0) }.map { $0 / unit }
    }
  }

  /// MNE-Python's two coordinates of a position [m]; nil when it is no direction.
  static func project(_ position: Position) -> Point? {
    let horizontal = (position.x * position.x + position.y * position.y).squareRoot()
    guard horizontal.isFinite, position.z.isFinite, horizontal > 0 || position.z != 0 else { return nil }
    guard horizontal > 0 else { return Point(0, 0) }
    let polarAngle = atan2(horizontal, position.z)
    let radius = distance(position) * polarAngle / (Double.pi / 2)
    return Point(position.x, position.y) * (radius / horizontal)
  }

  private static func distance(_ position: Position) -> Double {
    (position.x * position.x + position.y * position.y + position.z * position.z).squareRoot()
  }
}
