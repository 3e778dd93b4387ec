import EEGArchive
import Foundation
import TestSupport
import Testing

/// `evoke sample --fix`, as a shell runs it.
@Suite("Conditionals on the command line")
struct ConditionalCommandTests {
  let folder: TemporaryFolder
  private let pairs: PairFiles

  init() throws {
    folder = try TemporaryFolder()
    pairs = PairFiles(folder: folder)
    try pairs.write("pairs.h5", count: 1500, seed: 1)
    let run = try EvokeRun(
      ["train", "pairs.h5", "--model", "snpe", "--estimator", "mdn", "--epochs", "40", "-o", "w.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    try pairs.writeObservations([1, -1, 2, 1.6, 0.5, 1], "x.h5", shape: [2, 3])
  }

  @Test("Draws of what is left free follow the fixed values, and the archive says what was fixed")
  func draws() throws {
    let run = try EvokeRun(
      ["sample", "w.h5", "--observation", "x.h5", "--fix", "a=1.3", "-n", "2000", "-o", "s.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let words = "s.h5: 2000 draws of 1 parameter for 2 observations, a = 1.3, R-hat at most "
    #expect(run.output.hasPrefix(words))
    let rHat = try #require(Double(run.output.dropFirst(words.count).dropLast()))
    #expect(rHat > 0.95 && rHat < 1.1)
    let found = try PosteriorArchive(reading: folder.path("s.h5"))
    #expect(found.parameters.map(\.name) == ["b"] && found.samples.count == 4000 && found.prior != nil)
    #expect(found.settings.contains(#""fixed":{"a":1.3}"#) && found.settings.contains(#""r_hat":[["#))
    // Noise of deviation 0.5 on a, b and a - b: b given a is the mean of b and of a - (a - b), of deviation 0.5 / √2.
    for (observation, data) in [[1.0, -1, 2], [1.6, 0.5, 1]].enumerated() {
      let values = Array(found.draws(of: observation))
      let mean = values.reduce(0, +) / 2000
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2000).squareRoot()
      #expect(abs(mean - (data[1] + 1.3 - data[2]) / 2) < 0.12)
      #expect(abs(deviation / 0.354 - 1) < 0.25)
    }
    let again = try EvokeRun(
      ["sample", "w.h5", "--observation", "x.h5", "--fix", "a=1.3", "-n", "2000", "--threads", "1", "-o", "t.h5"],
      in: folder)
    #expect(again.status == 0)
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }
    #expect(try bytes("s.h5") == bytes("t.h5"))
    #expect(try EvokeRun(["plot", "s.h5", "-o", "s.svg"], in: folder).status == 0)
  }

  @Test(
    "What cannot be fixed is refused with what to do",
    arguments: [
      (["--fix", "c=1"], 1, "no parameter c; there are a, b"), (["--fix", "a=7"], 1, "excludes a = 7.0"),
      (["--fix", "a=1", "--fix", "b=1"], 1, "leave at least one free"), (["--fix", "a"], 64, "write NAME=VALUE"),
      (["--fix", "a=1", "--fix", "a=2"], 64, "fixed twice"),
      (["--fix", "a=1", "--map"], 64, "leave out --map or --fix"),
      (["--fix", "a=-2.9"], 1, "next to no density"),
    ])
  func refused(_ arguments: [String], _ status: Int32, _ message: String) throws {
    try pairs.writeObservations([2.5, 2.5, 0], "far.h5", shape: [1, 3])
    let run = try EvokeRun(["sample", "w.h5", "--observation", "far.h5", "-o", "s.h5"] + arguments, in: folder)
    #expect(run.status == status && run.errors.contains(message), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("s.h5")))
  }
}
