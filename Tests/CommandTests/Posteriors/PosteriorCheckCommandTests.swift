import EEGArchive
import Foundation
import HDF5
import TestSupport
import Testing

/// Whether observations are strange, and what a posterior predicts, as `evoke sample` and `evoke snpe` tell it.
@Suite("Checks of posteriors by the command")
struct PosteriorCheckCommandTests {
  let folder: TemporaryFolder
  private let pairs: PairFiles

  /// An ensemble, trained once.
  private static let made = Result { () throws -> Data in
    let folder = try TemporaryFolder()
    try PairFiles(folder: folder).write("pairs.h5", count: 2000, seed: 1)
    let run = try EvokeRun(
      [
        "train", "pairs.h5", "--model", "snpe", "--estimator", "mdn", "--ensemble", "2", "--epochs", "20", "-o", "w.h5",
      ], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("w.h5: snpe, mdn, embedding identity, ensemble of 2, "))
    return try Data(contentsOf: URL(fileURLWithPath: folder.path("w.h5")))
  }

  init() throws {
    folder = try TemporaryFolder()
    pairs = PairFiles(folder: folder)
    try Self.made.get().write(to: URL(fileURLWithPath: folder.path("w.h5")))
    try "cp data.h5 \"$2\"; echo \"$@\" >> calls".write(
      toFile: folder.path("sim.sh"), atomically: true, encoding: .utf8)
  }

  /// Data near some centres, 200 of each, as if a program had simulated them.
  private func prepare(_ centres: [[Double]], count: Int = 200, deviation: Double = 0.5) throws {
    let x = centres.enumerated().flatMap { number, centre in
      SampleFiles.normals(3 * count, seed: UInt64(number)).enumerated().map {
        Float(centre[$0 % 3] + deviation * $1)
      }
    }
    try pairs.writeObservations(x, "data.h5", shape: [centres.count * count, 3])
  }

  private func sample(_ arguments: String...) throws -> EvokeRun {
    try EvokeRun(["sample", "w.h5", "--observation", "x.h5", "-n", "400", "-o", "s.h5"] + arguments, in: folder)
  }

  private func archive() throws -> PosteriorArchive { try PosteriorArchive(reading: folder.path("s.h5")) }

  @Test("An ensemble's weights say so, and a run that is resumed gives the same bytes")
  func ensemble() throws {
    try pairs.write("pairs.h5", count: 300, seed: 1)
    let options = ["train", "pairs.h5", "--model", "snpe", "--set", "ensemble=3", "--epochs", "4"]
    for arguments in [["-o", "whole.h5"], ["-o", "part.h5", "--stop-after", "2"], ["-o", "part.h5", "--resume"]] {
      let run = try EvokeRun(options + arguments, in: folder)
      #expect(run.status == 0, "\(run.errors)")
    }
    let files = try ["whole.h5", "part.h5"].map { try Data(contentsOf: URL(fileURLWithPath: folder.path($0))) }
    #expect(files[0] == files[1])
    let weights = try WeightsArchive(reading: folder.path("whole.h5"))
    for member in 0..<3 { #expect(weights.parameters.contains { $0.name.hasPrefix("member.\(member).flow.0.") }) }
    let info = try EvokeRun(["info", "--json", "whole.h5"], in: folder)
    #expect(((try info.json() as? [[String: Any]])?.first?["ensemble"] as? Int) == 3)
    try pairs.write("test.h5", count: 60, seed: 2)
    let scores = try EvokeRun(["evaluate", "whole.h5", "test.h5", "--draws", "50", "--json"], in: folder)
    #expect(((try scores.json() as? [String: Any])?["ensemble"] as? Int) == 3, "\(scores.errors)")
    let alone = try EvokeRun(["train", "pairs.h5", "--model", "lstm", "--ensemble", "2", "-o", "l.h5"], in: folder)
    #expect(alone.status == 64 && alone.errors.contains("--ensemble"))
  }

  @Test("A strange observation is named, and both scores are kept and shown")
  func strange() throws {
    try pairs.writeObservations([1, -2, 3, 9, 9, -9], "x.h5", shape: [2, 3])
    let run = try sample()
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 1)
    #expect(run.errors.contains("x.h5: observation 2 is unlike the simulations that the posterior was trained on"))
    let found = try archive().diagnostics
    let (distances, p) = (try #require(found.mahalanobisDistance), try #require(found.outOfDistributionP))
    #expect(distances.count == 2 && distances[1] > 10 && distances[0] < 3)
    #expect(p[0] > 0.05 && p[1] == 1.0 / 201)
    #expect(found.predictiveP == nil && found.predictiveInsideShare == nil)
    #expect(try archive().predictive == nil)
    let info = try EvokeRun(["info", "s.h5"], in: folder)
    #expect(info.output.contains("  Mahalanobis distance ") && info.output.contains(" from the training, p "))
    let json = try EvokeRun(["info", "--json", "s.h5"], in: folder).json() as? [[String: Any]]
    let posteriors = try #require(json?.first?["posteriors"] as? [[String: Any]])
    #expect(abs(try #require(posteriors[1]["mahalanobis_distance"] as? Double) - distances[1]) < 1e-9)
    #expect(abs(try #require(posteriors[1]["out_of_distribution_p"] as? Double) - p[1]) < 1e-12)
  }

  @Test("Twenty observations are judged as a set, too")
  func set() throws {
    try pairs.write("x.h5", count: 20, seed: 9)
    let same = try sample()
    #expect(same.output.contains("x.h5: 20 observations against held-out simulations: MMD² "))
    #expect(!same.errors.contains("as a set"), "\(same.errors)")
    // Each of them may be, but not twenty times.
    try pairs.writeObservations(Array(repeating: [Float(2), 2, 0], count: 20).flatMap(\.self), "x.h5", shape: [20, 3])
    let narrow = try sample()
    #expect(narrow.errors.contains("x.h5: as a set, the observations are unlike"), "\(narrow.output)")
    #expect(!narrow.errors.contains("x.h5: observation 1 is unlike"))
  }

  @Test("Older weights give no score and no error")
  func older() throws {
    var weights = try WeightsArchive(reading: folder.path("w.h5"))
    weights.typicality = nil
    weights.configuration = weights.configuration.replacingOccurrences(of: #""ensemble":2,"#, with: "")
    weights.parameters = weights.parameters.filter { $0.name.hasPrefix("member.0.") }.map {
      .init(name: String($0.name.dropFirst("member.0.".count)), shape: $0.shape, values: $0.values)
    }
    try weights.write(to: folder.path("w.h5"))
    try pairs.writeObservations([9, 9, -9], "x.h5", shape: [1, 3])
    let run = try sample()
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(try archive().diagnostics == PosteriorArchive.Diagnostics())
  }

  @Test("A predictive check simulates draws of each observation, and warns of what the model does not make")
  func predictive() throws {
    try pairs.writeObservations([1, -2, 3, 1, -2, 9], "x.h5", shape: [2, 3])
    try prepare([[1, -2, 3], [1, -2, 3]])
    let run = try sample("--simulator", "sh sim.sh")
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[1].hasPrefix("x.h5: observation 1: predictive p "))
    #expect(lines[2].contains("67 % of the values inside the 90 % band"))
    #expect(run.errors.contains("x.h5: observation 2: the model does not make such data"))
    #expect(!run.errors.contains("observation 1"))
    let found = try archive()
    let p = try #require(found.diagnostics.predictiveP)
    #expect(p[0] > 0.05 && p[1] == 1.0 / 201)
    #expect(found.diagnostics.predictiveInsideShare == [1, 2.0 / 3])
    let bands = try #require(found.predictive)
    #expect(bands.level == 0.9 && bands.median.count == 6)
    for (median, centre) in zip(bands.median, [1.0, -2, 3, 1, -2, 3]) { #expect(abs(median - centre) < 0.2) }
    // Between both ends lie 90 % of a normal distribution of deviation 0.5.
    for (lower, upper) in zip(bands.lower, bands.upper) { #expect(abs(upper - lower - 2 * 1.645 * 0.5) < 0.35) }
    let info = try EvokeRun(["info", "s.h5"], in: folder)
    #expect(info.output.contains("; predictive p ") && info.output.contains("inside the 90 % band"))
  }

  @Test("The first twenty observations are predicted, and a line says so")
  func many() throws {
    try pairs.writeObservations((0..<25).flatMap { _ in [Float(1), -2, 3] }, "x.h5", shape: [25, 3])
    try prepare(Array(repeating: [1, -2, 3], count: 20), count: 30)
    let run = try sample("--simulator", "sh sim.sh", "--predict", "30")
    #expect(run.status == 0 && run.errors.contains("of the first 20 observations of 25"), "\(run.errors)")
    let found = try archive()
    let p = try #require(found.diagnostics.predictiveP)
    #expect(p.count == 25 && p[..<20].allSatisfy { $0 > 0 } && p[20...].allSatisfy(\.isNaN))
    #expect(found.predictive?.median.count == 60)
    #expect(try String(contentsOfFile: folder.path("calls"), encoding: .utf8).split(separator: "\n").count == 1)
  }

  @Test("What cannot simulate is refused with what to do")
  func refused() throws {
    try pairs.writeObservations([1, -2, 3], "x.h5", shape: [1, 3])
    let unknown = try sample("--predict", "100")
    #expect(unknown.status == 1 && unknown.errors.contains("w.h5: ") && unknown.errors.contains("--simulator"))
    try prepare([[1, -2, 3]], count: 150)
    let few = try sample("--simulator", "sh sim.sh")
    #expect(few.status == 1 && few.errors.contains("200 rows"), "\(few.errors)")
    try pairs.writeObservations(Array(repeating: 1, count: 800), "data.h5", shape: [200, 4])
    let wide = try sample("--simulator", "sh sim.sh")
    #expect(wide.status == 1 && wide.errors.contains("[4]") && wide.errors.contains("[3]"), "\(wide.errors)")
    #expect(try sample("--predict", "5").status == 64)
    #expect(!FileManager.default.fileExists(atPath: folder.path("s.h5")))
    #expect(try sample("--simulator", "false", "--predict", "0").status == 0)
  }

  @Test("Simulations of the model are predicted by the settings that the weights hold")
  func model() throws {
    let simulated = try EvokeRun(
      ["simulate", "--count", "40", "--set", "montage=biosemi16", "--noise-level", "0.5", "-o", "sims.h5"], in: folder)
    #expect(simulated.status == 0, "\(simulated.errors)")
    let trained = try EvokeRun(
      [
        "train", "sims.h5", "--model", "snpe", "--estimator", "mdn", "--embedding", "cnn", "--epochs", "2", "-o",
        "w.h5",
      ], in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    let run = try EvokeRun(
      ["sample", "w.h5", "--observation", "sims.h5", "-n", "30", "--predict", "20", "-o", "s.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let bands = try #require(archive().predictive)
    let source = try SimulationsArchive(folder.path("sims.h5"))
    #expect(bands.median.count == 20 * source.dataShape.reduce(1, *))
    #expect(try #require(archive().diagnostics.predictiveInsideShare)[..<20].reduce(0, +) / 20 > 0.5)
  }
}
