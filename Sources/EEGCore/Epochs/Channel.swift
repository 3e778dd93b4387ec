/// A point or a direction in the head [m]: x to the right ear, y to the nose, z upwards; the origin lies between the ears.
public struct Position: Hashable, Sendable {
  /// To the right [m].
  public var x: Double
  /// To the front [m].
  public var y: Double
  /// Upwards [m].
  public var z: Double

  /// A position in metres.
  public init(x: Double, y: Double, z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }
}

/// A channel of epochs or of an evoked potential, in volts.
public struct Channel: Hashable, Sendable {
  /// The label of the recording.
  public var name: String
  /// What it measures.
  public var kind: SignalKind
  /// Where its electrode sits, when known.
  public var position: Position?

  /// A channel; positions in metres.
  public init(name: String, kind: SignalKind = .eeg, position: Position? = nil) {
    self.name = name
    self.kind = kind
    self.position = position
  }

  /// Where its electrode sits as far as that is known: its own position, or that of its name in the 10-05 system.
  package var knownPosition: Position? { position ?? StandardElectrodes.position(for: name)?.position }
}
