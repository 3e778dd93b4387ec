import Foundation
import TestSupport
import Testing

/// What people get wrong with `evoke simulate` and `evoke merge`.
@Suite("Mistakes with simulations")
struct SimulateMistakeTests {
  private static let job = ["simulate", "--set", "montage=biosemi16", "--count", "2", "-o", "x.h5"]

  private func expectMistake(_ arguments: [String], status: Int32, in folder: TemporaryFolder) throws {
    let before = try folder.names
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.hasPrefix("evoke: "))
    #expect(!run.errors.contains("Fatal"))
    #expect(run.output.isEmpty)
    #expect(try folder.names == before)
  }

  @Test(
    "A wrong command line ends with status 64 and says what is wrong",
    arguments: [
      ["simulate"], ["simulate", "-o", "x.txt"], ["simulate", "-o", ".h5"], ["simulate", "--recording", "r.txt"],
      ["simulate", "--recording", "r.edf", "--shard", "1/2"], ["simulate", "--recording", "r.edf", "--resume"],
      ["simulate", "--recording", "r.edf", "--simulation", "-1"],
      ["simulate", "--recording", "r.edf", "--simulation", "4294967295"],
      ["merge"], ["merge", "-o", "x.h5"], ["merge", "a.h5", "-o", "x.txt"], ["merge", "a.h5"],
    ])
  func usage(arguments: [String]) throws {
    try expectMistake(arguments, status: 64, in: TemporaryFolder())
  }

  @Test(
    "A wrong option of a job ends with status 64",
    arguments: [
      "--count 0", "--count -5", "--count 99999999999999999999", "--count 4294967296", "--threads 0", "--threads -1",
      "--seed -1", "--seed 18446744073709551616", "--protocol foo", "--blinks -1", "--blinks nan", "--blinks 1000",
      "--shard 0/0", "--shard 0/3", "--shard 3/2", "--shard a", "--shard 1", "--shard 1/2/3", "--shard -1/2",
      "--shard 1/99999999999", "--shard 9223372036854775807/9223372036854775807", "--shard 4294967295/4294967296",
      "--noise-level", "--noise-level a", "--noise-level -1", "--noise-level 0 0", "--noise-level nan",
      "--noise-level 1e300", "--noise-events a", "--noise-window 0:1",
      "--noise-from x.edf --noise-window 5:1", "--noise-from x.edf --noise-window 1",
      "--noise-from x.edf --noise-window a:b", "--resume=yes", "--nosuch",
    ])
  func options(text: String) throws {
    let arguments = text.split(separator: " ").map(String.init)
    try expectMistake(Self.job + arguments, status: 64, in: TemporaryFolder())
  }

  @Test(
    "A setting that makes no sense ends with status 64 and one line",
    arguments: [
      "C", "=3", "C=", "C=abc", "C=nan", "C=inf", "C=1e400", "C=1e31", "nosuch=1", "protocol=deepjr", " protocol=x",
      "C=box(5,1)", "C=box(5)", "C=normal(5,-1)", "C=normal(1e308,1e308)", "C=lognormal(1000,1)", "C=gamma(1,2)",
      "C=[1]", "A_e.2=3", "A_e.1=3", "K.1.1=3", "azimuth=none", "depth=1.5", "depth=-0.1", "depth=normal(0.5,1)",
      "I_width=0", "I_width=box(-1, 1)", "trials=1e9", "trials=0", "noise=-1", "p_noise=1", "p_noise=-1", "rate_hz=0",
      "rate_hz=nan", "rate_hz=-256", "rate_hz=1e300", "steps_per_sample=0", "steps_per_sample=1e9",
      "steps_per_sample=1.5", "tmin_s=2", "tmin_s=-1e300", "tmin_s=-1.5", "tmax_s=1e300", "tmax_s=1e9", "tmax_s=nan",
      "settle_s=-1", "settle_s=1e300", "settle_s=1e12", "regions=0", "regions=20", "interval_s=0", "interval_s=-1",
      "interval_s=1e300", "interval_s=1e-300", "decimation=2", "model.decimation=last", "observation.decimation=1.5",
      "method=foo", "shape=square", "sampling=halton", "simulated_trials=some", "arithmetic=exact", "kind=pink",
      "shells=two", "radius_m=0", "radius_m=nan", "levels=[]", "levels=3", "levels=[-1]", "levels=[1, 1]",
      "levels=[1e300]", "blinks_per_minute=-1", "filter_hz=[1]", "filter_hz=fast", "baseline_s=[1]", "detrend=cubic",
      "reference=3", "reject=[\"foo\"]", "reject=[\"ptp=100uV\"]", "average=mode", "average=median", "model=none",
      "parameters=[1]", "noise.realistic=none", "routing=up", "leadfield=file.h5", "portable=true",
    ])
  func settings(text: String) throws {
    let folder = try TemporaryFolder()
    try expectMistake(Self.job + ["--set", text], status: 64, in: folder)
  }

  @Test(
    "Settings that are wrong together end with a message, never with a trap",
    arguments: [
      ["simulated_trials=all", "trials=1e6"], ["simulated_trials=all", "interval_s=1e6"],
      ["simulated_trials=all", "trials=box(1, 3)"], ["rate_hz=1000000", "steps_per_sample=100000"],
      ["p_noise=1", "method=eulerMaruyama"], ["filter_hz=[1, 40]", "tmax_s=1.5"],
      ["filter_hz=[0.5, 40]", "interval_s=1e6"],
    ])
  func combinations(settings: [String]) throws {
    try expectMistake(Self.job + settings.flatMap { ["--set", $0] }, status: 64, in: TemporaryFolder())
  }

  @Test(
    "What a montage, a rate or a recording does not allow ends with status 1",
    arguments: [
      ["filter_hz=[1, 500]"], ["filter_hz=[40, 1]"], ["filter_hz=[-1, 40]"], ["filter_hz=[0.0001, 40]"],
      ["baseline_s=[5, 6]"], ["baseline_s=[0.1, 0]"],
      ["observation.decimation=0"], ["observation.decimation=-3"], ["observation.decimation=100000"],
      ["reference=nosuch"], ["reference=mastoids"], ["reference="], ["kind=measured"], ["rate_hz=1"],
      ["simulated_trials=all", "trials=1", "tmax_s=2"], ["simulated_trials=all", "tmax_s=80"],
      ["simulated_trials=all", "interval_s=0.004"], ["tmax_s=40"],
    ])
  func impossible(settings: [String]) throws {
    try expectMistake(Self.job + settings.flatMap { ["--set", $0] }, status: 1, in: TemporaryFolder())
  }

  @Test(
    "Files that are missing, empty, folders or something else end with status 1 and their name",
    arguments: [
      "--settings missing.json", "--settings empty", "--settings folder", "--settings list.json",
      "--settings unknown.json", "--settings protocol.json", "--settings bytes.json", "--settings text.json",
      "--montage missing.elc", "--montage empty", "--montage folder", "--montage wrong.csv", "--montage empty.sfp",
      "--leadfield missing.h5", "--leadfield empty", "--leadfield folder", "--leadfield epochs.h5",
      "--noise-from missing.edf", "--noise-from empty", "--noise-from folder", "--noise-from list.json",
      "--noise-from epochs.h5", "-o nosuch/x.h5",
    ])
  func files(text: String) throws {
    let folder = try TemporaryFolder()
    for (name, content) in [
      ("empty", ""), ("empty.sfp", ""), ("list.json", "[1]"), ("unknown.json", #"{"model": {"speed": 1}}"#),
      ("protocol.json", #"{"protocol": "foo"}"#), ("text.json", #"{"parameters": {"A_e": "abc"}}"#),
      ("wrong.csv", "a,b\n1,2\n"),
    ] {
      try Data(content.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
    }
    try Data([0xFF, 0xFE, 0x7B]).write(to: URL(fileURLWithPath: folder.path("bytes.json")))
    try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: TestFiles.fixture("h5py_small.h5"), toPath: folder.path("epochs.h5"))
    let arguments = text.split(separator: " ").map(String.init)
    for extra in [[], ["--set", "C=130"]] {
      // The last output counts.
      try expectMistake(["simulate", "--count", "2", "-o", "x.h5"] + extra + arguments, status: 1, in: folder)
      let run = try EvokeRun(["simulate", "--count", "2", "-o", "x.h5"] + extra + arguments, in: folder)
      #expect(run.errors.contains(arguments[1]) && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
  }

  @Test("A settings file of one protocol under the name of another is refused, and names with all letters are read")
  func protocols() throws {
    let folder = try TemporaryFolder()
    let printed = try folder.simulate(["--protocol", "deepjr", "--print-settings"]).output
    try printed.write(toFile: folder.path("名 ü.json"), atomically: true, encoding: .utf8)
    let other = ["simulate", "--settings", "名 ü.json", "--protocol", "physiological", "--print-settings"]
    try expectMistake(other, status: 64, in: folder)
    let same = ["simulate", "--settings", "名 ü.json", "--protocol", "deepjr", "--print-settings"]
    #expect(try EvokeRun(same, in: folder).output == printed)
    try folder.simulate(["--count", "1", "-o", "données 名.h5"])
    #expect(try EvokeRun(["info", "données 名.h5"], in: folder).output.contains("1 simulation, 0 failed"))
  }

  /// Options that may be combined, of which many are wrong alone and more together.
  private static let random: [[String]] = [
    ["--set", "C=box(60, 1400)"], ["--set", "A_e=normal(3, 9)"], ["--set", "A_e=0"], ["--set", "b_e=-100"],
    ["--set", "b_i=1e9"], ["--set", "q=-3"], ["--set", "q=0"], ["--set", "azimuth=normal(0, 300)"],
    ["--set", "elevation=box(-90, 90)"], ["--set", "depth=box(0, 0.99)"], ["--set", "depth=0"], ["--set", "tilt=90"],
    ["--set", "I_onset=-0.1"], ["--set", "I_onset=-20"], ["--set", "I_onset=box(-1, 1)"], ["--set", "I_width=1e-9"],
    ["--set", "I_width=9"], ["--set", "I=0"], ["--set", "I=-400"], ["--set", "trials=1.5"], ["--set", "trials=3"],
    ["--set", "noise=0"], ["--set", "p=300"], ["--set", "p_noise=3"], ["--set", "method=eulerMaruyama"],
    ["--set", "method=splitting"], ["--set", "method=rungeKutta4"], ["--set", "steps_per_sample=1"],
    ["--set", "rate_hz=77.7"], ["--set", "rate_hz=31"], ["--set", "rate_hz=512"], ["--set", "model.decimation=mean"],
    ["--set", "settle_s=0"], ["--set", "settle_s=0.2"], ["--set", "settle_s=0.3333"], ["--set", "interval_s=0.9"],
    ["--set", "interval_s=0.1"], ["--set", "interval_s=1.3"], ["--set", "simulated_trials=all"],
    ["--set", "shape=pulse"], ["--set", "shells=three"], ["--set", "montage=1020-19"], ["--set", "kind=white"],
    ["--set", "kind=measured"], ["--set", "levels=[0]"], ["--set", "levels=[3, 0, 1]"], ["--blinks", "20"],
    ["--set", "tmin_s=0"], ["--set", "tmin_s=0.05"], ["--set", "tmin_s=-0.333"], ["--set", "tmax_s=0.1"],
    ["--set", "tmax_s=0"], ["--set", "tmax_s=-0.05"], ["--set", "tmax_s=1.3"], ["--set", "baseline_s=none"],
    ["--set", "baseline_s=[null, null]"], ["--set", "baseline_s=[-0.1, 0]"], ["--set", "detrend=linear"],
    ["--set", "detrend=constant"], ["--set", "observation.decimation=2"], ["--set", "observation.decimation=50"],
    ["--set", "filter_hz=[1, 30]"], ["--set", "filter_hz=[null, 20]"], ["--set", "filter_hz=[2, null]"],
    ["--set", "reference=none"], ["--set", "reference=Cz"], ["--set", "reference=Cz,Pz"],
    ["--set", "reject=[\"ptp=30uV\"]"], ["--set", "reject=[\"flat=1uV\", \"step=5uV\"]"], ["--set", "average=median"],
    ["--set", "sampling=random"], ["--portable"], ["--keep-sources"], ["--protocol", "deepjr"], ["--threads", "3"],
    ["--shard", "2/2"], ["--shard", "1/3"], ["--simulation", "7"], ["--recording", "r.edf"], ["--recording", "r.bdf"],
    ["--noise-from", TestFiles.fixture("oddball.edf")], ["--noise-from", TestFiles.fixture("gaps.edf")],
    ["--noise-window", "-0.3:0.1"], ["--montage", "1020-21"], ["--json"],
  ]

  @Test("Random combinations of options end with status 0, 1 or 64, and mistakes leave no file", arguments: 0..<200)
  func random(number: Int) throws {
    var random = SplitMix64(seed: UInt64(number))
    var options: [String] = []
    for _ in 0..<Int.random(in: 1...6, using: &random) { options += Self.random.randomElement(using: &random) ?? [] }
    let folder = try TemporaryFolder()
    let start = ["simulate", "--set", "montage=biosemi16", "--count", "3", "-o", "x.h5", "--set", "trials=4"]
    let run = try EvokeRun(start + options, in: folder)
    #expect([0, 1, 64].contains(run.status), "\(options): \(run.errors.prefix(2000))")
    #expect(!run.errors.contains("Fatal") && !run.errors.contains("crash"))
    if run.status == 0 {
      #expect(try folder.names.contains("x.h5"), "\(options)")
      #expect(try EvokeRun(["info", "x.h5"], in: folder).status == 0)
    } else {
      #expect(run.errors.hasPrefix("evoke: ") || run.errors.contains("\nevoke: "))
      let left = try folder.names
      #expect(left.isEmpty, "\(options): \(left)")
    }
  }
}
