import ArgumentParser
import EEGArchive
import Foundation
import InverseModels
import PosteriorEstimation
import Report

/// `evoke evaluate`: how well a network does.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare a network's estimates with the truth, or judge a posterior.",
    discussion: """
      On the simulations that a network was trained on, its test split is taken; of other data, all good simulations. \
      MSE is of targets scaled so that the training split goes from 0 to 1; beside it stands that of always giving the \
      mean. Data of other electrodes are taken where the model can. -o keeps every estimate beside its truth, and its \
      covariance where the model has one, for evoke plot and for other programs.

      A posterior (evoke train --model snpe) is judged on simulations that it was not trained on, by draws: how much \
      narrower than the prior it is (contraction), mean z-score, simulation-based calibration, expected coverage and \
      TARP; docs/diagnostics.md explains them. --plot draws ranks and coverage, each with the band of a calibrated \
      posterior; it needs gnuplot.

      EXAMPLES
        evoke evaluate weights.h5 sims.h5
        evoke evaluate weights.h5 sims.h5 -o estimates.h5
        evoke evaluate weights.h5 sims.h5 --against lstm.h5 --json > scores.json
        evoke evaluate posterior.h5 other-sims.h5 --runs 500 --plot calibration.svg
      """)

  @Argument(help: "Weights.", completion: .file()) var weights: String
  @Argument(help: "Archive of simulations.", completion: .file()) var data: String
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Archive of the estimates to write, ending in .h5.", valueName: "file"), completion: .file())
  var output: String?
  @Option(help: ArgumentHelp("Other weights to stand beside.", valueName: "weights"), completion: .file())
  var against: String?
  @Option(help: ArgumentHelp("Level of noise; the first one of the file when left out.", valueName: "factor"))
  var noiseLevel: Double?
  @Option(help: ArgumentHelp("Posteriors: draws for each simulation; 1000 when left out.", valueName: "n")) var draws:
    Int?
  @Option(help: ArgumentHelp("Posteriors: simulations at most; 1000 when left out.", valueName: "n")) var runs: Int?
  @Option(
    help: ArgumentHelp("Posteriors: figure of calibration to write, .svg, .png or .pdf.", valueName: "file"),
    completion: .file())
  var plot: String?
  @Flag(help: "Posteriors: judge by diagnostics of draws; the default, which scripts may spell out.") var diagnostics =
    false
  @Flag(help: "Print JSON.") var json = false
  @Option(help: ArgumentHelp("Threads; the result does not depend on it.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard threads >= 1 else { throw usageError("--threads \(threads): give a number from 1 up") }
    for (name, value) in [("--draws", draws), ("--runs", runs)] {
      if let value, value < 2 { throw usageError("\(name) \(value): give a number from 2 up") }
    }
    if let plot { _ = try FigureFormat(path: plot) }
    guard let output else { return }
    try OptionText.requireArchive(output)
    guard against == nil else { throw usageError("-o holds the estimates of one model; leave out --against") }
  }

  func run() throws {
    if case .posterior(let file) = try WeightsFile(weights) { return try evaluate(file) }
    guard draws == nil, runs == nil, plot == nil else {
      throw usageError("\(weights): --draws, --runs and --plot belong to posteriors; leave them out")
    }
    let source = try SimulationsData(data)
    let fingerprint = try source.fingerprint()
    let reports = try ([weights] + (against.map { [$0] } ?? [])).map { path in
      try report(ModelFile(path), source, fingerprint)
    }
    if json {
      if reports.count == 1 { try JSONOutput.print(reports[0]) } else { try JSONOutput.print(reports) }
    } else {
      for report in reports { report.lines().forEach(Console.print) }
      if let output { Console.print("wrote \(output)") }
    }
  }

  /// Judges a posterior by diagnostics of its draws.
  private func evaluate(_ file: PosteriorFile) throws {
    guard output == nil, against == nil else {
      throw usageError("\(weights): -o and --against belong to networks that estimate; evoke sample keeps draws")
    }
    if let sequential = file.sequential {
      Console.note(
        "\(weights): was estimated for one observation, of \(sequential.observation); what follows is of other data")
    }
    let source = try SimulationsData(data)
    guard try source.fingerprint() != file.archive.data.fingerprint else {
      throw InFile(
        path: data,
        error: PosteriorError(
          code: .invalidSetting, message: "the posterior was trained on these pairs; evaluate it on others"))
    }
    do {
      let observed = try Observations(data, for: file, noiseLevel: noiseLevel).first(runs ?? 1000)
      let bar = ProgressBar("drawing")
      defer { bar.finish() }
      let evaluation = try PosteriorEvaluation(
        observed, drawCount: draws ?? 1000, seed: 1, threads: threads, progress: bar.update)
      bar.finish()
      let report = PosteriorEvaluationReport(weights: file, data: data, noiseLevel: noiseLevel, evaluation)
      if json { try JSONOutput.print(report) } else { report.lines().forEach(Console.print) }
      guard let plot else { return }
      try Gnuplot().draw(evaluation.calibrationFigure(subtitle: report.subtitle), to: plot)
      if !json { Console.print("wrote \(plot)") }
    } catch let error as PosteriorError {
      throw InFile(path: data, error: error)
    } catch let error as DiagnosticError {
      throw InFile(path: data, error: error)
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
      let configuration = model.configuration
      let level = try source.level(noiseLevel ?? configuration.noiseLevels.first)
      let bar = ProgressBar("evaluating")
      defer { bar.finish() }
      let evaluation = try Evaluation(
        model, data: source, simulations: simulations, level: level, constants: source.constants, threads: threads,
        progress: bar.update)
      let report = EvaluationReport(
        weights: file.path, data: data, model: configuration.model.rawValue, preset: configuration.preset.rawValue,
        split: isOwn ? "test" : "all", noiseLevel: source.noiseLevels[level],
        units: file.archive.targets.map(\.unit), evaluation: evaluation)
      if let output {
        let origin = EstimatesOrigin(report, file, data: source, fingerprint: fingerprint)
        try EstimatesArchive(evaluation, targets: file.archive.targets, settings: JSONOutput.line(origin))
          .write(to: output)
      }
      return report
    } catch let error as InverseModelError {
      throw InFile(path: data, error: error)
    }
  }
}
