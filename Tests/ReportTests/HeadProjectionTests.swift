import EEGCore
import Foundation
import Testing

@testable import Report

@Suite("Electrodes seen from above")
struct HeadProjectionTests {
  @Test("Every electrode of EEGMMIDB and the 10-20 system lies where MNE-Python draws it")
  func likeMNE() throws {
    let electrodes = try ScalpMapReference.read().positions
    #expect(electrodes.count == 85)
    for electrode in electrodes {
      let place = try #require(HeadProjection.project(electrode.position))
      #expect(abs(place.x - electrode.map_m[0]) < 1e-9, "\(electrode.name)")
      #expect(abs(place.y - electrode.map_m[1]) < 1e-9, "\(electrode.name)")
    }
  }

  @Test("Places are in radii of MNE-Python's head circle of 95 mm")
  func unit() throws {
    let electrodes = try ScalpMapReference.read().positions
    let places = HeadProjection.places(electrodes.map { Channel(name: $0.name, position: $0.position) })
    for (electrode, place) in zip(electrodes, places) {
      let place = try #require(place)
      #expect(abs(place.x * 0.095 - electrode.map_m[0]) < 1e-9)
      #expect(abs(place.y * 0.095 - electrode.map_m[1]) < 1e-9)
    }
  }

  @Test("Labels alone put electrodes within a micrometre of MNE-Python's places")
  func labels() throws {
    for electrode in try ScalpMapReference.read().positions {
      let position = try #require(StandardElectrodes.position(for: electrode.name)?.position)
      let place = try #require(HeadProjection.project(position))
      #expect(abs(place.x - electrode.map_m[0]) < 1e-6)
      #expect(abs(place.y - electrode.map_m[1]) < 1e-6)
    }
  }

  @Test("Positions on a unit sphere, or in millimetres, give a head of the usual size", arguments: [1.0, 90])
  func otherUnits(scale: Double) throws {
    let channels = [(1.0, 0.0, 0.0), (0, 1, 0), (0, 0, 1), (-1, 0, 0)].map { x, y, z in
      Channel(name: "E", position: Position(x: x * scale, y: y * scale, z: z * scale))
    }
    let places = HeadProjection.places(channels).compactMap { $0 }
    let expected = [Point(1, 0), Point(0, 1), Point(0, 0), Point(-1, 0)]
    for (place, wanted) in zip(places, expected) {
      #expect(abs(place.x - wanted.x) < 1e-12)
      #expect(abs(place.y - wanted.y) < 1e-12)
    }
    #expect(places.count == 4)
  }

  @Test(
    "What is no direction has no place",
    arguments: [
      Position(x: 0, y: 0, z: 0), Position(x: .nan, y: 0, z: 1), Position(x: 0, y: 0, z: .infinity),
    ])
  func noDirection(position: Position) {
    #expect(HeadProjection.project(position) == nil)
  }
}
