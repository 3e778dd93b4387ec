import EEGArchive
import Foundation
import TestSupport
import Testing

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
