import EEGCore

/// A head of concentric spherical shells, each of one conductivity.
///
/// The potential on the scalp is the exact series of the layered sphere (docs/head-model.md), not the three equivalent
/// dipoles of Berg and Scherg with which MNE-Python approximates it.
public struct SphericalHeadModel: Hashable, Sendable {
  /// From the brain outwards.
  public let shells: [SphericalShell]
  /// Common centre of the shells, in head coordinates [m].
  public let origin: Position

  /// A head of any number of shells.
  ///
  /// - Parameters:
  ///   - shells: From the brain outwards.
  ///   - origin: Their centre in head coordinates [m].
  /// - Throws: ``HeadModelError``, code `invalidShells`, unless radii are positive and grow outwards and all
  ///   conductivities are positive.
  public init(shells: [SphericalShell], origin: Position) throws(HeadModelError) {
    guard let first = shells.first, let last = shells.last, first.outerRadius > 0, last.outerRadius.isFinite,
      zip(shells, shells.dropFirst()).allSatisfy({ $0.outerRadius < $1.outerRadius })
    else {
      throw HeadModelError(
        code: .invalidShells,
        message:
          "the shells of a head need positive radii [m] that grow from the brain outwards; give them in that order")
    }
    guard shells.allSatisfy({ $0.conductivity > 0 && $0.conductivity.isFinite }) else {
      throw HeadModelError(
        code: .invalidShells,
        message: "the conductivity of each shell [S/m] must be positive; the skull's is about 0.004")
    }
    guard origin.length.isFinite else {
      throw HeadModelError(code: .invalidShells, message: "the centre of the head must be three finite numbers [m]")
    }
    self.shells = shells
    self.origin = origin
  }

  /// Four shells as in MNE-Python's `make_sphere_model`; see ``SphericalShell/fourShells(headRadius:)``.
  ///
  /// - Throws: ``HeadModelError``, code `invalidShells`, for a radius that is not positive.
  public init(
    headRadius: Double = 0.09, origin: Position = Position(x: 0, y: 0, z: 0.04)
  ) throws(HeadModelError) {
    try self.init(shells: SphericalShell.fourShells(headRadius: headRadius), origin: origin)
  }

  /// Four shells whose scalp is the sphere nearest to electrodes; `HeadSphere(fitting:)` finds it.
  ///
  /// - Throws: ``HeadModelError``, code `invalidShells`, for a sphere without size.
  public init(scalp: HeadSphere) throws(HeadModelError) {
    try self.init(headRadius: scalp.radius, origin: scalp.center)
  }

  /// Radius of the scalp [m].
  public var headRadius: Double { shells[shells.count - 1].outerRadius }
  /// Radius of the innermost shell [m], which holds all dipoles.
  public var brainRadius: Double { shells[0].outerRadius }

  /// The point of the scalp nearest to an electrode: on the ray from the centre through it.
  ///
  /// - Throws: ``HeadModelError``, code `invalidElectrode`, for the centre itself and for numbers that are not finite.
  public func projected(_ electrode: Position) throws(HeadModelError) -> Position {
    try origin.plus(direction(of: electrode).scaled(by: headRadius))
  }

  /// The potential of a dipole on the scalp, against the mean over the whole scalp.
  ///
  /// - Parameters:
  ///   - dipole: Inside the innermost shell.
  ///   - electrodes: Anywhere; they are projected onto the scalp.
  /// - Returns: One potential an electrode [V].
  /// - Throws: ``HeadModelError``, codes `dipoleOutsideBrain` and `invalidElectrode`.
  public func potential(of dipole: Dipole, at electrodes: [Position]) throws(HeadModelError) -> [Double] {
    try leadField(electrodes: electrodes, sources: [dipole]).values.map { dipole.moment * $0 }
  }

  /// The potentials of dipoles of 1 A m on the scalp.
  ///
  /// - Parameters:
  ///   - electrodes: Anywhere; they are projected onto the scalp.
  ///   - sources: Inside the innermost shell; their moments do not count. Sources that follow one another at the same
  ///     place, as three orientations, share the work.
  /// - Returns: Shape `[electrode, source]`, volts per ampere-metre.
  /// - Throws: ``HeadModelError``, codes `dipoleOutsideBrain` and `invalidElectrode`.
  public func leadField(electrodes: [Position], sources: [Dipole]) throws(HeadModelError) -> Matrix {
    var directions: [Position] = []
    for electrode in electrodes { directions.append(try direction(of: electrode)) }
    let series = LayeredSphereSeries(shells)
    var counts: [Int] = []
    for index in sources.indices { counts.append(try termCount(of: sources, index, series)) }

    var sum = LegendreSum(coefficients: series.coefficients(counts.max() ?? 0), electrodes: electrodes.count)
    let scale = 1 / (4 * Double.pi * headRadius * headRadius)
    var field = Matrix(rows: electrodes.count, columns: sources.count)
    for (column, source) in sources.enumerated() {
      let place = source.position.minus(origin)
      let distance = place.length
      // At the centre only n = 1 is left, which is the same for every choice of a direction.
      let radial = distance > 0 ? place.scaled(by: 1 / distance) : Position(x: 0, y: 0, z: 1)
      if column == 0 || sources[column - 1].position != source.position {
        sum.evaluate(fraction: distance / headRadius, terms: counts[column], at: directions, from: radial)
      }
      let radialMoment = source.orientation.dot(radial)
      for (row, direction) in directions.enumerated() {
        let tangentialMoment = source.orientation.dot(direction) - sum.cosines[row] * radialMoment
        field[row, column] = scale * (radialMoment * sum.radial[row] + tangentialMoment * sum.tangential[row])
      }
    }
    return field
  }

  /// The direction of an electrode from the centre, of length 1.
  private func direction(of electrode: Position) throws(HeadModelError) -> Position {
    let ray = electrode.minus(origin)
    let distance = ray.length
    guard distance.isFinite, distance > 0 else {
      throw HeadModelError(
        code: .invalidElectrode,
        message: "an electrode lies at the centre of the head or has no finite position; correct it or leave it out")
    }
    return ray.scaled(by: 1 / distance)
  }

  private func termCount(
    of sources: [Dipole], _ index: Int, _ series: LayeredSphereSeries
  ) throws(HeadModelError) -> Int {
    let distance = sources[index].position.minus(origin).length
    guard distance < brainRadius, let count = series.termCount(fraction: distance / headRadius) else {
      let millimetres = { (metres: Double) in "\((metres * 1e5).rounded() / 100) mm" }
      throw HeadModelError(
        code: .dipoleOutsideBrain,
        message: "source \(index + 1) lies \(millimetres(distance)) from the centre of the head, and sources must lie "
          + "inside the brain's sphere of \(millimetres(brainRadius)); move it inwards, or check that positions are in "
          + "metres and in head coordinates")
    }
    return count
  }
}
