import EEGArchive
import Foundation
import TestSupport
import Testing

/// `evoke train --model snpe`, `evoke sample` and `evoke evaluate`, as a shell runs them.
@Suite("Posteriors")
struct PosteriorCommandTests: PosteriorCommandSuite {
  let folder: TemporaryFolder
  private let pairs: PairFiles

  /// A posterior, trained once.
  private static let made = Result { () throws -> Data in
    let folder = try TemporaryFolder()
    try PairFiles(folder: folder).write("pairs.h5", count: 2000, seed: 1)
    let run = try EvokeRun(["train", "pairs.h5", "--model", "snpe", "--epochs", "40", "-o", "w.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    return try Data(contentsOf: URL(fileURLWithPath: folder.path("w.h5")))
  }

  init() throws {
    folder = try TemporaryFolder()
    pairs = PairFiles(folder: folder)
    try pairs.write("pairs.h5", count: 2000, seed: 1)
    try Self.made.get().write(to: URL(fileURLWithPath: folder.path("w.h5")))
  }

  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }

  @Test("Draws lie where the data say and never outside the prior, and the archive keeps what they are of")
  func draws() throws {
    try pairs.writeObservations([1, -2, 3, 2.9, 2.9, 0], "x.h5", shape: [2, 3])
    _ = try run("sample", "w.h5", "--observation", "x.h5", "-n", "4000", "--map", "-o", "s.h5")
    let found = try PosteriorArchive(reading: folder.path("s.h5"))
    #expect(found.parameters.map(\.name) == ["a", "b"])
    #expect(found.observationCount == 2 && found.drawCount == 4000)
    #expect(found.samples.allSatisfy { abs($0) <= 3 })
    // Noise of deviation 0.5 on a, b and a - b: least squares leave 0.5 times the root of 2/3.
    for (column, truth) in [1.0, -2.0].enumerated() {
      let values = stride(from: column, to: 8000, by: 2).map { found.samples[$0] }
      let mean = values.reduce(0, +) / 4000
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000).squareRoot()
      #expect(abs(mean - truth) < 0.15 && abs(deviation - 0.41) < 0.1)
      #expect(abs(try #require(found.map).values[column] - truth) < 0.3)
    }
    #expect(found.observation?.shape == [2, 3] && found.truth == nil && found.prior != nil)
    #expect(found.settings.contains(#""verb":"sample""#) && found.settings.contains(#""weights":"w.h5""#))
  }

  @Test("The same seed gives the same bytes for any number of threads, another one others")
  func repeatable() throws {
    try pairs.writeObservations([1, -2, 3], "x.h5", shape: [1, 3])
    for (name, arguments) in [("1", ["--threads", "1"]), ("2", ["--threads", "2"]), ("3", ["--seed", "2"])] {
      let run = try EvokeRun(
        ["sample", "w.h5", "--observation", "x.h5", "-n", "900", "-o", "s\(name).h5"] + arguments, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let training = try EvokeRun(
        ["train", "pairs.h5", "--model", "snpe", "--estimator", "maf", "--epochs", "2", "-o", "w\(name).h5"]
          + arguments, in: folder)
      #expect(training.status == 0, "\(training.errors)")
    }
    for kind in ["s", "w"] {
      #expect(try bytes("\(kind)1.h5") == bytes("\(kind)2.h5"))
      #expect(try bytes("\(kind)1.h5") != bytes("\(kind)3.h5"))
    }
  }

  @Test("A run goes on from its unfinished file to the same bytes, and refuses other settings and data")
  func resume() throws {
    let options = ["train", "pairs.h5", "--model", "snpe", "--estimator", "mdn", "--epochs", "4"]
    #expect(try EvokeRun(options + ["-o", "whole.h5"], in: folder).status == 0)
    #expect(try EvokeRun(options + ["-o", "part.h5", "--stop-after", "2"], in: folder).status == 0)
    #expect(!FileManager.default.fileExists(atPath: folder.path("part.h5")))
    let other = try EvokeRun(options + ["-o", "part.h5", "--resume", "--lr", "0.1"], in: folder)
    #expect(other.status != 0 && other.errors.contains("other settings"))
    try pairs.write("more.h5", count: 2000, seed: 8)
    let foreign = try EvokeRun(
      ["train", "more.h5"] + options.dropFirst(2) + ["-o", "part.h5", "--resume"], in: folder)
    #expect(foreign.status != 0 && foreign.errors.contains("other data"))
    #expect(try EvokeRun(options + ["-o", "part.h5", "--resume"], in: folder).status == 0)
    #expect(try bytes("part.h5") == bytes("whole.h5"))
  }

  @Test("A posterior that is right is found right, and its scores are there for scripts")
  func evaluate() throws {
    try pairs.write("test.h5", count: 400, seed: 5)
    let report = try #require(
      run("evaluate", "w.h5", "test.h5", "--json", "--draws", "200", "--runs", "300").json() as? [String: Any])
    #expect(report["simulations"] as? Int == 300 && report["draws"] as? Int == 200)
    let parameters = try #require(report["parameters"] as? [[String: Any]])
    #expect(parameters.compactMap { $0["name"] as? String } == ["a", "b"])
    for parameter in parameters {
      #expect(try #require(parameter["pearson"] as? Double) > 0.95)
      // 1 - (0.41 / 1.73)²
      #expect(abs(try #require(parameter["contraction"] as? Double) - 0.944) < 0.02)
      let coverage = try #require(parameter["coverage"] as? [Double])
      #expect(coverage.count == 4 && abs(coverage[0] - 0.5) < 0.15 && coverage[3] > 0.88)
    }
    let figure = try run("evaluate", "w.h5", "test.h5", "--diagnostics", "--draws", "50", "--plot", "c.svg").output
    #expect(figure.hasSuffix("\nwrote c.svg\n"))
    let drawing = try String(contentsOfFile: folder.path("c.svg"), encoding: .utf8)
    for text in [">a<", ">b<", ">All: highest density<", "w.h5, 400 simulations of test.h5, 50 draws each"] {
      #expect(drawing.contains(text))
    }
    #expect(try EvokeRun(["evaluate", "w.h5", "test.h5", "--plot", "c.txt"], in: folder).status != 0)
    let lines = try run("evaluate", "w.h5", "test.h5", "--draws", "50").output
    #expect(lines.hasPrefix("w.h5: snpe, nsf, embedding identity, 400 simulations of test.h5, 50 draws each\n"))
    #expect(try failure("evaluate", "w.h5", "pairs.h5").contains("was trained on these pairs"))
    #expect(try failure("evaluate", "w.h5", "test.h5", "-o", "e.h5").contains("belong to networks"))
    try pairs.writeObservations([1, 2, 3], "x.h5", shape: [1, 3])
    #expect(try failure("evaluate", "w.h5", "x.h5").contains("/theta"))
  }

  @Test("info tells a posterior from other weights")
  func info() throws {
    let text = try run("info", "w.h5").output
    #expect(text.contains("w.h5: EVOKE, weights\n  snpe, nsf, embedding identity, "))
    let json = try #require((run("info", "--json", "w.h5").json() as? [[String: Any]])?.first)
    #expect(json["model"] as? String == "snpe" && json["estimator"] as? String == "nsf")
    #expect(json["targets"] as? [String] == ["a", "b"])
  }

  @Test("Pairs that failed or are not finite are left out and counted")
  func leftOut() throws {
    try pairs.write("some.h5", count: 300, seed: 3, spoilt: [4, 7], failed: [9])
    let run = try run("train", "some.h5", "--model", "snpe", "--epochs", "1", "-o", "some-w.h5")
    #expect(run.errors.contains("some.h5: 1 simulation failed, 2 pairs not finite, left out"))
    #expect(try WeightsArchive(reading: folder.path("some-w.h5")).data.split.count { $0 == 255 } == 3)
  }

  @Test("Pairs that cannot be trained on are refused with what to do")
  func badPairs() throws {
    func train(_ name: String, _ arguments: String...) throws -> String {
      let run = try EvokeRun(["train", name, "--model", "snpe", "-o", "bad-w.h5"] + arguments, in: folder)
      #expect(run.status != 0 && !FileManager.default.fileExists(atPath: folder.path("bad-w.h5")))
      return run.errors
    }
    try pairs.write("narrow.h5", count: 100, seed: 1, half: 2)
    #expect(try train("narrow.h5").contains("narrow.h5: the prior excludes pair"))
    try pairs.write("bare.h5", count: 100, seed: 1, half: nil)
    #expect(try train("bare.h5").contains("bare.h5: there is no /prior"))
    try pairs.write("one.h5", count: 1, seed: 1)
    #expect(try train("one.h5").contains("too few"))
    try pairs.write("spoilt.h5", count: 20, seed: 1, spoilt: Set(0..<20))
    #expect(try train("spoilt.h5").contains("not finite"))
    #expect(try train("pairs.h5", "--noise-level", "2500").contains("no noise level 2500"))
    #expect(try train("pairs.h5", "--embedding", "eegtransformer").contains("pairs.h5: "))
  }

  @Test("Observations that the posterior does not know are refused with what to do")
  func badObservations() throws {
    try pairs.writeObservations([1, 2, 3, 4], "x.h5", shape: [1, 4])
    let message = try failure("sample", "w.h5", "--observation", "x.h5", "-o", "s.h5")
    #expect(message.contains("x.h5: /x has the shape [1, 4]") && message.contains("[observation, 3]"))
    try pairs.writeObservations([1, .nan, 3], "nan.h5", shape: [1, 3])
    #expect(try failure("sample", "w.h5", "--observation", "nan.h5", "-o", "s.h5").contains("nan.h5"))
    #expect(try failure("sample", "pairs.h5", "--observation", "x.h5", "-o", "s.h5").contains("pairs.h5"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("s.h5")))
    // One observation needs no axis for it.
    try pairs.writeObservations([1, 2, 3], "one.h5", shape: [3])
    _ = try run("sample", "w.h5", "--observation", "one.h5", "-n", "10", "-o", "s.h5")
    #expect(try PosteriorArchive(reading: folder.path("s.h5")).observationCount == 1)
  }

  @Test("Truths beside the observations are kept")
  func truths() throws {
    try pairs.write("test.h5", count: 3, seed: 5)
    _ = try run("sample", "w.h5", "--observation", "test.h5", "-n", "10", "-o", "s.h5")
    #expect(
      try PosteriorArchive(reading: folder.path("s.h5")).truth == SimulationsArchive(folder.path("test.h5")).theta())
  }

  @Test(
    "Options of the other family of models are refused",
    arguments: [
      ["train", "p.h5", "--model", "snpe", "--preset", "study", "-o", "x.h5"],
      ["train", "p.h5", "--model", "lstm", "--estimator", "maf", "-o", "x.h5"],
      ["train", "p.h5", "--model", "snpe", "--noise-level", "0", "1", "-o", "x.h5"],
      ["train", "p.h5", "--model", "snpe", "--set", "density.bin=3", "-o", "x.h5"],
      ["train", "p.h5", "--model", "snpe", "--set", "bins=0", "-o", "x.h5"],
      ["train", "p.h5", "--model", "snpe", "--ensemble", "0", "--print-settings"],
      ["sample", "w.h5", "--observation", "x.h5", "-n", "0", "-o", "x.h5"],
    ])
  func mistakes(_ arguments: [String]) throws {
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status == 64, "\(run.errors)")
  }
}
