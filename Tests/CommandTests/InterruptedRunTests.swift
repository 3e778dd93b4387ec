import Foundation
import TestSupport
import Testing

/// Runs that are killed.
@Suite("Killed runs")
struct KilledRunTests {
  @Test(
    "A conversion that is killed leaves the old file or the new one, never a part",
    arguments: ["h5", "edf", "bdf", "set"])
  func kill(ending: String) throws {
    let folder = try TemporaryFolder()
    let target = folder.path("target.\(ending)")
    let source = folder.path("source.edf")
    // Long enough that most kills hit the writing: the fixture's records twenty times over.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("oddball.edf")))
    let header = 256 * 22
    let records = bytes[header...]
    for _ in 1..<20 { bytes += records }
    bytes.replaceSubrange(236..<244, with: Data("2000".padded(to: 8).utf8))
    try bytes.write(to: URL(fileURLWithPath: source))
    let clock = ContinuousClock()
    let start = clock.now
    #expect(try EvokeRun(["convert", source, target], in: folder).status == 0)
    let microseconds = UInt32((clock.now - start) / .microseconds(1))
    let whole = try Data(contentsOf: URL(fileURLWithPath: target))
    var random = SplitMix64(seed: 20)
    var killed = 0
    for _ in 0..<20 {
      try Data("old".utf8).write(to: URL(fileURLWithPath: target))
      let process = Process()
      process.executableURL = EvokeRun.program
      process.arguments = ["convert", source, target]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(.random(in: 1_000...max(2_000, microseconds), using: &random))
      if process.isRunning {
        Foundation.kill(process.processIdentifier, SIGKILL)
        killed += 1
      }
      process.waitUntilExit()
      let left = try Data(contentsOf: URL(fileURLWithPath: target))
      #expect(left == Data("old".utf8) || left == whole)
    }
    #expect(killed >= 5)
  }
}

/// A disk that fills up.
@Suite("Full disk", .enabled(if: getuid() == 0, "mounting a small file system needs root"))
struct FullDiskTests {
  @Test(
    "A full disk is an error that leaves nothing, and keeps the old file",
    arguments: [
      ["convert", TestFiles.fixture("oddball.edf"), "disk/x.h5"],
      ["convert", TestFiles.fixture("oddball.edf"), "disk/x.edf"],
      ["convert", TestFiles.fixture("oddball.edf"), "disk/x.set"],
      ["convert", TestFiles.fixture("oddball.edf"), "disk/x.bdf", "--no-verify"],
      ["erp", TestFiles.fixture("oddball.edf"), "--keep-epochs", "-o", "disk/x.h5"],
    ])
  func fullDisk(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let disk = folder.path("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    // Containers may forbid it even to root.
    guard try Self.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", disk]) == 0 else { return }
    defer { _ = try? Self.run("/usr/bin/umount", [disk]) }
    let target = try #require(arguments.first { $0.hasPrefix("disk/") })
    try Data("old".utf8).write(to: URL(fileURLWithPath: folder.path(target)))
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status == 1)
    #expect(run.errors.contains("No space left on device"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == [(target as NSString).lastPathComponent])
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path(target))) == Data("old".utf8))
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = try Process.run(URL(fileURLWithPath: program), arguments: arguments)
    process.waitUntilExit()
    return process.terminationStatus
  }
}
