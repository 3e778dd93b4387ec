import EEGCore

/// A current dipole: many neurons side by side, seen from far away.
public struct Dipole: Hashable, Sendable {
  /// Where it lies, in head coordinates [m].
  public var position: Position
  /// Direction of the current, of length 1.
  public let orientation: Position
  /// Strength [A m].
  public var moment: Double

  /// A dipole.
  ///
  /// - Parameters:
  ///   - position: In head coordinates [m].
  ///   - orientation: Direction of the current inside the source; its length does not count, but is not zero.
  ///   - moment: Strength [A m]; lead fields do not depend on it.
  public init(position: Position, orientation: Position, moment: Double = 1) {
    let length = orientation.length
    precondition(length.isFinite && length > 0, "the orientation of a dipole is a direction")
    self.position = position
    self.orientation = orientation.scaled(by: 1 / length)
    self.moment = moment
  }
}

extension Position {
  var length: Double { dot(self).squareRoot() }

  func dot(_ other: Position) -> Double { x * other.x + y * other.y + z * other.z }

  func scaled(by factor: Double) -> Position { Position(x: factor * x, y: factor * y, z: factor * z) }

  func plus(_ other: Position) -> Position { Position(x: x + other.x, y: y + other.y, z: z + other.z) }

  func minus(_ other: Position) -> Position { Position(x: x - other.x, y: y - other.y, z: z - other.z) }
}
