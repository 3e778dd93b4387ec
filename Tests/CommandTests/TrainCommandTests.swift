import EEGArchive
import Foundation
import TestSupport
import Testing

/// `evoke train` and `evoke evaluate`, as a shell runs them.
@Suite("Training")
struct TrainCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let run = try EvokeRun(
      ["simulate", "--count", "40", "--montage", "1020-19", "--noise-level", "0", "2500", "-o", "sims.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
  }

  private static let small = [
    "--model", "eegtransformer", "--set", "network.width=16", "--set", "network.feed_forward=16", "--set",
    "network.head_width=16", "--set", "components=8",
  ]

  private func train(_ arguments: [String], to output: String) throws -> EvokeRun {
    try EvokeRun(["train", "sims.h5"] + Self.small + arguments + ["-o", output], in: folder)
  }

  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }

  @Test("The same seed gives the same bytes for any number of threads, another seed others")
  func repeatable() throws {
    for (name, arguments) in [("1", ["--threads", "1"]), ("2", ["--threads", "2"]), ("3", ["--seed", "9"])] {
      let run = try train(["--epochs", "2"] + arguments, to: "w\(name).h5")
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(try bytes("w1.h5") == bytes("w2.h5"))
    #expect(try bytes("w1.h5") != bytes("w3.h5"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("w1.h5.partial")))
  }

  @Test("A run goes on from its unfinished file to the same bytes, and refuses other settings and data")
  func resume() throws {
    let options = ["--epochs", "6"]
    #expect(try train(options, to: "whole.h5").status == 0)
    // A stop after the third epoch.
    let stopped = try train(options + ["--stop-after", "3"], to: "w.h5")
    #expect(stopped.status == 0, "\(stopped.errors)")
    #expect(try WeightsArchive(reading: folder.path("w.h5.partial")).curve.trainingLoss.count == 3)
    #expect(!FileManager.default.fileExists(atPath: folder.path("w.h5")))
    let again = try train(options, to: "w.h5")
    #expect(again.status != 0)
    #expect(again.errors.contains("--resume"))
    #expect(try train(options + ["--resume", "--lr", "0.1"], to: "w.h5").errors.contains("other settings"))
    #expect(try train(options + ["--resume"], to: "w.h5").status == 0)
    #expect(try bytes("w.h5") == bytes("whole.h5"))
  }

  @Test("Scores are of the test split of the own data, and of all of others")
  func evaluate() throws {
    #expect(try train(["--epochs", "2", "--targets", "A_e,A_i*a_4*C"], to: "w.h5").status == 0)
    let own = try #require(
      EvokeRun(["evaluate", "w.h5", "sims.h5", "--json"], in: folder).json() as? [String: Any])
    #expect(own["split"] as? String == "test")
    #expect(own["simulations"] as? Int == 4)
    let targets = try #require(own["targets"] as? [[String: Any]])
    #expect(targets.compactMap { $0["name"] as? String } == ["A_e", "A_i*a_4*C"])
    #expect(
      try EvokeRun(
        ["simulate", "--count", "10", "--montage", "biosemi32", "--seed", "2", "-o", "other.h5"], in: folder
      ).status == 0)
    let other = try #require(
      EvokeRun(["evaluate", "w.h5", "other.h5", "--json", "--against", "w.h5"], in: folder).json() as? [[String: Any]])
    #expect(other.map { $0["split"] as? String } == ["all", "all"])
    #expect(other.map { $0["simulations"] as? Int } == [10, 10])
  }

  @Test("Fine-tuning begins with the other weights")
  func finetune() throws {
    #expect(try train(["--epochs", "2"], to: "w.h5").status == 0)
    let run = try EvokeRun(
      [
        "train", "sims.h5", "--finetune", "w.h5", "--epochs", "1", "--lr", "1e-9", "--noise-level", "2500", "-o",
        "f.h5",
      ],
      in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let (first, second) = (
      try WeightsArchive(reading: folder.path("w.h5")), try WeightsArchive(reading: folder.path("f.h5"))
    )
    #expect(first.scaling == second.scaling)
    for (a, b) in zip(first.parameters, second.parameters) {
      for (x, y) in zip(a.values, b.values) { #expect(abs(x - y) < 1e-6) }
    }
  }

  @Test(
    "Mistakes end with a message that says what to do",
    arguments: [
      (["train", "sims.h5", "-o", "w.h5"], 64, "--model"),
      (["train", "sims.h5", "--model", "lstm"], 64, "-o"),
      (["train", "sims.h5", "--model", "mlp", "-o", "w.h5"], 64, "mlp"),
      (["train", "sims.h5", "--model", "lstm", "--set", "hiden=3", "-o", "w.h5"], 64, "hidden"),
      (
        ["train", "sims.h5", "--model", "lstm", "--set", "scaling=max", "-o", "w.h5"], 64,
        "give factor or rms, not 'max'"
      ),
      (
        ["train", "sims.h5", "--model", "lstm", "--set", "hidden=wide", "-o", "w.h5"], 64,
        "network.hidden: give a whole"
      ),
      (["train", "sims.h5", "--model", "lstm", "--targets", "A_x", "-o", "w.h5"], 1, "A_x"),
      (["train", "sims.h5", "--model", "lstm", "--noise-level", "3", "-o", "w.h5"], 1, "2500"),
      (["train", "sims.h5", "--model", "lstm", "--resume", "-o", "w.h5"], 1, "leave out --resume"),
      (["train", "none.h5", "--model", "lstm", "-o", "w.h5"], 1, "none.h5"),
      (["evaluate", "sims.h5", "sims.h5"], 1, "'weights' is wanted"),
    ])
  func mistakes(_ arguments: [String], _ status: Int32, _ message: String) throws {
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status == status)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("w.h5")))
  }
}
