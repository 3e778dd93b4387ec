import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import HDF5
import Synchronization
import TestSupport
import Testing

@Suite("Archives of simulations")
struct SimulationsWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("The layout is the documented one")
  func layout() throws {
    var job = SimulationsJob(seed: 2, total: 40)
    job.layout.noiseLevels = [1, 0.25]
    job.layout.columnCount = 2
    let (channels, times) = (job.layout.channels.count, job.layout.times.count)
    let path = folder.path("layout.h5")
    try job.shard(10..<20).write(to: path)
    #expect(try ArchiveKind.detect(path) == .simulations)
    let file = try HDF5File(reading: path)
    #expect(try file.attributeText("evoke_settings") == job.layout.settings)
    #expect(try file.attribute("total", as: Int.self) == 40)
    #expect(try file.attribute("first", as: Int.self) == 10)
    #expect(try file.attributeText("instruction_set") == "x86-64-v3")
    #expect(try file.attributeText("arithmetic") == "fast")
    #expect(try file.attribute("rate_hz", as: Double.self) == 250)
    let seed = try file.dataset("seed")
    #expect(seed.type == .integer(bits: 64, isSigned: false))
    #expect(try seed.read(UInt64.self) == HDF5Array(shape: [], values: [UInt64.max - 2]))

    let theta = try file.dataset("theta")
    #expect(theta.type == .float(bits: 64))
    #expect(theta.shape == [10, 3])
    #expect(try theta.attributeTexts("names").values == ["A", "C", "\u{3B1}"])
    #expect(try theta.attributeTexts("units").values == ["mV", "", "1/s"])
    #expect(try theta.attributeText("axes") == "simulation,parameter")
    for (name, level, unit, shape, axes) in [
      ("x", 1.0, "V", [10, channels, times], "simulation,channel,time"),
      ("x_1", 0.25, "V", [10, channels, times], "simulation,channel,time"),
      ("source", nil, "mV", [10, 2, times], "simulation,column,time"),
    ] {
      let dataset = try file.dataset(name)
      #expect(dataset.type == .float(bits: 32))
      #expect(dataset.shape == shape)
      #expect(try dataset.attributeText("unit") == unit)
      #expect(try dataset.attributeText("axes") == axes)
      let stored: Double? = dataset.hasAttribute("noise_level") ? try dataset.attribute("noise_level") : nil
      #expect(stored == level)
    }
    #expect(!file.exists("x_2"))
    #expect(try file.dataset("ok").type == .integer(bits: 8, isSigned: false))
    #expect(try file.dataset("ok").read(UInt8.self).values == (10..<20).map { $0 % 7 == 3 ? 0 : 1 })
    #expect(try file.dataset("simulation").type == .integer(bits: 32, isSigned: false))
    #expect(try file.dataset("simulation").read(UInt32.self).values == Array(10..<20))
    #expect(try file.dataset("times_s").read(Double.self).values == job.layout.times)
    #expect(try file.dataset("channels/name").readTexts().values == job.layout.channels.map(\.name))
    let leadField = try file.dataset("leadfield")
    #expect(try leadField.attributeText("unit") == "V/(A m)")
    #expect(try leadField.attributeText("axes") == "channel,column")
    #expect(leadField.shape == [channels, 2])
    #expect(try file.group("prior").attributeText("kind") == "independent")
    #expect(try file.dataset("prior/0/upper").read(Double.self).values == [.infinity])
    #expect(try file.dataset("prior/1/upper").read(Double.self).values == [1350])
  }

  @Test("What is written in parts is read back, in every bit", arguments: 0..<40)
  func roundTrip(seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let job = SimulationsJob(seed: seed)
    let path = folder.path("simulations.h5")
    let writer = try SimulationsWriter(creating: path, layout: job.layout)
    for numbers in SimulationsJob.cut(job.layout.numbers, longest: 9, using: &generator).shuffled(using: &generator) {
      try writer.write(job.part(numbers))
    }
    try writer.finish()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["simulations.h5"])

    let archive = try SimulationsArchive(path)
    #expect(archive.layout == job.layout)
    #expect(archive.parameters == job.layout.parameters)
    #expect(archive.prior == job.layout.prior)
    #expect(archive.dataShape == [job.layout.channels.count, job.layout.times.count])
    #expect(archive.noiseLevels == job.layout.noiseLevels)
    #expect(try archive.theta() == job.layout.numbers.flatMap(job.theta))
    let counts = try archive.counts()
    #expect(counts.failed == job.layout.numbers.filter { !job.isGood($0) }.count)
    #expect(counts.good + counts.failed == job.layout.count && counts.missing == 0)
    let first = Int.random(in: 0..<job.layout.count, using: &generator)
    let rows = first..<Int.random(in: (first + 1)...job.layout.count, using: &generator)
    let part = job.part(rows)
    #expect(try archive.theta(rows) == part.theta)
    #expect(try archive.statuses(rows) == part.ok.map { $0 ? .good : .failed })
    #expect(try archive.source(rows)?.map(\.bitPattern) == part.source?.map(\.bitPattern))
    for level in job.layout.noiseLevels.indices {
      #expect(try archive.x(rows, level: level).map(\.bitPattern) == part.x[level].map(\.bitPattern))
      var values = [Float](repeating: 0, count: part.x[level].count)
      var span = values.mutableSpan
      try archive.readX(rows, level: level, into: &span)
      #expect(values.map(\.bitPattern) == part.x[level].map(\.bitPattern))
    }
  }

  @Test("Any order, any number of threads and any interruptions make the same bytes", arguments: 0..<20)
  func sameBytes(seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(100 + seed))
    let job = SimulationsJob(seed: seed)
    let whole = folder.path("whole.h5")
    try job.write(to: whole)
    let path = folder.path("parts.h5")
    var parts = SimulationsJob.cut(job.layout.numbers, longest: 5, using: &generator).shuffled(using: &generator)
    var writer: SimulationsWriter? = try SimulationsWriter(creating: path, layout: job.layout)
    while !parts.isEmpty {
      let batch = Array(parts.prefix(Int.random(in: 1...4, using: &generator)))
      parts.removeFirst(batch.count)
      let left = parts.flatMap { Array($0) }.sorted()
      try write(batch, of: job, to: #require(writer), leaving: left)
      guard Bool.random(using: &generator) else { continue }
      // The writer goes away, as its process would.
      writer = nil
      writer = try SimulationsWriter(resuming: path, layout: job.layout)
      #expect(writer?.missing.flatMap { Array($0) } == left)
    }
    try writer?.finish()
    #expect(try bytes(of: path) == bytes(of: whole))
  }

  /// Writes parts at once, each from a thread of its own.
  private func write(
    _ parts: [Range<Int>], of job: SimulationsJob, to writer: SimulationsWriter, leaving left: [Int]
  ) throws {
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: parts.count) { index in
      do { try writer.write(job.part(parts[index])) } catch { failure.withLock { $0 = error } }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    #expect(writer.missing.flatMap { Array($0) } == left)
  }

  @Test("At any moment the unfinished file is whole HDF5, and what it says is there is there", arguments: 0..<4)
  func moments(seed: Int) throws {
    let job = SimulationsJob(seed: seed, total: 3000)
    let whole = folder.path("whole.h5")
    try job.write(to: whole)
    let path = folder.path("parts.h5")
    let partial = SimulationsWriter.partialPath(of: path)
    let writer = try SimulationsWriter(creating: path, layout: job.layout)
    let next = Atomic(0)
    var copies: [String] = []
    let group = DispatchGroup()
    for _ in 0..<2 {
      DispatchQueue.global().async(group: group) {
        while case let first = next.wrappingAdd(7, ordering: .relaxed).oldValue, first < 3000 {
          try? writer.write(job.part(first..<min(first + 7, 3000)))
        }
      }
    }
    // A copy is taken from front to back, and statuses lie in front of what they speak of.
    while group.wait(timeout: .now() + .milliseconds(3)) == .timedOut {
      let copy = folder.path("copy-\(copies.count).h5")
      try FileManager.default.copyItem(atPath: partial, toPath: SimulationsWriter.partialPath(of: copy))
      copies.append(copy)
    }
    #expect(writer.missing == [])
    #expect(!copies.isEmpty)
    for copy in copies.prefix(12) {
      let archive = try SimulationsArchive(SimulationsWriter.partialPath(of: copy))
      for (row, status) in try archive.statuses().enumerated() where status != .missing {
        let part = job.part(row..<(row + 1))
        #expect(try archive.theta(row..<(row + 1)) == part.theta)
        #expect(try archive.x(row..<(row + 1)).map(\.bitPattern) == part.x[0].map(\.bitPattern))
      }
      let resumed = try SimulationsWriter(resuming: copy, layout: job.layout)
      for numbers in resumed.missing { try resumed.write(job.part(numbers)) }
      try resumed.finish()
      #expect(try bytes(of: copy) == bytes(of: whole))
    }
  }

  @Test("A file that lacks simulations is not finished, and says which")
  func incomplete() throws {
    let job = SimulationsJob(seed: 1, total: 30)
    let path = folder.path("simulations.h5")
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    let writer = try SimulationsWriter(creating: path, layout: job.layout)
    try writer.write(job.part(0..<10))
    try writer.write(job.part(11..<25))
    let error = #expect(throws: ArchiveError.self) { try writer.finish() }
    #expect(error?.code == .unfinished)
    #expect(error?.message.contains("10, 25...29") == true)
    #expect(try bytes(of: path) == Data("old".utf8))
    let counts = try SimulationsArchive(SimulationsWriter.partialPath(of: path)).counts()
    #expect(counts.good == 21 && counts.failed == 3 && counts.missing == 6)
    try writer.write(job.part(9..<30))
    try writer.finish()
    #expect(try SimulationsArchive(path).counts().missing == 0)
  }

  @Test("An unfinished file is neither begun anew nor written by two")
  func inUse() throws {
    let job = SimulationsJob(seed: 1, total: 30)
    let path = folder.path("simulations.h5")
    var writer: SimulationsWriter? = try SimulationsWriter(creating: path, layout: job.layout)
    let begun = #expect(throws: ArchiveError.self) { try SimulationsWriter(creating: path, layout: job.layout) }
    #expect(begun?.code == .unfinished)
    #expect(begun?.message.contains("--resume") == true)
    let second = #expect(throws: ArchiveError.self) { try SimulationsWriter(resuming: path, layout: job.layout) }
    #expect(second?.code == .inUse)
    try writer?.write(job.part(0..<30))
    writer = nil
    let resumed = try SimulationsWriter(resuming: path, layout: job.layout)
    #expect(resumed.missing == [])
    try resumed.finish()
    let finished = #expect(throws: ArchiveError.self) { try SimulationsWriter(resuming: path, layout: job.layout) }
    #expect(finished?.code == .missingObject)
    #expect(finished?.message.contains("is finished") == true)
  }

  @Test("A file that was renamed away meanwhile is not finished in its place")
  func renamed() throws {
    let job = SimulationsJob(seed: 1, total: 30)
    let path = folder.path("simulations.h5")
    let partial = SimulationsWriter.partialPath(of: path)
    let writer = try SimulationsWriter(creating: path, layout: job.layout)
    try writer.write(job.part(0..<30))
    try FileManager.default.moveItem(atPath: partial, toPath: folder.path("elsewhere"))
    try Data("another".utf8).write(to: URL(fileURLWithPath: partial))
    let error = #expect(throws: ArchiveError.self) { try writer.finish() }
    #expect(error?.code == .inUse)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  /// Changes of a layout, each with the name that the refusal must give.
  static let changes: [(name: String, change: @Sendable (inout SimulationsLayout) -> Void)] = [
    ("'protocol.rate_hz' is 250", { $0.settings = #"{"count":40,"protocol":{"rate_hz":500},"seed":7}"# }),
    ("'extra' is absent there", { $0.settings = #"{"count":40,"extra":1,"protocol":{"rate_hz":250},"seed":7}"# }),
    ("'seed' is 7 there", { $0.settings = #"{"count":40,"protocol":{"rate_hz":250},"seed":18446744073709551615}"# }),
    ("'seed'", { $0.seed = 3 }), ("'total' is 30 there and 31 now", { $0.total = 31 }),
    ("'parameters'", { $0.parameters[0] = .init("B", unit: "mV") }),
    ("'units'", { $0.parameters[0] = .init("A", unit: "V") }),
    ("'prior'", { $0.prior = .box(lower: [0, 0, 0], upper: [1, 1, 1]) }),
    ("'channels'", { $0.channels[0].name = "Cz" }), ("'times_s'", { $0.times[0] -= 1e-9 }),
    ("'rate_hz'", { $0.rate = 256 }), ("'noise_level'", { $0.noiseLevels[0] = 3 }),
    ("'columns of source'", { $0.columnCount = ($0.columnCount ?? 0) + 1 }),
    ("'arithmetic' is fast there and portable now", { $0.arithmetic = "portable" }),
    ("x86-64-v4", { $0.instructionSet = "x86-64-v4" }), ("'shard' is 0...29 there", { $0.numbers = 0..<29 }),
    ("'arrays'", { $0.extras.removeLast() }),
    (
      "'/leadfield'",
      { layout in
        var values = layout.extras[0].values
        values[0] = values[0].nextUp
        layout.extras[0] = NamedArray(
          name: "leadfield", shape: layout.extras[0].shape, values: values, unit: layout.extras[0].unit,
          axes: layout.extras[0].axes)
      }
    ),
  ]

  @Test("An unfinished file of other settings is refused, by the name of what differs", arguments: changes.indices)
  func otherSettings(index: Int) throws {
    let job = SimulationsJob(seed: 4, total: 30)
    let path = folder.path("simulations.h5")
    _ = try SimulationsWriter(creating: path, layout: job.layout)
    var changed = job.layout
    Self.changes[index].change(&changed)
    let error = #expect(throws: ArchiveError.self) { try SimulationsWriter(resuming: path, layout: changed) }
    #expect(error?.code == .differentJob)
    #expect(error?.message.contains(Self.changes[index].name) == true, "\(error?.message ?? "")")
    // Nothing was done to it.
    #expect(try SimulationsWriter(resuming: path, layout: job.layout).missing == [0..<30])
  }

  @Test("Another processor may go on when the arithmetic is portable, and settings may be spelled otherwise")
  func sameJob() throws {
    var job = SimulationsJob(seed: 4, total: 30)
    job.layout.arithmetic = "portable"
    let path = folder.path("simulations.h5")
    _ = try SimulationsWriter(creating: path, layout: job.layout)
    var other = job.layout
    other.instructionSet = "aarch64"
    other.settings = #"{ "seed": 7, "protocol": {"rate_hz": 2.5e2}, "count": 40 }"#
    let writer = try SimulationsWriter(resuming: path, layout: other)
    #expect(writer.layout == job.layout)
  }
}

/// A disk that fills up.
@Suite("Simulations on a full disk", .enabled(if: getuid() == 0, "mounting a small file system needs root"))
struct SimulationsFullDiskTests {
  @Test("A full disk is an error that keeps what is written, and the run goes on once there is room")
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    let disk = folder.path("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    // Containers may forbid it even to root.
    guard try Self.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=200k", "tmpfs", disk]) == 0 else { return }
    defer { _ = try? Self.run("/usr/bin/umount", [disk]) }
    var job = SimulationsJob(seed: 5, total: 400)
    job.layout.channels = (0..<32).map { Channel(name: "E\($0)") }
    let path = disk + "/simulations.h5"
    var written = 0
    do {
      let writer = try SimulationsWriter(creating: path, layout: job.layout)
      let error = #expect(throws: ArchiveError.self) {
        while written < 400 {
          try writer.write(job.part(written..<(written + 10)))
          written += 10
        }
      }
      #expect(error?.code == .cannotWrite)
      #expect(error?.message.contains("No space left on device") == true)
      #expect(error?.message.contains("--resume") == true)
    }
    #expect(written > 0 && written < 400)
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == ["simulations.h5.partial"])
    #expect(try Self.run("/usr/bin/mount", ["-o", "remount,size=20m", disk]) == 0)
    let writer = try SimulationsWriter(resuming: path, layout: job.layout)
    #expect(writer.missing == [written..<400])
    try writer.write(job.part(written..<400))
    try writer.finish()
    let whole = folder.path("whole.h5")
    try job.write(to: whole)
    #expect(try bytes(of: path) == bytes(of: whole))
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = try Process.run(URL(fileURLWithPath: program), arguments: arguments)
    process.waitUntilExit()
    return process.terminationStatus
  }
}
