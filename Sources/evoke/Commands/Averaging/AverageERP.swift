import ArgumentParser
import EEGArchive
import EEGCore
import ERP
import Foundation
import Report

/// `evoke erp`: from recordings to evoked potentials.
struct AverageERP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erp",
    abstract: "Average a recording around its events.",
    discussion: """
      Filters, re-references, cuts epochs, corrects the baseline, drops epochs and averages, with the conventions of \
      MNE-Python (docs/erp.md). Several files make a grand average, in which every file has the same weight. Archives \
      of epochs or evoked potentials are averaged as they are. Of BIDS datasets the tables beside the recording are \
      used, and named: events, kinds of channels, bad channels, positions of electrodes.

      EXAMPLES
        evoke erp rec.edf --events T1,T2 --tmin -0.1 --tmax 0.5 -o erp.h5
        evoke erp rec.bdf --status-mask 0xFF --events square=1,rt=2 -o erp.h5
        evoke erp rec.edf --filter 0.5:30 --notch 50 --reference average \\
          --find-bad --interpolate -o erp.h5
        evoke erp rec.edf --events 'correct=S1>R1@0.2:0.9' -o erp.h5
        evoke erp rec.edf --reject-ptp 100uV --artifact blink=0.7@Fp1 \\
          --artifact-plot artifacts.svg -o erp.h5
        evoke erp rec.edf --events target,standard --bootstrap 1000 \\
          --contrast "target - standard" -o erp.h5
        evoke erp sub-*.edf --events 'T[12]' --jackknife -o grand.h5
        evoke erp sub-01_task-x_eeg.edf --where "rt < 0.8" -o erp.h5
      """)

  @Argument(help: "EDF, BDF, .set or archive files.", completion: .file()) var inputs: [String]
  @Option(name: [.customShort("o"), .long], help: "Archive to write, ending in .h5.", completion: .file())
  var output: String
  @OptionGroup(title: "EPOCHS") var events: EventOptions
  @OptionGroup(title: "CHANNELS") var channels: ChannelOptions
  @OptionGroup(title: "FILTER") var filter: FilterOptions
  @OptionGroup(title: "ARTIFACTS") var artifacts: ArtifactOptions
  @OptionGroup(title: "AVERAGES") var averages: AverageOptions
  @Option(help: ArgumentHelp("Bring every signal to this rate first.", valueName: "hz")) var resample: Double?
  @Flag(inversion: .prefixedNo, help: "Use the tables of a BIDS dataset beside the recording.") var bids = true
  @Flag(help: "Store every kept epoch as well.") var keepEpochs = false
  @Option(
    help: ArgumentHelp("Draw kept and dropped epochs into this figure: .svg, .png or .pdf.", valueName: "file"),
    completion: .file())
  var artifactPlot: String?
  @Flag(help: "Compress what is stored.") var compress = false
  @Flag(help: "Print a JSON object with counts and the drop log.") var json = false
  @Flag(help: "Refuse recordings that break the standard.") var strict = false
  @Option(help: ArgumentHelp("Threads; the result does not depend on it.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    try OptionText.requireArchive(output)
    guard threads >= 1 else { throw usageError("--threads \(threads): give a number from 1 up") }
    if inputs.count > 1 {
      guard !keepEpochs else {
        throw usageError("--keep-epochs works with one recording; a grand average has no epochs of its own")
      }
      guard artifactPlot == nil else { throw usageError("--artifact-plot works with one recording") }
    } else {
      guard !averages.jackknife else { throw usageError("--jackknife needs several files") }
    }
    if let resample, !(resample > 0 && resample.isFinite) {
      throw usageError("--resample \(resample): give hertz above 0")
    }
    if let artifactPlot { _ = try FigureFormat(path: artifactPlot) }
    _ = try settings()
  }

  private struct Settings: Encodable {
    let verb = "erp"
    let inputs: [String]
    let resample: Double?
    let epochs: EpochSettings
    let averages: AveragingSettings
    let contrasts: [String]
    let grandWeights: GrandAverageWeighting
  }

  private func settings() throws -> EpochSettings {
    var settings = EpochSettings()
    try events.apply(to: &settings, seed: averages.seed)
    try channels.apply(to: &settings)
    settings.filter = try filter.settings()
    try artifacts.apply(to: &settings)
    return settings
  }

  /// What one file comes to.
  private struct Averaged {
    let evoked: EvokedSet
    let epochs: Epochs?
    let report: ERPReport.File
  }

  func run() throws {
    let files = try inputs.map(averaged)
    var warnings: [ERPWarning] = []
    var evoked = files[0].evoked
    if files.count > 1 {
      let names = inputs.map { (($0 as NSString).lastPathComponent as NSString).deletingPathExtension }
      let grand = try GrandAverage(
        files.map(\.evoked), weighting: averages.grandWeights, divisor: averages.seDivisor,
        leavingOut: averages.jackknife ? names : nil)
      (evoked, warnings) = (grand.evoked, grand.warnings)
    }
    let kept = keepEpochs ? files[0].epochs : nil
    let settings = Settings(
      inputs: inputs.map { ($0 as NSString).lastPathComponent }, resample: resample, epochs: try settings(),
      averages: try averages.settings(), contrasts: averages.contrast, grandWeights: averages.grandWeights)
    try EvokedArchive.write(
      evoked, epochs: kept, to: output, settings: JSONOutput.line(settings), compress: compress)
    let report = ERPReport(output: output, files: files.map(\.report), evoked: evoked, warnings: warnings)
    if json { try JSONOutput.print(report) } else { report.lines().forEach(Console.print) }
    for file in report.files { file.warnings.forEach { Console.note("\(file.path): \($0)") } }
    report.warnings.forEach { Console.note("\(output): \($0)") }
  }

  private func averaged(_ input: String) throws -> Averaged {
    do {
      switch try InputFile(path: input, strict: strict) {
      case .recording(let file): return try averaged(file.recording, input)
      case .epochs(let epochs):
        let evoked = try withContrasts(epochs.averages(averages.settings(), threads: threads))
        return Averaged(evoked: evoked, epochs: epochs, report: ERPReport.File(path: input, evoked: evoked))
      case .evoked(let averages, let epochs):
        let evoked = try withContrasts(averages)
        return Averaged(evoked: evoked, epochs: epochs, report: ERPReport.File(path: input, evoked: evoked))
      case .otherArchive(let kind):
        throw ConversionError(path: input, message: "is an archive of kind '\(kind.rawValue)', which has no epochs")
      }
    } catch let error as ERPError {
      // The libraries know no files.
      throw InFile(path: input, error: error)
    } catch let error as RecordingError {
      throw InFile(path: input, error: error)
    } catch let error as TableQueryError {
      throw InFile(path: events.eventsTable ?? input, error: error)
    }
  }

  private func averaged(_ original: Recording, _ input: String) throws -> Averaged {
    let known = try ERPRecording(
      original, path: input, options: events, readsSidecars: bids, resampledTo: resample)
    var settings = try settings()
    settings.excludedChannels += known.badChannels.filter { !settings.excludedChannels.contains($0) }
    let progress = ProgressBar("averaging \((input as NSString).lastPathComponent)")
    defer { progress.finish() }
    let result = try ERPPipeline(settings).epochs(
      of: known.recording, keepsDropped: artifactPlot != nil, threads: threads
    ) { progress.update($0) }
    progress.finish()
    if settings.decimation > 1, settings.filter?.high == nil {
      Console.note("\(input): decimated without a low-pass filter; what is faster than the new rate folds back")
    }
    if let artifactPlot, let dropped = result.droppedEpochs {
      try Gnuplot().draw(ArtifactsFigure(kept: result.epochs, dropped: dropped), to: artifactPlot)
    }
    let averaging = try averages.settings()
    let averaged = try result.epochs.averages(averaging, of: result.conditions, threads: threads)
    guard !averaged.conditions.isEmpty else { throw ERPFailure.noEpochLeft(input, averaged.dropLog) }
    let evoked = try withContrasts(averaged) { contrast in
      try result.epochs.confidenceBand(of: contrast, averaging, conditions: result.conditions, threads: threads)
    }
    return Averaged(
      evoked: evoked, epochs: result.epochs,
      report: ERPReport.File(path: input, evoked: evoked, result: (result, settings), notes: known.notes))
  }

  /// - Parameter band: Makes the confidence band of a contrast, where there are epochs to draw from.
  private func withContrasts(
    _ averaged: EvokedSet, band: (Contrast) throws -> ConfidenceBand? = { _ in nil }
  ) throws -> EvokedSet {
    var evoked = averaged
    let names = averaged.conditions.map(\.name)
    for text in averages.contrast {
      let contrast = try Contrast(text, among: names)
      guard evoked[contrast.name] == nil else {
        throw ERPError(
          code: .invalidSettings,
          message: "contrast '\(text)': there is a condition of that name already; write "
            + "NAME = \(text)")
      }
      var combination = try contrast.evoked(of: averaged)
      combination.confidence = try band(contrast)
      evoked.conditions.append(combination)
    }
    return evoked
  }
}

/// Why there is no evoked potential.
enum ERPFailure: Error, CustomStringConvertible {
  case noEpochLeft(String, [DropLogEntry])

  var description: String {
    switch self {
    case .noEpochLeft(let path, let dropLog):
      let reasons = DropSummary(dropLog).reasons.map { "\($0.epochs) for \($0.text)" }.joined(separator: "; ")
      return "\(path): all \(dropLog.count) epochs were dropped, \(reasons); loosen the limits or the window"
    }
  }
}
