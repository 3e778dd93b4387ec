import HDF5
import TestSupport
import Testing

/// `fixtures/h5py_small.h5`, made by `fixtures/generate/h5py_small.py`.
@Suite("Files that h5py wrote")
struct ForeignFileTests {
  let file: HDF5File

  init() throws { file = try HDF5File(reading: TestFiles.fixture("h5py_small.h5")) }

  @Test("Integers of both byte orders", arguments: ["little", "big"], ["i1", "i2", "i4", "i8"])
  func integers(order: String, type: String) throws {
    let dataset = try file.dataset("\(order)/\(type)")
    #expect(dataset.type == .integer(bits: 8 * (Int(type.dropFirst()) ?? 0), isSigned: true))
    #expect(try dataset.read(Int64.self).values == [-100, -1, 0, 1, 100])
  }

  @Test("Unsigned integers of both byte orders", arguments: ["little", "big"], ["u1", "u2", "u4", "u8"])
  func unsignedIntegers(order: String, type: String) throws {
    #expect(try file.dataset("\(order)/\(type)").read(UInt64.self).values == [0, 1, 200])
  }

  @Test("Floating point of both byte orders", arguments: ["little", "big"])
  func floatingPoint(order: String) throws {
    #expect(try file.dataset("\(order)/f4").read(Float.self).values == [0.5, -1e-6, .infinity])
    #expect(try file.dataset("\(order)/f8").read(Double.self).values == [0.5, -1e-6, .infinity])
    #expect(try file.dataset("half").read(Double.self).values == [0.5, 2])
  }

  @Test("NumPy's booleans are integers")
  func booleans() throws {
    #expect(try file.dataset("boolean").type == .boolean)
    #expect(try file.dataset("boolean").read(UInt8.self).values == [1, 0])
    #expect(try file.dataset("boolean").read(Int.self).values == [1, 0])
  }

  static let table = (0..<70).map { Double($0) }

  @Test("Compressed tables whose chunks reach over both edges", arguments: ["i1", "i2", "i4", "f4", "f8", ">i4"])
  func compressed(type: String) throws {
    let dataset = try file.dataset("gzip_shuffle/\(type)")
    #expect(dataset.chunkShape == [3, 4])
    let values: [Double] =
      switch type {
      case "i1": try dataset.read(Int8.self).values.map(Double.init)
      case "i2": try dataset.read(Int16.self).values.map(Double.init)
      case "i4", ">i4": try dataset.read(Int32.self).values.map(Double.init)
      case "f4": try dataset.read(Float.self).values.map(Double.init)
      default: try dataset.read(Double.self).values
      }
    #expect(values == Self.table)
  }

  @Test("Other filters are left to the library", arguments: ["gzip", "checksum"])
  func otherFilters(name: String) throws {
    #expect(try file.dataset(name).read(Int16.self).values.map(Double.init) == Self.table)
  }

  @Test("A filter that the library lacks is an error with its words")
  func missingFilter() throws {
    let dataset = try file.dataset("lzf")
    let error = #expect(throws: HDF5Error.self) { try dataset.read(Int16.self) }
    #expect(error?.frames.contains { $0.message.contains("filter") } == true)
  }

  @Test("Chunks that were never written hold the fill value")
  func fillValue() throws {
    let values = try file.dataset("sparse").read(Int16.self).values
    for row in 0..<7 {
      for column in 0..<10 {
        let expected = row < 3 && column < 4 ? Int16(row * 10 + column) : -7
        #expect(values[row * 10 + column] == expected)
      }
    }
  }

  @Test("A chunk's filter mask is respected")
  func filterMask() throws {
    #expect(try file.dataset("masked").read(Int16.self).values == [0, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test("Texts of fixed and variable length, with every padding")
  func texts() throws {
    let words = ["Fp1", "", "\u{B5}V", "\u{8133}\u{6CE2}"]
    #expect(try file.dataset("text/variable").readTexts().values == words)
    #expect(try file.dataset("text/utf8").readTexts().values == words)
    #expect(try file.dataset("text/ascii").readTexts().values == ["Fp1", "Cz", "Pz"])
    #expect(try file.dataset("text/space_padded").readTexts().values == ["ab", " cd e"])
    #expect(try file.dataset("text/scalar").readTexts() == HDF5Array(shape: [], values: ["one text"]))
  }

  @Test("Attributes of every kind")
  func attributes() throws {
    let dataset = try file.dataset("scalar")
    #expect(try dataset.read(Double.self) == HDF5Array(shape: [], values: [2.5]))
    #expect(try dataset.attribute("integer", as: Int.self) == 7)
    #expect(try dataset.attributeArray("numbers", as: Double.self).values == [1.5, 2.5])
    #expect(try dataset.attributeText("text") == "\u{B5}V")
    #expect(try dataset.attributeText("fixed") == "fixed")
    #expect(try dataset.attributeTexts("texts").values == ["a", "\u{E9}"])
  }

  @Test("Empty arrays and spaces without data hold nothing")
  func empty() throws {
    #expect(try file.dataset("empty").read(Double.self).shape == [0, 3])
    #expect(try file.dataset("null").read(Double.self).values == [])
  }

  @Test("Links lead where they should, or nowhere")
  func links() throws {
    #expect(file.kind(of: "links/soft") == .dataset)
    #expect(file.kind(of: "links/dangling") == .dangling)
    #expect(file.kind(of: "links/external") == .dangling)
    #expect(file.kind(of: "type") == .namedType)
    #expect(try file.group("links").links() == ["dangling", "external", "soft"])
    #expect(try file.dataset("links/soft").read(Double.self).values == [2.5])
    #expect(throws: HDF5Error.self) { try file.dataset("links/dangling") }
  }
}
