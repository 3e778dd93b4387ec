import EEGCore
import HDF5
import TestSupport
import Testing

@testable import ERP

@Suite("Interpolation by spherical splines")
struct SphericalSplineTests {
  private static let bad: [String: [String]] = [
    "1": ["Cz"], "3": ["F7", "T10", "Oz"], "8": ["Fp1", "Fpz", "F7", "C3", "C1", "TP8", "PO3", "Iz"],
  ]

  @Test("The sphere is the one that MNE-Python centres electrodes on")
  func sphere() throws {
    let stored = try SpatialReference.array("interpolation/sphere").values
    let sphere = try HeadSphere(fitting: SpatialReference.channels.compactMap(\.position))
    let values = [sphere.center.x, sphere.center.y, sphere.center.z, sphere.radius]
    #expect(SpatialReference.relativeDifference(values, stored) < 1e-12)
  }

  @Test("Matrix and interpolated values equal MNE-Python's", arguments: bad.keys.sorted())
  func reference(_ count: String) throws {
    let bad = try #require(Self.bad[count])
    let transform = try SpatialTransform.interpolation(of: SpatialReference.channels, bad: bad)
    let stored = try SpatialReference.matrix("interpolation/\(count)/matrix")
    let good = SpatialReference.names.indices.filter { !bad.contains(SpatialReference.names[$0]) }
    let rows = SpatialReference.names.indices.filter { bad.contains(SpatialReference.names[$0]) }
    let matrix = transform.matrix
    let weights = rows.flatMap { row in good.map { matrix[row, $0] } }
    #expect(SpatialReference.relativeDifference(weights, stored.values) < 1e-10)

    let values = try SpatialReference.matrix("interpolation/values")
    let interpolated = try SpatialReference.matrix("interpolation/\(count)/interpolated")
    let result = transform.applied(to: values)
    #expect(SpatialReference.relativeDifference(result.values, interpolated.values) < 1e-10)
    for row in good { #expect(result[row: row] == values[row: row]) }
  }

  @Test("Weights sum to one, so a shared potential is kept, and a smooth field is followed")
  func smooth() throws {
    let positions = SpatialReference.channels.compactMap(\.position)
    let center = try HeadSphere(fitting: positions).center
    let matrix = try SphericalSpline.matrix(
      from: Array(positions.dropFirst(5)), to: Array(positions.prefix(5)), origin: center)
    func field(_ p: Position) -> Double { 3 + 20 * (p.x - center.x) - 10 * (p.z - center.z) }
    for row in 0..<5 {
      #expect(abs(matrix[row: row].reduce(0, +) - 1) < 1e-9)
      let value = zip(matrix[row: row], positions.dropFirst(5)).reduce(0) { $0 + $1.0 * field($1.1) }
      #expect(abs(value - field(positions[row])) < 0.05)
    }
  }

  @Test("Positions that allow no interpolation are refused")
  func refused() throws {
    let positions = SpatialReference.channels.compactMap(\.position)
    let center = Position(x: 0, y: 0, z: 0.04)
    func code(_ body: () throws -> Void) -> ERPError.Code? {
      #expect(throws: ERPError.self, performing: body)?.code
    }
    #expect(code { _ = try SphericalSpline.matrix(from: [], to: positions, origin: center) } == .noElectrodePositions)
    #expect(
      code { _ = try SphericalSpline.matrix(from: positions, to: [center], origin: center) } == .noElectrodePositions)
    var channels = SpatialReference.channels
    channels[3].position = nil
    #expect(
      code { _ = try SpatialTransform.interpolation(of: channels, bad: [channels[3].name]) } == .noElectrodePositions)
    #expect(code { _ = try SpatialTransform.interpolation(of: channels, bad: ["Q9"]) } == .unknownChannel)
    #expect(
      code { _ = try SpatialTransform.interpolation(of: Array(channels.prefix(5)), bad: ["FC5"]) }
        == .noElectrodePositions)
    var misplaced = SpatialReference.channels
    misplaced[7].position = Position(x: .nan, y: 0, z: 1)
    #expect(code { _ = try SpatialTransform.interpolation(of: misplaced, bad: ["Cz"]) } == .noElectrodePositions)
  }

  @Test("Channels without a position, of another kind, or set aside give nothing to the interpolation")
  func left() throws {
    var channels = Array(SpatialReference.channels.prefix(12))
    channels[1].position = nil
    channels[2].kind = .eog
    let transform = try SpatialTransform.interpolation(of: channels, bad: ["FC5"], unused: ["FCz"])
    #expect(transform.terms(ofOutput: 0).map(\.input) == Array(4..<12))
    #expect(transform.outputs == channels)
    #expect(try SpatialTransform.interpolation(of: channels, bad: []) == .identity(channels))
  }
}
