import ArgumentParser
import EEGCore
import ERP
import Foundation
import Report

extension EpochOrder: ExpressibleByArgument {}

/// Which figure, of what, and how large.
struct PlotOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The figure: \(FigureKind.allCases.map(\.rawValue).joined(separator: ", ")); the first that the file has when "
        + "left out.", valueName: "name"))
  var kind: FigureKind?

  @Option(help: ArgumentHelp("Conditions to draw, in this order; all when left out.", valueName: "list"))
  var conditions: String?

  @Option(
    help: ArgumentHelp("Channels to draw, in this order; the figure's own choice when left out.", valueName: "list"))
  var channels: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("First time to draw, seconds from the event.", valueName: "s"))
  var tmin: Double?

  @Option(parsing: .unconditional, help: ArgumentHelp("Last time to draw, seconds from the event.", valueName: "s"))
  var tmax: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("maps: times, seconds from the event; round ones when left out.", valueName: "list"))
  var times: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("maps: means over windows, seconds from the event, such as 0.3:0.5.", valueName: "start:end"))
  var windows: String?

  @Option(
    help: ArgumentHelp(
      "image: order of epochs: \(EpochOrder.allCases.map(\.rawValue).joined(separator: ", ")); by condition when left "
        + "out.", valueName: "name"))
  var order: EpochOrder?

  @Flag(help: "Draw negative amplitudes upwards.") var negativeUp = false

  @Option(
    help: ArgumentHelp(
      "Amplitudes from minus this to this, microvolts; what the data need when left out.", valueName: "uv"))
  var limit: String?

  @Option(
    help: ArgumentHelp(
      "estimates: seed that chooses which simulations are drawn where there are many; 1 when left out.",
      valueName: "n"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Of a posterior: which observation, counted from 1; the first one when left out.", valueName: "k"))
  var observation: Int?

  @Option(
    help: ArgumentHelp("Of a posterior: parameters to draw, in this order; all when left out.", valueName: "list"))
  var parameters: String?

  @Option(help: ArgumentHelp("Width of the figure in pixels (100 an inch).", valueName: "px")) var width: Int?
  @Option(help: ArgumentHelp("Height of the figure in pixels (100 an inch).", valueName: "px")) var height: Int?
  @Option(help: ArgumentHelp("Title over the whole figure.", valueName: "text")) var title: String?

  func validate() throws {
    for (name, size) in [("--width", width), ("--height", height)] {
      if let size, !(100...10_000).contains(size) {
        throw usageError("\(name) \(size): give pixels from 100 to 10000")
      }
    }
    for (name, time) in [("--tmin", tmin), ("--tmax", tmax)] {
      if let time, !time.isFinite { throw usageError("\(name) \(time): give seconds") }
    }
    if let tmin, let tmax, tmin >= tmax { throw usageError("--tmin \(tmin) must be before --tmax \(tmax)") }
    guard times == nil || windows == nil else { throw usageError("give either --times or --windows") }
    guard kind == .maps || (times == nil && windows == nil) else {
      throw usageError("--times and --windows belong to --kind maps; --tmin and --tmax choose what is drawn")
    }
    if let observation, observation < 1 { throw usageError("--observation \(observation): they are counted from 1") }
    if let parameters, OptionText.list(parameters).isEmpty { throw usageError("--parameters: name one or more") }
    _ = try (mapTimes(), figureOptions())
    if let kind { try checkOptions(for: kind.content) }
  }

  /// Refuses options that mean nothing for what is drawn.
  ///
  /// - Parameter file: The file that holds it, where it was opened.
  func checkOptions(for content: FigureKind.Content, in file: String? = nil) throws {
    let place = file.map { "\($0): " } ?? ""
    let ofEvoked = [
      ("--conditions", conditions != nil), ("--channels", channels != nil), ("--tmin", tmin != nil),
      ("--tmax", tmax != nil), ("--times", times != nil), ("--windows", windows != nil), ("--order", order != nil),
      ("--negative-up", negativeUp), ("--limit", limit != nil),
    ].filter(\.1).map(\.0)
    guard content == .evoked || ofEvoked.isEmpty else {
      throw usageError(
        "\(place)\(ofEvoked.joined(separator: ", ")) \(ofEvoked.count == 1 ? "belongs" : "belong") to figures of "
          + "evoked potentials; those of \(content.name) take --width, --height and --title")
    }
    let ofPosterior = [("--observation", observation != nil), ("--parameters", parameters != nil)].filter(\.1).map(\.0)
    guard content == .posterior || ofPosterior.isEmpty else {
      throw usageError(
        "\(place)\(ofPosterior.joined(separator: ", ")) \(ofPosterior.count == 1 ? "belongs" : "belong") to figures of a "
          + "posterior; leave \(ofPosterior.count == 1 ? "it" : "them") out")
    }
    guard content == .estimates || seed == nil else {
      throw usageError("\(place)--seed belongs to figures of estimates; leave it out")
    }
  }

  func figureOptions(knowing names: [String] = []) throws -> FigureOptions {
    var options = FigureOptions()
    options.conditions = conditions.map { Self.conditions($0, among: names) }
    options.channels = channels.map(OptionText.list)
    (options.tmin, options.tmax) = (tmin, tmax)
    options.negativeUp = negativeUp
    options.limit = try limit.map(Self.microvolts)
    (options.width, options.height) = (width, height)
    options.title = title
    return options
  }

  func mapTimes() throws -> MapTimes {
    if let times { return .times(try OptionText.list(times).map { try Self.seconds($0, "--times \(times)") }) }
    guard let windows else { return .regular }
    return .windows(
      try OptionText.list(windows).map { window in
        let ends = window.split(separator: ":", omittingEmptySubsequences: false)
        guard ends.count == 2 else {
          throw usageError("--windows \(windows): write 0.3:0.5, several with commas between")
        }
        let (start, end) = try (
          Self.seconds(String(ends[0]), "--windows \(windows)"), Self.seconds(String(ends[1]), "--windows \(windows)")
        )
        guard start <= end else { throw usageError("--windows \(windows): the start is after the end") }
        return start...end
      })
  }

  private static func seconds(_ text: String, _ option: String) throws -> Double {
    guard let value = Double(text.trimmingCharacters(in: .whitespaces)), value.isFinite else {
      throw usageError("\(option): '\(text)' is no number of seconds")
    }
    return value
  }

  /// Microvolts, with or without the unit, as volts.
  private static func microvolts(_ text: String) throws -> Double {
    var digits = text[...]
    for unit in ["uV", "\u{B5}V", "\u{3BC}V"] where digits.hasSuffix(unit) { digits = digits.dropLast(unit.count) }
    // A hundredth of a microvolt can only be meant in volts.
    guard let value = Double(digits.trimmingCharacters(in: .whitespaces)), value >= 0.01, value <= 1e6 else {
      throw usageError("--limit \(text): give microvolts, such as 8 or 8uV")
    }
    return value * 1e-6
  }

  /// The conditions that a list means; a comma may belong to a name.
  static func conditions(_ text: String, among names: [String]) -> [String] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var result: [String] = []
    var start = 0
    while start < parts.count {
      // The longest name that begins here.
      let candidates = (start..<parts.count).reversed().map { end in
        (end: end, name: parts[start...end].joined(separator: ",").trimmingCharacters(in: .whitespaces))
      }
      let match = candidates.first { names.contains($0.name) } ?? candidates.last
      if let match, !match.name.isEmpty { result.append(match.name) }
      start = (match?.end ?? start) + 1
    }
    return result
  }
}
