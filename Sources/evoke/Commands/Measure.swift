import ArgumentParser
import AtomicFiles
import EEGCore
import ERP
import Foundation

/// `evoke measure`: amplitudes, areas and latencies as a table.
struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure amplitudes, areas and latencies of evoked potentials.",
    discussion: """
      Measures every condition and channel, or region of interest, in every window, and writes one row a value, ready \
      for R and pandas. Definitions are ERPLAB's or MNE-Python's (docs/measures.md); the column "definition" says which.

      MEASURES
        amplitudes   mean, peak, local-peak, peak-to-peak, sme
        areas        integral, area
        latencies    fractional-peak-onset, fractional-peak-offset, onset,
                     fractional-area-latency, fractional-integral-latency

      EXAMPLES
        evoke measure erp.h5 --window 0.3:0.5,name=P3 --channels Pz,Cz
        evoke measure sub-*.h5 --window 0.3:0.5,name=P3 --measures mean,peak \
          --polarity positive --roi "parietal=P3,Pz,P4" -o measures.csv
        evoke measure erp.h5 --window 0.25:0.6 --polarity positive \
          --measures fractional-area-latency,onset --json
        evoke measure erp.h5 --window 0.3:0.5 --trials -o trials.csv
        evoke measure erp.h5 --window 0.3:0.5 --measures mean,sme --style mne
      """)

  @Argument(help: "Archives written by evoke erp, or EEGLAB .set files of averages or epochs.", completion: .file())
  var inputs: [String]
  @Option(
    name: [.customShort("o"), .long],
    help: "Table to write: .csv, .tsv or .json; on standard output when left out.", completion: .file())
  var output: String?
  @OptionGroup(title: "MEASUREMENT") var options: MeasureOptions
  @Flag(help: "Measure every kept epoch instead of the averages (evoke erp --keep-epochs).") var trials = false
  @Option(
    help: ArgumentHelp(
      "Unit of amplitudes in files and JSON: V or uV; areas are in V s or uV s, latencies always in s.",
      valueName: "V|uV"))
  var unit = MeasurementTable.Unit.volts
  @Flag(help: "Print a JSON array with one object a row.") var json = false

  func validate() throws {
    guard !inputs.isEmpty else { throw usageError("give one or more archives of evoked potentials") }
    if let output { _ = try MeasurementTable.Format(path: output) }
    if trials, try options.measures().contains(.measurementError) {
      throw usageError("--trials: a single epoch has no sme; leave it out of --measures")
    }
  }

  func run() throws {
    let rows = try inputs.flatMap { input in
      do {
        return try measure(input).map { MeasurementTable.Row(file: input, values: $0) }
      } catch let error as ERPError {
        // The measures know no files.
        throw InFile(path: input, error: error)
      }
    }
    let table = MeasurementTable(rows: rows, unit: unit, hasTrials: trials)
    if let output {
      try AtomicFile.write(table.data(MeasurementTable.Format(path: output)), to: output)
    }
    if json {
      Console.print(String(decoding: try table.data(.json), as: UTF8.self).trimmingCharacters(in: .newlines))
    } else if let output {
      Console.print("wrote \(output): \(rows.count) rows")
    } else {
      table.lines().forEach(Console.print)
    }
    let missing = rows.count { $0.values.value.isNaN }
    if missing > 0 {
      Console.note("\(missing) of \(rows.count) values do not exist (no such peak, crossing or area) and are NA")
    }
  }

  private func measure(_ input: String) throws -> [MeasurementRow] {
    let (evoked, epochs) = try content(of: input)
    let plan = try options.plan(times: evoked.times)
    guard trials else { return try evoked.measurements(plan, epochs: epochs) }
    guard let epochs else {
      throw ERPError(code: .noEpochs, message: "keeps no single epochs; store them with evoke erp --keep-epochs")
    }
    return try epochs.measurements(plan)
  }

  private func content(of input: String) throws -> (EvokedSet, Epochs?) {
    switch try InputFile(path: input) {
    case .evoked(let evoked, let epochs): return (evoked, epochs)
    case .epochs(let epochs): return (try epochs.averages(), epochs)
    case .recording: throw MeasureFailure.notAveraged(input)
    case .otherArchive(let kind): throw MeasureFailure.otherArchive(input, kind.rawValue)
    }
  }
}

/// Why a file cannot be measured.
enum MeasureFailure: Error, CustomStringConvertible {
  case notAveraged(String)
  case otherArchive(String, String)

  var description: String {
    switch self {
    case .notAveraged(let path): "\(path): is a recording; average it first with evoke erp"
    case .otherArchive(let path, let kind): "\(path): is an archive of kind '\(kind)', which has nothing to measure"
    }
  }
}
