import EEGArchive
import EvokeNumerics
import Foundation
import HDF5
import TestSupport
import Testing

/// Files that h5py wrote: fixtures/generate/simulations.py.
@Suite("Simulations of other programs")
struct ForeignSimulationsTests {
  struct Expected: Sendable {
    let name: String
    let parameters: [Prior.Parameter]
    let prior: PriorGroup
    let count: Int
    let dataShape: [Int]
    var statuses: [SimulationStatus]?
    var noiseLevels: [Double?] = [nil]
  }

  static let files = [
    Expected(
      name: "box", parameters: [.init("theta_0"), .init("theta_1")], prior: .box(lower: [0, -1], upper: [10, 2]),
      count: 5, dataShape: [4]),
    Expected(
      name: "normal", parameters: [.init("A"), .init("\u{3B1}")],
      prior: .normal(mean: [1, 2], covariance: [[2, 0.5], [0.5, 1]]), count: 3, dataShape: [2, 4],
      statuses: [.good, .failed, .good]),
    Expected(
      name: "lognormal", parameters: [.init("theta_0")], prior: .logNormal(location: [4.5], scale: [0.25]), count: 4,
      dataShape: [2, 3, 2]),
    Expected(
      name: "truncated", parameters: [.init("C1"), .init("C2", unit: "mV"), .init("C3", unit: "1/s")],
      prior: .truncatedNormal(
        mean: [1, 2, 3], scale: [1, 1, 0.5], lower: [0, -.infinity, 1], upper: [5, 4, .infinity]),
      count: 4, dataShape: [2, 3], statuses: [.good, .failed, .missing, .good], noiseLevels: [0.5, 1.5]),
    Expected(
      name: "independent", parameters: (0..<5).map { .init("theta_\($0)") },
      prior: .independent([
        .box(lower: [0, 3], upper: [1, 3]), .independent([.logNormal(location: [1], scale: [0.5])]),
        .normal(mean: [0, 1], covariance: [[1, -0.25], [-0.25, 2]]),
      ]),
      count: 2, dataShape: [1]),
  ]

  @Test("theta, x and each kind of prior are read, of any number type, rank and storage", arguments: files)
  func read(file: Expected) throws {
    let archive = try SimulationsArchive(TestFiles.fixture("simulations/\(file.name).h5"))
    #expect(archive.layout == nil)
    #expect(archive.count == file.count)
    #expect(archive.parameters == file.parameters)
    #expect(archive.prior == file.prior)
    #expect(archive.dataShape == file.dataShape)
    #expect(archive.noiseLevels == file.noiseLevels)
    #expect(try archive.statuses() == file.statuses ?? Array(repeating: .good, count: file.count))
    #expect(try archive.source() == nil)
    let theta = (0..<file.count).flatMap { row in file.parameters.indices.map { Double(row) + Double($0) / 8 } }
    #expect(try archive.theta() == theta)
    #expect(try archive.theta(1..<2) == Array(theta[file.parameters.count..<(2 * file.parameters.count)]))
    let row = file.dataShape.reduce(1, *)
    #expect(try archive.x() == (0..<(file.count * row)).map { Float($0) / 4 })
    #expect(try archive.x(1..<2) == (row..<(2 * row)).map { Float($0) / 4 })
    if file.noiseLevels.count == 2 {
      #expect(try archive.x(1..<2, level: 1) == (row..<(2 * row)).map { -Float($0) / 4 })
    }
    var span = [Float](repeating: 0, count: row)
    var values = span.mutableSpan
    try archive.readX(0..<1, into: &values)
    #expect(span == (0..<row).map { Float($0) / 4 })
  }

  @Test("They cannot be merged, and say so")
  func merge() {
    let error = #expect(throws: ArchiveError.self) {
      try SimulationsMerge.check([TestFiles.fixture("simulations/box.h5")])
    }
    #expect(error?.code == .notAnArchive)
  }
}

@Suite("Priors in archives")
struct PriorArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func random(using generator: inout SplitMix64) -> PriorDistribution {
    let mean = Double.random(in: -5...5, using: &generator)
    let scale = Double.random(in: 0.1...3, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: return .box(lower: mean, upper: mean + scale)
    case 1: return .normal(mean: mean, scale: scale)
    case 2: return .logNormal(location: mean, scale: scale)
    case 3: return .fixed(mean)
    default:
      return .truncatedNormal(
        mean: mean, scale: scale, lower: Bool.random(using: &generator) ? mean - scale : -.infinity,
        upper: Bool.random(using: &generator) ? mean + 2 * scale : .infinity)
    }
  }

  @Test("Any prior comes back equal", arguments: 0..<100)
  func roundTrip(seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    var components = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
      Prior.Component.single(random(using: &generator))
    }
    if components.isEmpty || Bool.random(using: &generator) {
      let normal = try CorrelatedNormal(mean: [1, 2], covariance: [[2, 0.5], [0.5, 1]])
      components.insert(.correlated(normal), at: Int.random(in: 0...components.count, using: &generator))
    }
    let parameters = (0..<components.reduce(0) { $0 + $1.count }).map { Prior.Parameter("p\($0)") }
    let prior = try Prior(parameters, components).group
    let path = folder.path("prior.h5")
    let file = try HDF5File(creating: path)
    try PriorArchive.write(prior, to: file)
    try PriorArchive.write(prior, to: file.createGroup("elsewhere"), name: "another")
    try file.commit()
    let input = try HDF5File(reading: path)
    #expect(try PriorArchive.read(of: parameters, from: input) == prior)
    #expect(try PriorArchive.read("another", of: parameters, from: input.group("elsewhere")) == prior)
  }

  /// What is wrong with a prior of two parameters, and its error.
  static let faults: [(code: ArchiveError.Code, write: @Sendable (HDF5File) throws -> Void)] = [
    (.missingObject, { _ in }),
    (.missingObject, { try $0.createGroup("prior") }),
    (.wrongLayout, { try $0.createGroup("prior").setAttribute("kind", 1) }),
    (.invalidValue, { try $0.createGroup("prior").setAttribute("kind", "uniform") }),
    (.missingObject, { try prior($0, "box", ["lower": [0, 0]]) }),
    (.invalidValue, { try prior($0, "box", ["lower": [0, 0], "upper": [1, 1, 1]]) }),
    (.invalidValue, { try prior($0, "box", ["lower": [0, 0, 0], "upper": [1, 1, 1]]) }),
    (.invalidValue, { try prior($0, "box", ["lower": [0, 2], "upper": [1, 1]]) }),
    (.invalidValue, { try prior($0, "box", ["lower": [0, .nan], "upper": [1, 1]]) }),
    (.invalidValue, { try prior($0, "lognormal", ["location": [0, 0], "scale": [1, -1]]) }),
    (.wrongLayout, { try prior($0, "normal", ["mean": [0, 0], "covariance": [1, 0, 0, 1]]) }),
    (
      .wrongLayout,
      {
        try $0.write(["0"], to: "prior/lower"); try $0.group("prior").setAttribute("kind", "box")
      }
    ),
    (.wrongLayout, { try $0.write([0.0], to: "prior") }),
    (.invalidValue, { try prior($0, "independent", [:]) }),
    (
      .invalidValue,
      { file in
        for depth in 0..<40 {
          let name = "prior" + String(repeating: "/0", count: depth)
          try file.createGroup(name).setAttribute("kind", "independent")
        }
      }
    ),
  ]

  private static func prior(_ file: HDF5File, _ kind: String, _ properties: [String: [Double]]) throws {
    let group = try file.createGroup("prior")
    try group.setAttribute("kind", kind)
    for (name, values) in properties { try group.write(values, to: name) }
  }

  @Test("What is missing, mistyped or no distribution has its own error", arguments: faults.indices)
  func fault(index: Int) throws {
    let path = folder.path("prior.h5")
    let file = try HDF5File(creating: path)
    try Self.faults[index].write(file)
    try file.commit()
    let error = #expect(throws: ArchiveError.self) {
      try PriorArchive.read(of: [.init("a"), .init("b")], from: HDF5File(reading: path))
    }
    #expect(error?.code == Self.faults[index].code)
    #expect(error?.object.hasPrefix("/prior") == true)
  }
}

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

/// What this module wrote, kept for the tests of `python/`: shards and the virtual archive over them.
@Suite("Stored archives of simulations")
struct StoredSimulationsTests {
  static let job = {
    var job = SimulationsJob(seed: 11, total: 10)
    job.layout.noiseLevels = [1, 0.5]
    job.layout.columnCount = 2
    return job
  }()
  static let shards = [(numbers: 0..<6, name: "shard-1.h5"), (numbers: 6..<10, name: "shard-2.h5")]

  @Test("They hold what is written today; EVOKE_WRITE_FIXTURES makes them anew")
  func stored() throws {
    let paths = Self.shards.map { TestFiles.fixture("simulations/\($0.name)") }
    let all = TestFiles.fixture("simulations/all.h5")
    if ProcessInfo.processInfo.environment["EVOKE_WRITE_FIXTURES"] != nil {
      for (shard, path) in zip(Self.shards, paths) { try Self.job.shard(shard.numbers).write(to: path) }
      try SimulationsMerge.virtual(paths, to: all)
    }
    let folder = try TemporaryFolder()
    for (shard, path) in zip(Self.shards, paths) {
      let today = folder.path(shard.name)
      try Self.job.shard(shard.numbers).write(to: today)
      let (found, expected) = (try SimulationsArchive(path), try SimulationsArchive(today))
      #expect(found.layout == expected.layout)
      #expect(try found.theta() == expected.theta())
      #expect(try found.x(level: 1).map(\.bitPattern) == expected.x(level: 1).map(\.bitPattern))
    }
    let archive = try SimulationsArchive(all)
    #expect(archive.layout == Self.job.layout)
    #expect(try archive.theta() == (0..<10).flatMap(Self.job.theta))
  }
}
