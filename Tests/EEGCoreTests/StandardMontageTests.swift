import EEGCore
import Foundation
import TestSupport
import Testing

@Suite("Standard montages")
struct StandardMontageTests {
  @Test(
    "Each montage has its electrodes, each once, on a head",
    arguments: zip(StandardMontage.names, [16, 32, 64, 128, 19, 21]))
  func counts(_ name: String, count: Int) throws {
    let montage = try StandardMontage.named(name.uppercased())
    #expect(montage.name == name && montage.electrodes.count == count)
    #expect(Set(montage.electrodes.map(\.name)).count == count)
    #expect(Set(montage.electrodes.map(\.position)).count == count)
    let sphere = try HeadSphere(fitting: montage.electrodes.map(\.position))
    #expect((0.08...0.11).contains(sphere.radius) && abs(sphere.center.x) < 0.003)
  }

  /// `info.set_montage(name)` in MNE-Python 1.13.2; of biosemi128 only sockets with whole degrees, see the page.
  @Test(
    "Positions are MNE-Python's",
    arguments: [
      ("biosemi64", "Fp1", -0.029338733, 0.090295335, 0.036833282), ("biosemi64", "Cz", 0, 0, 0.135148735),
      ("biosemi32", "PO4", 0.038593395, -0.082763901, 0.066334300), ("biosemi16", "T8", 0.094942129, 0, 0.036833282),
      ("biosemi128", "A1", 0, 0, 0.135148735), ("biosemi128", "C29", -0.029338733, 0.090295335, 0.036833282),
    ])
  func positions(_ montage: String, _ name: String, x: Double, y: Double, z: Double) throws {
    let electrode = try #require(try StandardMontage.named(montage).electrodes.first { $0.name == name })
    let p = electrode.position
    #expect(abs(p.x - x) < 1e-7 && abs(p.y - y) < 1e-7 && abs(p.z - z) < 1e-7)
  }

  @Test("Half degrees of the 128-channel cap are kept")
  func halfDegrees() throws {
    // BioSemi's table: A2 at theta = 11.5, phi = -90; D11 at theta = -57.5, phi = -22.5.
    let electrodes = try StandardMontage.named("biosemi128").electrodes
    func angles(_ name: String) throws -> (theta: Double, phi: Double) {
      let p = try #require(electrodes.first { $0.name == name }).position
      let z = p.z - 0.0401487349
      return (atan2((p.x * p.x + p.y * p.y).squareRoot(), z) * 180 / .pi, atan2(p.y, p.x) * 180 / .pi)
    }
    let (a2, d11) = (try angles("A2"), try angles("D11"))
    #expect(abs(a2.theta - 11.5) < 1e-3 && abs(a2.phi + 90) < 1e-3)
    #expect(abs(d11.theta - 57.5) < 1e-3 && abs(d11.phi - 157.5) < 1e-3)
  }

  @Test("Sockets are counted in connectors of 32, as on BioSemi's caps")
  func sockets() throws {
    let cap = try StandardMontage.named("biosemi64").electrodes
    #expect(cap[0].socket == "A1" && cap[31].socket == "A32" && cap[32].socket == "B1" && cap[63].socket == "B32")
    #expect(cap[27].name == "Iz" && cap[47].name == "Cz" && cap[47].socket == "B16")
    #expect(try StandardMontage.named("biosemi128").electrodes.allSatisfy { $0.name == $0.socket })
    #expect(try StandardMontage.named("1020-19").electrodes.allSatisfy { $0.socket == nil })
  }

  @Test("Labels of a recording are looked up by name, or by socket where there is no name")
  func lookUp() throws {
    let cap = try StandardMontage.named("biosemi64")
    #expect(cap.electrodes(for: ["A1", "b16", "EXG1", "Status"]).map { $0?.name } == ["Fp1", "Cz", nil, nil])
    #expect(cap.electrodes(for: ["EEG Fz-Ref", "fcz", "A1"]).map { $0?.name } == ["Fz", "FCz", nil])
    let tenTwenty = try StandardMontage.named("1020-21")
    #expect(tenTwenty.electrodes(for: ["A1", "CZ", "FC1"]).map { $0?.name } == ["A1", "Cz", nil])
  }

  @Test("The 10-20 montages stand where the standard head has them")
  func template() throws {
    for electrode in try StandardMontage.named("1020-21").electrodes {
      #expect(StandardElectrodes.position(for: electrode.name)?.position == electrode.position)
    }
    let channels = try StandardMontage.named("1020-19").channels
    #expect(channels.allSatisfy { $0.position != nil && $0.kind == .eeg })
  }

  @Test("BioSemi's caps lie in the same directions as the standard head has them, within 15 degrees")
  func directions() throws {
    let cap = try StandardMontage.named("biosemi64").electrodes
    let head = try cap.map { try #require(StandardElectrodes.position(for: $0.name)).position }
    let (capSphere, headSphere) = (try HeadSphere(fitting: cap.map(\.position)), try HeadSphere(fitting: head))
    func direction(_ p: Position, _ center: Position) -> [Double] {
      let ray = [p.x - center.x, p.y - center.y, p.z - center.z]
      let length = ray.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return ray.map { $0 / length }
    }
    let cosines = zip(cap, head).map { electrode, place in
      zip(direction(electrode.position, capSphere.center), direction(place, headSphere.center))
        .reduce(0) { $0 + $1.0 * $1.1 }
    }
    let angles = cosines.map { acos($0) * 180 / .pi }
    #expect(angles.allSatisfy { $0 < 15 })
  }

  @Test("An unknown montage is refused with the names there are")
  func unknown() {
    let error = #expect(throws: ElectrodeError.self) { try StandardMontage.named("biosemi65") }
    #expect(error?.code == .unknownMontage)
    #expect(error?.message.contains("biosemi64, biosemi128") == true)
  }
}
