import EEGCore

/// Reads the start of a recording from its three header fields.
///
/// The start date has two digits for the year: 85...99 are 1985...1999, 00...84 are 2000...2084 (EDF+ 2.1.3.2); EDF+
/// repeats the date with four digits in the recording identification.
enum StartFields {
  private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

  struct CalendarDate: Hashable {
    var year: Int
    var month: Int
    var day: Int
  }

  static func read(
    date dateField: HeaderFields.Field, time timeField: HeaderFields.Field, recording: HeaderFields.Field,
    isPlus: Bool, from fields: inout HeaderFields
  ) -> StartTime? {
    let written = writtenDate(dateField, from: &fields)
    let longForm = recordingDate(recording, isPlus: isPlus, from: &fields)
    let clock = clock(timeField, from: &fields)

    let date: CalendarDate
    switch (written, longForm) {
    case (let written?, let longForm?):
      if written.month == longForm.month, written.day == longForm.day, written.year % 100 == longForm.year % 100 {
        date = longForm
      } else {
        // In a plain file the recording identification is free text that only looks like a date.
        if isPlus {
          fields.log.add(
            .startDatesAgree, field: dateField.name, at: dateField.offset,
            "differs from the date in the recording identification; the start date field is used")
        }
        date = written
      }
    case (let written?, nil): date = written
    case (nil, let longForm?):
      fields.log.add(
        .startDate, field: dateField.name, at: dateField.offset,
        "\(fields.quoted(dateField)) is no date; the date in the recording identification is used")
      date = longForm
    case (nil, nil):
      fields.log.add(
        .startDate, field: dateField.name, at: dateField.offset,
        "\(fields.quoted(dateField)) is no date; the start is unknown")
      return nil
    }
    return StartTime(
      year: date.year, month: date.month, day: date.day, hour: clock.hour, minute: clock.minute, second: clock.second)
  }

  private static func writtenDate(_ field: HeaderFields.Field, from fields: inout HeaderFields) -> CalendarDate? {
    guard let (parts, separator) = threeNumbers(field, fields) else { return nil }
    let year = parts[2] >= 85 ? 1900 + parts[2] : 2000 + parts[2]
    guard parts[2] < 100, isValid(CalendarDate(year: year, month: parts[1], day: parts[0])) else { return nil }
    if separator != "." {
      fields.log.add(
        .startDate, field: field.name, at: field.offset,
        "\(fields.quoted(field)) has '\(separator)' instead of '.'; read as day, month, year")
    }
    return CalendarDate(year: year, month: parts[1], day: parts[0])
  }

  private static func clock(
    _ field: HeaderFields.Field, from fields: inout HeaderFields
  ) -> (hour: Int, minute: Int, second: Int) {
    guard let (parts, separator) = threeNumbers(field, fields), parts[0] < 24, parts[1] < 60, parts[2] < 60 else {
      fields.log.add(
        .startTime, field: field.name, at: field.offset, "\(fields.quoted(field)) is no time; read as 00.00.00")
      return (0, 0, 0)
    }
    if separator != "." {
      fields.log.add(
        .startTime, field: field.name, at: field.offset, "\(fields.quoted(field)) has '\(separator)' instead of '.'")
    }
    return (parts[0], parts[1], parts[2])
  }

  /// Three groups of one or two digits between two equal separators.
  private static func threeNumbers(
    _ field: HeaderFields.Field, _ fields: HeaderFields
  ) -> (parts: [Int], separator: Character)? {
    let text = String(decoding: fields.raw(field), as: UTF8.self).trimmingBlanks()
    guard let separator = text.first(where: { !("0"..."9").contains($0) }), ".:/-".contains(separator) else {
      return nil
    }
    let groups = text.split(separator: separator, omittingEmptySubsequences: false)
    guard groups.count == 3, groups.allSatisfy({ (1...2).contains($0.count) }) else { return nil }
    let parts = groups.compactMap { Int($0) }
    guard parts.count == 3, parts.allSatisfy({ $0 >= 0 }) else { return nil }
    return (parts, separator)
  }

  /// The date after `Startdate` in the recording identification, as `02-AUG-1951`.
  private static func recordingDate(
    _ field: HeaderFields.Field, isPlus: Bool, from fields: inout HeaderFields
  ) -> CalendarDate? {
    let words = String(decoding: fields.raw(field), as: UTF8.self).split(separator: " ")
    guard words.count >= 2, words[0].lowercased() == "startdate" else {
      if isPlus {
        fields.log.add(
          .recordingSubfields, field: field.name, at: field.offset, "does not begin with 'Startdate' and a date or X")
      }
      return nil
    }
    if words[1] == "X" { return nil }
    let parts = words[1].split(separator: "-")
    guard parts.count == 3, let day = Int(parts[0]), let year = Int(parts[2]),
      let month = months.firstIndex(of: parts[1].uppercased()), parts[2].count == 4,
      isValid(CalendarDate(year: year, month: month + 1, day: day))
    else {
      if isPlus {
        fields.log.add(
          .recordingSubfields, field: field.name, at: field.offset, "has no date of the form 02-AUG-1951")
      }
      return nil
    }
    if isPlus, parts[1] != months[month] {
      fields.log.add(
        .recordingSubfields, field: field.name, at: field.offset, "writes the month in lower case; read all the same")
    }
    return CalendarDate(year: year, month: month + 1, day: day)
  }

  private static func isValid(_ date: CalendarDate) -> Bool {
    StartTime(year: date.year, month: date.month, day: date.day, hour: 0, minute: 0, second: 0) != nil
  }
}
