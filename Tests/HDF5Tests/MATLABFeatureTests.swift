import Foundation
import HDF5
import TestSupport
import Testing

@Suite("User blocks, references and fixed-length attributes")
struct MATLABFeatureTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "A user block comes first, and HDF5 reads what follows", arguments: [512, 1024, 4096], [HDF5Release.v18, .v110])
  func userBlock(size: Int, release: HDF5Release) throws {
    let path = folder.path("block.h5")
    let block = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let file = try HDF5File(creating: path, userBlock: block, oldestReader: release)
    try file.write([1.5, 2.5], to: "values")
    try file.commit()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(Array(bytes.prefix(size)) == block)
    #expect(Array(bytes[size..<(size + 4)]) == [0x89, 0x48, 0x44, 0x46])
    // The superblock's version: 2 since HDF5 1.8, 3 since 1.10.
    #expect(bytes[size + 8] == (release == .v18 ? 2 : 3))
    #expect(try HDF5File(reading: path).dataset("values").read(Double.self).values == [1.5, 2.5])
  }

  @Test("References lead to the groups and datasets that they were made from", arguments: [0, 512])
  func references(userBlock: Int) throws {
    let path = folder.path("references.h5")
    let file = try HDF5File(creating: path, userBlock: [UInt8](repeating: 1, count: userBlock))
    let first = try file.write([1.0], to: "#refs#/a")
    let second = try file.write([UInt16(2)], to: "#refs#/b")
    let group = try file.createGroup("group")
    try group.write(references: [second, group, first, second], to: "all", shape: [4, 1])
    try group.write(references: [], to: "none")
    try file.commit()

    let read = try HDF5File(reading: path)
    let dataset = try read.dataset("group/all")
    #expect(dataset.type == .objectReference)
    let references = try dataset.readReferences()
    let targets = try read.referenceTargets()
    #expect(references.shape == [4, 1])
    #expect(references.values.map { targets[$0] } == ["/#refs#/b", "/group", "/#refs#/a", "/#refs#/b"])
    #expect(try read.dataset("group/none").readReferences().values.isEmpty)
  }

  @Test("Only references are read as references")
  func wrongType() throws {
    let path = folder.path("numbers.h5")
    let file = try HDF5File(creating: path)
    try file.write([1.0], to: "numbers")
    try file.commit()
    let error = #expect(throws: HDF5Error.self) { try HDF5File(reading: path).dataset("numbers").readReferences() }
    #expect(error?.code == .wrongType)
  }

  @Test("An ASCII attribute has the length of its text and nothing else")
  func asciiAttribute() throws {
    let path = folder.path("attribute.h5")
    let file = try HDF5File(creating: path)
    try file.setASCIIAttribute("class", "double")
    try file.setASCIIAttribute("class", "char")
    #expect(try file.attributeText("class") == "char")
    for text in ["", "\u{B5}V", "a\0b"] {
      let error = #expect(throws: HDF5Error.self) { try file.setASCIIAttribute("other", text) }
      #expect(error?.code == .invalidText)
    }
    #expect(!file.hasAttribute("other"))
  }
}
