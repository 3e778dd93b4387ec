import ArgumentParser
import ERP

/// What drops epochs, or channels of them.
struct ArtifactOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Drop epochs whose peak-to-peak value is above this, in volts: 150e-6, or 150uV.", valueName: "volts"))
  var rejectPtp: String?

  @Option(
    help: ArgumentHelp(
      "Drop epochs whose peak-to-peak value is below this, in volts: 1e-6, or 1uV.", valueName: "volts"))
  var flat: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A detector with its limit; may be given again.",
      discussion: """
        ptp=150uV, absolute=-80uV:100uV, moving=100uV:0.2:0.1 (window and step in seconds), step=30uV@HEOG, \
        flat=1uV:0.5, derivative=50uV/-0.1:0.5 (times), blink=0.7@VEOG,Fp1 (channels). docs/artifacts.md has more.
        """,
      valueName: "rule"))
  var artifact: [String] = []

  @Flag(help: "Reject channels of an epoch one by one, and drop it only when many are hit.") var rejectChannels = false

  @Option(
    help: ArgumentHelp("With --reject-channels: part of the channels that may be rejected.", valueName: "fraction"))
  var mostRejected = ArtifactSettings().mostRejectedChannels

  /// Puts the options into settings.
  ///
  /// - Throws: A usage error that names the option.
  func apply(to settings: inout EpochSettings) throws {
    settings.artifacts.rules = try artifact.map { text throws in
      do throws(ERPError) { return try ArtifactRule(text) } catch { throw usageError("--artifact: \(error.message)") }
    }
    if let flat {
      settings.artifacts.rules.insert(ArtifactRule(.flat, limit: try OptionText.volts(flat, option: "--flat")), at: 0)
    }
    if let rejectPtp {
      let limit = try OptionText.volts(rejectPtp, option: "--reject-ptp")
      settings.artifacts.rules.insert(ArtifactRule(.peakToPeak, limit: limit), at: 0)
    }
    settings.artifacts.rejectsChannels = rejectChannels
    guard mostRejected >= 0, mostRejected <= 1 else {
      throw usageError("--most-rejected \(mostRejected): give a part from 0 to 1")
    }
    settings.artifacts.mostRejectedChannels = mostRejected
  }
}
