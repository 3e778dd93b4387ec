import ArgumentParser
import EEGArchive
import Foundation

/// `evoke merge`: shards of simulations become one archive.
struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Join shards of simulations into one archive.",
    discussion: """
      The shards may be given in any order. Gaps, simulations that are in two shards, unfinished shards and shards of \
      other settings are refused by name. The result is, byte for byte, what one run would have written. With --virtual \
      it only refers to the shards, which must then stay where they are.

      EXAMPLES
        evoke merge shard-*.h5 -o sims.h5
        evoke merge --virtual shard-*.h5 -o sims.h5
      """)

  @Argument(help: "Archives of simulations.", completion: .file()) var shards: [String]
  @Option(name: [.customShort("o"), .long], help: "Archive to write, ending in .h5.", completion: .file())
  var output: String
  @Flag(help: "Refer to the shards (an HDF5 virtual data set) instead of copying them.") var virtual = false
  @Flag(help: "Print a JSON object about the archive.") var json = false

  func validate() throws {
    try OptionText.requireArchive(output)
  }

  func run() throws {
    let progress = ProgressBar("merging \((output as NSString).lastPathComponent)")
    defer { progress.finish() }
    let job: SimulationsMerge.Job
    if virtual {
      job = try SimulationsMerge.virtual(shards, to: output)
    } else {
      job = try SimulationsMerge.check(shards)
      try SimulationsMerge.copy(job, to: output) { progress.update(Double($0) / Double(job.layout.total)) }
    }
    progress.finish()
    if job.mixesArithmetic {
      Console.note(
        "\(output): the shards come from processors with \(Set(job.shards.map(\.instructionSet)).sorted().joined(separator: ", ")); "
          + "the last digits of one run would differ (see --portable)")
    }
    let report = try SimulationsReport(path: output)
    if json { try JSONOutput.print(report) } else { report.lines().forEach(Console.print) }
  }
}
