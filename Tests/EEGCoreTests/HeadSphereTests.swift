import EEGCore
import TestSupport
import Testing

/// The comparison with MNE-Python's sphere is in ERPTests, beside the interpolation that stands on it.
@Suite("Sphere through electrodes")
struct HeadSphereTests {
  @Test("A sphere is found again from points on it", arguments: 0..<5)
  func exactSphere(_ seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let center = Position(
      x: Double.random(in: -0.02...0.02, using: &generator), y: Double.random(in: -0.02...0.02, using: &generator),
      z: Double.random(in: 0.02...0.05, using: &generator))
    let points = (0..<12).map { _ in
      let vector = (0..<3).map { _ in Double.random(in: -1...1, using: &generator) }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return Position(
        x: center.x + 0.09 * vector[0] / length, y: center.y + 0.09 * vector[1] / length,
        z: center.z + 0.09 * abs(vector[2]) / length)
    }
    let sphere = try HeadSphere(fitting: points)
    #expect(abs(sphere.radius - 0.09) < 1e-12)
    #expect(abs(sphere.center.x - center.x) < 1e-12 && abs(sphere.center.z - center.z) < 1e-12)
  }

  @Test("Too few electrodes, electrodes on the face alone, and numbers that are not finite are refused")
  func refused() throws {
    let names = ["Fz", "Cz", "Pz", "C3", "C4", "Oz"]
    let positions = try names.map { try #require(StandardElectrodes.position(for: $0)).position }
    func code(_ positions: [Position]) -> ElectrodeError.Code? {
      #expect(throws: ElectrodeError.self) { _ = try HeadSphere(fitting: positions) }?.code
    }
    #expect(code(Array(positions.prefix(3))) == .tooFewPositions)
    #expect(code(positions + [Position(x: .nan, y: 0, z: 1)]) == .tooFewPositions)
    #expect(code(positions.map { Position(x: $0.x, y: 0.05, z: -0.02) }) == .tooFewPositions)
  }
}
