import ArgumentParser
import EDFFormat
import EEGArchive
import EEGCore
import Foundation

/// `evoke convert`: a recording in another format.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert a recording between EDF, BDF, EEGLAB .set and HDF5 archives.",
    discussion: """
      The ending of the output decides: .edf and .bdf, .set for EEGLAB (version 7.3), or .h5 for an archive. Digital samples, rates, annotations, gaps \
      and identification are kept; what a format cannot hold is refused or noted. EDF and BDF files are read again, by \
      EDFlib where it can, and compared before they get their name. docs/archives.md has the layout of archives, docs/eeglab.md what .set files hold.

      EXAMPLES
        evoke convert recording.edf recording.h5
        evoke convert recording.bdf recording.h5 --compress --volts
        evoke convert recording.h5 recording.edf
        evoke convert recording.edf part.edf --channels Fz,Cz,Pz --from 60 --to 120
        evoke convert recording.edf anonymous.edf --anonymize --standard-names
      """)

  @Argument(help: "EDF, BDF, .set or archive file.", completion: .file()) var input: String
  @Argument(help: "File to write: .edf, .bdf, .set or .h5.", completion: .file()) var output: String
  @OptionGroup(title: "RECORDING") var recordingOptions: RecordingOptions
  @Flag(help: "Archives: compress the samples (shuffle and deflate; every HDF5 program reads them).")
  var compress = false
  @Flag(help: "Archives: add /data [channel, time] in volts, float64, for the signals of the commonest rate.")
  var volts = false
  @Option(
    help: ArgumentHelp("EDF, BDF: duration of a data record; the best for all rates when left out.", valueName: "s"))
  var recordDuration: Double?
  @Flag(inversion: .prefixedNo, help: "EDF, BDF: read the file again and compare.") var verify = true
  @Flag(help: "Refuse a recording that breaks the standard.") var strict = false

  private enum Target {
    case archive
    case edf(isBDF: Bool)
    case eeglab

    init?(path: String) {
      switch (path as NSString).pathExtension.lowercased() {
      case "h5", "hdf5": self = .archive
      case "edf": self = .edf(isBDF: false)
      case "bdf": self = .edf(isBDF: true)
      case "set": self = .eeglab
      default: return nil
      }
    }
  }

  func validate() throws {
    guard Target(path: output) != nil else {
      throw usageError("\(output): the output must end in .edf, .bdf, .set or .h5")
    }
    if let recordDuration {
      guard recordDuration > 0, recordDuration.isFinite else {
        throw usageError("--record-duration \(recordDuration): give seconds above 0")
      }
    }
  }

  private struct Settings: Encodable {
    let verb = "convert"
    let input: String
    let compress: Bool
    let volts: Bool
  }

  func run() throws {
    let file = try RecordingFile(path: input, strict: strict)
    if !file.warnings.isEmpty {
      Console.note("\(input): \(file.warnings.count) deviations from the standard; see evoke check")
    }
    let (recording, notes) = try edited(file.recording)
    for note in notes { Console.note("\(input): \(note)") }
    let progress = ProgressBar("writing \((output as NSString).lastPathComponent)")
    defer { progress.finish() }
    switch Target(path: output) {
    case .edf(let isBDF): try writeEDF(recording, isBDF: isBDF, progress)
    case .eeglab: try EEGLABFile.write(recording: recording, to: output) { progress.update($0) }
    case .archive, nil:
      let settings = Settings(input: (input as NSString).lastPathComponent, compress: compress, volts: volts)
      try RecordingArchive.write(
        recording, to: output, settings: JSONOutput.line(settings),
        options: .init(compress: compress, volts: volts), progress: { progress.update($0) })
    }
  }

  private func edited(_ recording: Recording) throws -> (recording: Recording, notes: [String]) {
    do {
      return try recordingOptions.apply(to: recording)
    } catch let error as ChannelNameError {
      throw InFile(path: input, error: error)
    } catch let error as RecordingError {
      throw InFile(path: input, error: error)
    }
  }

  private func writeEDF(_ recording: Recording, isBDF: Bool, _ progress: ProgressBar) throws {
    let report = try EDFWriter.write(
      recording, to: output,
      options: EDFWritingOptions(isBDF: isBDF, recordDuration: recordDuration, verifies: verify),
      progress: { progress.update($0) })
    progress.finish()
    let check =
      switch report.verification {
      case .edflib: "; read again by EDFlib and equal"
      case .ownReader: "; read again by the own reader and equal"
      case .none: ""
      }
    Console.print(
      "wrote \(output): \(report.variant.rawValue), \(report.recordCount) records of "
        + "\(Formatting.number(report.recordDuration)) s\(check)")
    for note in report.notes { Console.note("\(output): \(note)") }
  }
}
