/// The name of a file in a BIDS dataset: `sub-01_task-rest_eeg.edf`.
///
/// Source: Brain Imaging Data Structure 1.10, "Common principles", filesystem structure and inheritance principle.
struct BIDSName: Hashable, Sendable {
  /// Values of entities by key, such as "01" for "sub".
  let entities: [String: String]
  /// What stands behind the last underscore, such as "eeg".
  let suffix: String
  /// From the first dot on, such as ".edf".
  let fileExtension: String

  /// Reads a name; nil when a part of it is no key and value joined by a dash.
  init?(_ fileName: String) {
    guard let dot = fileName.firstIndex(of: "."), dot > fileName.startIndex else { return nil }
    var parts = fileName[..<dot].split(separator: "_", omittingEmptySubsequences: false)
    guard let suffix = parts.popLast(), !suffix.isEmpty, !suffix.contains("-") else { return nil }
    var entities: [String: String] = [:]
    for part in parts {
      guard let dash = part.firstIndex(of: "-") else { return nil }
      entities[String(part[..<dash])] = String(part[part.index(after: dash)...])
    }
    self.entities = entities
    self.suffix = String(suffix)
    fileExtension = String(fileName[dot...])
  }

  /// True when this is metadata of a data file: no entity says anything else than the data file's.
  ///
  /// - Parameter allowed: A key that the data file need not have.
  func applies(to data: BIDSName, allowing allowed: String? = nil) -> Bool {
    entities.allSatisfy { key, value in
      if let known = data.entities[key] { return known == value }
      return key == allowed
    }
  }
}
