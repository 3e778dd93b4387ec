import EEGArchive
import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Simulations that hold something else")
struct DamagedSimulationsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Files by hand, each with one thing wrong.
  static let faults: [(code: ArchiveError.Code, object: String, write: @Sendable (HDF5File) throws -> Void)] = [
    (.missingObject, "/theta", { try $0.write([0.0], to: "x") }),
    (.missingObject, "/x", { try $0.write([0.0], to: "theta", shape: [1, 1]) }),
    (.wrongLayout, "/theta", { try simulations($0, theta: [2], x: [2, 1]) }),
    (.wrongLayout, "/x", { try simulations($0, theta: [2, 1], x: [2]) }),
    (.wrongLayout, "/x", { try simulations($0, theta: [2, 1], x: [3, 1]) }),
    (
      .wrongLayout, "/x_1",
      {
        try simulations($0, theta: [2, 1], x: [2, 3]); try $0.write([1.0, 1, 1, 1], to: "x_1", shape: [2, 2])
      }
    ),
    (
      .wrongLayout, "/ok",
      {
        try simulations($0, theta: [2, 1], x: [2, 3]); try $0.write([1] as [UInt8], to: "ok")
      }
    ),
    (
      .wrongLayout, "/theta@names",
      {
        try simulations($0, theta: [2, 1], x: [2, 3])
        try $0.dataset("theta").setAttribute("names", ["a", "b"])
      }
    ),
    (
      .wrongLayout, "/theta@units",
      {
        try simulations($0, theta: [2, 1], x: [2, 3])
        try $0.dataset("theta").setAttribute("units", 1.0)
      }
    ),
    (
      .missingObject, "/@rate_hz",
      {
        try simulations($0, theta: [2, 1], x: [2, 3])
        try $0.setAttribute("evoke_kind", "simulations")
        try $0.setAttribute("evoke_version", 1)
      }
    ),
    (
      .wrongKind, "",
      {
        try simulations($0, theta: [2, 1], x: [2, 3])
        try $0.setAttribute("evoke_kind", "evoked")
        try $0.setAttribute("evoke_version", 1)
      }
    ),
  ]

  private static func simulations(_ file: HDF5File, theta: [Int], x: [Int]) throws {
    for (name, shape) in [("theta", theta), ("x", x)] {
      try file.write([Double](repeating: 1, count: shape.reduce(1, *)), to: name, shape: shape)
    }
  }

  @Test("What is missing, mistyped or contradictory has its own error", arguments: faults.indices)
  func fault(index: Int) throws {
    let path = folder.path("simulations.h5")
    let file = try HDF5File(creating: path)
    try Self.faults[index].write(file)
    try file.commit()
    let error = #expect(throws: ArchiveError.self) { try SimulationsArchive(path) }
    #expect(error?.code == Self.faults[index].code)
    #expect(error?.object == Self.faults[index].object)
  }

  @Test("A status that is none is an error")
  func status() throws {
    let path = folder.path("simulations.h5")
    let file = try HDF5File(creating: path)
    try Self.simulations(file, theta: [2, 1], x: [2, 1])
    try file.write([1, 2] as [UInt8], to: "ok")
    try file.commit()
    let archive = try SimulationsArchive(path)
    #expect(archive.prior == nil)
    #expect(throws: ArchiveError.self) { try archive.statuses() }
    #expect(try archive.statuses(0..<1) == [.good])
  }

  @Test("Any few bytes of a file may change: reading, resuming and merging give a value or an error", arguments: 0..<6)
  func mutants(seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let job = SimulationsJob(seed: seed, total: 12)
    let path = folder.path("simulations.h5")
    let partial = SimulationsWriter.partialPath(of: path)
    try SimulationsWriter(creating: path, layout: job.layout).write(job.part(0..<5))
    let original = try bytes(of: partial)
    let (merged, unmerged) = (folder.path("merged.h5"), folder.path("unmerged.h5"))
    try job.write(to: unmerged)
    let complete = try bytes(of: unmerged)
    var (read, resumed, joined) = (0, 0, 0)
    for _ in 0..<60 {
      try mutant(of: original, using: &generator).write(to: URL(fileURLWithPath: partial))
      do {
        let archive = try SimulationsArchive(partial)
        _ = try (archive.theta(), archive.x(), archive.source(), archive.statuses())
        read += 1
        let writer = try SimulationsWriter(resuming: path, layout: job.layout)
        for numbers in writer.missing { try writer.write(job.part(numbers)) }
        resumed += 1
      } catch is ArchiveError {
      } catch is HDF5Error {
      }
      try mutant(of: complete, using: &generator).write(to: URL(fileURLWithPath: unmerged))
      do {
        try SimulationsMerge.copy([unmerged], to: merged)
        joined += 1
      } catch is ArchiveError {
      } catch is HDF5Error {
      }
    }
    // Some changes fall into values.
    #expect(read > 0 && resumed > 0 && joined > 0)
  }

  private func mutant(of original: Data, using generator: inout SplitMix64) -> Data {
    var bytes = original
    for _ in 0..<Int.random(in: 1...2, using: &generator) {
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
    }
    return bytes
  }

  @Test("A file may end anywhere", arguments: 0..<20)
  func truncated(twentieth: Int) throws {
    let job = SimulationsJob(seed: 1, total: 12)
    let path = folder.path("simulations.h5")
    try job.write(to: path)
    let whole = try bytes(of: path)
    let partial = SimulationsWriter.partialPath(of: folder.path("cut.h5"))
    try whole.prefix(whole.count * twentieth / 20).write(to: URL(fileURLWithPath: partial))
    #expect(throws: HDF5Error.self) { try SimulationsArchive(partial) }
    #expect(throws: HDF5Error.self) { try SimulationsWriter(resuming: folder.path("cut.h5"), layout: job.layout) }
  }
}
