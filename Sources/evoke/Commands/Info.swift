import ArgumentParser
import Foundation

/// `evoke info`: what is in a recording or an archive.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a recording or an archive.",
    discussion: """
      Prints format, start, length, signals, annotations and every deviation from the standard. Names and birth \
      dates are left out unless --private asks for them.

      EXAMPLES
        evoke info recording.edf
        evoke info --json --annotations --statistics *.edf > contents.json
      """)

  @Argument(help: "EDF, BDF, .set or archive files.", completion: .file()) var files: [String]
  @Flag(help: "Print a JSON array with one object a file.") var json = false
  @Flag(help: "List every annotation.") var annotations = false
  @Flag(help: "Read all samples: first, last, sum, mean, smallest and largest value of every signal.")
  var statistics = false
  @Flag(help: "Refuse files that break the standard.") var strict = false
  @Flag(name: .customLong("private"), help: "Show the patient and recording identification.") var showsPrivate = false

  func run() throws {
    var reports: [FileReport] = []
    var failed = false
    for file in files {
      do {
        let report = try report(of: file)
        if json { reports.append(report) } else { try print(report) }
      } catch {
        Console.report(error)
        failed = true
      }
    }
    if json { try JSONOutput.print(reports) }
    if failed { throw ExitCode.failure }
  }

  private func report(of path: String) throws -> FileReport {
    switch try InputFile(path: path, strict: strict) {
    case .recording(let file):
      .recording(
        try RecordingReport(
          path: path, file: file, listsAnnotations: annotations, statistics: statistics, showsPrivate: showsPrivate))
    case .epochs(let epochs): .archive(ArchiveReport(path: path, epochs: epochs))
    case .evoked(let evoked, _): .archive(ArchiveReport(path: path, evoked: evoked))
    case .otherArchive(.simulations): .simulations(try SimulationsReport(path: path))
    case .otherArchive(.weights): .weights(try WeightsReport(path: path))
    case .otherArchive(.estimates): .estimates(try EstimatesReport(path: path))
    case .otherArchive(.posterior): .posterior(try PosteriorReport(path: path))
    case .otherArchive(let kind): .archive(ArchiveReport(path: path, kind: kind))
    }
  }

  private func print(_ report: FileReport) throws {
    switch report {
    case .recording(let recording): recording.lines(listsAnnotations: annotations).forEach(Console.print)
    case .archive(let archive): archive.lines().forEach(Console.print)
    case .simulations(let simulations): simulations.lines().forEach(Console.print)
    case .weights(let weights): weights.lines().forEach(Console.print)
    case .estimates(let estimates): estimates.lines().forEach(Console.print)
    case .posterior(let posterior): try posterior.lines().forEach(Console.print)
    }
  }
}

/// What `info` knows of a file.
enum FileReport: Encodable {
  case recording(RecordingReport)
  case archive(ArchiveReport)
  case simulations(SimulationsReport)
  case weights(WeightsReport)
  case estimates(EstimatesReport)
  case posterior(PosteriorReport)

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .recording(let report): try report.encode(to: encoder)
    case .archive(let report): try report.encode(to: encoder)
    case .simulations(let report): try report.encode(to: encoder)
    case .weights(let report): try report.encode(to: encoder)
    case .estimates(let report): try report.encode(to: encoder)
    case .posterior(let report): try report.encode(to: encoder)
    }
  }
}
