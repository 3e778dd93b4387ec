import EEGArchive
import EEGCore
import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Merging simulations")
struct SimulationsMergeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Shards of any lengths, in any order, join to the bytes of a run without shards", arguments: 0..<30)
  func copy(seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let job = SimulationsJob(seed: seed)
    let whole = folder.path("whole.h5")
    try job.write(to: whole)
    let paths = try job.writeShards(to: folder, longest: 20, using: &generator)
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count
    let merged = folder.path("merged.h5")
    var last = 0
    let joined = try SimulationsMerge.copy(paths, to: merged) { last = $0 }
    #expect(joined.layout == job.layout)
    #expect(joined.shards.map(\.numbers.lowerBound) == joined.shards.map(\.numbers.lowerBound).sorted())
    #expect(last == job.layout.total)
    #expect(try bytes(of: merged) == bytes(of: whole))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == before + 1)
  }

  @Test("More than a block of memory is copied in blocks")
  func blocks() throws {
    var job = SimulationsJob(seed: 3, total: 150)
    job.layout.channels = (0..<64).map { Channel(name: "E\($0)") }
    job.layout.times = (0..<400).map { Double($0) / 250 }
    let whole = folder.path("whole.h5")
    try job.write(to: whole)
    let paths = [folder.path("a.h5"), folder.path("b.h5")]
    try job.shard(0..<1).write(to: paths[0])
    try job.shard(1..<150).write(to: paths[1])
    var calls = 0
    try SimulationsMerge.copy(paths, to: folder.path("merged.h5")) { _ in calls += 1 }
    #expect(calls > 2)
    #expect(try bytes(of: folder.path("merged.h5")) == bytes(of: whole))
  }

  @Test("A virtual archive reads like a copy", arguments: 0..<30)
  func virtual(seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let job = SimulationsJob(seed: seed)
    let paths = try job.writeShards(to: folder, longest: 20, using: &generator)
    let merged = folder.path("merged.h5")
    let joined = try SimulationsMerge.virtual(paths, to: merged)
    #expect(joined.layout == job.layout)
    let archive = try SimulationsArchive(merged)
    #expect(archive.layout == job.layout)
    let part = job.part(0..<job.layout.total)
    #expect(try archive.theta() == part.theta)
    #expect(try archive.statuses() == part.ok.map { $0 ? .good : .failed })
    #expect(try archive.source()?.map(\.bitPattern) == part.source?.map(\.bitPattern))
    for level in job.layout.noiseLevels.indices {
      #expect(try archive.x(level: level).map(\.bitPattern) == part.x[level].map(\.bitPattern))
    }
    let numbers = try HDF5File(reading: merged).dataset("simulation").read(UInt32.self).values
    #expect(numbers == (0..<job.layout.total).map { UInt32($0) })
    // A virtual archive can be copied into one file.
    try SimulationsMerge.copy([merged], to: folder.path("copy.h5"))
    try job.write(to: folder.path("whole.h5"))
    #expect(try bytes(of: folder.path("copy.h5")) == bytes(of: folder.path("whole.h5")))
  }

  @Test("A virtual archive moves with its shards, whatever they are called", arguments: ["", "in/", "../other/"])
  func moves(place: String) throws {
    let job = SimulationsJob(seed: 6, total: 20)
    for name in ["home/in", "other"] {
      try FileManager.default.createDirectory(
        atPath: folder.path("first/" + name), withIntermediateDirectories: true)
    }
    let shards = [0..<12, 12..<20].map { ($0, folder.path("first/home/\(place)100%b \u{3B1} %\($0.count).h5")) }
    for (numbers, path) in shards { try job.shard(numbers).write(to: path) }
    try SimulationsMerge.virtual(shards.map(\.1), to: folder.path("first/home/all.h5"))
    try FileManager.default.moveItem(atPath: folder.path("first"), toPath: folder.path("second"))
    let moved = folder.path("second/home/all.h5")
    #expect(try SimulationsArchive(moved).theta() == (0..<20).flatMap(job.theta))
    #expect(try SimulationsArchive(moved).counts().missing == 0)
  }

  @Test("A virtual archive whose shards are gone, or are others by now, is an error and no fill values")
  func missingShard() throws {
    let job = SimulationsJob(seed: 6, total: 20)
    let shards = [0..<12, 12..<20].map { ($0, folder.path("\($0.lowerBound).h5")) }
    for (numbers, path) in shards { try job.shard(numbers).write(to: path) }
    let merged = folder.path("merged.h5")
    try SimulationsMerge.virtual(shards.map(\.1), to: merged)
    _ = try SimulationsArchive(merged)
    try FileManager.default.moveItem(atPath: shards[1].1, toPath: folder.path("away.h5"))
    let missing = #expect(throws: ArchiveError.self) { try SimulationsArchive(merged) }
    #expect(missing?.code == .missingObject)
    #expect(missing?.message.contains("12.h5") == true)
    let raw = try HDF5File(reading: merged)
    #expect(try raw.dataset("ok").read(UInt8.self).values[12...].allSatisfy { $0 == 255 })
    #expect(try raw.dataset("theta").read(Double.self).values[36...].allSatisfy { $0.isNaN })
    #expect(try raw.dataset("x").read(Float.self, from: [12, 0, 0], count: [1, 1, 1]).values[0].isNaN)
    var another = job
    another.layout.seed = 1
    try another.shard(12..<20).write(to: shards[1].1)
    let changed = #expect(throws: ArchiveError.self) { try SimulationsArchive(merged) }
    #expect(changed?.code == .invalidValue)
  }

  private func refusal(_ paths: [String]) -> ArchiveError? {
    let merged = folder.path("merged.h5")
    let error = #expect(throws: ArchiveError.self) { try SimulationsMerge.copy(paths, to: merged) }
    #expect(throws: ArchiveError.self) { try SimulationsMerge.virtual(paths, to: merged) }
    #expect(!FileManager.default.fileExists(atPath: merged))
    return error
  }

  private func shards(_ job: SimulationsJob, _ ranges: [Range<Int>]) throws -> [String] {
    try ranges.enumerated().map { index, numbers in
      let path = folder.path("\("abcdef".dropFirst(index).prefix(1)).h5")
      try job.shard(numbers).write(to: path)
      return path
    }
  }

  @Test(
    "Gaps are refused and named",
    arguments: [
      ([0..<4, 6..<10], "4...5"), ([1..<10], "0"), ([0..<9], "9"), ([2..<3, 5..<6], "0...1, 3...4, 6...9"),
    ])
  func gaps(ranges: [Range<Int>], named: String) throws {
    let paths = try shards(SimulationsJob(seed: 8, total: 10), ranges)
    let error = refusal(paths.reversed())
    #expect(error?.code == .gap)
    #expect(error?.message.contains("simulations \(named) of 10 are in none") == true)
  }

  @Test(
    "Duplicates are refused, with both files",
    arguments: [
      ([0..<6, 4..<10], "4...5"), ([0..<10, 2..<3], "2"), ([0..<5, 5..<10, 0..<5], "0...4"),
    ])
  func duplicates(ranges: [Range<Int>], named: String) throws {
    let paths = try shards(SimulationsJob(seed: 8, total: 10), ranges)
    let error = refusal(paths)
    #expect(error?.code == .overlap)
    #expect(error?.message.contains("simulations \(named) are in") == true)
    #expect(paths.filter { error?.message.contains($0) == true }.count == 2)
    #expect(refusal([paths[0], paths[0]])?.code == .overlap)
  }

  @Test("Shards that are not finished are refused")
  func unfinished() throws {
    let job = SimulationsJob(seed: 8, total: 10)
    let paths = try shards(job, [0..<4])
    let later = folder.path("later.h5")
    let writer = try SimulationsWriter(creating: later, layout: job.shard(4..<10).layout)
    try writer.write(job.part(4..<9))
    #expect(refusal(paths + [later])?.code == .unfinished)
    #expect(refusal(paths + [later + ".partial"])?.code == .unfinished)
    #expect(throws: HDF5Error.self) { try SimulationsMerge.check(paths + [folder.path("none.h5")]) }
  }

  @Test(
    "Shards of other settings are refused, by the first key that differs",
    arguments: [
      (#"{"count":40,"protocol":{"rate_hz":250},"seed":8}"#, "'seed' is 8 here and 7 there"),
      (#"{"count":40,"protocol":{"rate_hz":[1]},"seed":7}"#, "'protocol.rate_hz' is [1] here and 250 there"),
      (#"{"count":40,"protocol":{"rate_hz":250,"z":null},"seed":7}"#, "'protocol.z' is null here and absent there"),
      ("no JSON", "'settings' is"),
    ])
  func otherSettings(settings: String, named: String) throws {
    let job = SimulationsJob(seed: 8, total: 10)
    var other = job
    other.layout.settings = settings
    let paths = [folder.path("a.h5"), folder.path("b.h5")]
    try job.shard(0..<4).write(to: paths[0])
    try other.shard(4..<10).write(to: paths[1])
    let error = refusal(paths)
    #expect(error?.code == .differentJob)
    #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
    #expect(paths.allSatisfy { error?.description.contains($0) == true })
  }

  @Test("A key `shard` in the settings may differ, and is gone afterwards")
  func shardKey() throws {
    let job = SimulationsJob(seed: 8, total: 10)
    let paths = [folder.path("a.h5"), folder.path("b.h5")]
    for (index, numbers) in [0..<4, 4..<10].enumerated() {
      var shard = job.shard(numbers)
      shard.layout.settings = #"{"count":40,"protocol":{"rate_hz":250.5},"seed":7,"shard":"\#(index + 1)/2"}"#
      try shard.write(to: paths[index])
    }
    let layout = try SimulationsMerge.copy(paths, to: folder.path("merged.h5")).layout
    #expect(layout.settings == #"{"count":40,"protocol":{"rate_hz":250.5},"seed":7}"#)
  }

  @Test("Shards of several processors join, and say so", arguments: ["fast", "portable"])
  func processors(arithmetic: String) throws {
    var job = SimulationsJob(seed: 8, total: 10)
    job.layout.arithmetic = arithmetic
    var other = job
    other.layout.instructionSet = "x86-64-v4"
    let field = job.layout.extras[0]
    if arithmetic == "fast" {
      other.layout.extras[0] = NamedArray(
        name: field.name, shape: field.shape, values: field.values.map(\.nextUp), unit: field.unit, axes: field.axes)
    }
    let paths = [folder.path("a.h5"), folder.path("b.h5")]
    try job.shard(0..<4).write(to: paths[0])
    try other.shard(4..<10).write(to: paths[1])
    let joined = try SimulationsMerge.copy(paths.reversed(), to: folder.path("merged.h5"))
    #expect(joined.mixesArithmetic == (arithmetic == "fast"))
    #expect(try SimulationsArchive(folder.path("merged.h5")).layout?.instructionSet == "mixed")
    #expect(try !SimulationsMerge.check(shards(job, [0..<4, 4..<10])).mixesArithmetic)
  }

  @Test("The output is none of the inputs")
  func onto() throws {
    let paths = try shards(SimulationsJob(seed: 8, total: 10), [0..<4, 4..<10])
    let before = try bytes(of: paths[0])
    let same = folder.url.appendingPathComponent("../\(folder.url.lastPathComponent)/a.h5").path
    #expect(throws: ArchiveError.self) { try SimulationsMerge.copy(paths, to: same) }
    #expect(throws: ArchiveError.self) { try SimulationsMerge.virtual(paths, to: same) }
    #expect(try bytes(of: paths[0]) == before)
  }
}
