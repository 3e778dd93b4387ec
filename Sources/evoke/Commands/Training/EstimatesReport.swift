import EEGArchive
import EEGCore
import Foundation

/// What is in an archive of estimates.
struct EstimatesReport: Encodable {
  struct Target: Encodable {
    let name: String
    let unit: String
  }

  let path: String
  private let archive: EstimatesArchive

  private enum CodingKeys: String, CodingKey {
    case path, format, kind, simulations, uncertainty, targets, settings
  }

  /// Reads a file.
  ///
  /// - Throws: The errors of the archive.
  init(path: String) throws { (self.path, archive) = (path, try EstimatesArchive(reading: path)) }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode("EVOKE", forKey: .format)
    try container.encode(ArchiveKind.estimates.rawValue, forKey: .kind)
    try container.encode(archive.simulations.count, forKey: .simulations)
    try container.encode(archive.covariance != nil, forKey: .uncertainty)
    try container.encode(archive.targets.map { Target(name: $0.name, unit: $0.unit) }, forKey: .targets)
    try container.encode(try? JSONDocument(json: Data(archive.settings.utf8)), forKey: .settings)
    try NoRecordingKeys().encode(to: encoder)
  }

  /// The report for people.
  func lines() -> [String] {
    let description = EstimatesDescription(archive)
    let model = [description.model, description.weights].compactMap(\.self).joined(separator: ", ")
    let uncertainty = archive.covariance == nil ? "" : ", with uncertainty"
    let targets = archive.targets.map { target in
      Formatting.printable(target.name) + (target.unit.isEmpty ? "" : " (\(Formatting.printable(target.unit)))")
    }
    var lines = ["\(path): EVOKE, estimates\(uncertainty)", "  \(description.data)"]
    if !model.isEmpty { lines.append("  by \(model)") }
    lines.append("  estimates \(targets.joined(separator: ", "))")
    return lines
  }
}
