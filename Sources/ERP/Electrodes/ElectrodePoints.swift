import EEGCore
import Foundation

/// Named points as a file has them.
struct ElectrodePoints {
  /// A point in the file's own unit.
  struct Point {
    let line: Int
    let name: String
    var place: SIMD3<Double>
    /// Metres per unit; nil when the file does not tell.
    let metres: Double?
  }
  private var points: [Point] = []

  /// The points in metres.
  ///
  /// - Parameter notes: Gets a sentence when the unit had to be guessed.
  /// - Throws: ``ERPError``, code `invalidTable`, for no points, repeated names, and points that lie on no head.
  func inMetres(_ notes: inout [String]) throws -> [(name: String, place: SIMD3<Double>)] {
    var lines: [String: Int] = [:]
    for point in points {
      guard !point.name.isEmpty else { throw Self.error(point.line, "the electrode has no name") }
      if let first = lines.updateValue(point.line, forKey: point.name.lowercased()) {
        throw Self.error(point.line, "the electrode '\(point.name)' was there already in line \(first)")
      }
    }
    // From the middle of all points, because the origin may lie anywhere in a scanner.
    guard !points.isEmpty else { throw ERPError(code: .invalidTable, message: "the file has no point") }
    let middle = points.reduce(SIMD3<Double>()) { $0 + $1.place } / Double(points.count)
    let distances = points.map { (($0.place - middle) * ($0.place - middle)).sum().squareRoot() }.sorted()
    let distance = distances[distances.count / 2]
    let guess = BIDSCoordinateSystem.guessedMetres(medianDistance: distance)
    let isGuessed = points.contains { $0.metres == nil }
    if isGuessed {
      guard let guess else {
        throw ERPError(
          code: .invalidTable,
          message: "the points lie \(distance) units from their middle, which is a head in no unit; give positions in "
            + "m, cm or mm and say so, as in the column names 'x_mm', 'y_mm', 'z_mm'")
      }
      let unit = guess == 1 ? "m" : guess == 0.01 ? "cm" : "mm"
      notes.append("the unit of the positions is not known; from their size it is taken to be \(unit)")
    }
    let places = points.map { (name: $0.name, place: $0.place * ($0.metres ?? guess ?? 1)) }
    if let metres = points[0].metres, points.count > 3, !(0.03...0.3).contains(distance * metres) {
      throw ERPError(
        code: .invalidTable,
        message: "the points lie \(distance * metres) m from their middle, which is no head; correct the unit")
    }
    return places
  }

  /// A table with a column for the name and columns x, y and z, whose names or a column `unit` may tell the unit.
  init(table text: String) throws {
    let table = try DelimitedTable(text, code: .invalidTable)
    let columns = table.columns.map { $0.lowercased() }
    func missing(_ what: String) -> ERPError {
      Self.error(table.headerLine, "there is no column '\(what)'; the columns are \(table.columnList)")
    }
    guard let name = columns.firstIndex(where: { ["name", "label", "channel", "electrode"].contains($0) }) else {
      throw missing("name")
    }
    var axes: [(place: Int, metres: Double?)] = []
    for axis in ["x", "y", "z"] {
      let candidates = columns.enumerated().compactMap { place, column -> (place: Int, metres: Double?)? in
        guard column.hasPrefix(axis) else { return nil }
        // x, x_mm, x (mm), x [mm]
        let unit = String(column.dropFirst().filter { !" _()[]".contains($0) })
        guard !unit.isEmpty else { return (place, nil) }
        return Self.metres(unit).map { (place, $0) }
      }
      guard let found = candidates.first else { throw missing(axis) }
      axes.append(found)
    }
    let unit = columns.firstIndex { $0 == "unit" || $0 == "units" }
    for row in table.rows {
      // As in BIDS, an electrode may have no position.
      if axes.allSatisfy({ row.fields[$0.place].isUnknownField }) { continue }
      var metres = axes[0].metres
      if let unit, !row.fields[unit].isUnknownField {
        guard let known = Self.metres(row.fields[unit].lowercased()) else {
          throw Self.error(row.line, "the unit '\(row.fields[unit])' is none of m, cm and mm")
        }
        metres = known
      }
      guard axes.allSatisfy({ $0.metres == axes[0].metres }) else {
        throw Self.error(table.headerLine, "the columns x, y and z have different units")
      }
      let place = try Self.place(axes.map { row.fields[$0.place] }, row.line)
      points.append(Point(line: row.line, name: row.fields[name], place: place, metres: metres))
    }
  }

  /// BESA's and EGI's format: name, x, y and z on each line; a line `headshape` is a point of the scalp.
  init(sfp text: String) throws {
    for (line, fields) in Self.lines(text) where fields.first?.lowercased() != "headshape" {
      guard fields.count == 4 else { throw Self.error(line, "has \(fields.count) fields, not name, x, y and z") }
      let place = try Self.place(Array(fields.dropFirst()), line)
      points.append(Point(line: line, name: fields[0], place: place, metres: nil))
    }
  }

  /// EEGLAB's polar coordinates: number, angle from the nose to the right [degrees], radius (0.5 is 90 degrees from
  /// Cz) and name on each line, on a sphere that is placed as BioSemi's caps are.
  init(loc text: String) throws {
    for (line, fields) in Self.lines(text) {
      guard fields.count >= 4, let degrees = Double(fields[1]), let radius = Double(fields[2]), degrees.isFinite,
        radius.isFinite
      else { throw Self.error(line, "is not number, angle, radius and name") }
      let (angle, inclination) = (degrees * .pi / 180, radius * .pi)
      let direction = SIMD3(sin(inclination) * sin(angle), sin(inclination) * cos(angle), cos(inclination))
      let place = 0.095 * direction + SIMD3(0, 0, 0.0401487)
      points.append(Point(line: line, name: fields[3], place: place, metres: 1))
    }
  }

  /// ASA's format: `UnitPosition`, then `Positions` (with or without `name :` in front), then `Labels`.
  init(elc text: String) throws {
    enum Part { case header, positions, labels }
    var (part, metres): (Part, Double?) = (.header, nil)
    var found: [(line: Int, name: String?, place: SIMD3<Double>)] = []
    var labels: [String] = []
    for (line, fields) in Self.lines(text) where !fields[0].hasPrefix("#") {
      switch (part, fields[0].lowercased()) {
      case (.header, "unitposition"):
        guard fields.count == 2, let known = Self.metres(fields[1].lowercased()) else {
          throw Self.error(line, "the unit of positions is none of m, cm and mm")
        }
        metres = known
      case (.header, "positions"): part = .positions
      case (.header, _): break
      case (.positions, "labels"): part = .labels
      case (.positions, _):
        let colon = fields.firstIndex(of: ":")
        let name = colon.map { fields[..<$0].joined(separator: " ") }
        found.append((line, name, try Self.place(Array(fields[(colon.map { $0 + 1 } ?? 0)...]), line)))
      case (.labels, _): labels += fields
      }
    }
    guard part != .header else { throw ERPError(code: .invalidTable, message: "there is no line 'Positions'") }
    let isNamed = found.allSatisfy { $0.name != nil }
    guard isNamed || labels.count == found.count else {
      throw ERPError(
        code: .invalidTable, message: "there are \(found.count) positions and \(labels.count) labels; each needs one")
    }
    points = found.enumerated().map { index, point in
      Point(
        line: point.line, name: labels.count == found.count ? labels[index] : point.name ?? "", place: point.place,
        metres: metres)
    }
  }

  private static func metres(_ unit: String) -> Double? { ["m": 1, "cm": 0.01, "mm": 0.001][unit] }

  private static func place(_ fields: [String], _ line: Int) throws -> SIMD3<Double> {
    let numbers = fields.compactMap { Double($0) }.filter(\.isFinite)
    guard fields.count == 3, numbers.count == 3 else {
      throw error(line, "'\(fields.joined(separator: " "))' is no position of three numbers")
    }
    return SIMD3(numbers[0], numbers[1], numbers[2])
  }

  /// The lines that are not empty, from 1, split at blanks.
  private static func lines(_ text: String) -> [(Int, [String])] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap { index, line in
      let fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
      return fields.isEmpty ? nil : (index + 1, fields)
    }
  }

  private static func error(_ line: Int, _ text: String) -> ERPError {
    DelimitedTable.error(.invalidTable, line, text)
  }
}
