/// One time-stamped annotation list (TAL): an onset, perhaps a duration, and texts.
///
/// Source: EDF+ specification, 2.2.2. `+onset [21 duration] 20 text 20 text 20 ... 0`. Times are kept in whole
/// nanoseconds, so that subtracting the start of the file leaves no rounding noise.
struct TimestampedAnnotationList: Hashable {
  var onset: Int
  var duration: Int?
  /// Texts as bytes; an empty first text marks the record's own onset.
  var texts: [ArraySlice<UInt8>]
  /// First byte within the parsed bytes.
  var offset: Int
}

/// Takes the bytes of an annotation signal in one record apart.
struct AnnotationListParser {
  /// What was wrong with a list, and where.
  struct Problem: Hashable {
    var offset: Int
    var message: String
    /// True when nothing of the list could be used.
    var isFatal: Bool
  }

  private static let durationMark: UInt8 = 21
  private static let textMark: UInt8 = 20

  private(set) var lists: [TimestampedAnnotationList] = []
  private(set) var problems: [Problem] = []

  init(_ bytes: UnsafeRawBufferPointer) {
    var position = 0
    while position < bytes.count {
      // Lists end with one zero; the rest of the record is filled up with zeros.
      guard bytes[position] != 0 else {
        position += 1
        continue
      }
      let end = (position..<bytes.count).first { bytes[$0] == 0 } ?? bytes.count
      parse(bytes, position..<end)
      if end == bytes.count {
        problems.append(Problem(offset: position, message: "the last list is not closed by a zero", isFatal: false))
      }
      position = end + 1
    }
  }

  private mutating func parse(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    let body = Array(bytes[range])
    guard let textStart = body.firstIndex(of: Self.textMark) else {
      return fail(range.lowerBound, "has no text separator (20); left out")
    }
    let times = body[..<textStart].split(
      separator: Self.durationMark, maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = times.first, let onset = Self.nanoseconds(first) else {
      return fail(range.lowerBound, "has no onset of the form +12.5; left out")
    }
    if first.first != UInt8(ascii: "+"), first.first != UInt8(ascii: "-") {
      note(range.lowerBound, "has an onset without a sign; read as seconds after the start")
    }
    var duration: Int?
    if times.count == 2 {
      duration = Self.nanoseconds(times[1])
      if duration.map({ $0 < 0 }) ?? true {
        note(range.lowerBound, "has a duration that is no number of seconds; read as none")
        duration = nil
      }
    }
    var texts = body[(textStart + 1)...].split(separator: Self.textMark, omittingEmptySubsequences: false)
    // The last separator closes the last text, so what follows it is empty.
    if let rest = texts.last, rest.isEmpty {
      texts.removeLast()
    } else {
      note(range.lowerBound, "has a last text that is not closed by a separator (20); read all the same")
    }
    lists.append(
      TimestampedAnnotationList(onset: onset, duration: duration, texts: texts, offset: range.lowerBound))
  }

  private mutating func fail(_ offset: Int, _ message: String) {
    problems.append(Problem(offset: offset, message: message, isFatal: true))
  }

  private mutating func note(_ offset: Int, _ message: String) {
    problems.append(Problem(offset: offset, message: message, isFatal: false))
  }

  /// A decimal number of seconds as nanoseconds; digits beyond the ninth decimal are rounded off.
  ///
  /// - Returns: Nil for anything but an optional sign, digits, and an optional point with digits, or beyond 126 years.
  static func nanoseconds(_ text: ArraySlice<UInt8>) -> Int? {
    var rest = text
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      isNegative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !rest.isEmpty, whole.count <= 10 else { return nil }
    let decimals = parts.count == 2 ? parts[1] : []
    guard !(whole.isEmpty && decimals.isEmpty), let seconds = digits(whole) else { return nil }
    var fraction = 0
    if !decimals.isEmpty {
      guard digits(decimals.prefix(9)) != nil, decimals.allSatisfy(isDigit) else { return nil }
      for place in 0..<9 {
        let index = decimals.startIndex + place
        fraction = fraction * 10 + (index < decimals.endIndex ? Int(decimals[index] - UInt8(ascii: "0")) : 0)
      }
      if decimals.count > 9, decimals[decimals.startIndex + 9] >= UInt8(ascii: "5") { fraction += 1 }
    }
    // 126 years: differences of two such times still fit.
    guard seconds < 4_000_000_000 else { return nil }
    let value = seconds * 1_000_000_000 + fraction
    return isNegative ? -value : value
  }

  private static func digits(_ text: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for byte in text {
      guard isDigit(byte) else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
