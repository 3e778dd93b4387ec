import EEGArchive
import Foundation
import TestSupport
import Testing

/// Observations of several records, as a shell gives them.
@Suite("Posteriors of records")
struct RecordsCommandTests: PosteriorCommandSuite {
  let folder: TemporaryFolder
  private let pairs: PairFiles

  init() throws {
    folder = try TemporaryFolder()
    pairs = PairFiles(folder: folder)
    try pairs.writeRecords("pairs.h5", count: 1500, records: 6, seed: 1, fewer: [3: 2, 7: 0, 900: 1])
  }

  @Test("More records tell more, any number is taken up to that of the training, and their order changes nothing")
  func records() throws {
    let training = try run(
      "train", "pairs.h5", "--model", "snpe", "--records", "--epochs", "40", "--set", "transforms=3", "-o", "w.h5")
    #expect(training.errors.contains("1 pair not finite, left out"))
    #expect(training.output.hasPrefix("w.h5: snpe, nsf, embedding identity of each record, "))
    #expect(try run("info", "w.h5").output.contains("\n  observations of up to 6 records\n"))
    let info = try #require((run("info", "w.h5", "--json").json() as? [[String: Any]])?.first)
    #expect(info["records"] as? Int == 6)
    let nan = Float.nan
    let ones: [Float] = [1.2, -0.7, 0.8, -1.3, 1.1, -0.9, 0.9, -1.1, 1.3, -1.2, 0.7, -0.8]
    // Six records, two of six, and the same two in another order with the gap before them.
    try pairs.writeObservations(
      ones + Array(ones[..<4]) + Array(repeating: nan, count: 8) + Array(repeating: nan, count: 8) + ones[2..<4]
        + ones[..<2], "x.h5", shape: [3, 6, 2])
    _ = try run("sample", "w.h5", "--observation", "x.h5", "-n", "3000", "-o", "s.h5")
    let found = try PosteriorArchive(reading: folder.path("s.h5"))
    #expect(found.observation?.shape == [3, 6, 2] && found.observationCount == 3)
    func moments(_ archive: PosteriorArchive, _ observation: Int, _ column: Int) -> (mean: Double, deviation: Double) {
      let draws = Array(archive.draws(of: observation))
      let values = stride(from: column, to: draws.count, by: 2).map { draws[$0] }
      let mean = values.reduce(0, +) / Double(values.count)
      return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
    }
    for (column, truth) in [1.0, -1].enumerated() {
      // Of six records, 1/√6; of two, 1/√2.
      let (six, two, turned) = (
        moments(found, 0, column), moments(found, 1, column), moments(found, 2, column)
      )
      #expect(abs(six.mean - truth) < 0.15 && abs(six.deviation / 0.408 - 1) < 0.25)
      #expect(abs(two.mean - truth) < 0.3 && abs(two.deviation / 0.707 - 1) < 0.25)
      #expect(abs(turned.mean - two.mean) < 0.1 && abs(turned.deviation - two.deviation) < 0.05)
    }
    // Fewer records along the axis need no padding, and one observation no axis for it.
    try pairs.writeObservations(Array(ones[..<4]), "few.h5", shape: [1, 2, 2])
    try pairs.writeObservations(Array(ones[..<4]), "one.h5", shape: [2, 2])
    for name in ["few", "one"] {
      _ = try run("sample", "w.h5", "--observation", "\(name).h5", "-n", "3000", "-o", "\(name)-s.h5")
      let few = try PosteriorArchive(reading: folder.path("\(name)-s.h5"))
      #expect(few.observation?.shape == [1, 2, 2])
      // Another observation's place has other random numbers.
      #expect(abs(moments(few, 0, 0).mean - moments(found, 1, 0).mean) < 0.1)
    }
    // A predictive check of as many records as there are; the program makes all six.
    try pairs.writeRecords("made.h5", count: 30, records: 6, seed: 9)
    try "cp made.h5 \"$2\"\n".write(toFile: folder.path("sim.sh"), atomically: true, encoding: .utf8)
    _ = try run(
      "sample", "w.h5", "--observation", "few.h5", "-o", "p.h5", "--simulator", "sh sim.sh", "--predict", "30")
    let predicted = try #require(try PosteriorArchive(reading: folder.path("p.h5")).predictive)
    #expect(predicted.median.count == 4 && predicted.median.allSatisfy(\.isFinite))
    try pairs.writeObservations(ones + ones, "many.h5", shape: [1, 12, 2])
    #expect(
      try failure("sample", "w.h5", "--observation", "many.h5", "-o", "no.h5").contains(
        "many.h5: /x has 12 records an observation, and the posterior was trained on at most 6"))
    try pairs.writeObservations([1, nan, 1, 1], "broken.h5", shape: [1, 2, 2])
    #expect(
      try failure("sample", "w.h5", "--observation", "broken.h5", "-o", "no.h5").contains(
        "record 0 of observation 0 has the value nan at place 1"))
    // Judged on pairs with other numbers of records.
    try pairs.writeRecords(
      "test.h5", count: 300, records: 4, seed: 5, fewer: Dictionary(uniqueKeysWithValues: (0..<100).map { ($0, 1) }))
    let report = try #require(
      run("evaluate", "w.h5", "test.h5", "--json", "--draws", "200").json() as? [String: Any])
    let parameters = try #require(report["parameters"] as? [[String: Any]])
    for parameter in parameters {
      let coverage = try #require(parameter["coverage"] as? [Double])
      #expect(abs(coverage[0] - 0.5) < 0.12 && coverage[3] > 0.9)
    }
  }

  @Test("A run goes on from its unfinished file to the same bytes")
  func resume() throws {
    let options = ["train", "pairs.h5", "--model", "snpe", "--estimator", "mdn", "--records", "--epochs", "3"]
    #expect(try EvokeRun(options + ["-o", "whole.h5"], in: folder).status == 0)
    #expect(try EvokeRun(options + ["-o", "part.h5", "--stop-after", "1"], in: folder).status == 0)
    #expect(try EvokeRun(options + ["-o", "part.h5", "--resume", "--threads", "1"], in: folder).status == 0)
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }
    #expect(try bytes("part.h5") == bytes("whole.h5"))
    let without = try EvokeRun(
      ["train", "pairs.h5", "--model", "snpe", "--epochs", "1", "-o", "without.h5"], in: folder)
    // Without the flag, NaN spoil a pair.
    #expect(without.status == 0 && without.errors.contains("3 pairs not finite, left out"))
  }

  @Test("Records belong to posteriors")
  func family() throws {
    let run = try EvokeRun(["train", "p.h5", "--model", "lstm", "--records", "-o", "x.h5"], in: folder)
    #expect(run.status == 64 && run.errors.contains("--records belongs to posteriors"))
  }
}
