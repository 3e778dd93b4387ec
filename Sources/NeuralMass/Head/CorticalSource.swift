import EEGCore

/// A patch of cortex whose activity is the output of one neural mass model.
public struct CorticalSource: Hashable, Sendable {
  /// The region.
  public var name: String
  /// Where it lies, seen from the centre of the head; its length does not count.
  public var direction: Position
  /// Distance from the centre, as part of the brain's radius.
  public var depth: Double
  /// Direction of the current [-]; nil for outwards along the radius.
  public var orientation: Position?
  /// Dipole moment per millivolt of the model's output [A m/mV].
  public var momentPerMillivolt: Double

  /// A source.
  ///
  /// - Parameters:
  ///   - name: The region.
  ///   - direction: Seen from the centre of the head; its length does not count, but is not zero.
  ///   - depth: Distance from the centre, as part of the brain's radius.
  ///   - orientation: Direction of the current; nil for outwards along the radius.
  ///   - momentPerMillivolt: Dipole moment per millivolt of the model's output [A m/mV].
  public init(
    name: String, direction: Position, depth: Double, orientation: Position? = nil, momentPerMillivolt: Double
  ) {
    precondition(direction.length.isFinite && direction.length > 0, "a source lies in some direction from the centre")
    self.name = name
    self.direction = direction
    self.depth = depth
    self.orientation = orientation
    self.momentPerMillivolt = momentPerMillivolt
  }

  /// The left caudal middle frontal gyrus, the source of Tilwani and O'Reilly 2024.
  ///
  /// Their model is the cortical patch of a boundary element head. Here it is one radial dipole midway between F3 and
  /// FC3 of BioSemi's caps, at 0.8 of the brain's radius (64.8 mm from the centre, 25.2 mm below the scalp of a head of
  /// 90 mm), whose moment gives the gain of theirs: 2.8 microvolts per millivolt at the best of 64 channels against
  /// their average (docs/head-model.md).
  public static let caudalMiddleFrontalLeft = CorticalSource(
    name: "caudalmiddlefrontal-lh", direction: Position(x: -0.6213, y: 0.5253, z: 0.5814), depth: 0.8,
    momentPerMillivolt: 1.258e-8)

  /// The dipole in a head.
  ///
  /// - Parameters:
  ///   - model: The head.
  ///   - millivolts: The neural mass model's output [mV].
  public func dipole(in model: SphericalHeadModel, millivolts: Double = 1) -> Dipole {
    let radial = direction.scaled(by: 1 / direction.length)
    return Dipole(
      position: model.origin.plus(radial.scaled(by: depth * model.brainRadius)), orientation: orientation ?? radial,
      moment: momentPerMillivolt * millivolts)
  }
}

extension LeadField {
  /// What one millivolt of a neural mass model makes at each channel.
  ///
  /// - Parameter sources: One a column of the lead field, in its order.
  /// - Returns: Shape `[channel, source]`, volts per millivolt of the model's output.
  public func gainsPerMillivolt(of sources: [CorticalSource]) -> Matrix {
    precondition(sources.count == sourceCount, "a lead field has one column a source")
    var gains = gains
    for row in channels.indices {
      for (column, source) in sources.enumerated() { gains[row, column] *= source.momentPerMillivolt }
    }
    return gains
  }
}
