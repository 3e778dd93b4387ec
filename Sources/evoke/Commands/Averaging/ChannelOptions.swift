import ArgumentParser
import ERP

/// Which channels, against what reference, and what becomes of the bad ones.
struct ChannelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Channels to report; all EEG channels of the commonest rate when left out.", valueName: "list"))
  var channels: String?

  @Option(
    help: ArgumentHelp(
      "New reference: average, mastoids (M1/M2, A1/A2 or TP9/TP10), or channel names separated by commas.",
      valueName: "average|mastoids|labels"))
  var reference: String?

  @Flag(help: "With --reference mastoids: the one there is was recorded against the other; subtract half of it.")
  var loneMastoid = false

  @Option(
    help: ArgumentHelp(
      "Derivations in the place of their electrodes, separated by commas: Fp1-F7,F7-T7.", valueName: "list"))
  var bipolar: String?

  @Option(help: ArgumentHelp("Bad channels, separated by commas.", valueName: "list")) var exclude: String?

  @Flag(help: "Look for bad channels: flat, of unusual amplitude, or without correlation to others.")
  var findBad = false

  @Option(
    help: ArgumentHelp(
      "With --find-bad: part of the windows that may lack correlation.", valueName: "fraction"))
  var badFraction = BadChannelSettings().correlationFraction

  @Flag(
    help: "Replace bad channels by spherical splines through the others; otherwise they are left out everywhere.")
  var interpolate = false

  @Option(help: ArgumentHelp("Channels that record the eyes, whatever their labels say.", valueName: "list"))
  var eog: String?

  @Flag(help: "Subtract what of the EOG channels reaches the EEG channels (Gratton and Coles).")
  var eogCorrection = false

  /// Puts the options into settings.
  ///
  /// - Throws: A usage error that names the option.
  func apply(to settings: inout EpochSettings) throws {
    settings.channels = channels.map(OptionText.list)
    switch reference {
    case nil: break
    case "average"?: settings.reference = .average
    case "mastoids"?: settings.reference = .linkedMastoids(lone: loneMastoid ? .againstOther : .refused)
    case let labels?: settings.reference = .channels(OptionText.list(labels))
    }
    guard !loneMastoid || reference == "mastoids" else { throw usageError("--lone-mastoid needs --reference mastoids") }
    settings.bipolar = bipolar.map(OptionText.list) ?? []
    settings.excludedChannels = exclude.map(OptionText.list) ?? []
    guard badFraction >= 0, badFraction <= 1 else {
      throw usageError("--bad-fraction \(badFraction): give a part from 0 to 1")
    }
    if findBad {
      var detection = BadChannelSettings()
      detection.correlationFraction = badFraction
      settings.badChannelDetection = detection
    }
    settings.interpolatesBadChannels = interpolate
    settings.eogChannels = eog.map(OptionText.list) ?? []
    if eogCorrection { settings.eogRegression = EOGRegressionSettings() }
  }
}
