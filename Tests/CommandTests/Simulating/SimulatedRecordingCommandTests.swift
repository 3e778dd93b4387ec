import EDFFormat
import EEGArchive
import EEGCore
import Foundation
import TestSupport
import Testing

/// `evoke simulate --recording` end to end.
@Suite("simulate --recording")
struct SimulatedRecordingCommandTests {
  @Test("The average of a simulated recording is its true potential within the noise", arguments: ["edf", "bdf"])
  func truth(ending: String) throws {
    let folder = try TemporaryFolder()
    let settings = [
      "--set", "trials=40", "--set", "C=135", "--noise-level", "2500", "--seed", "3", "--simulation", "5",
    ]
    let run = try folder.simulate(["--recording", "r.\(ending)", "--json"] + settings)
    let report = try #require(try run.json() as? [String: Any])
    #expect(report["truth"] as? String == "r.h5" && report["events"] as? Int == 40 && report["blinks"] as? Int == 0)
    let check = try EvokeRun(["check", "r.\(ending)"], in: folder)
    #expect(check.status == 0 && check.output.contains("EDFlib accepts"), "\(check.output)")
    let average = try EvokeRun(
      [
        "erp", "r.\(ending)", "--events", "stimulus", "--tmin", "-0.2", "--tmax", "0.8", "--reference", "average", "-o",
        "erp.h5",
      ], in: folder)
    try #require(average.status == 0, "\(average.errors)")
    let evoked = try EvokedArchive.read(folder.path("erp.h5"))
    let truth = try SimulationsArchive(folder.path("r.h5"))
    let layout = try #require(truth.layout)
    #expect(layout.channels.map(\.name) == evoked.channels.map(\.name))
    #expect(layout.noiseLevels == [0] && layout.numbers == 5..<6)
    #expect(evoked.conditions[0].count == 40 && evoked.times == layout.times)
    let (found, expected) = (evoked.conditions[0].average.values, try truth.x().map(Double.init))
    let peak = expected.reduce(0) { max($0, abs($1)) }
    let noise = zip(found, expected).map { $0 - $1 }
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)).squareRoot()
    // 10 µV over the root of 40 trials, of 16 correlated channels over a second.
    #expect(peak > 2e-6)
    #expect(abs(deviation / (10e-6 / 40.0.squareRoot()) - 1) < 0.5, "\(deviation)")
    // The parameters are those that simulation 5 of a data set has.
    try folder.simulate(["-o", "x.h5", "--count", "6"] + settings.dropLast(2) + ["--keep-sources"])
    let set = try SimulationsArchive(folder.path("x.h5"))
    #expect(try set.theta(5..<6) == truth.theta())
  }

  @Test("A silent recording averages to the true potential, and a data set has the same", arguments: ["edf", "bdf"])
  func silent(ending: String) throws {
    let folder = try TemporaryFolder()
    let settings = ["--set", "trials=6", "--noise-level", "0"]
    try folder.simulate(["--recording", "r.\(ending)", "-o", "truth.h5"] + settings)
    let erp = ["erp", "r.\(ending)", "--tmin", "-0.2", "--tmax", "0.8", "--reference", "average", "-o", "erp.h5"]
    #expect(try EvokeRun(erp, in: folder).status == 0)
    let found = try EvokedArchive.read(folder.path("erp.h5")).conditions[0].average.values
    let expected = try SimulationsArchive(folder.path("truth.h5")).x().map(Double.init)
    let peak = expected.reduce(0) { max($0, abs($1)) }
    // Half a step of 16 or 24 bits over the range of the recording, twice for the baseline, and single precision.
    let step = ending == "edf" ? 2 * peak / 65_536 : 0
    for (first, second) in zip(found, expected) { #expect(abs(first - second) <= 2 * step + 2e-6 * peak) }
  }

  @Test("The fixture is what its settings file makes, to one step of its 16 bits")
  func fixture() throws {
    let folder = try TemporaryFolder()
    let settings = TestFiles.fixture("simulated.json")
    let run = try EvokeRun(["simulate", "--recording", "s.edf", "--settings", settings], in: folder)
    try #require(run.status == 0, "\(run.errors)")
    let made = try EDFFile(path: folder.path("s.edf")).recording()
    let stored = try EDFFile(path: TestFiles.fixture("simulated.edf")).recording()
    #expect(made.annotations == stored.annotations)
    try #require(made.signals.map(\.label) == stored.signals.map(\.label))
    let count = stored.signals[0].sampleCount
    var (first, second) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    for signal in stored.signals.indices {
      var firstSpan = first.mutableSpan
      try made.source.readPhysical(signal: signal, from: 0, into: &firstSpan)
      var secondSpan = second.mutableSpan
      try stored.source.readPhysical(signal: signal, from: 0, into: &secondSpan)
      // The last digits of the C library's functions may differ, and with them the limits and a rounding.
      let step = 1.01 * stored.signals[signal].calibration.gain
      #expect(zip(first, second).allSatisfy { abs($0 - $1) <= step }, "\(stored.signals[signal].label)")
    }
    let truth = try SimulationsArchive(TestFiles.fixture("simulated.h5"))
    #expect(try SimulationsArchive(folder.path("s.h5")).theta() == truth.theta())
  }

  @Test("Blinks are large at the front, annotated, and can be rejected")
  func blinks() throws {
    let folder = try TemporaryFolder()
    let run = try folder.simulate(["--recording", "r.edf", "--set", "trials=40", "--blinks", "20", "--json"])
    let blinks = try #require((try run.json() as? [String: Any])?["blinks"] as? Int)
    #expect((5...35).contains(blinks))
    let info = try EvokeRun(["info", "--json", "--annotations", "r.edf"], in: folder)
    let file = try #require((try info.json() as? [[String: Any]])?.first)
    let annotations = try #require(file["annotation_list"] as? [[String: Any]])
    #expect(annotations.count { $0["text"] as? String == "blink" } == blinks)
    #expect(annotations.count { $0["text"] as? String == "stimulus" } == 40)
    #expect((file["warnings"] as? [String])?.isEmpty == true)
    let erp = ["erp", "r.edf", "--events", "stimulus", "--reference", "average", "-o", "erp.h5"]
    #expect(try EvokeRun(erp + ["--reject-ptp", "100uV"], in: folder).status == 0)
    #expect(try EvokedArchive.read(folder.path("erp.h5")).conditions[0].count < 40)
  }

  @Test("What a format cannot hold ends with status 1 and leaves nothing")
  func impossible() throws {
    for arguments in [
      ["--noise-level", "1e12", "--set", "noise=1e12"], ["--set", "rate_hz=333.3333"], ["--set", "C=1e29"],
    ] {
      let folder = try TemporaryFolder()
      let start = ["simulate", "--set", "montage=biosemi16", "--set", "trials=2", "--recording", "r.edf"]
      let run = try EvokeRun(start + arguments, in: folder)
      #expect(run.status == 1 && run.errors.contains("r.edf"), "\(run.errors)")
      #expect(try folder.names.isEmpty)
    }
  }
}
