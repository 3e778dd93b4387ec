import Foundation
import TestSupport
import Testing

/// `evoke info` of draws; python/tests compares its numbers with NumPy's.
@Suite("info of posteriors")
struct PosteriorInfoTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: String...) throws -> EvokeRun {
    let run = try EvokeRun(["info"] + arguments, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    return run
  }

  @Test("The lines say what was drawn and how each parameter is distributed")
  func lines() throws {
    // 0, 1, ..., 100 and ten times that, so that every number is known.
    let values = (0...100).flatMap { [Double($0), Double(10 * $0)] }
    try SampleFiles(folder: folder).write(values, "s.h5", shape: [101, 2], names: ["a", "long name"])
    #expect(
      try run("s.h5").output == """
        s.h5: EVOKE, posterior
          1 observation, 101 draws, 2 parameters
          parameter  mean  deviation      90 %
          a            50       29.3    5...95
          long name   500        293  50...950

        """)
  }

  @Test("An archive tells where it comes from, the highest density and the truth")
  func archive() throws {
    try SampleFiles(folder: folder).writeArchive("p.h5")
    let lines = try run("p.h5").output.split(separator: "\n")
    #expect(lines[1] == "  2 observations, 400 draws each, 2 parameters")
    #expect(lines[2] == "  of x.h5, by w.h5")
    #expect(lines[3] == "  observation 1 (--json has all):")
    #expect(lines[4].hasSuffix("   MAP  truth"))
    #expect(lines[5].hasPrefix("  A_e (mV) ") && lines[5].hasSuffix("   0.1    0.5"))
    #expect(lines[6].hasPrefix("  a_1 ") && lines[6].hasSuffix("  -0.1   -0.5"))
  }

  @Test("JSON has every observation, and the keys that every file has")
  func json() throws {
    try SampleFiles(folder: folder).writeArchive("p.h5")
    let report = try #require(run("--json", "p.h5").json() as? [[String: Any]])[0]
    #expect(report["format"] as? String == "EVOKE" && report["kind"] as? String == "posterior")
    #expect(report["observations"] as? Int == 2 && report["draws"] as? Int == 400)
    #expect(
      report["parameters"] as? [[String: String]] == [["name": "A_e", "unit": "mV"], ["name": "a_1", "unit": ""]])
    #expect(report["log_prob"] as? Bool == true && report["prior"] as? String == "box")
    #expect(report["observation_shape"] as? [Int] == [3])
    #expect((report["settings"] as? [String: Any])?["weights"] as? String == "w.h5")
    #expect(report["signals"] as? [String] == [])
    let posteriors = try #require(report["posteriors"] as? [[String: Any]])
    #expect(posteriors.compactMap { $0["truth"] as? [Double] } == [[0.5, -0.5], [1, -1]])
    #expect(posteriors.compactMap { $0["map"] as? [Double] } == [[0.1, -0.1], [0.2, -0.2]])
    #expect(posteriors.compactMap { $0["map_log_prob"] as? Double } == [-1, -2])
    for posterior in posteriors {
      let intervals = try #require(posterior["interval_90"] as? [[Double]])
      let means = try #require(posterior["mean"] as? [Double])
      for (interval, mean) in zip(intervals, means) { #expect(interval[0] < mean && mean < interval[1]) }
    }
  }

  @Test("A single draw has no deviation")
  func single() throws {
    try SampleFiles(folder: folder).write([3, 4], "s.h5", shape: [1, 2])
    #expect(try run("s.h5").output.contains("  theta_0       3          -  3...3\n"))
    let report = try #require(run("--json", "s.h5").json() as? [[String: Any]])[0]
    let posterior = try #require(report["posteriors"] as? [[String: Any]])[0]
    #expect(try #require(posterior["deviation"] as? [Any]).allSatisfy { $0 is NSNull })
    #expect(report["settings"] as? [String: String] == [:])
  }
}
