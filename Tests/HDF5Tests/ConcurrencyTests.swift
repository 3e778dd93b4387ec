import Dispatch
import HDF5
import Synchronization
import TestSupport
import Testing

@Suite("Many threads at once")
struct ConcurrencyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs `body` on many threads, and gives the errors.
  private func concurrently(_ count: Int, _ body: @Sendable (Int) throws -> Void) -> [String] {
    let errors = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: count) { number in
      do { try body(number) } catch { errors.withLock { $0.append("\(error)") } }
    }
    return errors.withLock { $0 }
  }

  @Test("Threads write and read files of their own")
  func differentFiles() throws {
    let paths = (0..<24).map { folder.path("\($0).h5") }
    let errors = concurrently(24) { number in
      var generator = SplitMix64(seed: UInt64(number))
      let values = randomValues(Float.self, [64, 1000], using: &generator)
      let output = try HDF5File(creating: paths[number])
      try output.write(
        values, to: "a/x", shape: [64, 1000], storage: number % 2 == 0 ? .automatic : .compressed(chunk: [8, 1000]))
      try output.write(["\(number)"], to: "text")
      try output.commit()
      let input = try HDF5File(reading: paths[number])
      #expect(try input.dataset("a/x").read(Float.self).values == values)
      #expect(try input.dataset("text").readTexts().values == ["\(number)"])
      #expect(throws: HDF5Error.self) { try input.dataset("missing") }
    }
    #expect(errors == [])
  }

  @Test("Threads write datasets of one file and read them back")
  func sameFile() throws {
    let path = folder.path("shared.h5")
    let output = try HDF5File(creating: path)
    let whole = try output.createDataset("whole", of: Int32.self, shape: [24, 500])
    let writing = concurrently(24) { number in
      let values = (0..<500).map { Int32(number * 1000 + $0) }
      try output.write(values, to: "group\(number % 3)/\(number)", storage: .compressed(chunk: [100]))
      try whole.write(values.span, at: [number, 0], count: [1, 500])
      try output.setAttribute("attribute \(number)", number)
    }
    #expect(writing == [])
    try output.commit()

    let input = try HDF5File(reading: path)
    let read = try input.dataset("whole")
    let reading = concurrently(48) { (thread: Int) throws in
      let number = thread % 24
      let expected = (0..<500).map { Int32(number * 1000 + $0) }
      #expect(try input.dataset("group\(number % 3)/\(number)").read(Int32.self).values == expected)
      #expect(try read.read(Int32.self, from: [number, 0], count: [1, 500]).values == expected)
      #expect(try input.attribute("attribute \(number)", as: Int.self) == number)
      // The same file once more, through an identifier of its own.
      #expect(try HDF5File(reading: path).dataset("whole").shape == [24, 500])
    }
    #expect(reading == [])
  }
}
