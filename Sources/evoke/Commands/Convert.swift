import ArgumentParser
import EEGArchive
import Foundation

/// `evoke convert`: a recording in another format.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert an EDF or BDF recording to an HDF5 archive.",
    discussion: """
      The archive keeps the digital samples, limits, rates, annotations, gaps and identification of the recording, so \
      that nothing is lost; python/evoke_io.py, or any HDF5 program, reads it. docs/archives.md has the layout.

      EXAMPLES
        evoke convert recording.edf recording.h5
        evoke convert recording.bdf recording.h5 --compress --volts
      """)

  @Argument(help: "EDF, BDF or archive file.", completion: .file()) var input: String
  @Argument(help: "Archive to write, ending in .h5.", completion: .file()) var output: String
  @Flag(help: "Compress the samples (shuffle and deflate; every HDF5 program reads them).") var compress = false
  @Flag(help: "Add /data [channel, time] in volts, float64, for the signals of the commonest rate.") var volts = false
  @Flag(help: "Refuse a recording that breaks the standard.") var strict = false

  func validate() throws {
    guard ["h5", "hdf5"].contains((output as NSString).pathExtension.lowercased()) else {
      throw usageError("\(output): archives end in .h5; other formats cannot be written yet")
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
    let progress = ProgressBar("writing \((output as NSString).lastPathComponent)")
    defer { progress.finish() }
    let settings = Settings(input: (input as NSString).lastPathComponent, compress: compress, volts: volts)
    try RecordingArchive.write(
      file.recording, to: output, settings: JSONOutput.line(settings),
      options: .init(compress: compress, volts: volts), progress: { progress.update($0) })
  }
}
