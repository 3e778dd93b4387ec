import EEGArchive
import Foundation
import HDF5
import TestSupport
import Testing

/// `evoke snpe`, as a shell runs it.
@Suite("Sequential estimation by the command")
struct SequentialCommandTests {
  let folder: TemporaryFolder

  /// A prior, an observation, and a simulator in the language of the shell, which gives prepared data that tell nothing
  /// of the parameters.
  init() throws {
    folder = try TemporaryFolder()
    try write("prior.h5") { file in
      let prior = try file.createGroup("prior")
      try prior.setAttribute("kind", "box")
      try prior.setAttribute("names", ["a", "b"])
      try prior.createDataset("lower", of: Double.self, shape: [2]).write([-3, 1] as [Double])
      try prior.createDataset("upper", of: Double.self, shape: [2]).write([3, 2] as [Double])
    }
    try PairFiles(folder: folder).writeObservations([0.1, -0.2, 0.3], "x.h5", shape: [1, 3])
    try prepare("data.h5", count: 80)
    try script("sim.sh", "echo \"$@\" >> calls; cp data.h5 \"$2\"")
  }

  private func write(_ name: String, _ body: (HDF5File) throws -> Void) throws {
    let file = try HDF5File(creating: folder.path(name))
    try body(file)
    try file.commit()
  }

  /// Data of simulations; some are not finite, and `/ok` says of others that they failed.
  private func prepare(_ name: String, count: Int, spoilt: Int = 0, failed: Int = 0, axes: [Int] = [3]) throws {
    let size = axes.reduce(1, *)
    let x = SampleFiles.normals(count * size, seed: 3).enumerated().map { $0 / size < spoilt ? .nan : Float($1) }
    try write(name) { file in
      try file.createDataset("x", of: Float.self, shape: [count] + axes).write(x)
      if failed > 0 {
        try file.createDataset("ok", of: UInt8.self, shape: [count])
          .write((0..<count).map { $0 >= count - failed ? UInt8(0) : 1 })
      }
    }
  }

  private func script(_ name: String, _ text: String) throws {
    try text.write(toFile: folder.path(name), atomically: true, encoding: .utf8)
  }

  private static let quick = [
    "--simulations", "80", "--set-model", "training.epochs=2", "--set-model", "density.hidden=8", "--predict", "0",
  ]
  private static let program = ["--simulator", "sh sim.sh", "--prior", "prior.h5"]

  private func run(_ arguments: [String]) throws -> EvokeRun {
    try EvokeRun(["snpe", "--observation", "x.h5"] + Self.quick + arguments, in: folder)
  }

  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }

  @Test("A line a round, weights that say what they are for, draws and pairs", arguments: ["tsnpe", "snpe-c"])
  func whole(method: String) throws {
    let made = try run(
      Self.program + [
        "--method", method, "--rounds", "3", "-o", "w.h5", "--samples", "s.h5", "-n", "500", "--pairs", "p.h5",
      ])
    #expect(made.status == 0, "\(made.errors)")
    let lines = made.output.split(separator: "\n")
    #expect(lines.count == 4)
    for round in 1...3 {
      #expect(lines[round - 1].hasPrefix("round \(round) of 3: 80 simulations, 0 failed, "))
      #expect(lines[round - 1].contains("acceptance") == (method == "tsnpe" && round > 1))
      #expect(lines[round - 1].contains("2 epochs, validation loss "))
    }
    let info = try EvokeRun(["info", "w.h5"], in: folder)
    #expect(info.output.contains("for one observation, of x.h5: \(method), 3 rounds of 80 simulations"))
    let draws = try PosteriorArchive(reading: folder.path("s.h5"))
    #expect(draws.parameters.map(\.name) == ["a", "b"] && draws.drawCount == 500)
    #expect(stride(from: 0, to: 1000, by: 2).allSatisfy { abs(draws.samples[$0]) <= 3 })
    #expect(stride(from: 1, to: 1000, by: 2).allSatisfy { (1...2).contains(draws.samples[$0]) })
    let pairs = try SimulationsArchive(folder.path("p.h5"))
    #expect(pairs.count == 240 && pairs.dataShape == [3])
    let prepared = try SimulatorFiles.readData(folder.path("data.h5"), count: 80).values
    #expect(try pairs.x() == prepared + prepared + prepared)
    // One call a round, whose folders are gone.
    let calls = try String(contentsOfFile: folder.path("calls"), encoding: .utf8).split(separator: "\n")
    #expect(calls.count == 3)
    for name in calls.flatMap({ $0.split(separator: " ") }) {
      #expect(!FileManager.default.fileExists(atPath: (String(name) as NSString).deletingLastPathComponent))
    }
  }

  @Test("The same seed gives the same bytes for any number of threads, another one others")
  func repeatable() throws {
    for (name, arguments) in [("1", ["--threads", "1"]), ("2", ["--threads", "2"]), ("3", ["--seed", "2"])] {
      let made = try run(
        Self.program + ["--rounds", "2", "-o", "w\(name).h5", "--pairs", "p\(name).h5"] + arguments)
      #expect(made.status == 0, "\(made.errors)")
    }
    for kind in ["w", "p"] {
      #expect(try bytes("\(kind)1.h5") == bytes("\(kind)2.h5"))
      #expect(try bytes("\(kind)1.h5") != bytes("\(kind)3.h5"))
    }
  }

  @Test("Another observation than the posterior is for is remarked")
  func anotherObservation() throws {
    #expect(try run(Self.program + ["--rounds", "1", "-o", "w.h5"]).status == 0)
    let same = try EvokeRun(["sample", "w.h5", "--observation", "x.h5", "-n", "10", "-o", "s.h5"], in: folder)
    #expect(same.status == 0 && same.errors.isEmpty, "\(same.errors)")
    try PairFiles(folder: folder).writeObservations([0.1, -0.2, 0.4], "y.h5", shape: [1, 3])
    let other = try EvokeRun(["sample", "w.h5", "--observation", "y.h5", "-n", "10", "-o", "s.h5"], in: folder)
    #expect(other.status == 0 && other.errors.contains("for one observation, of x.h5"))
  }

  @Test("The last round is checked: whether the observation is typical, and what the posterior predicts")
  func checked() throws {
    // Data of 40 simulations, for a round as for the check.
    try prepare("data.h5", count: 40)
    let training = ["training.epochs=2", "density.hidden=8"].flatMap { ["--set-model", $0] }
    let options = Self.program + training + ["--simulations", "40", "--rounds", "1", "--ensemble", "2"]
    func made(_ arguments: String...) throws -> EvokeRun {
      let run = try EvokeRun(["snpe", "--observation", "x.h5"] + options + arguments, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      return run
    }
    let run = try made("--predict", "40", "-o", "w.h5", "--samples", "s.h5", "-n", "100")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[1].contains("ensemble of 2, for one observation"))
    #expect(lines[2].hasPrefix("x.h5: predictive p ") && run.errors.isEmpty, "\(run.errors)")
    let found = try PosteriorArchive(reading: folder.path("s.h5"))
    #expect(found.diagnostics.predictiveP?.count == 1 && found.diagnostics.mahalanobisDistance?.count == 1)
    #expect(found.predictive?.median.count == 3)
    let report = try #require(try made("--predict", "40", "-o", "w.h5", "--json").json() as? [String: Any])
    #expect(report["predictive_p"] as? Double == found.diagnostics.predictiveP?[0])
    #expect(report["out_of_distribution_p"] as? Double == found.diagnostics.outOfDistributionP?[0])
    // The data of 200 simulations are wanted, which there are not: the rounds stay what they are.
    let failed = try made("-o", "v.h5")
    #expect(failed.errors.contains("there is no predictive check") && failed.errors.contains("200 rows"))
    #expect(try bytes("v.h5") == bytes("w.h5"))
  }

  @Test("Failed simulations are counted, and many are warned of")
  func failures() throws {
    try prepare("data.h5", count: 80, spoilt: 10, failed: 5)
    var made = try run(Self.program + ["--rounds", "1", "-o", "w.h5"])
    #expect(made.output.contains("80 simulations, 15 failed") && made.errors.isEmpty, "\(made.errors)")
    try prepare("data.h5", count: 80, spoilt: 10, failed: 20)
    made = try run(Self.program + ["--rounds", "1", "-o", "w.h5", "--json"])
    #expect(made.status == 0 && made.errors.contains("simulations that succeed"), "\(made.errors)")
    let report = try #require(try made.json() as? [String: Any])
    let rounds = try #require(report["rounds"] as? [[String: Any]])
    #expect(rounds.count == 1 && rounds[0]["failed"] as? Int == 30 && report["weights"] as? String == "w.h5")
  }

  @Test(
    "A program that fails, or writes something else, ends with what it said",
    arguments: [
      ("echo out of order >&2; exit 3", ["status 3", "out of order"]), ("kill -9 $$", ["signal 9"]),
      ("true", ["did not write"]), ("cp prior.h5 $2", ["/x", "/prior"]), ("cp sim.sh $2", ["cannot be read"]),
      ("cp few.h5 $2", ["80 rows"]), ("cp wide.h5 $2", ["[4]", "[3]"]), ("cp bad.h5 $2", ["80 failed"]),
    ])
  func programs(text: String, words: [String]) throws {
    try prepare("few.h5", count: 79)
    try prepare("wide.h5", count: 80, axes: [4])
    try prepare("bad.h5", count: 80, spoilt: 80)
    try script("sim.sh", text)
    let before = try folder.names
    let made = try run(Self.program + ["-o", "w.h5"])
    #expect(made.status == 1 && made.output.isEmpty)
    for word in words { #expect(made.errors.contains(word), "\(made.errors)") }
    #expect(try folder.names == before)
  }

  @Test(
    "A wrong command line ends with status 64 and says what is wrong",
    arguments: [
      ([], "--simulator"), (["--simulator", "true"], "--prior"), (["--prior", "prior.h5"], "--simulator"),
      (program + ["--set", "C=100"], "leave out"), (program + ["--rounds", "0"], "rounds"),
      (program + ["--simulations", "0"], "simulations"), (program + ["--quantile", "0.7"], "quantile"),
      (program + ["--atoms", "1"], "atoms"), (program + ["--method", "npe"], "npe"), (program + ["-n", "0"], "-n 0"),
      (program + ["--set-model", "nosuch=1"], "nosuch"), (program + ["--samples", "s.txt"], "s.txt"),
    ] as [([String], String)])
  func usage(arguments: [String], word: String) throws {
    let made = try EvokeRun(["snpe", "--observation", "x.h5", "-o", "w.h5"] + arguments, in: folder)
    #expect(made.status == 64 && made.output.isEmpty)
    #expect(made.errors.hasPrefix("evoke: ") && made.errors.contains(word), "\(made.errors)")
  }

  @Test("An observation is chosen by its row, and one of another shape is refused")
  func observations() throws {
    try PairFiles(folder: folder).writeObservations([9, 9, 9, 0.1, -0.2, 0.3], "two.h5", shape: [2, 3])
    func made(_ arguments: String...) throws -> EvokeRun {
      try EvokeRun(["snpe", "-o", "w.h5", "--rounds", "1"] + Self.program + Self.quick + arguments, in: folder)
    }
    #expect(try made("--observation", "two.h5").errors.contains("--row"))
    #expect(try made("--observation", "two.h5", "--row", "2").errors.contains("0 to 1"))
    #expect(try made("--observation", "two.h5", "--row", "1").status == 0)
    let sampled = try EvokeRun(["sample", "w.h5", "--observation", "x.h5", "-n", "10", "-o", "s.h5"], in: folder)
    #expect(sampled.errors.isEmpty, "\(sampled.errors)")
    // Without an axis of observations.
    try PairFiles(folder: folder).writeObservations([0.1, -0.2, 0.3], "flat.h5", shape: [3])
    #expect(try made("--observation", "flat.h5").status == 0)
  }

  @Test("An observation of several records is one of them all, and the simulator makes as many")
  func records() throws {
    try PairFiles(folder: folder).writeObservations(
      [0.1, -0.2, 0.3, 0.5, 0.4, -0.1], "several.h5", shape: [1, 2, 3])
    try prepare("data.h5", count: 80, axes: [2, 3])
    let run = try EvokeRun(
      ["snpe", "--observation", "several.h5", "--records", "--rounds", "2", "-o", "w.h5"] + Self.quick + Self.program,
      in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let info = try EvokeRun(["info", "w.h5"], in: folder).output
    #expect(info.contains("embedding identity of each record") && info.contains("observations of up to 2 records"))
    // The same two records in the other order are the same observation to the network, but for rounding.
    try PairFiles(folder: folder).writeObservations(
      [0.5, 0.4, -0.1, 0.1, -0.2, 0.3], "turned.h5", shape: [1, 2, 3])
    func samples(_ name: String) throws -> [Double] {
      let run = try EvokeRun(["sample", "w.h5", "--observation", name, "-n", "50", "-o", "s.h5"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      return try PosteriorArchive(reading: folder.path("s.h5")).samples
    }
    #expect(zip(try samples("several.h5"), try samples("turned.h5")).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("The model of evoke simulate is a simulator, with its channels, prior and noise")
  func model() throws {
    let settings = ["--set", "montage=biosemi16", "--noise-level", "0.5"]
    let simulated = try EvokeRun(["simulate", "--count", "3", "-o", "sims.h5"] + settings, in: folder)
    #expect(simulated.status == 0, "\(simulated.errors)")
    let made = try EvokeRun(
      ["snpe", "--observation", "sims.h5", "--row", "1", "--rounds", "2", "--embedding", "cnn", "-o", "w.h5"]
        + Self.quick + settings, in: folder)
    #expect(made.status == 0, "\(made.errors)")
    let weights = try WeightsArchive(reading: folder.path("w.h5"))
    let source = try SimulationsArchive(folder.path("sims.h5"))
    #expect(weights.prior?.group == source.prior && weights.targets.map(\.name) == source.parameters.map(\.name))
    #expect(weights.input?.channels.count == 16 && weights.data.noiseLevel == 0.5)
    let drawn = try EvokeRun(["sample", "w.h5", "--observation", "sims.h5", "-n", "50", "-o", "s.h5"], in: folder)
    #expect(drawn.status == 0, "\(drawn.errors)")
    let other = try EvokeRun(
      ["snpe", "--observation", "x.h5", "--set", "montage=biosemi16", "-o", "v.h5"] + Self.quick, in: folder)
    #expect(other.status == 1 && other.errors.contains("[16, ") && other.errors.contains("[3]"), "\(other.errors)")
  }
}
