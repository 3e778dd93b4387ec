import EEGCore
import Foundation
import NeuralMass
import TestSupport
import Testing

@Suite("Potential of a dipole in a layered sphere")
struct SphericalHeadModelTests {
  private static let reference = Result { try HeadModelReference.load() }

  /// A dipole at a given part of the brain's radius.
  private static func dipole(
    in head: SphericalHeadModel, eccentricity: Double, using generator: inout SplitMix64
  ) -> Dipole {
    Dipole(
      position: head.origin + eccentricity * head.brainRadius * Position.random(using: &generator),
      orientation: .random(using: &generator))
  }

  private static func electrodes(_ count: Int, of head: SphericalHeadModel, using generator: inout SplitMix64)
    -> [Position]
  {
    (0..<count).map { _ in head.origin + head.headRadius * Position.random(using: &generator) }
  }

  /// Frank 1952, Journal of Applied Physics 23, 1225-1228; Yao 2000, Brain Topography 13, 43-59: with d = r - r0,
  /// `4πσ V = q · (2 d / |d|³ + (r + R d / |d|) / (R (R² - r·r0 + R |d|)))`.
  private static func homogeneousPotential(
    _ dipole: Dipole, at electrode: Position, origin: Position, radius: Double, conductivity: Double
  ) -> Double {
    let (r, r0) = (electrode - origin, dipole.position - origin)
    let d = r - r0
    let distance = (d * d).squareRoot()
    let first = 2 / (distance * distance * distance) * (dipole.orientation * d)
    let second =
      (dipole.orientation * r + radius / distance * (dipole.orientation * d))
      / (radius * (radius * radius - r * r0 + radius * distance))
    return dipole.moment * (first + second) / (4 * Double.pi * conductivity)
  }

  @Test(
    "Shells of one conductivity are a homogeneous sphere, whose potential has a closed form",
    arguments: [[1.0], [0.9, 1.0], [0.9, 0.92, 0.97, 1.0]], [0.0, 1e-9, 0.3, 0.8, 0.95, 0.99])
  func homogeneous(radii: [Double], eccentricity: Double) throws {
    var generator = SplitMix64(seed: 1952)
    let shells = radii.map { SphericalShell(outerRadius: 0.09 * $0, conductivity: 0.33) }
    let head = try SphericalHeadModel(shells: shells, origin: Position(x: 0.003, y: -0.002, z: 0.04))
    let dipole = Self.dipole(in: head, eccentricity: eccentricity, using: &generator)
    let electrodes =
      Self.electrodes(40, of: head, using: &generator) + [try head.projected(dipole.position + dipole.orientation)]
    let potential = try head.potential(of: dipole, at: electrodes)
    let closed = electrodes.map {
      Self.homogeneousPotential(dipole, at: $0, origin: head.origin, radius: 0.09, conductivity: 0.33)
    }
    #expect(relativeDifference(potential, closed) < 1e-11)
  }

  @Test(
    "Every number of shells gives the potential of a series in 60 digits", arguments: ["one", "three", "four", "six"])
  func exactSeries(_ name: String) throws {
    let reference = try Self.reference.get()
    let series = try #require(reference.series[name])
    let head = try reference.head(series.relative_radii, series.conductivities)
    #expect(series.cases.count == 15)
    for known in series.cases {
      let sine = (1 - known.cosine * known.cosine).squareRoot()
      let dipole = Dipole(
        position: head.origin + Position(x: 0, y: 0, z: known.fraction * head.headRadius),
        orientation: Position(x: known.sideways, y: 0, z: known.radial),
        moment: (known.sideways * known.sideways + known.radial * known.radial).squareRoot())
      let potential = try head.potential(of: dipole, at: [head.origin + Position(x: sine, y: 0, z: known.cosine)])
      let largest = series.cases.filter { $0.fraction == known.fraction }.map { abs($0.volts) }.max() ?? 0
      #expect(abs(potential[0] - known.volts) < max(1e-12 * largest, 1e-11 * abs(known.volts)))
    }
  }

  @Test(
    "MNE-Python's lead field is within 1 % where its three dipoles stand for the shells", arguments: ["four", "three"])
  func mne(_ name: String) throws {
    let reference = try Self.reference.get()
    let model = try #require(reference.models[name])
    let head = try reference.head(model.relative_radii, model.conductivities)
    #expect(model.dipoles.count == 14)
    for known in model.dipoles {
      let potential = try head.potential(of: known.dipole, at: reference.positions)
      let difference = relativeDifference(potential, known.volts)
      #expect(difference < 0.01, "\(known.kind) at \(known.eccentricity)")
    }
  }

  @Test("The potential is linear in the moment", arguments: 0..<5)
  func linear(_ seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let head = try SphericalHeadModel()
    let dipole = Self.dipole(in: head, eccentricity: Double.random(in: 0...0.95, using: &generator), using: &generator)
    let electrodes = Self.electrodes(20, of: head, using: &generator)
    let axes = [Position(x: 1, y: 0, z: 0), Position(x: 0, y: 1, z: 0), Position(x: 0, y: 0, z: 1)]
    let field = try head.leadField(
      electrodes: electrodes, sources: axes.map { Dipole(position: dipole.position, orientation: $0) })
    let scaled = Dipole(position: dipole.position, orientation: 5 * dipole.orientation, moment: 2.5e-8)
    let potential = try head.potential(of: scaled, at: electrodes)
    let sums = electrodes.indices.map { row in
      2.5e-8 * axes.indices.reduce(0) { $0 + field[row, $1] * (axes[$1] * dipole.orientation) }
    }
    #expect(relativeDifference(potential, sums) < 1e-12)
  }

  @Test("Head and dipole may be turned and moved together", arguments: 0..<5)
  func rotation(_ seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(100 + seed))
    let head = try SphericalHeadModel()
    let dipole = Self.dipole(in: head, eccentricity: Double.random(in: 0...0.95, using: &generator), using: &generator)
    let electrodes = Self.electrodes(20, of: head, using: &generator)
    let first = Position.random(using: &generator)
    let across = first.cross(.random(using: &generator))
    let second = 1 / (across * across).squareRoot() * across
    let third = first.cross(second)
    func turned(_ p: Position) -> Position { Position(x: first * p, y: second * p, z: third * p) }
    let moved = try SphericalHeadModel(origin: Position(x: -0.01, y: 0.02, z: 0.5))
    func place(_ p: Position) -> Position { moved.origin + turned(p - head.origin) }
    let potential = try head.potential(of: dipole, at: electrodes)
    let same = try moved.potential(
      of: Dipole(position: place(dipole.position), orientation: turned(dipole.orientation)),
      at: electrodes.map(place))
    #expect(relativeDifference(same, potential) < 1e-10)
  }

  @Test("The mean over the scalp is zero, whatever the dipole", arguments: [0.1, 0.6, 0.95])
  func mean(_ eccentricity: Double) throws {
    var generator = SplitMix64(seed: 7)
    let head = try SphericalHeadModel()
    let dipole = Self.dipole(in: head, eccentricity: eccentricity, using: &generator)
    // The product of equally spaced angles and of the midpoint rule in the cosine, 0.5 % fine.
    let (rings, spokes) = (200, 100)
    let electrodes = (0..<rings).flatMap { ring in
      (0..<spokes).map { spoke -> Position in
        let z = (2 * Double(ring) + 1) / Double(rings) - 1
        let (cosine, sine) = Self.unitCircle(spoke, of: spokes)
        let r = (1 - z * z).squareRoot()
        return head.origin + head.headRadius * Position(x: r * cosine, y: r * sine, z: z)
      }
    }
    let potential = try head.potential(of: dipole, at: electrodes)
    let largest = potential.map { abs($0) }.max() ?? 0
    #expect(abs(potential.reduce(0, +)) / Double(potential.count) < 1e-4 * largest)
  }

  private static func unitCircle(_ step: Int, of count: Int) -> (Double, Double) {
    let angle = 2 * Double.pi * Double(step) / Double(count)
    return (cos(angle), sin(angle))
  }

  @Test("A radial dipole looks the same all round its axis, a tangential one is odd across its plane")
  func symmetry() throws {
    let head = try SphericalHeadModel()
    let place = head.origin + Position(x: 0, y: 0, z: 0.06)
    let ring = [(0.6, 0.8), (1, 0), (-0.8, 0.6), (-1, 0)].map { x, y in
      head.origin + Position(x: x, y: y, z: 0.7)
    }
    let radial = try head.potential(of: Dipole(position: place, orientation: Position(x: 0, y: 0, z: 1)), at: ring)
    #expect(radial.allSatisfy { abs($0 - radial[0]) < 1e-12 * abs(radial[0]) } && radial[0] > 0)
    let tangential = try head.potential(of: Dipole(position: place, orientation: Position(x: 1, y: 0, z: 0)), at: ring)
    #expect(tangential[1] > 0 && abs(tangential[1] + tangential[3]) < 1e-12 * tangential[1])
    #expect(abs(tangential[0] - 0.6 * tangential[1]) < 1e-12 * tangential[1])
  }

  @Test("Current driven between two electrodes flows in the brain as the lead field says")
  func reciprocity() throws {
    // The lead field of an electrode pair is minus the electric field that a unit current between them makes, which has
    // no sources in the brain: its divergence and its curl vanish there (Helmholtz 1853; Rush and Driscoll 1969).
    let head = try SphericalHeadModel()
    let electrodes = [Position(x: 0.07, y: 0.02, z: 0.09), Position(x: -0.03, y: -0.06, z: 0.11)]
    let center = head.origin + Position(x: 0.02, y: 0.03, z: 0.04)
    let axes = [Position(x: 1, y: 0, z: 0), Position(x: 0, y: 1, z: 0), Position(x: 0, y: 0, z: 1)]
    let step = 1e-4
    func field(_ p: Position) throws -> [Double] {
      let gains = try head.leadField(
        electrodes: electrodes, sources: axes.map { Dipole(position: p, orientation: $0) })
      return axes.indices.map { gains[0, $0] - gains[1, $0] }
    }
    // derivatives[i][j] = d field j / d axis i
    let derivatives = try axes.map { axis in
      let (above, below) = (try field(center + step * axis), try field(center + (-step) * axis))
      return zip(above, below).map { ($0 - $1) / (2 * step) }
    }
    let scale = derivatives.joined().map { abs($0) }.max() ?? 0
    #expect(abs(derivatives[0][0] + derivatives[1][1] + derivatives[2][2]) < 1e-5 * scale)
    for (i, j) in [(0, 1), (1, 2), (0, 2)] {
      #expect(abs(derivatives[i][j] - derivatives[j][i]) < 1e-5 * scale)
    }
  }

  @Test("A skull that conducts less weakens and spreads the potential")
  func skull() throws {
    func peak(_ skull: Double) throws -> (Double, Double) {
      var shells = SphericalShell.fourShells()
      shells[2].conductivity = skull
      let head = try SphericalHeadModel(shells: shells, origin: Position(x: 0, y: 0, z: 0.04))
      let dipole = Dipole(position: Position(x: 0, y: 0, z: 0.11), orientation: Position(x: 0, y: 0, z: 1))
      let values = try head.potential(of: dipole, at: [Position(x: 0, y: 0, z: 1), Position(x: 0.6, y: 0, z: 0.84)])
      return (values[0], values[1] / values[0])
    }
    let (thin, thick) = (try peak(0.04), try peak(0.004))
    #expect(thick.0 < thin.0 && thick.1 > thin.1)
  }

  @Test("Sources outside the brain, electrodes in the centre and shells that are none are refused")
  func refused() throws {
    let head = try SphericalHeadModel()
    func code(_ body: () throws -> Void) -> HeadModelError.Code? {
      #expect(throws: HeadModelError.self, performing: body)?.code
    }
    let up = Position(x: 0, y: 0, z: 1)
    for z in [0.04 + 0.0811, 0.04 + 0.2, -0.05, Double.nan, .infinity] {
      let dipole = Dipole(position: Position(x: 0, y: 0, z: z), orientation: up)
      #expect(code { _ = try head.potential(of: dipole, at: [up]) } == .dipoleOutsideBrain)
    }
    let inside = Dipole(position: Position(x: 0, y: 0, z: 0.05), orientation: up)
    let message = #expect(throws: HeadModelError.self) {
      try head.leadField(
        electrodes: [up], sources: [inside, Dipole(position: Position(x: 0, y: 70, z: 40), orientation: up)])
    }?.message
    #expect(message?.contains("source 2") == true && message?.contains("81.0 mm") == true)
    #expect(code { _ = try head.potential(of: inside, at: [head.origin]) } == .invalidElectrode)
    #expect(code { _ = try head.potential(of: inside, at: [Position(x: .nan, y: 0, z: 0)]) } == .invalidElectrode)
    for radii in [[], [0.09, 0.08], [0.0, 0.09], [0.09, 0.09], [0.08, .infinity], [.nan]] {
      let shells = radii.map { SphericalShell(outerRadius: $0, conductivity: 0.33) }
      #expect(code { _ = try SphericalHeadModel(shells: shells, origin: up) } == .invalidShells)
    }
    let insulator = [SphericalShell(outerRadius: 0.09, conductivity: 0)]
    #expect(code { _ = try SphericalHeadModel(shells: insulator, origin: up) } == .invalidShells)
    #expect(code { _ = try SphericalHeadModel(headRadius: -0.09) } == .invalidShells)
    // A homogeneous sphere lets a dipole come so near to the scalp that the series does not end in time.
    let single = try SphericalHeadModel(shells: [SphericalShell(outerRadius: 0.09, conductivity: 0.33)], origin: up)
    let shallow = Dipole(position: Position(x: 0, y: 0, z: 1 + 0.09 * 0.99999), orientation: up)
    #expect(code { _ = try single.potential(of: shallow, at: [Position(x: 0, y: 0.1, z: 1)]) } == .dipoleOutsideBrain)
  }

  @Test("A lead field of 64 electrodes and 1000 sources takes well under a second")
  func speed() throws {
    var generator = SplitMix64(seed: 3)
    let head = try SphericalHeadModel()
    let sources = (0..<1000).map { _ in
      Self.dipole(in: head, eccentricity: Double.random(in: 0...0.95, using: &generator), using: &generator)
    }
    let electrodes = try StandardMontage.named("biosemi64").electrodes.map(\.position)
    let duration = try ContinuousClock().measure {
      _ = try head.leadField(electrodes: electrodes, sources: sources)
    }
    // 0.16 s unoptimised on an idle core.
    #expect(duration < .seconds(2))
  }
}
