import EEGArchive
import Foundation
import TestSupport
import Testing

/// `evoke evaluate -o`, and `evoke info` and `evoke plot` of what it and `evoke train` write.
@Suite("Estimates and figures of networks")
struct EstimatesCommandTests {
  let folder: TemporaryFolder

  /// Simulations, weights and estimates, made once: a network is not trained for every test.
  private static let made = Result { () throws -> [String: Data] in
    let folder = try TemporaryFolder()
    for arguments in [
      ["simulate", "--count", "60", "--montage", "1020-19", "--noise-level", "0", "2500", "-o", "sims.h5"],
      [
        "train", "sims.h5", "--model", "eegtransformer", "--uncertainty", "--targets", "b_e,A_i*a_4*C", "--set",
        "network.width=16", "--set", "network.feed_forward=16", "--set", "network.head_width=16", "--set",
        "components=8", "--epochs", "3", "--seed", "5", "-o", "w.h5",
      ],
      ["evaluate", "w.h5", "sims.h5", "-o", "e.h5"],
    ] {
      let run = try EvokeRun(arguments, in: folder)
      #expect(run.status == 0, "\(run.errors)")
    }
    return try Dictionary(
      uniqueKeysWithValues: ["sims.h5", "w.h5", "e.h5"].map { name in
        (name, try Data(contentsOf: URL(fileURLWithPath: folder.path(name))))
      })
  }

  init() throws {
    folder = try TemporaryFolder()
    for (name, bytes) in try Self.made.get() { try bytes.write(to: URL(fileURLWithPath: folder.path(name))) }
  }

  private func run(_ arguments: String...) throws -> EvokeRun {
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    return run
  }

  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }

  @Test("The archive holds what was printed of: correlation, R², errors and coverage come out of it again")
  func numbers() throws {
    let printed = try #require(
      run("evaluate", "w.h5", "sims.h5", "--json", "-o", "e.h5").json() as? [String: Any])
    let archive = try EstimatesArchive(reading: folder.path("e.h5"))
    let targets = try #require(printed["targets"] as? [[String: Any]])
    #expect(archive.targets.map(\.name) == ["b_e", "A_i*a_4*C"])
    #expect(archive.targets.map(\.unit) == ["1/s", "mV"])
    #expect(archive.simulations.count == printed["simulations"] as? Int)
    let deviation = try #require(archive.deviation)
    for (number, target) in targets.enumerated() {
      let column = stride(from: number, to: archive.truth.count, by: 2)
      let (truth, estimates) = (column.map { archive.truth[$0] }, column.map { archive.estimate[$0] })
      let n = Double(truth.count)
      let (truthMean, mean) = (truth.reduce(0, +) / n, estimates.reduce(0, +) / n)
      let product = zip(truth, estimates).reduce(0) { $0 + ($1.0 - truthMean) * ($1.1 - mean) }
      let (truthSquare, square) = (
        truth.reduce(0) { $0 + pow($1 - truthMean, 2) }, estimates.reduce(0) { $0 + pow($1 - mean, 2) }
      )
      let error = zip(truth, estimates).reduce(0) { $0 + pow($1.0 - $1.1, 2) }
      func isClose(_ key: String, _ value: Double) -> Bool { abs((target[key] as? Double ?? .nan) - value) < 1e-9 }
      #expect(isClose("pearson", product / (truthSquare * square).squareRoot()))
      #expect(isClose("r2", 1 - error / truthSquare))
      let range = (truth.max() ?? 0) - (truth.min() ?? 0)
      #expect(isClose("nrmse", (error / n).squareRoot() / range))
      let covered = column.count { abs(archive.truth[$0] - archive.estimate[$0]) <= 1.6448536269514722 * deviation[$0] }
      #expect(isClose("coverage_90", Double(covered) / n))
    }
  }

  @Test("Truths are the parameters of the rows that the archive names, products with their fixed factor")
  func truth() throws {
    let archive = try EstimatesArchive(reading: folder.path("e.h5"))
    let data = try SimulationsArchive(folder.path("sims.h5"))
    let theta = try data.theta()
    let columns = try ["b_e", "A_i", "a_4"].map { name in
      try #require(data.parameters.firstIndex { $0.name == name })
    }
    for (row, simulation) in archive.simulations.enumerated() {
      let values = columns.map { theta[simulation * data.parameters.count + $0] }
      #expect(archive.truth[2 * row] == values[0])
      // C is 135 in this protocol.
      #expect(abs(archive.truth[2 * row + 1] - values[1] * values[2] * 135) < 1e-9)
    }
    let split = try WeightsArchive(reading: folder.path("w.h5")).data.split
    #expect(archive.simulations == split.indices.filter { split[$0] == 2 })
  }

  @Test("The settings say where the estimates come from, and the same run gives the same bytes")
  func settings() throws {
    _ = try run("evaluate", "w.h5", "sims.h5", "--noise-level", "2500", "--threads", "1", "-o", "e.h5")
    _ = try run("evaluate", "w.h5", "./sims.h5", "--noise-level", "2500", "--threads", "2", "-o", "again.h5")
    #expect(try bytes("e.h5") == bytes("again.h5"))
    _ = try run("evaluate", "w.h5", "sims.h5", "-o", "first.h5")
    #expect(try bytes("e.h5") != bytes("first.h5"))
    let text = try EstimatesArchive(reading: folder.path("e.h5")).settings
    let settings = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(settings["verb"] as? String == "evaluate")
    #expect(settings["weights"] as? String == "w.h5")
    #expect(settings["data"] as? String == "sims.h5")
    #expect(settings["split"] as? String == "test")
    #expect(settings["noise_level"] as? Double == 2500)
    #expect(settings["seed"] as? Int == 5)
    #expect((settings["model"] as? [String: Any])?["preset"] as? String == "default")
    #expect((settings["data_settings"] as? [String: Any])?["verb"] as? String == "simulate")
    #expect(
      try settings["data_fingerprint"] as? String == WeightsArchive(reading: folder.path("w.h5")).data.fingerprint)
  }

  @Test("info knows the kind, what was estimated, and of what")
  func info() throws {
    let lines = try run("info", "e.h5").output
    #expect(
      lines == """
        e.h5: EVOKE, estimates, with uncertainty
          6 simulations (test) of sims.h5, noise level 0
          by eegtransformer, preset default, w.h5
          estimates b_e (1/s), A_i*a_4*C (mV)

        """)
    let report = try #require(run("info", "--json", "e.h5").json() as? [[String: Any]])[0]
    #expect(report["format"] as? String == "EVOKE" && report["kind"] as? String == "estimates")
    #expect(report["simulations"] as? Int == 6 && report["uncertainty"] as? Bool == true)
    #expect((report["targets"] as? [[String: String]])?.last == ["name": "A_i*a_4*C", "unit": "mV"])
    #expect((report["settings"] as? [String: Any])?["split"] as? String == "test")
  }

  @Test("A file that another program wrote with less in its settings is shown and drawn")
  func otherProgram() throws {
    let archive = EstimatesArchive(
      targets: [.init("a")], simulations: [0, 1, 2], estimate: [1, 2, 3], truth: [1.1, 1.9, 3], settings: "none")
    try archive.write(to: folder.path("other.h5"))
    #expect(
      try run("info", "other.h5").output
        == "other.h5: EVOKE, estimates\n  3 simulations\n  estimates a\n")
    _ = try run("plot", "other.h5", "-o", "other.svg")
    #expect(
      try String(contentsOfFile: folder.path("other.svg"), encoding: .utf8).contains("<text>3 simulations</text>"))
  }

  @Test("Weights and estimates have their figures, whose titles say what they are, with the scores that were printed")
  func figures() throws {
    let printed = try run("evaluate", "w.h5", "sims.h5", "-o", "e.h5").output
    #expect(try run("plot", "w.h5", "-o", "w.svg").output == "wrote w.svg\n")
    let training = try String(contentsOfFile: folder.path("w.svg"), encoding: .utf8)
    let loss = try WeightsArchive(reading: folder.path("w.h5")).curve
    let best = try #require(loss.bestEpoch)
    for text in [
      "eegtransformer, preset default",
      String(format: " loss %.4g in epoch \(best + 1) of 3", loss.validationLoss[best]),
      "Loss: negative log density", "best epoch \(best + 1)",
    ] {
      #expect(training.contains(text), "\(text)")
    }
    _ = try run("plot", "e.h5", "-o", "e.svg", "--kind", "estimates", "--title", "Six of them", "--seed", "3")
    let estimates = try String(contentsOfFile: folder.path("e.svg"), encoding: .utf8)
    for text in ["Six of them", "6 simulations (test) of sims.h5, noise level 0", "b_e (1/s)", "90 % interval"] {
      #expect(estimates.contains(text), "\(text)")
    }
    // r of the first row of the table.
    let row = try #require(printed.split(separator: "\n").first { $0.contains("  b_e") })
    let r = try #require(row.split(separator: " ").dropFirst().first).replacing("-", with: "−")
    #expect(estimates.contains(">r \(r) ["))
  }

  @Test("A run that was stopped has a figure, too")
  func unfinished() throws {
    _ = try run(
      "train", "sims.h5", "--model", "lstm", "--set", "hidden=8", "--epochs", "4", "--stop-after", "1", "-o", "l.h5")
    _ = try run("plot", "l.h5.partial", "-o", "l.svg")
    let figure = try String(contentsOfFile: folder.path("l.svg"), encoding: .utf8)
    #expect(figure.contains("in epoch 1 of 1, unfinished"))
    #expect(figure.contains("Loss: mean squared error"))
  }

  @Test(
    "Options of other figures, and files without the figure, are refused with what to do",
    arguments: [
      (["plot", "w.h5", "--channels", "Cz", "-o", "x.svg"], 64, "w.h5: --channels belongs to figures of evoked"),
      (["plot", "w.h5", "--tmin", "0", "--limit", "3", "-o", "x.svg"], 64, "--tmin, --limit belong to"),
      (["plot", "w.h5", "--kind", "training", "--negative-up", "-o", "x.svg"], 64, "--width, --height and --title"),
      (["plot", "e.h5", "--order", "amplitude", "-o", "x.svg"], 64, "e.h5: --order belongs"),
      (["plot", "e.h5", "--kind", "estimates", "--conditions", "a", "-o", "x.svg"], 64, "--conditions belongs"),
      (["plot", "e.h5", "--times", "0.1", "-o", "x.svg"], 64, "--kind maps"),
      (["plot", "w.h5", "--seed", "2", "-o", "x.svg"], 64, "--seed belongs to figures of estimates"),
      (["plot", "e.h5", "--kind", "butterfly", "-o", "x.svg"], 1, "e.h5: holds estimates"),
      (["plot", "w.h5", "--kind", "estimates", "-o", "x.svg"], 1, "w.h5: holds weights"),
      (["plot", "sims.h5", "-o", "x.svg"], 1, "nor weights or estimates"),
      (["plot", "w.h5", "--width", "150", "-o", "x.svg"], 1, "at least 300 by 320"),
      (["plot", "e.h5", "--width", "150", "-o", "x.svg"], 1, "e.h5: 2 panels need a page of at least"),
      (["evaluate", "w.h5", "sims.h5", "-o", "x.txt"], 64, ".h5"),
      (["evaluate", "w.h5", "sims.h5", "--against", "w.h5", "-o", "x.h5"], 64, "leave out --against"),
      (["evaluate", "w.h5", "sims.h5", "-o", "nosuch/x.h5"], 1, "nosuch"),
      (["evaluate", "w.h5", "sims.h5", "--noise-level", "7", "-o", "x.h5"], 1, "noise level 7"),
    ])
  func mistakes(_ arguments: [String], _ status: Int32, _ message: String) throws {
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.hasPrefix("evoke: ") && run.errors.contains(message), "\(run.errors)")
    if status == 1 { #expect(run.errors.split(separator: "\n").count == 1) }
    for name in ["x.svg", "x.h5", "x.txt"] { #expect(!FileManager.default.fileExists(atPath: folder.path(name))) }
  }
}
