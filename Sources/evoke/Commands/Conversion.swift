import EDFFormat
import EEGArchive
import EEGCore
import ERP
import Foundation

/// What `convert` writes, by the ending of the output.
enum ConversionFormat: String, CaseIterable {
  case edf, bdf, set, h5

  /// - Parameter text: A path, or an ending with or without its dot.
  init?(ending text: String) {
    let ending = ((text.hasPrefix(".") ? "x" + text : text) as NSString).pathExtension
    let name = (ending.isEmpty ? text : ending).lowercased()
    self.init(rawValue: name == "hdf5" ? "h5" : name)
  }
}

/// One file on its way into another format.
struct Conversion {
  let input: String
  let output: String
  let format: ConversionFormat
  let options: RecordingOptions
  /// The epochs that an archive of evoked potentials keeps, not the averages.
  let takesEpochs: Bool
  let compress: Bool
  let volts: Bool
  /// Of a data record [s]; the best when nil.
  let recordDuration: Double?
  let verifies: Bool
  let strict: Bool

  /// What archives keep as their settings.
  private struct Settings: Encodable {
    let verb = "convert"
    /// Left out of anonymous files, because the name of a file may be that of a person.
    let input: String?
    let compress: Bool
    let volts: Bool
  }

  private var settings: String {
    get throws {
      let name = options.anonymize ? nil : (input as NSString).lastPathComponent
      return try JSONOutput.line(Settings(input: name, compress: compress, volts: volts))
    }
  }

  /// Converts the file.
  ///
  /// - Returns: A line for the user.
  /// - Throws: Any reader's or writer's error; the target is then as it was.
  func run(progress: @escaping (Double) -> Void) throws -> String {
    switch try InputFile(path: input, strict: strict) {
    case .recording where takesEpochs:
      throw ConversionError(path: input, message: "is a recording, and --epochs wants epochs; cut them with evoke erp")
    case .recording(let file): try convert(file, progress)
    case .epochs(let epochs): try convert(epochs)
    case .evoked(let evoked, let epochs):
      if takesEpochs { try convert(keptEpochs(epochs)) } else { try convert(evoked, epochs) }
    case .otherArchive(let kind):
      throw ConversionError(path: input, message: "is an archive of kind '\(kind.rawValue)', which is not converted")
    }
  }

  private func convert(_ file: RecordingFile, _ progress: @escaping (Double) -> Void) throws -> String {
    if !file.warnings.isEmpty {
      Console.note("\(input): \(Formatting.count(file.warnings.count, "deviation")) from the standard; see evoke check")
    }
    let (recording, notes) = try edited(file.recording)
    for note in notes { Console.note("\(input): \(note)") }
    switch format {
    case .edf, .bdf: return try writeEDF(recording, progress)
    case .set: try EEGLABFile.write(recording: recording, to: output, progress: progress)
    case .h5:
      try RecordingArchive.write(
        recording, to: output, settings: settings, options: .init(compress: compress, volts: volts), progress: progress)
    }
    return "wrote \(output): \(recording.signals.count) signals, \(Formatting.duration(recording.duration)), "
      + "\(recording.annotations.count) annotations"
  }

  private func keptEpochs(_ epochs: Epochs?) throws -> Epochs {
    guard let epochs else {
      throw ConversionError(
        path: input, message: "keeps no epochs; make it with evoke erp --keep-epochs, or leave out --epochs")
    }
    return epochs
  }

  private func convert(_ epochs: Epochs) throws -> String {
    try refuseRecordingOptions("epochs")
    switch format {
    case .set: try EEGLABFile.write(epochs: epochs, to: output)
    case .h5: try EpochsArchive.write(epochs, to: output, settings: settings, compress: compress)
    case .edf, .bdf: throw noContinuousData("epochs")
    }
    return "wrote \(output): \(epochs.events.count) epochs of \(epochs.channels.count) channels"
  }

  private func convert(_ evoked: EvokedSet, _ epochs: Epochs?) throws -> String {
    try refuseRecordingOptions("evoked potentials")
    switch format {
    case .set:
      try EEGLABFile.write(evoked: evoked, to: output)
      if epochs != nil { Console.note("\(output): holds the averages; --epochs writes the epochs behind them instead") }
    case .h5: try EvokedArchive.write(evoked, epochs: epochs, to: output, settings: settings, compress: compress)
    case .edf, .bdf: throw noContinuousData("evoked potentials")
    }
    return "wrote \(output): \(evoked.conditions.count) evoked potentials of \(evoked.channels.count) channels"
  }

  private func refuseRecordingOptions(_ content: String) throws {
    guard options.isEmpty, !volts else {
      throw ConversionError(
        path: input, message: "holds \(content): the options that change recordings do not apply to them")
    }
  }

  private func noContinuousData(_ content: String) -> ConversionError {
    ConversionError(
      path: input, message: "holds \(content), and .\(format.rawValue) files hold recordings; write .set or .h5")
  }

  private func edited(_ recording: Recording) throws -> (recording: Recording, notes: [String]) {
    do {
      return try options.apply(to: recording)
    } catch let error as ChannelNameError {
      throw InFile(path: input, error: error)
    } catch let error as RecordingError {
      throw InFile(path: input, error: error)
    } catch let error as ERPError {
      throw InFile(path: input, error: error)
    }
  }

  private func writeEDF(_ recording: Recording, _ progress: @escaping (Double) -> Void) throws -> String {
    let report = try EDFWriter.write(
      recording, to: output,
      options: EDFWritingOptions(isBDF: format == .bdf, recordDuration: recordDuration, verifies: verifies),
      progress: progress)
    for note in report.notes { Console.note("\(output): \(note)") }
    let check =
      switch report.verification {
      case .edflib: "; read again by EDFlib and equal"
      case .ownReader: "; read again by the own reader and equal"
      case .none: ""
      }
    return "wrote \(output): \(report.variant.rawValue), \(report.recordCount) records of "
      + "\(Formatting.number(report.recordDuration)) s\(check)"
  }
}

/// A file that cannot become what was asked for.
struct ConversionError: Error, CustomStringConvertible {
  let path: String
  let message: String

  var description: String { "\(path): \(message)" }
}
