import ArgumentParser
import EEGArchive
import EvokeNumerics
import Foundation
import PosteriorEstimation

/// `evoke c2st`: how well a classifier tells two sets of draws apart.
struct CompareSamples: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "c2st",
    abstract: "Tell whether two sets of draws are of one law.",
    discussion: """
      Classifier two-sample test, as in the benchmark sbibm: a small network learns to tell draws of the first file, the \
      reference, from those of the second, and is judged on others than it learnt from. It is right half of the time \
      (0.5) where both sets are of one law, and always (1) where they never meet. Figures scatter by about 0.01 from \
      seed to seed; --seeds gives their mean.

      A file is an archive from evoke sample, any HDF5 file with /samples [draw, parameter] or [observation, draw, \
      parameter], FILE:/path for a dataset of another name, or a .csv with a line of names. Observations are compared \
      one by one. Equal numbers of draws are taken from both files, by seed where they differ.

      EXAMPLES
        evoke c2st reference.h5 samples.h5
        evoke c2st reference.csv samples.h5 --observation 3 --seeds 5
        evoke c2st exact.h5:/draws samples.h5 --mmd --json > scores.json
      """)

  @Argument(help: "Draws to compare with: the reference.", completion: .file()) var reference: String
  @Argument(help: "Draws to judge.", completion: .file()) var samples: String
  @Option(
    help: ArgumentHelp(
      "Compare one observation, counted from 1; a file of one is compared whatever its number.", valueName: "k"))
  var observation: Int?
  @Option(help: ArgumentHelp("Parameters to compare, by name; all when left out.", valueName: "list"))
  var parameters: String?
  @Option(
    name: [.customShort("n"), .long], help: ArgumentHelp("Draws of each to compare at most.", valueName: "n"))
  var draws: Int?
  @Flag(help: "Add the maximum mean discrepancy, with the probability of such a one within one law.") var mmd = false
  @Option(help: ArgumentHelp("Seed of folds, networks and chosen draws.", valueName: "n")) var seed: UInt64 = 1
  @Option(help: ArgumentHelp("Seeds to take the mean over, from --seed on.", valueName: "n")) var seeds = 1
  @Flag(help: "Print JSON.") var json = false
  @Option(help: ArgumentHelp("Threads; the result does not depend on it.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    if let observation, observation < 1 { throw usageError("--observation \(observation): they are counted from 1") }
    if let draws, draws < 5 { throw usageError("-n \(draws): five draws are compared at least") }
    if let parameters, OptionText.list(parameters).isEmpty { throw usageError("--parameters: name one or more") }
    guard (1...1000).contains(seeds), seed <= .max - UInt64(seeds) else {
      throw usageError("--seeds \(seeds): give a number from 1 to 1000")
    }
    guard threads >= 1 else { throw usageError("--threads \(threads): give a number from 1 up") }
  }

  func run() throws {
    let comparison = try SampleComparison(self)
    let bar = ProgressBar("comparing", total: comparison.observations.count * seeds, unit: "tests")
    let scores = try comparison.observations.map { try score(comparison, $0, bar) }
    bar.finish()
    let report = ComparisonReport(
      reference: reference, samples: samples, parameters: comparison.reference.parameters.map(\.name),
      draws: comparison.drawCount, seeds: (0..<UInt64(seeds)).map { seed + $0 }, observations: scores)
    if json { try JSONOutput.print(report) } else { report.lines().forEach(Console.print) }
  }

  private func score(
    _ comparison: SampleComparison, _ observation: SampleComparison.Observation, _ bar: ProgressBar
  ) throws -> ComparisonReport.Score {
    do {
      var accuracies: [Double] = []
      var kernel: KernelTest?
      for number in 0..<UInt64(seeds) {
        let (first, second) = try comparison.sets(of: observation, seed: seed + number)
        accuracies.append(try ClassifierTest(first, second, seed: seed + number, threads: threads).accuracy)
        if mmd, number == 0 { kernel = try KernelTest(first, second, seed: seed, threads: threads) }
        bar.advance(by: 1)
      }
      return ComparisonReport.Score(observation: observation.number, accuracies: accuracies, kernel: kernel)
    } catch let error as DiagnosticError {
      throw InFile(path: "\(reference) and \(samples), observation \(observation.number)", error: error)
    }
  }
}

/// Two files of draws, with the same columns.
struct SampleComparison {
  /// Which observation of each file stand beside each other, from 0 on.
  struct Observation {
    let number: Int
    let first: Int
    let second: Int
  }

  let reference: SampleSets
  let samples: SampleSets
  let observations: [Observation]
  /// Draws of each set that are compared.
  let drawCount: Int

  init(_ options: CompareSamples) throws {
    let names = options.parameters.map(OptionText.list)
    let paths = [options.reference, options.samples]
    var sets = try paths.map { path in
      let sets = try SampleFile.read(path)
      return try names.map { try sets.columns(named: $0, in: path) } ?? sets
    }
    if names == nil { sets[1] = try Self.aligned(sets, paths) }
    (reference, samples) = (sets[0], sets[1])
    observations = try Self.observations(sets, paths, options.observation)
    let counts = sets.map(\.drawCount)
    drawCount = min(counts[0], counts[1], options.draws ?? .max)
    if counts[0] != counts[1] {
      Console.note(
        "\(paths[0]) has \(Formatting.count(counts[0], "draw")), \(paths[1]) has \(counts[1]): "
          + "\(drawCount) of each are compared")
    }
  }

  /// The second set with its columns in the order of the first.
  private static func aligned(_ sets: [SampleSets], _ paths: [String]) throws -> SampleSets {
    let names = sets.map { $0.parameters.map(\.name) }
    func list(_ names: [String]) -> String { names.map(Formatting.printable).joined(separator: ", ") }
    guard names[0].count == names[1].count else {
      throw InFile(
        path: paths[1],
        error: DiagnosticError(
          code: .shapeDiffers,
          message: "has \(Formatting.count(names[1].count, "parameter")) (\(list(names[1]))), and \(paths[0]) has "
            + "\(names[0].count) (\(list(names[0]))); choose with --parameters"))
    }
    guard sets.allSatisfy(\.hasNames), names[0] != names[1] else { return sets[1] }
    let columns = names[0].compactMap { names[1].firstIndex(of: $0) }
    if Set(columns).count == names[0].count { return sets[1].columns(columns) }
    Console.note("parameters are called \(list(names[0])) and \(list(names[1])): they are compared in this order")
    return sets[1]
  }

  private static func observations(
    _ sets: [SampleSets], _ paths: [String], _ chosen: Int?
  ) throws -> [Observation] {
    let counts = sets.map(\.observationCount)
    guard let chosen else {
      guard counts[0] == counts[1] else {
        throw InFile(
          path: paths[1],
          error: DiagnosticError(
            code: .shapeDiffers,
            message: "has \(Formatting.count(counts[1], "observation")), and \(paths[0]) has \(counts[0]); choose one "
              + "with --observation"))
      }
      return (0..<counts[0]).map { Observation(number: $0 + 1, first: $0, second: $0) }
    }
    let most = counts.max() ?? 1
    for (count, path) in zip(counts, paths) where chosen > count && (count > 1 || most == 1) {
      throw InFile(
        path: path,
        error: DiagnosticError(
          code: .shapeDiffers,
          message: "has no observation \(chosen); there \(count == 1 ? "is" : "are") "
            + Formatting.count(count, "observation")))
    }
    func place(_ count: Int) -> Int { count == 1 ? 0 : chosen - 1 }
    return [Observation(number: chosen, first: place(counts[0]), second: place(counts[1]))]
  }

  /// Equally many draws of both: all of them, or those that a seed chooses.
  func sets(of observation: Observation, seed: UInt64) throws -> (SampleSet, SampleSet) {
    func set(_ sets: SampleSets, _ place: Int, _ number: Int) throws -> SampleSet {
      let (draws, d) = (sets.draws(of: place), sets.parameterCount)
      guard sets.drawCount > drawCount else { return try SampleSet(Array(draws), dimensions: d) }
      var order = Array(0..<sets.drawCount)
      var random = RandomStream(seed: seed, simulation: 2 * place + number, purpose: .comparedDraws)
      random.shuffle(&order)
      let values = order.prefix(drawCount).flatMap { row in
        draws[(draws.startIndex + row * d)..<(draws.startIndex + (row + 1) * d)]
      }
      return try SampleSet(values, dimensions: d)
    }
    return (try set(reference, observation.first, 0), try set(samples, observation.second, 1))
  }
}

extension SampleSets {
  /// Some columns by their names.
  fileprivate func columns(named names: [String], in path: String) throws -> SampleSets {
    let known = parameters.map(\.name)
    return columns(
      try names.map { name in
        guard let column = known.firstIndex(of: name) else {
          throw InFile(
            path: path,
            error: DiagnosticError(
              code: .shapeDiffers,
              message:
                "has no parameter '\(name)'; there are \(known.map(Formatting.printable).joined(separator: ", "))"
            ))
        }
        return column
      })
  }
}

extension RandomPurpose {
  /// Which draws are compared where one set has more of them.
  fileprivate static let comparedDraws = RandomPurpose("compared draws")
}
