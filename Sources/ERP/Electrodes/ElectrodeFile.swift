import EEGCore
import Foundation

/// Electrode positions of a file: a table (`.csv`, `.tsv`), ASA's `.elc`, BESA's or EGI's `.sfp`, EEGLAB's `.loc`.
///
/// Formats, units and coordinates are described in docs/head-model.md.
public struct ElectrodeFile: Hashable, Sendable {
  /// In the order of the file, without nasion and ears; positions in head coordinates [m].
  public let electrodes: [Electrode]
  /// What had to be guessed, one sentence each.
  public let notes: [String]

  /// Extensions of the files that can be read.
  public static let fileExtensions = ["csv", "tsv", "elc", "sfp", "loc", "locs", "eloc"]

  /// Reads a file; its extension tells the format.
  ///
  /// - Throws: ``ERPError``, code `invalidTable`, with path and line, for an extension that is not known, a damaged
  ///   file, names that are empty or repeated, and positions that lie on no head.
  public init(path: String) throws {
    let suffix = URL(fileURLWithPath: path).pathExtension.lowercased()
    guard Self.fileExtensions.contains(suffix) else {
      let known = Self.fileExtensions.map { ".\($0)" }.joined(separator: ", ")
      throw ERPError(
        code: .invalidTable, message: "\(path): no file of electrodes by its extension; use one of \(known)")
    }
    let text = try DelimitedTable.text(ofFile: path, code: .invalidTable)
    do {
      try self.init(text, fileExtension: suffix)
    } catch let error as ERPError {
      throw ERPError(code: error.code, message: "\(path): \(error.message)")
    }
  }

  /// Reads the text of a file.
  ///
  /// - Parameter fileExtension: One of ``fileExtensions``.
  /// - Throws: ``ERPError``, code `invalidTable`.
  init(_ text: String, fileExtension: String) throws {
    let points: ElectrodePoints =
      switch fileExtension {
      case "elc": try ElectrodePoints(elc: text)
      case "sfp": try ElectrodePoints(sfp: text)
      case "loc", "locs", "eloc": try ElectrodePoints(loc: text)
      default: try ElectrodePoints(table: text)
      }
    var notes: [String] = []
    let metres = try points.inMetres(&notes)
    electrodes = try Self.inHead(metres, &notes)
    self.notes = notes
  }

  /// Moves electrodes into head coordinates when nasion and both ears are there, and takes these away.
  private static func inHead(
    _ points: [(name: String, place: SIMD3<Double>)], _ notes: inout [String]
  ) throws -> [Electrode] {
    func fiducial(_ names: Set<String>) -> SIMD3<Double>? {
      points.first { names.contains($0.name.lowercased()) }?.place
    }
    var frame: HeadFrame?
    if let nasion = fiducial(nasionNames), let left = fiducial(leftNames), let right = fiducial(rightNames) {
      frame = HeadFrame(nasion: nasion, leftEar: left, rightEar: right)
      guard frame != nil else {
        throw ERPError(code: .invalidTable, message: "nasion and ears lie on one line; correct them or take them out")
      }
    } else {
      notes.append(
        "nasion and ears (Nz, LPA, RPA) are not among the points, so x is taken to point to the right, y to the front "
          + "and z upwards")
    }
    let electrodes = points.filter { !fiducialNames.contains($0.name.lowercased()) }.map { point in
      let place = frame?.inHead(point.place) ?? point.place
      return Electrode(name: point.name, position: Position(x: place.x, y: place.y, z: place.z))
    }
    guard !electrodes.isEmpty else {
      throw ERPError(code: .invalidTable, message: "the file has no electrode with a position")
    }
    return electrodes
  }

  private static let nasionNames: Set = ["nz", "nas", "nasion", "fidnz"]
  private static let leftNames: Set = ["lpa", "fidt9"]
  private static let rightNames: Set = ["rpa", "fidt10"]
  private static let fiducialNames = nasionNames.union(leftNames).union(rightNames)
}
