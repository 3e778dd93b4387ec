import EEGArchive
import Foundation
import TestSupport
import Testing

/// Simulations that are killed, and disks that fill up.
@Suite("Interrupted simulations")
struct InterruptedSimulationTests {
  private static let arguments = ["simulate", "--set", "montage=biosemi16", "--count", "600", "-o", "x.h5"]

  private func start(_ arguments: [String], in folder: TemporaryFolder) throws -> Process {
    let process = Process()
    process.executableURL = EvokeRun.program
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test(
    "A run that is killed again and again, and resumed, ends with the bytes of one that was not", arguments: [1, 2, 3])
  func kill(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let clock = ContinuousClock()
    let begin = clock.now
    #expect(try EvokeRun(Self.arguments, in: folder).status == 0)
    let microseconds = max(20_000, UInt32((clock.now - begin) / .microseconds(1)))
    let whole = try folder.bytes("x.h5")
    try FileManager.default.removeItem(atPath: folder.path("x.h5"))
    var random = SplitMix64(seed: seed)
    var kills = 0
    for _ in 0..<40 {
      let hasPartial = FileManager.default.fileExists(atPath: folder.path("x.h5.partial"))
      let process = try start(Self.arguments + (hasPartial ? ["--resume"] : []), in: folder)
      // Short of a whole run, so that most are killed.
      usleep(.random(in: 1_000...(microseconds / 2), using: &random))
      if process.isRunning {
        Foundation.kill(process.processIdentifier, SIGKILL)
        kills += 1
      }
      process.waitUntilExit()
      if FileManager.default.fileExists(atPath: folder.path("x.h5")) { break }
      if FileManager.default.fileExists(atPath: folder.path("x.h5.partial")) {
        let info = try EvokeRun(["info", "--json", "x.h5.partial"], in: folder)
        #expect(info.status == 0, "\(info.errors)")
      }
    }
    if !FileManager.default.fileExists(atPath: folder.path("x.h5")) {
      #expect(try EvokeRun(Self.arguments + ["--resume"], in: folder).status == 0)
    }
    #expect(kills >= 1)
    #expect(try folder.bytes("x.h5") == whole)
    #expect(try folder.names == ["x.h5"])
  }

  /// A folder with a run that was stopped.
  private func stopped() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for _ in 0..<50 {
      let process = try start(Self.arguments, in: folder)
      while process.isRunning, !FileManager.default.fileExists(atPath: folder.path("x.h5.partial")) { usleep(500) }
      Foundation.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if FileManager.default.fileExists(atPath: folder.path("x.h5.partial")) { return folder }
      try? FileManager.default.removeItem(atPath: folder.path("x.h5"))
    }
    throw CocoaError(.fileNoSuchFile)
  }

  @Test("Resuming with other settings is refused by the name of what differs, and keeps the file")
  func otherSettings() throws {
    let folder = try stopped()
    let before = try folder.bytes("x.h5.partial")
    for (arguments, name) in [
      (["--set", "tmax_s=0.5"], "tmax_s"), (["--seed", "2"], "seed"), (["--count", "601"], "count"),
      (["--noise-level", "3"], "levels"), (["--keep-sources"], "source"), (["--shard", "1/2"], "shard"),
      (["--portable"], "arithmetic"), (["--set", "C=130"], "C"),
    ] {
      let run = try EvokeRun(Self.arguments + arguments + ["--resume"], in: folder)
      #expect(run.status == 1)
      #expect(run.errors.contains("x.h5.partial") && run.errors.contains(name), "\(run.errors)")
      #expect(try folder.bytes("x.h5.partial") == before)
    }
  }

  @Test("A second run beside an unfinished one is refused, and so is resuming what is finished or never began")
  func secondRun() throws {
    let folder = try stopped()
    let again = try EvokeRun(Self.arguments, in: folder)
    #expect(again.status == 1 && again.errors.contains("--resume"), "\(again.errors)")
    #expect(try EvokeRun(Self.arguments + ["--resume"], in: folder).status == 0)
    let finished = try EvokeRun(Self.arguments + ["--resume"], in: folder)
    #expect(finished.status == 1 && finished.errors.contains("x.h5 is finished"), "\(finished.errors)")
    let empty = try TemporaryFolder()
    #expect(try EvokeRun(Self.arguments + ["--resume"], in: empty).errors.contains("begin without --resume"))
    #expect(try empty.names.isEmpty)
  }
}

/// A disk that fills up while simulations are written.
@Suite("Simulations on a full disk", .enabled(if: getuid() == 0, "mounting a small file system needs root"))
struct FullDiskSimulationTests {
  @Test("A full disk keeps what is there, and --resume finishes it with the bytes of another run")
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    let disk = folder.path("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    // Containers may forbid it even to root.
    guard try Self.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]) == 0 else { return }
    defer { _ = try? Self.run("/usr/bin/umount", [disk]) }
    let filler = folder.path("disk/filler")
    try Data(repeating: 7, count: 3 << 20).write(to: URL(fileURLWithPath: filler))
    // 128 simulations of 16 channels and 257 times: 2.1 MB.
    let arguments = ["--count", "128", "--threads", "2"]
    let run = try EvokeRun(["simulate", "--set", "montage=biosemi16", "-o", "disk/x.h5"] + arguments, in: folder)
    #expect(run.status == 1)
    #expect(run.errors.contains("No space left on device") && run.errors.contains("--resume"), "\(run.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk).sorted() == ["filler", "x.h5.partial"])
    try FileManager.default.removeItem(atPath: filler)
    try folder.simulate(arguments + ["-o", "disk/x.h5", "--resume"])
    try folder.simulate(arguments + ["-o", "x.h5"])
    #expect(try folder.bytes("disk/x.h5") == folder.bytes("x.h5"))
  }

  @Test("More than the disk can ever hold is refused at once")
  func tooMuch() throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(["simulate", "--count", "4294967295", "-o", "x.h5"], in: folder)
    #expect(run.status == 1)
    #expect(run.errors.contains("TB, and the disk has"), "\(run.errors)")
    #expect(try folder.names.isEmpty)
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = try Process.run(URL(fileURLWithPath: program), arguments: arguments)
    process.waitUntilExit()
    return process.terminationStatus
  }
}
