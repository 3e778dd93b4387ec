import Foundation
import HDF5
import TestSupport
import Testing

@Suite("What is written is read back")
struct RoundTripTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let shapes = [[], [1], [7], [3, 5], [2, 3, 4], [2, 3, 4, 5], [0], [4, 0, 2]]
  static let storages: [HDF5Storage] = [
    .automatic, .contiguous, .compressed(level: 1), .compressed(level: 9, chunk: nil),
  ]

  @Test("Every number type of every rank keeps its bits, in every storage", arguments: NumberType.all, storages)
  func numbers(_ number: NumberType, storage: HDF5Storage) throws {
    try checkNumbers(number.type, storage)
  }

  private func checkNumbers<Number: RandomNumber>(_ type: Number.Type, _ storage: HDF5Storage) throws {
    var generator = SplitMix64(seed: 1)
    let path = folder.path("numbers.h5")
    let arrays = Self.shapes.map { (shape: $0, values: randomValues(type, $0, using: &generator)) }
    let output = try HDF5File(creating: path)
    for (index, array) in arrays.enumerated() {
      try output.write(array.values, to: "group/\(index)", shape: array.shape, storage: storage)
    }
    try output.commit()

    let input = try HDF5File(reading: path)
    for (index, array) in arrays.enumerated() {
      let dataset = try input.dataset("group/\(index)")
      #expect(dataset.shape == array.shape)
      #expect(dataset.type == Number.hdf5Type)
      let read = try dataset.read(type)
      #expect(read.shape == array.shape)
      #expect(read.values == array.values)
    }
  }

  @Test("Special floating-point values keep their bits")
  func specialValues() throws {
    let values: [Double] = [.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    let path = folder.path("special.h5")
    let output = try HDF5File(creating: path)
    try output.write(values, to: "x")
    try output.commit()
    let read = try HDF5File(reading: path).dataset("x").read(Double.self)
    #expect(read.values.map(\.bitPattern) == values.map(\.bitPattern))
  }

  static let texts = ["", "Fp1", "\u{B5}V", "\u{8133}\u{6CE2}", "a/b", "%", " blank ", "line\nbreak", "\u{1F9E0}"]

  @Test("Texts keep their bytes, as datasets and as attributes")
  func texts() throws {
    let path = folder.path("texts.h5")
    let output = try HDF5File(creating: path)
    try output.write(Self.texts, to: "texts", shape: [3, 3])
    try output.write(["one"], to: "scalar", shape: [])
    try output.write([String](), to: "none")
    try output.setAttribute("texts", Self.texts)
    try output.setAttribute("text", "\u{B5}V")
    try output.setAttribute("empty", "")
    try output.setAttribute("none", [String]())
    #expect(try output.dataset("texts").readTexts().values == Self.texts)
    #expect(try output.attributeTexts("texts").values == Self.texts)
    try output.commit()

    let input = try HDF5File(reading: path)
    let read = try input.dataset("texts").readTexts()
    #expect(read.shape == [3, 3])
    #expect(read.values.map { Array($0.utf8) } == Self.texts.map { Array($0.utf8) })
    #expect(try input.dataset("scalar").readTexts() == HDF5Array(shape: [], values: ["one"]))
    #expect(try input.dataset("none").readTexts().values == [])
    #expect(try input.attributeTexts("texts").values == Self.texts)
    #expect(try input.attributeText("text") == "\u{B5}V")
    #expect(try input.attributeText("empty") == "")
    #expect(try input.attributeTexts("none").values == [])
    #expect(try input.attributeNames() == ["empty", "none", "text", "texts"])
  }

  @Test("Numbers of every type keep their bits as attributes", arguments: NumberType.all)
  func attributes(_ number: NumberType) throws { try checkAttributes(number.type) }

  private func checkAttributes<Number: RandomNumber>(_ type: Number.Type) throws {
    var generator = SplitMix64(seed: 2)
    let values = randomValues(type, [5], using: &generator)
    let path = folder.path("attributes.h5")
    let output = try HDF5File(creating: path)
    let group = try output.createGroup("group")
    try group.setAttribute("one", values[1])
    try group.setAttribute("one", values[0])
    try group.setAttribute("many", values)
    try group.setAttribute("none", [Number]())
    try output.commit()

    let read = try HDF5File(reading: path).group("group")
    #expect(read.hasAttribute("one"))
    #expect(!read.hasAttribute("two"))
    #expect(try read.attribute("one", as: type) == values[0])
    #expect(try read.attributeArray("many", as: type) == HDF5Array(shape: [5], values: values))
    #expect(try read.attributeArray("none", as: type).values == [])
  }

  @Test("An attribute may be larger than the 64 KiB of an object header")
  func largeAttribute() throws {
    let values = (0..<20_000).map { Double($0) }
    let path = folder.path("large.h5")
    let output = try HDF5File(creating: path)
    try output.setAttribute("large", values)
    try output.commit()
    #expect(try HDF5File(reading: path).attributeArray("large", as: Double.self).values == values)
  }

  @Test("Groups tell their links, and what each is")
  func links() throws {
    let path = folder.path("links.h5")
    let output = try HDF5File(creating: path)
    try output.createGroup("b/c/d")
    try output.write([1.0], to: "a")
    try output.write([2.0], to: "b/x y")
    try output.commit()

    let input = try HDF5File(reading: path)
    #expect(try input.links() == ["a", "b"])
    #expect(try input.group("b").links() == ["c", "x y"])
    #expect(input.kind(of: "a") == .dataset)
    #expect(input.kind(of: "b") == .group)
    #expect(input.kind(of: "/b/c") == .group)
    #expect(input.kind(of: "z") == nil)
    #expect(input.exists("b/c/d"))
    #expect(!input.exists("z/c/d"))
    #expect(try input.group("b").dataset("x y").location.name == "/b/x y")
    #expect(try input.group("b").dataset("/a").location.name == "/a")
  }

  @Test("Integers are read as wider ones, and all numbers as floating point")
  func widening() throws {
    let path = folder.path("widening.h5")
    let output = try HDF5File(creating: path)
    try output.write([-3, 4] as [Int16], to: "int16")
    try output.write([3, 250] as [UInt8], to: "uint8")
    try output.write([0.1] as [Double], to: "double")
    try output.commit()
    let input = try HDF5File(reading: path)
    #expect(try input.dataset("int16").read(Int32.self).values == [-3, 4])
    #expect(try input.dataset("int16").read(Double.self).values == [-3, 4])
    #expect(try input.dataset("uint8").read(Int16.self).values == [3, 250])
    #expect(try input.dataset("uint8").read(Int.self).values == [3, 250])
    #expect(try input.dataset("double").read(Float.self).values == [0.1])
  }

  @Test("Equal content makes equal files, compressed on any number of threads")
  func deterministic() throws {
    var generator = SplitMix64(seed: 3)
    let values = randomValues(Float.self, [512, 1024], using: &generator)
    func write(_ name: String) throws -> Data {
      let output = try HDF5File(creating: folder.path(name))
      try output.write(values, to: "x", shape: [512, 1024], storage: .compressed(chunk: [16, 1024]))
      try output.write(Self.texts, to: "texts")
      try output.setAttribute("text", "settings")
      try output.commit()
      return try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
    }
    #expect(try write("first.h5") == write("second.h5"))
  }
}
