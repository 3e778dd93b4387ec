import ArgumentParser
import EEGArchive
import Foundation
import InverseModels

/// `evoke evaluate`: how well a network does.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare a network's estimates with the truth.",
    discussion: """
      On the simulations that a network was trained on, its test split is taken; of other data, all good simulations. \
      MSE is of targets scaled so that the training split goes from 0 to 1; beside it stands that of always giving the \
      mean. Data of other electrodes are taken where the model can.

      EXAMPLES
        evoke evaluate weights.h5 sims.h5
        evoke evaluate weights.h5 sims.h5 --against lstm.h5 --json > scores.json
      """)

  @Argument(help: "Weights.", completion: .file()) var weights: String
  @Argument(help: "Archive of simulations.", completion: .file()) var data: String
  @Option(help: ArgumentHelp("Other weights to stand beside.", valueName: "weights"), completion: .file())
  var against: String?
  @Option(help: ArgumentHelp("Level of noise; the first one of the file when left out.", valueName: "factor"))
  var noiseLevel: Double?
  @Flag(help: "Print JSON.") var json = false
  @Option(help: ArgumentHelp("Threads; the result does not depend on it.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard threads >= 1 else { throw usageError("--threads \(threads): give a number from 1 up") }
  }

  func run() throws {
    let source = try SimulationsData(data)
    let fingerprint = try source.fingerprint()
    let reports = try ([weights] + (against.map { [$0] } ?? [])).map { path in
      try report(ModelFile(path), source, fingerprint)
    }
    if json {
      if reports.count == 1 { try JSONOutput.print(reports[0]) } else { try JSONOutput.print(reports) }
    } else {
      for report in reports { report.lines().forEach(Console.print) }
    }
  }

  private func report(_ file: ModelFile, _ source: SimulationsData, _ fingerprint: String) throws -> EvaluationReport {
    var model = try file.model()
    let isOwn = file.archive.data.fingerprint == fingerprint
    do {
      if let description = source.description, model.description != nil {
        model = try model.adapted(to: description)
      }
      var simulations: [Int]
      if isOwn {
        simulations = file.archive.data.split.indices.filter { file.archive.data.split[$0] == 2 }
      } else {
        simulations = try source.isGood().enumerated().filter(\.element).map(\.offset)
      }
      guard !simulations.isEmpty, simulations.allSatisfy({ $0 < source.count }) else {
        throw InverseModelError(code: .tooFewSimulations, message: "there are no good simulations to evaluate on")
      }
      var configuration = model.configuration
      if let noiseLevel { configuration.noiseLevels = [noiseLevel] }
      let level = try configuration.levels(among: source.noiseLevels)[0]
      let bar = ProgressBar("evaluating")
      defer { bar.finish() }
      let evaluation = try Evaluation(
        model, data: source, simulations: simulations, level: level, constants: source.constants, threads: threads,
        progress: bar.update)
      return EvaluationReport(
        weights: file.path, data: data, model: configuration.model.rawValue, preset: configuration.preset.rawValue,
        split: isOwn ? "test" : "all", count: simulations.count, noiseLevel: source.noiseLevels[level],
        units: file.archive.targets.map(\.unit), evaluation: evaluation)
    } catch let error as InverseModelError {
      throw InFile(path: data, error: error)
    }
  }
}

/// What `evaluate` prints.
struct EvaluationReport: Encodable {
  struct Target: Encodable {
    let name: String
    let unit: String
    let pearson: Double?
    let pearson_95: [Double]?
    let spearman: Double?
    let r2: Double?
    let nrmse: Double?
    let mse: Double
    let mse_of_mean: Double
    let coverage_90: Double?
  }

  let weights: String
  let data: String
  let model: String
  let preset: String
  let split: String
  let simulations: Int
  let noise_level: Double?
  let mse: Double
  let mse_of_mean: Double
  let targets: [Target]

  init(
    weights: String, data: String, model: String, preset: String, split: String, count: Int, noiseLevel: Double?,
    units: [String], evaluation: Evaluation
  ) {
    (self.weights, self.data, self.model, self.preset, self.split) = (weights, data, model, preset, split)
    (simulations, noise_level) = (count, noiseLevel)
    (mse, mse_of_mean) = (evaluation.scaledError, evaluation.meanScaledError)
    func known(_ value: Double) -> Double? { value.isFinite ? value : nil }
    targets = zip(evaluation.scores, units).map { score, unit in
      let interval = [score.pearsonLower, score.pearsonUpper]
      return Target(
        name: score.name, unit: unit, pearson: known(score.pearson),
        pearson_95: interval.allSatisfy(\.isFinite) ? interval : nil, spearman: known(score.spearman),
        r2: known(score.rSquared), nrmse: known(score.normalizedError), mse: score.scaledError,
        mse_of_mean: score.meanScaledError, coverage_90: score.coverage)
    }
  }

  /// A table for people.
  func lines() -> [String] {
    func cell(_ value: Double?, _ format: String = "%.3f") -> String { value.map { String(format: format, $0) } ?? "-" }
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let width = max(6, targets.map(\.name.count).max() ?? 0)
    let hasCoverage = targets.contains { $0.coverage_90 != nil }
    var lines = [
      "\(weights): \(model), preset \(preset), \(simulations) simulations (\(split)) of \(data)",
      "  " + "target".padding(toLength: width, withPad: " ", startingAt: 0)
        + "       r           95 %    rho     R2  NRMSE      MSE  MSE of mean" + (hasCoverage ? "  90 % covers" : ""),
    ]
    for target in targets {
      let interval = target.pearson_95.map { "\(cell($0[0]))...\(cell($0[1]))" } ?? "-"
      lines.append(
        "  " + Formatting.printable(target.name).padding(toLength: width, withPad: " ", startingAt: 0)
          + right(cell(target.pearson), 8) + right(interval, 15) + right(cell(target.spearman), 7)
          + right(cell(target.r2), 7) + right(cell(target.nrmse), 7) + right(cell(target.mse, "%.5f"), 9)
          + right(cell(target.mse_of_mean, "%.5f"), 13) + (hasCoverage ? right(cell(target.coverage_90), 13) : ""))
    }
    lines.append("  MSE \(cell(mse, "%.5f")), of the mean \(cell(mse_of_mean, "%.5f"))")
    return lines
  }
}
