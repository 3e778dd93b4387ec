import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Values at known places")
struct PlacementTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "What is written at a dataset's place is its values, and the rest of the file stays", arguments: [[7], [40, 30]])
  func place(shape: [Int]) throws {
    let path = folder.path("places.h5")
    let count = shape.reduce(1, *)
    let output = try HDF5File(creating: path)
    try output.write([1.5, 2.5], to: "before")
    _ = try output.reserveDataset("group/x", of: Float.self, shape: shape)
    try output.reserveDataset("y", of: UInt32.self, shape: shape).setAttribute("unit", "V")
    try output.commit()

    let places = try HDF5File(reading: path)
    #expect(try places.dataset("group/x").read(Float.self).values == Array(repeating: 0, count: count))
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let values = (0..<count).map { Float($0) + 0.5 }
    let place = try places.dataset("group/x").place(of: Float.self)
    values.withUnsafeBytes { bytes.replaceSubrange(place..<(place + 4 * count), with: $0) }
    let numbers = (0..<count).map { UInt32($0) }
    let second = try places.dataset("y").place(of: UInt32.self)
    numbers.withUnsafeBytes { bytes.replaceSubrange(second..<(second + 4 * count), with: $0) }
    let changed = folder.path("changed.h5")
    try bytes.write(to: URL(fileURLWithPath: changed))

    let input = try HDF5File(reading: changed)
    #expect(try input.dataset("group/x").read(Float.self) == HDF5Array(shape: shape, values: values))
    #expect(try input.dataset("y").read(UInt32.self) == HDF5Array(shape: shape, values: numbers))
    #expect(try input.dataset("y").attributeText("unit") == "V")
    #expect(try input.dataset("before").read(Double.self).values == [1.5, 2.5])
  }

  @Test("A reserved dataset takes no room until it is written")
  func sparse() throws {
    let path = folder.path("sparse.h5")
    let output = try HDF5File(creating: path)
    _ = try output.reserveDataset("x", of: Float.self, shape: [1 << 28])
    try output.commit()
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_size > 1 << 30)
    #expect(status.st_blocks * 512 < 1 << 20)
  }

  @Test("A place that no program may write to is an error")
  func noPlace() throws {
    let path = folder.path("none.h5")
    let output = try HDF5File(creating: path)
    try output.write([1.0, 2], to: "chunked", storage: .chunked([1]))
    try output.write([Double](), to: "empty")
    _ = try output.createDataset("unwritten", of: Double.self, shape: [3])
    try output.write([1.0, 2], to: "plain")
    try output.createVirtualDataset(
      "virtual", shape: [2], fill: 0.0,
      parts: [HDF5VirtualPart(path: ".", dataset: "/plain", start: [0], count: [2])])
    try output.commit()
    let input = try HDF5File(reading: path)
    for name in ["chunked", "empty", "unwritten", "virtual"] {
      let error = #expect(throws: HDF5Error.self) { try input.dataset(name).place(of: Double.self) }
      #expect(error?.code == .wrongShape)
    }
    #expect(throws: HDF5Error.self) { try input.dataset("plain").place(of: Float.self) }
    #expect(try input.dataset("plain").place(of: Double.self) > 0)
    let foreign = try HDF5File(reading: TestFiles.fixture("h5py_small.h5"))
    #expect(throws: HDF5Error.self) { try foreign.dataset("big/f8").place(of: Double.self) }
    // Its addresses are counted from the end of a user block.
    let bytes = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("h5py_small.h5")))
    let place = try foreign.dataset("little/i2").place(of: Int16.self)
    #expect(Array(bytes[place..<(place + 4)]) == [0x9C, 0xFF, 0xFF, 0xFF])
  }

  @Test("A commit that may not replace leaves an older file alone")
  func noReplacement() throws {
    let path = folder.path("old.h5")
    let output = try HDF5File(creating: path)
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: (any Error).self) { try output.commit(replacing: false) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("old".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["old.h5"])
    try FileManager.default.removeItem(atPath: path)
    let again = try HDF5File(creating: path)
    try again.write([1.0], to: "x")
    try again.commit(replacing: false)
    #expect(try HDF5File(reading: path).dataset("x").read(Double.self).values == [1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["old.h5"])
  }
}

@Suite("Virtual datasets")
struct VirtualDatasetTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Two files of whole numbers: from 0 and from 100.
  private func sources(_ names: [String]) throws {
    for (index, name) in names.enumerated() {
      let file = try HDF5File(creating: folder.path(name))
      try file.write((0..<(6 * (index + 1))).map { Int32(100 * index + $0) }, to: "a%b", shape: [2 * (index + 1), 3])
      try file.commit()
    }
  }

  @Test("Parts of other files read as one dataset, and what is nowhere as the fill value")
  func parts() throws {
    try sources(["first.h5", "100%b%%.h5"])
    let path = folder.path("virtual.h5")
    let output = try HDF5File(creating: path)
    let created = try output.createVirtualDataset(
      "group/x", shape: [8, 3], fill: Int32(-1),
      parts: [
        HDF5VirtualPart(path: "100%b%%.h5", dataset: "/a%b", start: [0, 0], count: [4, 3]),
        HDF5VirtualPart(path: "first.h5", dataset: "/a%b", start: [5, 0], count: [2, 3]),
      ])
    try created.setAttribute("unit", "V")
    try output.commit()
    let input = try HDF5File(reading: path).dataset("group/x")
    let expected = (0..<12).map { Int32(100 + $0) } + [-1, -1, -1] + (0..<6).map { Int32($0) } + [-1, -1, -1]
    #expect(try input.read(Int32.self) == HDF5Array(shape: [8, 3], values: expected))
    #expect(try input.read(Int32.self, from: [3, 1], count: [3, 2]).values == [110, 111, -1, -1, 1, 2])
    #expect(input.type == .integer(bits: 32, isSigned: true))
    // Its sources may be opened meanwhile.
    #expect(try HDF5File(reading: folder.path("first.h5")).dataset("a%b").shape == [2, 3])
  }

  @Test("A missing file reads as the fill value, without an error")
  func missing() throws {
    let path = folder.path("virtual.h5")
    let output = try HDF5File(creating: path)
    try output.createVirtualDataset(
      "x", shape: [2], fill: Float.nan,
      parts: [HDF5VirtualPart(path: "none.h5", dataset: "/x", start: [0], count: [2])])
    try output.commit()
    #expect(try HDF5File(reading: path).dataset("x").read(Float.self).values.allSatisfy { $0.isNaN })
  }
}
