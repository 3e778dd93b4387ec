import EEGCore
import Foundation

extension ArtifactRule: CustomStringConvertible {
  /// What the detectors are called in texts.
  private static let names: [(name: String, detector: ArtifactDetector)] = [
    ("ptp", .peakToPeak), ("absolute", .absolute), ("moving", .movingPeakToPeak), ("step", .step), ("flat", .flat),
    ("derivative", .derivative), ("blink", .blink),
  ]

  /// Reads a rule: `DETECTOR=LIMIT:WINDOW:STEP/TMIN:TMAX@CHANNELS`, of which only detector and limit are needed.
  ///
  /// Examples: `ptp=150uV`, `absolute=-80uV:100uV`, `moving=100uV:0.2:0.1`, `step=30uV@HEOG`, `flat=1uV:0.5`,
  /// `derivative=50uV/-0.1:0.5`, `blink=0.7@VEOG,Fp1`. Windows, steps and times are in seconds; `absolute` has two limits
  /// in the place of limit and window.
  ///
  /// - Throws: ``ERPError``, code `invalidSettings`, with what to write.
  public init(_ text: String) throws(ERPError) {
    func failure(_ reason: String) -> ERPError {
      ERPError(code: .invalidSettings, message: "artifact rule '\(text)': \(reason)")
    }
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
    guard let detector = Self.names.first(where: { $0.name == sides[0].lowercased() })?.detector, sides.count == 2
    else {
      let known = Self.names.map(\.name).joined(separator: ", ")
      throw failure("write DETECTOR=LIMIT, such as ptp=150uV; the detectors are \(known)")
    }
    // The first at sign ends the numbers, so that names of channels may hold any sign but a comma.
    let halves = sides[1].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
    let numbers = halves[0].split(separator: "/", omittingEmptySubsequences: false).map(Self.trimmed)
    guard numbers.count <= 2 else { throw failure("there is more than one time span; write one, such as /-0.1:0.5") }
    let values = numbers[0].split(separator: ":", omittingEmptySubsequences: false).map(Self.trimmed)

    self.init(detector, limit: 0)
    do {
      try readLimits(values)
      if numbers.count == 2 { (tmin, tmax) = try Self.span(numbers[1]) }
      if halves.count == 2 { channels = try Self.channels(halves[1]) }
      try check()
    } catch {
      throw failure(error.message)
    }
  }

  /// The rule as a text that ``init(_:)`` reads.
  public var description: String {
    let name = Self.names.first { $0.detector == detector }?.name ?? detector.rawValue
    var text = name + "=" + (lowerLimit.map { VoltageText.text($0) + ":" } ?? "")
    text += detector.isVoltage ? VoltageText.text(limit) : "\(limit)"
    if window != nil || step != nil { text += ":" + (window.map { "\($0)" } ?? "") }
    if let step { text += ":\(step)" }
    if tmin != nil || tmax != nil { text += "/" + (tmin.map { "\($0)" } ?? "") + ":" + (tmax.map { "\($0)" } ?? "") }
    if let channels { text += "@" + channels.joined(separator: ",") }
    return text
  }

  /// Checks everything that can be checked without epochs.
  ///
  /// - Throws: ``ERPError``, code `invalidSettings`, with what to write.
  func check() throws(ERPError) {
    func failure(_ message: String) -> ERPError { ERPError(code: .invalidSettings, message: message) }
    guard limit.isFinite, limit > 0 else { throw failure("the limit must be a number above 0") }
    if !detector.isVoltage, limit >= 1 { throw failure("the limit of a blink is a covariance below 1, such as 0.7") }
    if let lowerLimit {
      guard detector == .absolute else { throw failure("only 'absolute' has two limits") }
      guard lowerLimit.isFinite, lowerLimit < 0 else {
        throw failure("the lower limit must be below 0, such as -80uV:80uV")
      }
    }
    if window != nil, effectiveWindow == nil { throw failure("\(detector.name) has no window") }
    if step != nil, effectiveStep == nil { throw failure("\(detector.name) has no step") }
    for length in [window, step].compactMap(\.self) where !(length.isFinite && length > 0) {
      throw failure("a window or step of \(length) s is not possible; give seconds above 0")
    }
    for time in [tmin, tmax].compactMap(\.self) where !time.isFinite { throw failure("\(time) s is no time") }
    if let tmin, let tmax, tmin > tmax { throw failure("the times from \(tmin) s to \(tmax) s are no span") }
    if let channels, channels.isEmpty { throw failure("the list of channels is empty; name one, or leave it out") }
  }

  private mutating func readLimits(_ values: [String]) throws(ERPError) {
    if detector == .absolute {
      guard values.count <= 2 else {
        throw ERPError(code: .invalidSettings, message: "write one limit, or two: absolute=-80uV:100uV")
      }
      limit = try VoltageText.volts(values[values.count - 1])
      if values.count == 2 { lowerLimit = try VoltageText.volts(values[0]) }
      return
    }
    guard values.count <= 3 else {
      throw ERPError(code: .invalidSettings, message: "there are too many colons; write LIMIT:WINDOW:STEP")
    }
    limit = try detector.isVoltage ? VoltageText.volts(values[0]) : Self.number(values[0])
    if values.count > 1, !values[1].isEmpty { window = try Self.number(values[1]) }
    if values.count > 2 { step = try Self.number(values[2]) }
  }

  private static func span(_ text: String) throws(ERPError) -> (Double?, Double?) {
    let ends = text.split(separator: ":", omittingEmptySubsequences: false).map(trimmed)
    guard ends.count == 2 else {
      throw ERPError(code: .invalidSettings, message: "'/\(text)' is no time span; write /TMIN:TMAX in seconds")
    }
    return (try ends[0].isEmpty ? nil : number(ends[0]), try ends[1].isEmpty ? nil : number(ends[1]))
  }

  private static func channels(_ text: String) throws(ERPError) -> [String] {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
    guard !names.contains("") else {
      throw ERPError(code: .invalidSettings, message: "there is a channel without a name after '@'")
    }
    return names
  }

  private static func number(_ text: String) throws(ERPError) -> Double {
    guard let value = Double(text), value.isFinite else {
      throw ERPError(code: .invalidSettings, message: "'\(text)' is no number")
    }
    return value
  }

  private static func trimmed(_ text: Substring) -> String { text.trimmingCharacters(in: .whitespaces) }
}
