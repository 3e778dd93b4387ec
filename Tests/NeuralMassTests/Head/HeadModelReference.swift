import EEGCore
import Foundation
import NeuralMass
import TestSupport

/// Potentials of dipoles in layered spheres, `fixtures/head_model.json`, made by `fixtures/generate/head_model.py`.
struct HeadModelReference: Decodable {
  struct Electrode: Decodable {
    let name: String
    let position_m: [Double]
  }
  /// What MNE-Python computed of one dipole.
  struct Case: Decodable {
    /// Distance from the centre, as part of the brain's radius.
    let eccentricity: Double
    let kind: String
    let position_m: [Double]
    let orientation: [Double]
    /// At all electrodes [V/(A m)].
    let volts: [Double]
    var dipole: Dipole { Dipole(position: Position(position_m), orientation: Position(orientation)) }
  }
  struct Model: Decodable {
    let relative_radii: [Double]
    let conductivities: [Double]
    let dipoles: [Case]
  }
  /// The exact potential of a dipole on the z axis at an electrode in the plane y = 0.
  struct SeriesCase: Decodable {
    let fraction: Double
    let cosine: Double
    let radial: Double
    let sideways: Double
    let volts: Double
  }
  struct Series: Decodable {
    let relative_radii: [Double]
    let conductivities: [Double]
    let cases: [SeriesCase]
  }

  let radius_m: Double
  let origin_m: [Double]
  let electrodes: [Electrode]
  let models: [String: Model]
  let series: [String: Series]

  static func load() throws -> HeadModelReference {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("head_model.json")))
    return try JSONDecoder().decode(HeadModelReference.self, from: data)
  }

  var positions: [Position] { electrodes.map { Position($0.position_m) } }

  func head(_ relativeRadii: [Double], _ conductivities: [Double]) throws -> SphericalHeadModel {
    let shells = zip(relativeRadii, conductivities).map {
      SphericalShell(outerRadius: $0 * radius_m, conductivity: $1)
    }
    return try SphericalHeadModel(shells: shells, origin: Position(origin_m))
  }
}

extension Position {
  init(_ values: [Double]) { self.init(x: values[0], y: values[1], z: values[2]) }

  /// A random direction.
  static func random(using generator: inout SplitMix64) -> Position {
    while true {
      let v = (0..<3).map { _ in Double.random(in: -1...1, using: &generator) }
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length < 1, length > 0.1 { return Position(v.map { $0 / length }) }
    }
  }

  static func + (a: Position, b: Position) -> Position { Position(x: a.x + b.x, y: a.y + b.y, z: a.z + b.z) }
  static func - (a: Position, b: Position) -> Position { Position(x: a.x - b.x, y: a.y - b.y, z: a.z - b.z) }
  static func * (a: Double, b: Position) -> Position { Position(x: a * b.x, y: a * b.y, z: a * b.z) }
  static func * (a: Position, b: Position) -> Double { a.x * b.x + a.y * b.y + a.z * b.z }

  func cross(_ b: Position) -> Position {
    Position(x: y * b.z - z * b.y, y: z * b.x - x * b.z, z: x * b.y - y * b.x)
  }
}

/// The largest difference, as part of the largest expected value.
func relativeDifference(_ values: [Double], _ expected: [Double]) -> Double {
  guard values.count == expected.count, let largest = expected.map({ abs($0) }).max() else { return .infinity }
  let differences = zip(values, expected).map { abs($0 - $1) }
  return differences.allSatisfy(\.isFinite) ? (differences.max() ?? .infinity) / largest : .infinity
}
