import ArgumentParser
import ERP
import Foundation

/// Measured values in long form, as text for programs and for people.
struct MeasurementTable {
  struct Row {
    let file: String
    let values: MeasurementRow
  }

  enum Unit: String, ExpressibleByArgument, CaseIterable {
    case volts = "V"
    case microvolts = "uV"

    /// The value and its unit, as SI or in microvolts.
    func convert(_ value: Double, _ quantity: MeasuredQuantity) -> (value: Double, unit: String) {
      let scale = self == .microvolts ? 1e6 : 1
      return switch quantity {
      case .amplitude: (value * scale, rawValue)
      case .area: (value * scale, "\(rawValue) s")
      case .latency: (value, "s")
      }
    }
  }

  enum Format: String {
    case csv, tsv, json

    /// From the ending of a file name.
    ///
    /// - Throws: A usage error for any other ending.
    init(path: String) throws {
      guard let format = Format(rawValue: (path as NSString).pathExtension.lowercased()) else {
        throw usageError("\(path): tables end in .csv, .tsv or .json")
      }
      self = format
    }
  }

  let rows: [Row]
  let unit: Unit
  /// Adds the columns `epoch` and `onset_s`.
  let hasTrials: Bool

  /// The table as a file.
  func data(_ format: Format) throws -> Data {
    let records = rows.map { record($0) }
    switch format {
    case .csv: return delimited(records, by: ",")
    case .tsv: return delimited(records, by: "\t")
    case .json:
      // An array of objects is what pandas and jsonlite make a data frame of.
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return try encoder.encode(records.map { JSONRecord(cells: zip(columns, $0)) }) + Data("\n".utf8)
    }
  }

  /// Names of the columns, in order; docs/measures.md explains them.
  private var columns: [String] {
    ["file", "condition"] + (hasTrials ? ["epoch", "onset_s"] : []) + [
      "channel", "window", "window_start_s", "window_end_s", "first_sample_s", "last_sample_s", "measure", "polarity",
      "value", "unit", "latency_s",
      "definition",
    ]
  }

  private func record(_ row: Row) -> [Cell] {
    let values = row.values
    let (value, unitName) = unit.convert(values.value, values.measure.quantity)
    var cells: [Cell] = [.text(row.file), .text(values.condition)]
    if hasTrials { cells += [.integer(values.trial?.epoch), .number(values.trial?.onset ?? .nan)] }
    return cells + [
      .text(values.site), .text(values.window.label), .number(values.window.start), .number(values.window.end),
      .number(values.firstTime), .number(values.lastTime),
      .text(values.measure.rawValue), .text(values.polarity?.rawValue), .number(value), .text(unitName),
      .number(values.latency), .text(values.definition),
    ]
  }

  /// RFC 4180 text, or the same with tabs.
  ///
  /// What is missing is `NA`, as R writes it and pandas reads it.
  private func delimited(_ records: [[Cell]], by separator: Character) -> Data {
    let lines =
      [columns.joined(separator: String(separator))]
      + records.map { $0.map { $0.field(separator: separator) }.joined(separator: String(separator)) }
    return Data((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// Aligned columns for people: microvolts and milliseconds.
  ///
  /// Columns that are the same in every row are left out.
  func lines() -> [String] {
    let header = [
      "file", "condition", "epoch", "channel", "window", "measure", "polarity", "value", "unit", "latency (ms)",
    ]
    let body = rows.map { row -> [String] in
      let values = row.values
      let ends = "\(Formatting.number(values.window.start * 1e3)) to \(Formatting.number(values.window.end * 1e3)) ms"
      var (value, unitName) = Unit.microvolts.convert(values.value, values.measure.quantity)
      if values.measure.quantity == .latency { (value, unitName) = (value * 1e3, "ms") }
      return [
        Formatting.printable(row.file), Formatting.printable(values.condition),
        values.trial.map { "\($0.epoch)" } ?? "", Formatting.printable(values.site),
        Formatting.printable(values.window.name.map { "\($0), \(ends)" } ?? ends), values.measure.rawValue,
        values.polarity?.rawValue ?? "", value.isNaN ? "NA" : Formatting.number(value), unitName,
        values.latency.isNaN ? "" : Formatting.number(values.latency * 1e3),
      ]
    }
    let isRight = [false, false, true, false, false, false, false, true, false, true]
    let shown = header.indices.filter { column in
      switch header[column] {
      case "file": rows.count > 1 && Set(rows.map(\.file)).count > 1
      case "epoch": hasTrials
      case "polarity", "latency (ms)": body.contains { !$0[column].isEmpty }
      default: true
      }
    }
    let widths = header.indices.map { column in
      max(header[column].count, body.map { $0[column].count }.max() ?? 0)
    }
    return ([header] + body).map { cells in
      let line = shown.map { column in
        let padding = String(repeating: " ", count: widths[column] - cells[column].count)
        return isRight[column] ? padding + cells[column] : cells[column] + padding
      }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}

/// One cell of a table.
private enum Cell {
  case text(String?)
  case integer(Int?)
  case number(Double)

  /// As a field of delimited text.
  func field(separator: Character) -> String {
    switch self {
    case .text(nil), .integer(nil): return "NA"
    case .integer(let value?): return "\(value)"
    case .number(let value): return value.isNaN ? "NA" : "\(value)"
    case .text(let text?):
      guard text.contains(where: { $0 == separator || $0 == "\"" || $0.isNewline }) else { return text }
      return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
  }
}

/// A row as a JSON object, with null for what is missing.
private struct JSONRecord: Encodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private let cells: [(Key, Cell)]

  init(cells: some Sequence<(String, Cell)>) {
    self.cells = cells.map { (Key(stringValue: $0), $1) }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (key, cell) in cells {
      switch cell {
      case .text(let text): try container.encode(text, forKey: key)
      case .integer(let value): try container.encode(value, forKey: key)
      // JSON has no infinity either.
      case .number(let value): try container.encode(value.isFinite ? value : nil, forKey: key)
      }
    }
  }
}
