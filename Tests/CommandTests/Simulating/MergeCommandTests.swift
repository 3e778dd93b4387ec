import EEGArchive
import Foundation
import TestSupport
import Testing

/// `evoke simulate --shard` and `evoke merge` end to end.
@Suite("merge")
struct MergeCommandTests {
  private static let common = ["--count", "50", "--noise-level", "0", "4", "--keep-sources"]

  private func shards(_ numbers: [Int] = [1, 2, 3], of total: Int = 3) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for number in numbers {
      try folder.simulate(Self.common + ["--shard", "\(number)/\(total)", "-o", "shard-\(number).h5"])
    }
    return folder
  }

  @Test("Shards in any order join to the bytes of one run, and as a virtual archive to its values")
  func join() throws {
    let folder = try shards()
    try folder.simulate(Self.common + ["-o", "whole.h5"])
    let names = ["shard-3.h5", "shard-1.h5", "shard-2.h5"]
    for flags in [["-o", "copy.h5"], ["-o", "virtual.h5", "--virtual"]] {
      let run = try EvokeRun(["merge"] + names + flags, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("50 simulations, 0 failed"))
    }
    #expect(try folder.bytes("copy.h5") == folder.bytes("whole.h5"))
    let (whole, virtual) = (
      try SimulationsArchive(folder.path("whole.h5")), try SimulationsArchive(folder.path("virtual.h5"))
    )
    #expect(try virtual.theta() == whole.theta())
    for level in 0..<2 { #expect(try virtual.x(level: level) == whole.x(level: level)) }
    #expect(try virtual.source() == whole.source())
    #expect(virtual.layout?.settings == whole.layout?.settings)
    let json = try EvokeRun(["merge"] + names + ["-o", "copy.h5", "--json"], in: folder).json()
    #expect((json as? [String: Any])?["count"] as? Int == 50)
  }

  @Test(
    "Shards that make no whole are refused by name, and nothing is left",
    arguments: [
      (["shard-1.h5", "shard-3.h5"], ["16", "32"]),
      (["shard-1.h5", "shard-2.h5", "shard-2.h5", "shard-3.h5"], ["shard-2.h5"]),
      (["shard-1.h5", "shard-2.h5", "other.h5"], ["other.h5", "tmax_s"]),
      (["shard-1.h5", "shard-2.h5", "seed.h5"], ["seed.h5", "seed"]),
      (["shard-1.h5", "shard-2.h5", "missing.h5"], ["missing.h5"]),
      (["shard-1.h5", "shard-2.h5", TestFiles.fixture("oddball.edf")], ["oddball.edf"]),
      (["shard-1.h5", "shard-2.h5", TestFiles.fixture("simulations/box.h5")], ["box.h5"]),
    ], [[], ["--virtual"]])
  func refused(_ what: (files: [String], named: [String]), flags: [String]) throws {
    let folder = try shards()
    if what.files.contains("other.h5") {
      try folder.simulate(Self.common + ["--set", "tmax_s=0.5", "--shard", "3/3", "-o", "other.h5"])
    }
    if what.files.contains("seed.h5") {
      try folder.simulate(Self.common + ["--seed", "2", "--shard", "3/3", "-o", "seed.h5"])
    }
    let run = try EvokeRun(["merge"] + what.files + ["-o", "whole.h5"] + flags, in: folder)
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("evoke: ") && run.errors.split(separator: "\n").count == 1)
    for name in what.named { #expect(run.errors.contains(name), "\(run.errors)") }
    #expect(try folder.names.allSatisfy { !$0.hasPrefix("whole") })
  }

  @Test("An unfinished shard and an output that is a shard are refused")
  func unfinished() throws {
    let folder = try shards()
    // What a run that was stopped leaves: some simulations are not there.
    var bytes = try folder.bytes("shard-3.h5")
    let statuses = try #require(bytes.range(of: Data(repeating: 1, count: 17)))
    bytes.replaceSubrange(statuses.lowerBound..<(statuses.lowerBound + 4), with: Data(repeating: 255, count: 4))
    try bytes.write(to: URL(fileURLWithPath: folder.path("shard-3.h5.partial")))
    let shards = ["shard-1.h5", "shard-2.h5"]
    let run = try EvokeRun(["merge"] + shards + ["shard-3.h5.partial", "-o", "whole.h5"], in: folder)
    #expect(run.status == 1)
    #expect(run.errors.contains("shard-3.h5.partial") && run.errors.contains("4"), "\(run.errors)")
    let info = try EvokeRun(["info", "shard-3.h5.partial"], in: folder)
    #expect(info.output.contains("4 not there yet"), "\(info.output)\(info.errors)")
    let before = try folder.bytes("shard-1.h5")
    #expect(try EvokeRun(["merge"] + shards + ["shard-3.h5", "-o", "shard-1.h5"], in: folder).status == 1)
    #expect(try folder.bytes("shard-1.h5") == before)
  }

  @Test("As many shards as simulations, and shards of unequal size, join as well", arguments: [(7, 7), (10, 4)])
  func manyShards(count: Int, total: Int) throws {
    let folder = try TemporaryFolder()
    let common = ["--count", "\(count)", "--set", "tmax_s=0.2"]
    for number in 1...total { try folder.simulate(common + ["--shard", "\(number)/\(total)", "-o", "\(number).h5"]) }
    try folder.simulate(common + ["-o", "whole.h5"])
    #expect(try EvokeRun(["merge"] + (1...total).map { "\($0).h5" } + ["-o", "joined.h5"], in: folder).status == 0)
    #expect(try folder.bytes("joined.h5") == folder.bytes("whole.h5"))
  }
}
