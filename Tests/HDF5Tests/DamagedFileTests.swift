import Foundation
import HDF5
import TestSupport
import Testing

/// Files as this module writes them, with bytes changed.
///
/// libhdf5 protects their metadata by checksums, and this module checks the heap of variable-length text, which has
/// none. In files of HDF5's older format, h5py's default, nothing is protected, and about one random change in a
/// thousand stops libhdf5 1.10.8 itself.
@Suite("Damaged files")
struct DamagedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Any few bytes may change: every object is then a value or an error", arguments: 0..<16)
  func mutants(group: Int) throws {
    let path = folder.path("mutant.h5")
    try writeSample(path)
    let original = try Data(contentsOf: URL(fileURLWithPath: path))
    let sound = outcomes(path)
    #expect(sound.errors == 0)
    var damaged = 0
    for number in 0..<150 {
      var generator = SplitMix64(seed: UInt64(1000 * group + number))
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      try bytes.write(to: URL(fileURLWithPath: path))
      let found = outcomes(path)
      #expect(found.values + found.errors > 0)
      if found.errors > 0 { damaged += 1 }
    }
    #expect(damaged > 0)
  }

  @Test("A file may end anywhere", arguments: 0..<40)
  func truncated(fortieth: Int) throws {
    let path = folder.path("truncated.h5")
    try writeSample(path)
    try folder.cut("truncated.h5", to: Double(fortieth) / 40)
    #expect(throws: HDF5Error.self) { try HDF5File(reading: path) }
  }

  private func writeSample(_ path: String) throws {
    let file = try HDF5File(creating: path)
    let values = (0..<200).map { Float($0) }
    try file.write(values, to: "group/compressed", shape: [10, 20], storage: .compressed(chunk: [3, 20]))
    try file.write((0..<20).map { Int16($0) }, to: "group/chunked", storage: .chunked([7]))
    try file.write([1.0, 2.0], to: "plain")
    try file.write(["a", "\u{B5}V", "", "text"], to: "texts")
    try file.setAttribute("text", "recording")
    try file.group("group").setAttribute("numbers", [1.0, 2, 3])
    try file.group("group").setAttribute("texts", ["p", "q"])
    try file.commit()
  }

  /// How many objects and attributes of a file can be read, and how many are errors.
  private func outcomes(_ path: String) -> (values: Int, errors: Int) {
    var (values, errors) = (0, 0)
    func attempt(_ body: () throws -> Void) {
      do {
        try body()
        values += 1
      } catch {
        errors += 1
      }
    }
    attempt {
      let file = try HDF5File(reading: path)
      attempt { _ = try file.attributeText("text") }
      attempt { _ = try file.attributeNames() }
      attempt { _ = try file.links() }
      attempt { _ = try file.dataset("plain").read(Double.self) }
      attempt { _ = try file.dataset("texts").readTexts() }
      attempt { _ = try file.dataset("group/compressed").read(Float.self) }
      attempt { _ = try file.dataset("group/compressed").read(Double.self) }
      attempt { _ = try file.dataset("group/chunked").read(Int32.self, from: [3], count: [9]) }
      attempt {
        let group = try file.group("group")
        attempt { _ = try group.links() }
        attempt { _ = try group.attributeArray("numbers", as: Double.self) }
        attempt { _ = try group.attributeTexts("texts") }
      }
    }
    return (values, errors)
  }
}
