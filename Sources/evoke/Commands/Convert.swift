import ArgumentParser
import Foundation
import Synchronization

/// `evoke convert`: recordings, epochs and evoked potentials in another format.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert between EDF, BDF, EEGLAB .set and HDF5 archives.",
    usage: """
      evoke convert IN OUT [options]
      evoke convert IN... DIRECTORY --format FORMAT [options]
      """,
    discussion: """
      The ending of the output decides: .edf and .bdf, .set for EEGLAB (version 7.3), or .h5 for an archive. Digital \
      samples, rates, annotations, gaps and identification are kept; what a format cannot hold is refused or noted. \
      EDF and BDF files are read again, by EDFlib where it can, and compared before they get their name. Epochs and \
      evoked potentials go between .set and .h5. docs/archives.md has the layout of archives, docs/eeglab.md what \
      .set files hold.

      EXAMPLES
        evoke convert recording.edf recording.h5
        evoke convert recording.bdf recording.h5 --compress --volts
        evoke convert recording.edf part.edf --channels Fz,Cz,Pz --from 60 --to 120
        evoke convert recording.edf anonymous.edf --anonymize --standard-names
        evoke convert recording.edf slow.set --resample 250
        evoke convert erp.h5 erp.set
        evoke convert erp.h5 epochs.set --epochs
        evoke convert sub-*.edf converted/ --format set --jobs 2
      """)

  @Argument(help: "EDF, BDF, .set or archive files, and last the file or directory to write.", completion: .file())
  var paths: [String]
  @Option(
    help: ArgumentHelp("With a directory as output: edf, bdf, set or h5.", valueName: "edf|bdf|set|h5"))
  var format: String?
  @Option(
    name: .shortAndLong, help: ArgumentHelp("With a directory as output: so many files at a time.", valueName: "n"))
  var jobs = 1
  @OptionGroup(title: "RECORDING") var recordingOptions: RecordingOptions
  @Flag(help: "Of an archive of evoked potentials: convert the epochs it keeps.") var epochs = false
  @Flag(help: "Archives: compress the samples (shuffle and deflate; every HDF5 program reads them).")
  var compress = false
  @Flag(help: "Archives: add /data [channel, time] in volts, float64, for the signals of the commonest rate.")
  var volts = false
  @Option(
    help: ArgumentHelp("EDF, BDF: duration of a data record; the best for all rates when left out.", valueName: "s"))
  var recordDuration: Double?
  @Flag(inversion: .prefixedNo, help: "EDF, BDF: read the file again and compare.") var verify = true
  @Flag(help: "Refuse a recording that breaks the standard.") var strict = false

  func validate() throws {
    if let recordDuration {
      guard recordDuration > 0, recordDuration.isFinite else {
        throw usageError("--record-duration \(recordDuration): give seconds above 0")
      }
    }
    guard jobs >= 1 else { throw usageError("--jobs \(jobs): give a number from 1 up") }
    _ = try conversions()
  }

  func run() throws {
    let conversions = try conversions()
    let name = conversions.count == 1 ? (conversions[0].output as NSString).lastPathComponent : "files"
    let progress = ProgressBar("writing \(name)")
    defer { progress.finish() }
    let state = Mutex((next: 0, done: [Double](repeating: 0, count: conversions.count), failures: 0))
    DispatchQueue.concurrentPerform(iterations: min(jobs, conversions.count)) { _ in
      while true {
        let number = state.withLock { state in
          defer { state.next += 1 }
          return state.next
        }
        guard number < conversions.count else { return }
        func update(_ fraction: Double) {
          progress.update(
            state.withLock { state in
              state.done[number] = fraction
              return state.done.reduce(0, +) / Double(conversions.count)
            })
        }
        do {
          let line = try conversions[number].run(progress: update)
          progress.finish()
          Console.print(line)
        } catch {
          progress.finish()
          Console.report(error)
          state.withLock { $0.failures += 1 }
        }
        update(1)
      }
    }
    if state.withLock({ $0.failures }) > 0 { throw ExitCode.failure }
  }

  private func conversions() throws -> [Conversion] {
    guard let output = paths.last, paths.count >= 2 else {
      throw usageError("give the file to convert and the file to write")
    }
    let inputs = paths.dropLast()
    guard isDirectory(output) else {
      guard inputs.count == 1 else {
        throw usageError("\(output): with several files to convert the last name must be a directory that exists")
      }
      guard let target = ConversionFormat(ending: output), output.contains(".") else {
        throw usageError("\(output): the output must end in .edf, .bdf, .set or .h5")
      }
      guard format == nil else { throw usageError("--format belongs to a directory; \(output) has its ending") }
      return [conversion(of: inputs[0], to: output, target)]
    }
    guard let format else { throw usageError("\(output) is a directory: say what to write with --format") }
    guard let target = ConversionFormat(ending: format) else {
      throw usageError("--format \(format): give edf, bdf, set or h5")
    }
    let conversions = inputs.map { input in
      let name = ((input as NSString).lastPathComponent as NSString).deletingPathExtension + "." + target.rawValue
      return conversion(of: input, to: (output as NSString).appendingPathComponent(name), target)
    }
    let clashes = Dictionary(grouping: conversions, by: \.output).values.first { $0.count > 1 }
    if let clashes {
      throw usageError("\(clashes.map(\.input).joined(separator: " and ")) would both be \(clashes[0].output)")
    }
    return conversions
  }

  private func conversion(of input: String, to output: String, _ format: ConversionFormat) -> Conversion {
    Conversion(
      input: input, output: output, format: format, options: recordingOptions, takesEpochs: epochs, compress: compress,
      volts: volts,
      recordDuration: recordDuration, verifies: verify, strict: strict)
  }

  private func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }
}
