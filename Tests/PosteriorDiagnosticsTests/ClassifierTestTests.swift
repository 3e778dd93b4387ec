import EvokeNumerics
import Foundation
import HDF5
import PosteriorEstimation
import TestSupport
import Testing

@Suite struct ClassifierTestTests {
  static let names = ["same", "shifted", "narrow", "moon", "chain", "apart"]

  struct Sets {
    let first, second: SampleSet
    var settings = ClassifierTest.Settings()
    /// What scikit-learn reached, seed by seed.
    let accuracies: [Double]

    init(_ name: String) throws {
      let group = try HDF5File(reading: TestFiles.fixture("classifier_test.h5")).group(name)
      func set(_ name: String) throws -> SampleSet {
        let array = try group.dataset(name).read(Float.self)
        return try SampleSet(embeddings: array.values, dimensions: array.shape[1])
      }
      (first, second) = (try set("first"), try set("second"))
      accuracies = try group.dataset("accuracies").read(Double.self).values
      settings.epochs = try group.attribute("epochs", as: Int.self)
    }

    func test(seed: Int) throws -> ClassifierTest {
      try ClassifierTest(first, second, settings: settings, seed: UInt64(seed), threads: 2)
    }
  }

  /// Mean, and its standard error.
  static func mean(_ values: [Double]) -> (value: Double, error: Double) {
    let (count, mean) = (Double(values.count), values.reduce(0, +) / Double(values.count))
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return (mean, (variance / count).squareRoot())
  }

  @Test("Accuracy is that of scikit-learn within what seeds scatter", arguments: names)
  func accuracyIsThatOfScikitLearn(_ name: String) throws {
    let sets = try Sets(name)
    let ours = Self.mean(try (0..<6).map { try sets.test(seed: $0).accuracy })
    let theirs = Self.mean(sets.accuracies)
    let error = (ours.error * ours.error + theirs.error * theirs.error).squareRoot()
    #expect(abs(ours.value - theirs.value) < 3 * error, "\(ours.value) here, \(theirs.value) there, ± \(error)")
    #expect(error < 0.006)
  }

  @Test(
    "Halves of a reference posterior cannot be told apart", .enabled(if: ReferencePosteriors.areAtHand),
    arguments: ReferencePosteriors.tasks)
  func halvesOfAReference(_ task: String) throws {
    let reference = try ReferencePosteriors.samples(task, 1)
    let half = reference.count / 2 * reference.dimensions
    let (first, second) = (
      try SampleSet(Array(reference.values[..<half]), dimensions: reference.dimensions),
      try SampleSet(Array(reference.values[half...]), dimensions: reference.dimensions)
    )
    let accuracy = try ClassifierTest(first, second, threads: 2).accuracy
    #expect(abs(accuracy - 0.5) <= 0.01, "\(accuracy)")
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    var sets = try Sets("shifted")
    sets.settings.epochs = 3
    let one = try sets.test(seed: 4)
    #expect(try one == ClassifierTest(sets.first, sets.second, settings: sets.settings, seed: 4))
    #expect(try one != sets.test(seed: 5))
    #expect(one.foldAccuracies.count == 5 && one.epochs == [3, 3, 3, 3, 3])
  }

  @Test func setsThatNeverMeetAreToldApart() throws {
    let first = try SampleSet((0..<200).map { Double($0) / 200 }, dimensions: 1)
    let second = try SampleSet((0..<150).map { 4 + Double($0) / 200 }, dimensions: 1)
    #expect(try ClassifierTest(first, second).accuracy == 1)
  }

  @Test func scaleAndOriginOfParametersDoNotMatter() throws {
    var sets = try Sets("shifted")
    sets.settings.epochs = 20
    // Powers of two and no shift, so that scaling is exact.
    func scaled(_ set: SampleSet) throws -> SampleSet {
      try SampleSet(set.values.map { $0 * 0x1p-40 }, dimensions: set.dimensions)
    }
    #expect(
      try ClassifierTest(scaled(sets.first), scaled(sets.second), settings: sets.settings, seed: 1)
        == sets.test(seed: 1))
  }

  @Test func setsThatCannotBeComparedAreRefused() throws {
    func code(_ first: [Double], _ second: [Double], _ dimensions: (Int, Int) = (1, 1)) throws -> DiagnosticError.Code?
    {
      let sets = (
        try SampleSet(first, dimensions: dimensions.0), try SampleSet(second, dimensions: dimensions.1)
      )
      return #expect(throws: DiagnosticError.self) { try ClassifierTest(sets.0, sets.1) }?.code
    }
    #expect(try code([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], (1, 2)) == .shapeDiffers)
    #expect(try code([1, 2, 3, 4, 5], [1, 2, 3, 4]) == .tooFewSamples)
    #expect(try code([0.1, 0.1, 0.1, 0.1, 0.1, 0.1], [1, 2, 3, 4, 5]) == .noSpread)
    var settings = ClassifierTest.Settings()
    settings.folds = 1
    let set = try SampleSet([1, 2, 3, 4, 5], dimensions: 1)
    #expect(throws: DiagnosticError.self) { try ClassifierTest(set, set, settings: settings) }
  }

  @Test(arguments: [
    (values: [Double](), dimensions: 1, code: DiagnosticError.Code.tooFewSamples), ([1, 2, 3], 2, .shapeDiffers),
    ([1, .nan], 1, .notFinite),
  ])
  func damagedSetsAreRefused(_ set: (values: [Double], dimensions: Int, code: DiagnosticError.Code)) {
    let error = #expect(throws: DiagnosticError.self) { try SampleSet(set.values, dimensions: set.dimensions) }
    #expect(error?.code == set.code)
  }
}

/// Reference posteriors of sbibm, in `shared/sbibm` beside the checkout.
enum ReferencePosteriors {
  static let folder = TestFiles.package.deletingLastPathComponent().appendingPathComponent("shared/sbibm")

  /// Ten dimensions take two minutes without optimisation.
  static let tasks: [String] = {
    #if DEBUG
      ["two_moons"]
    #else
      ["two_moons", "gaussian_linear_uniform"]
    #endif
  }()

  static let areAtHand = FileManager.default.fileExists(atPath: folder.path)

  /// 10,000 draws of an observation.
  static func samples(_ task: String, _ observation: Int) throws -> SampleSet {
    let file = folder.appendingPathComponent("\(task)/obs0\(observation)_reference.csv.gz")
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", file.path]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = text.split(separator: "\n")
    let width = lines[0].split(separator: ",").count
    let values = lines.dropFirst().flatMap { $0.split(separator: ",").compactMap { Double($0) } }
    #expect(values.count == 10_000 * width)
    return try SampleSet(values, dimensions: width)
  }
}
