import Foundation
import HDF5
import TestSupport
import Testing

@Suite("c2st")
struct CompareSamplesTests {
  let folder: TemporaryFolder
  private let files: SampleFiles

  init() throws {
    folder = try TemporaryFolder()
    files = SampleFiles(folder: folder)
  }

  private func run(_ arguments: String...) throws -> EvokeRun {
    let run = try EvokeRun(["c2st"] + arguments, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    return run
  }

  private func scores(_ run: EvokeRun) throws -> [[String: Any]] {
    let report = try #require(run.json() as? [String: Any])
    return try #require(report["observations"] as? [[String: Any]])
  }

  @Test("Sets of one law get one half, sets that never meet get one, and every observation its own line")
  func laws() throws {
    let same = SampleFiles.normals(200, seed: 1)
    let other = SampleFiles.normals(200, seed: 2)
    try files.write(same + same, "a.h5", shape: [2, 100, 2])
    try files.write(other + other.map { $0 + 20 }, "b.h5", shape: [2, 100, 2])
    let run = try run("a.h5", "b.h5", "--seeds", "2")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("observation 1: C2ST 0.") && lines[0].contains("±"))
    #expect(lines[1] == "observation 2: C2ST 1.0000 ± 0.0000 over 2 seeds")
    let half = try #require(Double(lines[0].split(separator: " ")[3]))
    // Five standard deviations of the share of 200 draws as fair coins.
    #expect(abs(half - 0.5) < 5 * 0.5 / 200.0.squareRoot())
    let median = try #require(lines[2].split(separator: " ").last.flatMap { Double($0) })
    #expect(lines[2].hasPrefix("median over 2 observations: C2ST ") && abs(median - (half + 1) / 2) < 1e-4)
    #expect(!run.errors.contains("are compared"))
  }

  @Test("JSON has every seed's figure, their mean, and the median over observations")
  func json() throws {
    try files.write(SampleFiles.normals(600, seed: 1), "a.h5", shape: [3, 100, 2])
    try files.write(SampleFiles.normals(600, shift: 0.7, seed: 2), "b.h5", shape: [3, 100, 2])
    let run = try run("a.h5", "b.h5", "--seed", "4", "--seeds", "3", "--json", "--mmd")
    let report = try #require(run.json() as? [String: Any])
    #expect(report["seeds"] as? [Int] == [4, 5, 6] && report["draws"] as? Int == 100)
    #expect(report["parameters"] as? [String] == ["theta_0", "theta_1"])
    let scores = try scores(run)
    #expect(scores.compactMap { $0["observation"] as? Int } == [1, 2, 3])
    for score in scores {
      let seeds = try #require(score["c2st_seeds"] as? [Double])
      let mean = try #require(score["c2st"] as? Double)
      #expect(seeds.count == 3 && abs(mean - seeds.reduce(0, +) / 3) < 1e-12)
      #expect(try #require(score["mmd_squared"] as? Double) > 0)
      // Half a deviation in both of two dimensions, 100 draws: no shuffle of 500 comes near.
      #expect(try #require(score["mmd_p_value"] as? Double) < 0.02)
    }
    let means = scores.compactMap { $0["c2st"] as? Double }.sorted()
    #expect(report["median_c2st"] as? Double == means[1])
  }

  @Test("The same seed gives the same figures for any number of threads, another one others")
  func repeatable() throws {
    try files.write(SampleFiles.normals(400, seed: 1), "a.h5", shape: [200, 2])
    try files.write(SampleFiles.normals(300, shift: 0.5, seed: 2), "b.h5", shape: [150, 2])
    let first = try run("a.h5", "b.h5", "--threads", "1", "--mmd").output
    #expect(try run("a.h5", "b.h5", "--threads", "3", "--mmd").output == first)
    #expect(try run("a.h5", "b.h5", "--seed", "2", "--mmd").output != first)
  }

  @Test("Equally many draws are taken where there are more of one, and a remark says so")
  func unequal() throws {
    try files.write(SampleFiles.normals(400, seed: 1), "a.h5", shape: [200, 2])
    try files.write(SampleFiles.normals(300, shift: 30, seed: 2), "b.h5", shape: [150, 2])
    let run = try run("a.h5", "b.h5")
    #expect(run.errors.hasPrefix("evoke: a.h5 has 200 draws, b.h5 has 150: 150 of each are compared\n"))
    #expect(run.output == "observation 1: C2ST 1.0000\n")
    let few = try self.run("a.h5", "b.h5", "-n", "50", "--json")
    #expect((try few.json() as? [String: Any])?["draws"] as? Int == 50)
  }

  @Test("Tables, datasets of other names and archives are compared with each other, one observation at a time")
  func forms() throws {
    try files.writeArchive("p.h5", draws: 100)
    try files.writeTable(SampleFiles.normals(200, shift: 40, seed: 3), "t.csv", names: ["A_e", "a_1"])
    try files.write(SampleFiles.normals(200, shift: -40, seed: 4), "d.h5", shape: [100, 2], dataset: "deep/draws")
    #expect(try run("t.csv", "p.h5", "--observation", "2").output == "observation 2: C2ST 1.0000\n")
    #expect(try run("d.h5:/deep/draws", "t.csv").output == "observation 1: C2ST 1.0000\n")
  }

  @Test("Parameters of other order are compared by their names, and some of them alone")
  func names() throws {
    let values = SampleFiles.normals(400, seed: 5)
    // The second parameter lies elsewhere.
    let moved = values.enumerated().map { $0.offset % 2 == 1 ? $0.element + 50 : $0.element }
    let swapped = moved.indices.map { moved[$0 ^ 1] }
    try files.write(moved, "a.h5", shape: [200, 2], names: ["a", "b"])
    try files.write(swapped, "b.h5", shape: [200, 2], names: ["b", "a"])
    try files.write(values, "c.h5", shape: [200, 2], names: ["a", "c"])
    let score = try scores(run("a.h5", "b.h5", "--json"))[0]["c2st"] as? Double
    #expect(try #require(score) < 0.6)
    let run = try run("a.h5", "c.h5")
    #expect(run.errors.hasPrefix("evoke: parameters are called a, b and a, c: they are compared in this order\n"))
    #expect(run.output == "observation 1: C2ST 1.0000\n")
    let one = try scores(self.run("a.h5", "c.h5", "--parameters", "a", "--json"))[0]["c2st"] as? Double
    #expect(try #require(one) < 0.6)
  }

  @Test(
    "What cannot be compared ends with status 1 and says what to do",
    arguments: [
      (["two.h5", "three.h5"], "three.h5: has 3 parameters (theta_0, theta_1, theta_2), and two.h5 has 2"),
      (["two.h5", "several.h5"], "several.h5: has 4 observations, and two.h5 has 1; choose one with --observation"),
      (["several.h5", "several.h5", "--observation", "5"], "several.h5: has no observation 5; there are 4"),
      (["two.h5", "two.h5", "--observation", "2"], "two.h5: has no observation 2; there is 1 observation"),
      (["two.h5", "other.h5"], "other.h5: /samples: there is no such dataset; the file holds /draws. Name"),
      (["two.h5", "other.h5:/nosuch"], "other.h5: /nosuch: there is no such dataset"),
      (["two.h5", "other.h5:/draws"], "has shape [8] where draws, [draw, parameter] or"),
      (["two.h5", "nan.h5"], "nan.h5: /samples: holds nan at [1, 0]"),
      (["constant.h5", "two.h5"], "the same in all samples of the first set"),
      (["few.h5", "two.h5"], "too small to be compared"),
      (["two.h5", "missing.h5"], "missing.h5: No such file"),
      (["two.h5", "missing.csv"], "missing.csv: cannot be read"),
      (["two.h5", "text.csv"], "text.csv: line 3: 'x' is no finite number"),
      (["two.h5", "ragged.csv"], "ragged.csv: line 3: has 1 fields"),
      (["two.h5", "empty.csv"], "empty.csv: holds no draws"),
      (["two.h5", "bare.csv"], "bare.csv: begins with numbers"),
      (["two.h5", "packed.csv.gz"], "packed.csv.gz: is compressed; unpack it"),
      (["two.h5", "two.h5", "--parameters", "c"], "two.h5: has no parameter 'c'; there are theta_0, theta_1"),
    ])
  func mistakes(_ arguments: [String], _ message: String) throws {
    let values = SampleFiles.normals(480, seed: 6)
    try files.write(Array(values[..<80]), "two.h5", shape: [40, 2])
    try files.write(Array(values[..<120]), "three.h5", shape: [40, 3])
    try files.write(Array(values[..<320]), "several.h5", shape: [4, 40, 2])
    try files.write(Array(values[..<8]), "other.h5", shape: [8], dataset: "draws")
    try files.write([1, 2, .nan, 4], "nan.h5", shape: [2, 2])
    try files.write([Double](repeating: 3, count: 80), "constant.h5", shape: [40, 2])
    try files.write(Array(values[..<8]), "few.h5", shape: [4, 2])
    for (name, text) in [
      ("text.csv", "a,b\n1,2\nx,3"), ("ragged.csv", "a,b\n1,2\n3"), ("empty.csv", "a,b\n"), ("bare.csv", "1,2\n3,4"),
    ] {
      try text.write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
    try Data([0x1F, 0x8B, 8, 0]).write(to: URL(fileURLWithPath: folder.path("packed.csv.gz")))
    let run = try EvokeRun(["c2st"] + arguments, in: folder)
    #expect(run.status == 1, "\(run.output)\(run.errors)")
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test(
    "A wrong command line ends with status 64",
    arguments: [
      ["a.h5"], ["a.h5", "b.h5", "--observation", "0"], ["a.h5", "b.h5", "-n", "3"], ["a.h5", "b.h5", "--seeds", "0"],
      ["a.h5", "b.h5", "--threads", "0"], ["a.h5", "b.h5", "--parameters", ","], ["a.h5", "b.h5", "c.h5"],
    ])
  func usage(_ arguments: [String]) throws {
    let run = try EvokeRun(["c2st"] + arguments, in: folder)
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("evoke: "))
  }
}
