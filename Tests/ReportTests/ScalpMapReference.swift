import EEGCore
import Foundation
import TestSupport

/// `fixtures/scalp_maps.json`: MNE-Python's coordinates and SciPy's spline.
struct ScalpMapReference: Decodable {
  struct Electrode: Decodable {
    let name: String
    let position_m: [Double]
    let map_m: [Double]

    var position: Position { Position(x: position_m[0], y: position_m[1], z: position_m[2]) }
  }
  struct Spline: Decodable {
    let values: [Double]
    let points: [[Double]]
    let surface: [Double]
  }

  let positions: [Electrode]
  let spline: Spline

  static func read() throws -> ScalpMapReference {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("scalp_maps.json")))
    return try JSONDecoder().decode(ScalpMapReference.self, from: data)
  }
}
