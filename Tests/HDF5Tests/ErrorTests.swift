import Foundation
import HDF5
import TestSupport
import Testing

@Suite("What cannot be read or written is an error")
struct ErrorTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func code(_ body: () throws -> Void) -> HDF5Error.Code? {
    #expect(throws: HDF5Error.self, performing: body)?.code
  }

  @Test("Files that are missing, folders, or no HDF5")
  func notHDF5() throws {
    #expect(code { _ = try HDF5File(reading: folder.path("missing.h5")) } == .fileNotFound)
    #expect(code { _ = try HDF5File(reading: folder.url.path) } == .cannotOpen)
    let text = folder.path("text.h5")
    try Data("no HDF5".utf8).write(to: URL(fileURLWithPath: text))
    #expect(code { _ = try HDF5File(reading: text) } == .cannotOpen)
    try Data().write(to: URL(fileURLWithPath: text))
    #expect(code { _ = try HDF5File(reading: text) } == .cannotOpen)
  }

  @Test("Truncated files carry the library's explanation")
  func truncated() throws {
    let path = folder.path("truncated.h5")
    let output = try HDF5File(creating: path)
    try output.write([Double](repeating: 1, count: 1000), to: "x")
    try output.commit()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: HDF5Error.self) { try HDF5File(reading: path) }
    #expect(error?.code == .cannotOpen)
    #expect(error?.path == path)
    #expect(error?.frames.first?.function == "H5Fopen")
    #expect(error?.description.contains("truncated file") == true)
  }

  @Test("Objects that are missing or of another kind")
  func objects() throws {
    let file = try HDF5File(reading: TestFiles.fixture("h5py_small.h5"))
    #expect(code { _ = try file.dataset("nowhere/x") } == .notFound)
    #expect(code { _ = try file.group("nowhere") } == .notFound)
    #expect(code { _ = try file.dataset("text") } == .wrongType)
    #expect(code { _ = try file.group("scalar") } == .wrongType)
    #expect(code { _ = try file.group("scalar/x") } == .notFound)
    #expect(code { _ = try file.dataset("") } == .invalidText)
    #expect(code { _ = try file.dataset("a\0b") } == .invalidText)
    #expect(code { _ = try file.attributeText("nothing") } == .notFound)
  }

  static let lossy: [(name: String, type: NumberType)] = [
    ("text/variable", NumberType(type: Double.self)), ("text/ascii", NumberType(type: Int8.self)),
    ("compound", NumberType(type: Double.self)), ("boolean", NumberType(type: Double.self)),
    ("little/f8", NumberType(type: Int64.self)), ("little/i8", NumberType(type: Int32.self)),
    ("little/u8", NumberType(type: Int64.self)), ("little/i1", NumberType(type: UInt64.self)),
  ]

  @Test("Types that cannot be converted without loss", arguments: lossy.indices)
  func types(_ number: Int) throws {
    let (name, type) = Self.lossy[number]
    let file = try HDF5File(reading: TestFiles.fixture("h5py_small.h5"))
    let dataset = try file.dataset(name)
    func read<Number: HDF5Number>(_ type: Number.Type) throws { _ = try dataset.read(type) }
    #expect(code { try read(type.type) } == .wrongType)
  }

  @Test("Numbers are no text, and one value is not many")
  func attributes() throws {
    let file = try HDF5File(reading: TestFiles.fixture("h5py_small.h5"))
    #expect(code { _ = try file.dataset("scalar").readTexts() } == .wrongType)
    let scalar = try file.dataset("scalar")
    #expect(code { _ = try scalar.attributeText("integer") } == .wrongType)
    #expect(code { _ = try scalar.attribute("text", as: Int.self) } == .wrongType)
    #expect(code { _ = try scalar.attribute("numbers", as: Double.self) } == .wrongShape)
    #expect(code { _ = try scalar.attributeText("texts") } == .wrongShape)
  }

  @Test("Names that are taken, wrong types, and texts that HDF5 cannot hold")
  func writing() throws {
    let file = try HDF5File(creating: folder.path("new.h5"))
    let dataset = try file.write([1.0], to: "x")
    #expect(code { try file.write([1.0], to: "x") } == .alreadyExists)
    #expect(code { try file.createGroup("x") } == .alreadyExists)
    #expect(code { try dataset.write([1] as [Float]) } == .wrongType)
    #expect(code { try file.write(["a\0b"], to: "text") } == .invalidText)
    #expect(code { try file.setAttribute("text", "a\0b") } == .invalidText)
    #expect(code { try file.setAttribute("", "a") } == .invalidText)
  }

  @Test("A file appears only when it is committed, and leaves nothing otherwise")
  func atomic() throws {
    let path = folder.path("atomic.h5")
    func drop() throws {
      let file = try HDF5File(creating: path)
      try file.write([1.0], to: "x")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 1)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    try drop()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])

    let file = try HDF5File(creating: path)
    let dataset = try file.write([1.0], to: "x")
    try file.commit()
    try file.commit()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["atomic.h5"])
    // What belonged to the file went with it.
    #expect(throws: HDF5Error.self) { try dataset.read(Double.self) }
    #expect(throws: HDF5Error.self) { try file.write([1.0], to: "y") }
  }

  @Test("A dataset keeps its file open")
  func lifetime() throws {
    let path = folder.path("lifetime.h5")
    let output = try HDF5File(creating: path)
    try output.write([1.0, 2.0], to: "x")
    try output.commit()
    func open() throws -> HDF5Dataset { try HDF5File(reading: path).dataset("x") }
    let dataset = try open()
    #expect(try dataset.read(Double.self).values == [1, 2])
  }

  @Test("A claimed shape that no file can hold is an error, not an allocation")
  func absurdShape() throws {
    let path = folder.path("absurd.h5")
    let output = try HDF5File(creating: path)
    let huge = try output.createDataset("x", of: Double.self, shape: [1 << 40, 1 << 10], storage: .chunked([1, 1024]))
    let overflowing = try output.createDataset(
      "y", of: Double.self, shape: [1 << 40, 1 << 20], storage: .chunked([1, 1024]))
    #expect(code { _ = try huge.read(Double.self) } == .damaged)
    #expect(code { _ = try overflowing.read(Double.self) } == .damaged)
    #expect(try huge.read(Double.self, from: [1 << 39, 0], count: [1, 3]).values == [0, 0, 0])
  }
}
