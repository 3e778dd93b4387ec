import ArgumentParser
import EEGArchive
import EEGCore
import ERP
import Foundation

/// `evoke erp`: from recordings to evoked potentials.
struct AverageERP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erp",
    abstract: "Average a recording around its events.",
    discussion: """
      Filters, re-references, cuts epochs, corrects the baseline, drops epochs and averages, with the conventions of \
      MNE-Python (docs/erp.md). Several files make a grand average, in which every file has the same weight.

      EXAMPLES
        evoke erp recording.edf --events T1,T2 --tmin -0.1 --tmax 0.5 -o erp.h5
        evoke erp recording.bdf --status-mask 0xFF --events square=1,response=2 --filter 0.5:30 \\
          --reference average --reject-ptp 100uV -o erp.h5
        evoke erp sub-*.edf --events 'T[12]' -o grand.h5
      """)

  @Argument(help: "EDF, BDF or archive files.", completion: .file()) var inputs: [String]
  @Option(name: [.customShort("o"), .long], help: "Archive to write, ending in .h5.", completion: .file())
  var output: String
  @OptionGroup(title: "EPOCHS") var epochOptions: EpochOptions
  @Option(name: .customLong("average"), help: ArgumentHelp("How to summarise epochs.", valueName: "mean|median"))
  var method = AverageMethod.mean
  @Flag(help: "Store every kept epoch as well.") var keepEpochs = false
  @Flag(help: "Compress what is stored.") var compress = false
  @Flag(help: "Print a JSON object with counts and the drop log.") var json = false
  @Flag(help: "Refuse recordings that break the standard.") var strict = false
  @Option(help: ArgumentHelp("Threads; the result does not depend on it.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard ["h5", "hdf5"].contains((output as NSString).pathExtension.lowercased()) else {
      throw usageError("\(output): archives end in .h5")
    }
    guard threads >= 1 else { throw usageError("--threads \(threads): give a number from 1 up") }
    guard !(keepEpochs && inputs.count > 1) else {
      throw usageError("--keep-epochs works with one recording; a grand average has no epochs of its own")
    }
  }

  private struct Settings: Encodable {
    let verb = "erp"
    let inputs: [String]
    let average: AverageMethod
    let epochs: EpochSettings
  }

  func run() throws {
    let settings = try epochOptions.settings()
    var reports: [ERPReport.File] = []
    var sets: [EvokedSet] = []
    var kept: Epochs?
    for input in inputs {
      let result = try epochs(of: input, settings: settings)
      let evoked = try result.epochs.averages(AveragingSettings(method: method), of: result.conditions)
      guard !evoked.conditions.isEmpty else { throw ERPFailure.noEpochLeft(input, evoked.dropLog) }
      reports.append(ERPReport.File(path: input, result: result, evoked: evoked))
      sets.append(evoked)
      if keepEpochs { kept = result.epochs }
    }
    var warnings: [ERPWarning] = []
    var evoked = sets[0]
    if sets.count > 1 {
      let grand = try GrandAverage(sets)
      (evoked, warnings) = (grand.evoked, grand.warnings)
    }
    let names = inputs.map { ($0 as NSString).lastPathComponent }
    try EvokedArchive.write(
      evoked, epochs: kept, to: output,
      settings: JSONOutput.line(Settings(inputs: names, average: method, epochs: settings)), compress: compress)
    let report = ERPReport(output: output, files: reports, evoked: evoked, warnings: warnings)
    if json { try JSONOutput.print(report) } else { report.lines().forEach(Console.print) }
    for file in reports { file.warnings.forEach { Console.note("\(file.path): \($0)") } }
    report.warnings.forEach { Console.note("\(output): \($0)") }
  }

  private func epochs(of input: String, settings: EpochSettings) throws -> EpochsResult {
    var recording = try RecordingFile(path: input, strict: strict).recording
    if let table = epochOptions.eventsTable {
      let events = try EventTable(path: table)
      if !events.skippedLines.isEmpty {
        Console.note("\(table): \(events.skippedLines.count) rows without an onset or a condition were left out")
      }
      recording.annotations = events.annotations
    }
    let progress = ProgressBar("averaging \((input as NSString).lastPathComponent)")
    defer { progress.finish() }
    do {
      return try ERPPipeline(settings).epochs(of: recording, threads: threads) { progress.update($0) }
    } catch let error as ERPError {
      // The pipeline knows no files.
      throw InFile(path: input, error: error)
    } catch let error as RecordingError {
      throw InFile(path: input, error: error)
    }
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

extension AverageMethod: ExpressibleByArgument {}
