import EEGCore
import Foundation

/// The electrode positions of a BIDS dataset that are understood.
struct BIDSElectrodes {
  /// Positions by electrode name, in our head coordinates [m].
  private(set) var positions: [String: Position] = [:]
  /// What was left out or guessed.
  private(set) var notes: [String] = []

  /// Reads the first of some tables whose coordinate system is understood.
  ///
  /// - Throws: ``ERPError``, code `invalidTable`.
  init(_ files: [BIDSSidecars.Electrodes]) throws {
    for file in files {
      if let positions = try read(file) {
        self.positions = positions
        return
      }
    }
  }

  /// Reads a table; nil, with a note, when its positions cannot be used.
  private mutating func read(_ file: BIDSSidecars.Electrodes) throws -> [String: Position]? {
    let description = try BIDSJSON.merged(file.coordinateSystem)
    guard let name = description["EEGCoordinateSystem"] as? String else {
      notes.append("\(file.table): positions left out, because no coordsystem.json tells their EEGCoordinateSystem")
      return nil
    }
    let units = description["EEGCoordinateUnits"] as? String
    guard let system = BIDSCoordinateSystem(system: name, units: units) else {
      notes.append("\(file.table): positions left out, because the coordinate system '\(name)' is not understood")
      return nil
    }
    let electrodes = try BIDSTable(path: file.table).rows { row -> (String, SIMD3<Double>)? in
      guard let name = row.text("name"), let x = try row.number("x"), let y = try row.number("y"),
        let z = try row.number("z")
      else { return nil }
      return (name, SIMD3(x, y, z))
    }
    let distances = electrodes.map { ($0.1 * $0.1).sum().squareRoot() }.sorted()
    guard !distances.isEmpty else {
      notes.append("\(file.table): no electrode has a position")
      return nil
    }
    let middle = distances[distances.count / 2]
    let metres = system.metres ?? BIDSCoordinateSystem.guessedMetres(medianDistance: middle)
    guard let metres, (0.03...0.3).contains(middle * metres) else {
      notes.append(
        "\(file.table): positions left out, because electrodes \(middle) \(units ?? "units") from the origin are on no "
          + "head; correct EEGCoordinateUnits")
      return nil
    }
    if system.metres == nil {
      let unit = metres == 1 ? "m" : metres == 0.01 ? "cm" : "mm"
      notes.append("\(file.table): the unit of the positions is not known; from their size it is taken to be \(unit)")
    }
    let places = electrodes.map { name, p in
      (name, system.axes.position(p.x * metres, p.y * metres, p.z * metres))
    }
    return Dictionary(places) { first, _ in first }
  }
}

/// JSON files of a BIDS dataset.
enum BIDSJSON {
  /// The values of several files by key; later files replace what earlier ones say.
  ///
  /// - Throws: ``ERPError``, code `invalidTable`, with the path.
  static func merged(_ paths: [String]) throws -> [String: Any] {
    var merged: [String: Any] = [:]
    for path in paths {
      let text = try DelimitedTable.text(ofFile: path, code: .invalidTable)
      guard let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] else {
        throw ERPError(code: .invalidTable, message: "\(path): is no JSON object; correct it or take it away")
      }
      merged.merge(object) { $1 }
    }
    return merged
  }
}
