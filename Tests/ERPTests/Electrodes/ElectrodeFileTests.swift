import EEGCore
import Foundation
import TestSupport
import Testing

@testable import ERP

@Suite("Files of electrode positions")
struct ElectrodeFileTests {
  private static func file(_ name: String) throws -> ElectrodeFile {
    try ElectrodeFile(path: TestFiles.fixture("electrodes/\(name)"))
  }

  private static func expected(_ name: String) throws -> [String: [Double]] {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("electrodes/expected.json")))
    return try #require(try JSONDecoder().decode([String: [String: [Double]]].self, from: data)[name])
  }

  private static func distance(_ p: Position, _ v: [Double]) -> Double {
    ((p.x - v[0]) * (p.x - v[0]) + (p.y - v[1]) * (p.y - v[1]) + (p.z - v[2]) * (p.z - v[2])).squareRoot()
  }

  @Test(
    "Positions in head coordinates are MNE-Python's",
    arguments: [("old.elc", "old.elc"), ("new.elc", "new.elc"), ("egi.sfp", "egi.sfp"), ("table.csv", "old.elc")])
  func reference(_ name: String, _ stored: String) throws {
    let (file, expected) = (try Self.file(name), try Self.expected(stored))
    #expect(file.electrodes.count == 32 && expected.count == 32)
    for electrode in file.electrodes {
      let place = try #require(expected[electrode.name])
      #expect(Self.distance(electrode.position, place) < 2e-7, "\(electrode.name)")
    }
    #expect(file.notes.count == (name == "egi.sfp" ? 1 : 0))
    // They are BioSemi's cap, which was turned and moved before it was written.
    let cap = try StandardMontage.named("biosemi32").electrodes(for: file.electrodes.map(\.name))
    for (electrode, own) in zip(file.electrodes, cap) {
      let own = try #require(own?.position)
      #expect(Self.distance(electrode.position, [own.x, own.y, own.z]) < 1e-6)
    }
  }

  @Test("Polar coordinates point where MNE-Python has them, from the centre of the cap")
  func polar() throws {
    let (file, expected) = (try Self.file("eeglab.loc"), try Self.expected("eeglab.loc"))
    #expect(file.electrodes.count == 32)
    for electrode in file.electrodes {
      let place = try #require(expected[electrode.name])
      let p = electrode.position
      #expect(Self.distance(Position(x: p.x, y: p.y, z: p.z - 0.0401487), place) < 1e-7)
    }
  }

  @Test(
    "A table tells its unit in the names of columns, in a column, or by its size",
    arguments: [
      ("name,x,y,z\nFz,0,0.08,0.06\nCz,0,0,0.1\nOz,0,-0.09,0.01\n", 2),
      ("label\tx\ty\tz\tunit\nFz\t0\t8\t6\tcm\nCz\t0\t0\t10\tcm\nOz\t0\t-9\t1\tcm\n", 1),
      ("Electrode,X (mm),Y (mm),Z (mm)\r\nFz,0,80,60\r\nCz,0,0,100\r\nOz,0,-90,10\r\nT9,n/a,n/a,n/a\r\n", 1),
      ("channel,kind,x_m,y_m,z_m\nFz,eeg,0,0.08,0.06\nCz,eeg,0,0,0.1\nOz,eeg,0,-0.09,0.01\n", 1),
    ])
  func units(_ text: String, notes: Int) throws {
    let file = try ElectrodeFile(text, fileExtension: "csv")
    #expect(file.electrodes.map(\.name) == ["Fz", "Cz", "Oz"])
    let places = [[0, 0.08, 0.06], [0, 0, 0.1], [0, -0.09, 0.01]]
    for (electrode, place) in zip(file.electrodes, places) { #expect(Self.distance(electrode.position, place) < 1e-12) }
    #expect(file.notes.count == notes)
  }

  @Test(
    "Damaged files are refused with the line and what to do",
    arguments: [
      ("csv", "", "empty"), ("csv", "name,x,y\nFz,0,1\n", "no column 'z'"),
      ("csv", "x,y,z\n0,1,2\n", "no column 'name'"),
      ("csv", "name,x,y,z\n", "no point"), ("csv", "name,x,y,z\nFz,0,1,high\n", "line 2"),
      ("csv", "name,x,y,z\nFz,0,1,inf\n", "line 2"), ("csv", "name,x,y,z\nFz,0,1\n", "line 2: has 3 fields"),
      ("csv", "name,x_mm,y_mm,z_m\nFz,0,1,2\n", "different units"),
      ("csv", "name,x,y,z,unit\nFz,0,1,2,inch\n", "unit 'inch'"), ("csv", "name,x,y,z\n,0,8,6\nCz,0,0,10\n", "no name"),
      ("csv", "name,x_cm,y_cm,z_cm\nFz,0,8,6\nCz,0,0,10\nfz,0,8,6\n", "already in line 2"),
      ("csv", "name,x,y,z\nFz,0,1,0\nCz,0,0,1\nOz,0,-1,0\n", "x_mm"),
      ("csv", "name,x_m,y_m,z_m\nFz,0,80,60\nCz,0,0,100\nOz,0,-90,10\nT7,-90,0,0\n", "correct the unit"),
      ("csv", "name,x_mm,y_mm,z_mm\nNz,0,90,0\nLPA,0,-80,0\nRPA,0,80,0\nCz,0,0,100\n", "one line"),
      ("csv", "name,x_mm,y_mm,z_mm\nNz,0,90,0\nLPA,-80,0,0\nRPA,80,0,0\n", "no electrode"),
      ("sfp", "Fz 0 8\n", "line 1"), ("sfp", "\n\nFz 0 8 six\n", "line 3"), ("loc", "1 0 0.25\n", "line 1"),
      ("loc", "1 zero 0.25 Fz\n", "line 1"), ("elc", "UnitPosition mm\n", "no line 'Positions'"),
      ("elc", "UnitPosition inch\nPositions\n", "line 1"), ("elc", "Positions\n1 2\nLabels\nFz\n", "line 2"),
      ("elc", "UnitPosition mm\nPositions\n0 80 60\n0 0 100\nLabels\nFz\n", "2 positions and 1 labels"),
    ])
  func damaged(_ suffix: String, _ text: String, _ message: String) {
    let error = #expect(throws: ERPError.self) { try ElectrodeFile(text, fileExtension: suffix) }
    #expect(error?.code == .invalidTable && error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test("Files that are not there, no text or of another kind are refused with their path")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    try Data([0xFF, 0xFE, 0x00, 0xD8]).write(to: folder.url.appendingPathComponent("binary.csv"))
    for (name, message) in [("none.csv", "cannot be read"), ("binary.csv", "UTF-8"), ("cap.xyz", ".elc")] {
      let error = #expect(throws: ERPError.self) { try ElectrodeFile(path: folder.path(name)) }
      #expect(error?.message.contains(name) == true && error?.message.contains(message) == true)
    }
  }
}

@Suite("Montages by name or file")
struct MontageTests {
  @Test("A name gives the standard montage, a path the file")
  func choice() throws {
    let cap = try Montage("BioSemi32")
    #expect(cap.name == "biosemi32" && cap.notes.isEmpty)
    #expect(cap.electrodes == (try StandardMontage.named("biosemi32").electrodes))
    let path = TestFiles.fixture("electrodes/egi.sfp")
    let file = try Montage(path)
    #expect(file.name == path && file.notes.count == 1)
    #expect(file.channels.map(\.name) == (try ElectrodeFile(path: path).electrodes.map(\.name)))
  }

  @Test(
    "A text that is neither is refused with what there is",
    arguments: [("biosemi65", "biosemi64"), ("cap.csv", "cap.csv")])
  func refused(_ text: String, _ message: String) {
    let error = #expect(throws: ERPError.self) { try Montage(text) }
    #expect(error?.code == .invalidTable && error?.message.contains(message) == true)
  }
}
