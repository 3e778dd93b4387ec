import ArgumentParser
import EEGCore
import ERP
import Foundation
import Resampling

/// What is done to a recording on its way to another file.
struct RecordingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Signals to keep, in this order; all when left out.", valueName: "list"))
  var channels: String?

  @Option(
    help: ArgumentHelp("New labels, as OLD=NEW, separated by commas; may be given again.", valueName: "old=new"))
  var rename: [String] = []

  @Flag(help: "Spell labels as the 10-05 system does where they mean one of its electrodes: 'Fc5.' becomes 'FC5'.")
  var standardNames = false

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Leave out what comes before, seconds from the start.", valueName: "s"))
  var from: Double?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Leave out what comes after, seconds from the start.", valueName: "s"))
  var to: Double?

  @OptionGroup var filter: FilterOptions

  @Option(
    help: ArgumentHelp(
      "Bring every signal to this rate; trigger codes stay codes. Annotations keep their times.", valueName: "hz"))
  var resample: Double?

  @Flag(help: "Clear both identification fields and the date; annotations are listed, for they may name someone.")
  var anonymize = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --anonymize: move the date by so many days instead of clearing it.", valueName: "n"))
  var shiftDays: Int?

  func validate() throws {
    for limit in [from, to].compactMap({ $0 }) where !limit.isFinite {
      throw usageError("--from and --to are seconds from the start of the recording")
    }
    if let from, let to, from >= to { throw usageError("--from \(from) must be before --to \(to)") }
    if let resample, !(resample > 0 && resample.isFinite) {
      throw usageError("--resample \(resample): give hertz above 0")
    }
    guard shiftDays == nil || anonymize else { throw usageError("--shift-days needs --anonymize") }
    if let shiftDays, abs(shiftDays) > 36_500 {
      throw usageError("--shift-days \(shiftDays): give at most 36500, a hundred years")
    }
    _ = try renamings()
  }

  /// True when nothing is to be changed.
  var isEmpty: Bool {
    channels == nil && rename.isEmpty && !standardNames && from == nil && to == nil && filter.isEmpty && resample == nil
      && !anonymize
  }

  /// Applies the options in the order: signals, labels, time, filter, rate, identification.
  ///
  /// - Returns: The recording, and what should be said about it.
  /// - Throws: ``ChannelNameError``, ``RecordingError``, ``ERPError``.
  func apply(to recording: Recording) throws -> (recording: Recording, notes: [String]) {
    var result = recording
    var notes: [String] = []
    if let channels {
      result = try result.selecting(
        channels: OptionText.list(channels))
      let lost = recording.annotations.count - result.annotations.count
      if lost > 0 { notes.append("\(lost) annotations of signals that are left out were left out with them") }
    }
    let names = try renamings()
    if !names.isEmpty { result = try result.renaming(names) }
    if standardNames {
      let standard = result.standardNames
      result = try result.renaming(standard)
      notes.append("\(standard.count) labels have their standard spelling now")
    }
    if from != nil || to != nil {
      let wanted = (from ?? 0)..<(to ?? max(result.duration, from ?? 0).nextUp)
      result = try result.cropped(to: wanted)
      notes.append("\(Formatting.duration(result.duration)) of \(Formatting.duration(recording.duration)) are kept")
    }
    if let settings = try filter.settings() {
      result = try result.filtered(settings)
      notes.append(
        "filtered: \(Set(result.signals.map(\.prefilter)).filter { !$0.isEmpty }.sorted().joined(separator: "; "))")
    }
    if let resample {
      let rates = Set(result.signals.map(\.rate)).subtracting([resample]).sorted()
      result = try result.resampled(to: resample)
      let list = rates.map(Formatting.number).joined(separator: ", ")
      notes.append(
        rates.isEmpty
          ? "all signals have \(Formatting.number(resample)) Hz already"
          : "resampled from \(list) Hz to \(Formatting.number(resample)) Hz")
    }
    if anonymize {
      let (anonymous, removed) = result.anonymized(date: shiftDays.map(DatePolicy.shift) ?? .clear)
      result = anonymous
      notes.append("cleared: \(removed.isEmpty ? "nothing, all was empty" : removed.joined(separator: ", "))")
      // Every text, and the rarest first: a name is seldom written twice.
      let texts = Formatting.counts(result.annotations.map(\.text)).reversed()
        .map { "\(Formatting.printable($0.text)) (\($0.count))" }
      if !texts.isEmpty {
        notes.append("annotations are kept; look through them for names: \(texts.joined(separator: ", "))")
      }
    }
    return (result, notes)
  }

  private func renamings() throws -> [(old: String, new: String)] {
    try rename.flatMap { $0.split(separator: ",") }.map { item in
      // The last sign: an old label may hold one.
      guard let equals = item.lastIndex(of: "="), equals > item.startIndex, item.index(after: equals) < item.endIndex
      else {
        throw usageError("--rename \(item): write OLD=NEW")
      }
      return (String(item[..<equals]), String(item[item.index(after: equals)...]))
    }
  }
}
