/// When a recording began, on the clock of the recorder; EEG files name no time zone.
public struct StartTime: Hashable, Sendable {
  /// Calendar year, four digits.
  public var year: Int
  /// 1...12.
  public var month: Int
  /// 1...31.
  public var day: Int
  /// 0...23.
  public var hour: Int
  /// 0...59.
  public var minute: Int
  /// 0...59.
  public var second: Int
  /// 0..<1,000,000,000.
  public var nanosecond: Int

  /// A start; nil when a field is outside its calendar range.
  public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, nanosecond: Int = 0) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
      (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
      (0..<1_000_000_000).contains(nanosecond)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    self.nanosecond = nanosecond
  }

  /// ISO 8601 without zone, with as many decimals of the second as are not zero: `2009-08-12T16:15:00`.
  public var iso8601: String {
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    text += "T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
    if nanosecond > 0 {
      var fraction = padded(nanosecond, 9)
      while fraction.hasSuffix("0") { fraction.removeLast() }
      text += "." + fraction
    }
    return text
  }

  /// Reads what ``iso8601`` writes.
  public init?(iso8601 text: String) {
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let date = halves[0].split(separator: "-").compactMap { Int($0) }
    let clock = halves[1].split(separator: ".", omittingEmptySubsequences: false)
    let time = clock[0].split(separator: ":").compactMap { Int($0) }
    guard date.count == 3, time.count == 3, clock.count <= 2 else { return nil }
    var nanosecond = 0
    if clock.count == 2 {
      let digits = clock[1].prefix(9)
      guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }),
        let value = Int(digits + String(repeating: "0", count: 9 - digits.count))
      else { return nil }
      nanosecond = value
    }
    self.init(
      year: date[0], month: date[1], day: date[2], hour: time[0], minute: time[1], second: time[2],
      nanosecond: nanosecond)
  }

  /// The instant some nanoseconds later, or earlier when negative.
  public func advanced(byNanoseconds nanoseconds: Int) -> StartTime {
    let perSecond = 1_000_000_000
    let total = nanosecond + nanoseconds % perSecond
    let carry = Int((Double(total) / Double(perSecond)).rounded(.down))
    var seconds = hour * 3600 + minute * 60 + second + nanoseconds / perSecond + carry
    var moved = self
    moved.nanosecond = total - carry * perSecond
    while seconds >= 86_400 {
      seconds -= 86_400
      moved.day += 1
      if moved.day > Self.days(in: moved.month, of: moved.year) { (moved.day, moved.month) = (1, moved.month + 1) }
      if moved.month > 12 { (moved.month, moved.year) = (1, moved.year + 1) }
    }
    while seconds < 0 {
      seconds += 86_400
      moved.day -= 1
      if moved.day < 1 {
        moved.month -= 1
        if moved.month < 1 { (moved.month, moved.year) = (12, moved.year - 1) }
        moved.day = Self.days(in: moved.month, of: moved.year)
      }
    }
    (moved.hour, moved.minute, moved.second) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    return moved
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    default: 31
    }
  }
}
