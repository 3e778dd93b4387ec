import EEGArchive
import Foundation
import TestSupport
import Testing

extension TemporaryFolder {
  /// Runs `evoke simulate` with few channels, which has to succeed.
  @discardableResult
  func simulate(_ arguments: [String]) throws -> EvokeRun {
    let run = try EvokeRun(["simulate", "--set", "montage=biosemi16"] + arguments, in: self)
    try #require(run.status == 0, "\(run.errors)")
    return run
  }

  /// The bytes of a file inside.
  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

  /// Names of the files inside, in order.
  var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() } }
}

/// `evoke simulate` end to end.
@Suite("simulate")
struct SimulateCommandTests {
  @Test(
    "Printed settings, read again, print the same and simulate the same",
    arguments: [
      [String](), ["--protocol", "deepjr"], ["--portable", "--blinks", "3", "--noise-level", "0", "0.5"],
      [
        "--set", "C=lognormal(4.9, 0.1)", "--set", "filter_hz=[1, null]", "--set", "baseline_s=none", "--set",
        "reference=Cz,Pz", "--set", "detrend=linear", "--set", "trials=normal(60, 3)", "--set", "trials=50",
      ],
    ])
  func settings(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let printed = try folder.simulate(["--print-settings"] + arguments).output
    try printed.write(toFile: folder.path("Einstellungen für ä.json"), atomically: true, encoding: .utf8)
    let file = ["--settings", "Einstellungen für ä.json"]
    #expect(try EvokeRun(["simulate", "--print-settings"] + file, in: folder).output == printed)
    let trials = arguments.contains("deepjr") ? ["--set", "trials=3"] : []
    try folder.simulate(["--count", "3", "-o", "typed.h5"] + arguments + trials)
    let run = try EvokeRun(["simulate", "--count", "3", "-o", "file.h5"] + file + trials, in: folder)
    #expect(run.status == 0)
    #expect(try folder.bytes("typed.h5") == folder.bytes("file.h5"))
  }

  @Test("Threads change no byte", arguments: [[], ["--protocol", "deepjr", "--set", "trials=3"], ["--portable"]])
  func threads(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    for threads in [1, 3] {
      try folder.simulate(["--count", "70", "--threads", "\(threads)", "-o", "\(threads).h5"] + arguments)
    }
    #expect(try folder.bytes("1.h5") == folder.bytes("3.h5"))
  }

  @Test("Seeds differ, and the same seed is the same")
  func seeds() throws {
    let folder = try TemporaryFolder()
    for (name, seed) in [("a.h5", "1"), ("b.h5", "18446744073709551615"), ("c.h5", "18446744073709551615")] {
      try folder.simulate(["--count", "2", "--seed", seed, "-o", name])
    }
    #expect(try folder.bytes("b.h5") == folder.bytes("c.h5"))
    let (first, second) = (try SimulationsArchive(folder.path("a.h5")), try SimulationsArchive(folder.path("b.h5")))
    #expect(try first.theta() != second.theta())
    #expect(second.layout?.seed == .max)
  }

  @Test("Noise levels share sources and noise: what is added grows as the root of the level")
  func nestedLevels() throws {
    let folder = try TemporaryFolder()
    try folder.simulate(["--count", "3", "--noise-level", "0", "1", "2", "--keep-sources", "-o", "x.h5"])
    let archive = try SimulationsArchive(folder.path("x.h5"))
    #expect(archive.noiseLevels == [0, 1, 2])
    let (silent, one, two) = (try archive.x(level: 0), try archive.x(level: 1), try archive.x(level: 2))
    let largest = zip(two, silent).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(largest > 0)
    for place in silent.indices {
      let (first, second) = (one[place] - silent[place], two[place] - silent[place])
      // Differences of single-precision numbers near the potential.
      #expect(abs(second - first * Float(2).squareRoot()) < 4e-7 * abs(silent[place]) + 1e-5 * largest)
    }
    let gain = try #require(archive.layout?.extras.first { $0.name == "gain" })
    let source = try #require(try archive.source())
    let times = archive.dataShape[1]
    for place in silent.indices {
      let (row, channel) = (place / (16 * times), place / times % 16)
      let expected = gain.values[channel] * Double(source[row * times + place % times])
      #expect(abs(Double(silent[place]) - expected) <= 1.3e-7 * abs(expected) + 1e-20)
    }
  }

  @Test("All settings of an archive are in its JSON report")
  func json() throws {
    let folder = try TemporaryFolder()
    let arguments = ["--count", "4", "--set", "tmax_s=0.5", "--seed", "5"]
    let run = try folder.simulate(arguments + ["-o", "x.h5", "--json"])
    let report = try #require(try run.json() as? [String: Any])
    let stored = try #require(report["settings"] as? [String: Any])
    let printed = try #require(try folder.simulate(["--print-settings"] + arguments).json() as? [String: Any])
    #expect(stored["settings"] as? NSDictionary == printed as NSDictionary)
    #expect(stored["seed"] as? Int == 5 && stored["count"] as? Int == 4)
    #expect(report["count"] as? Int == 4 && report["failed"] as? Int == 0 && report["missing"] as? Int == 0)
    #expect(report["data_shape"] as? [Int] == [16, 180])
    let info = try EvokeRun(["info", "--json", "x.h5"], in: folder)
    #expect((try info.json() as? [[String: Any]])?.first as NSDictionary? == report as NSDictionary)
    #expect(try EvokeRun(["info", "x.h5"], in: folder).output.contains("protocol physiological, seed 5"))
  }

  @Test(
    "Epochs may begin behind the event, or end before it",
    arguments: [("0.1", "0.5"), ("0.5", "0.5"), ("-0.3", "-0.1"), ("0", "0")])
  func epochsBesideTheEvent(tmin: String, tmax: String) throws {
    let folder = try TemporaryFolder()
    let epoch = ["--set", "baseline_s=none", "--set", "tmin_s=\(tmin)", "--set", "tmax_s=\(tmax)"]
    try folder.simulate(epoch + ["--count", "40", "--noise-level", "0", "2500", "-o", "x.h5"])
    let archive = try SimulationsArchive(folder.path("x.h5"))
    let times = try #require(archive.layout?.times)
    #expect(abs(times[0] - Double(tmin)!) < 0.5 / 256 && abs(times[times.count - 1] - Double(tmax)!) < 0.5 / 256)
    let noise = zip(try archive.x(level: 1), try archive.x(level: 0)).map { Double($0 - $1) }
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)).squareRoot()
    // 10 µV over the root of 60 trials; 40 draws of 16 correlated channels.
    #expect(abs(deviation / (10e-6 / 60.0.squareRoot()) - 1) < 0.3)
  }

  @Test("A simulation whose potential is beyond single precision, or has no trial left, is not good")
  func notGood() throws {
    let folder = try TemporaryFolder()
    let trials = ["--set", "simulated_trials=all", "--set", "trials=2"]
    for arguments in [["--set", "q=1e29", "--set", "I=1e29"], trials + ["--set", "reject=[\"ptp=1nV\"]"]] {
      let run = try folder.simulate(arguments + ["--count", "2", "-o", "x.h5"])
      #expect(run.output.contains("2 simulations, 2 failed"))
    }
  }

  @Test("Blinks that nothing would show are remarked on")
  func silentBlinks() throws {
    let folder = try TemporaryFolder()
    #expect(try folder.simulate(["--blinks", "10", "--count", "1", "-o", "x.h5"]).errors.contains("blinks only in"))
    let rejecting = ["--set", "simulated_trials=all", "--set", "trials=3", "--set", "average=median"]
    #expect(try folder.simulate(rejecting + ["--blinks", "10", "--count", "1", "-o", "y.h5"]).errors.isEmpty)
  }
}
