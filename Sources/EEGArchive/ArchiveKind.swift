import HDF5

/// What an archive holds, as its root attribute `evoke_kind` says.
public enum ArchiveKind: String, Hashable, Sendable, CaseIterable {
  case recording, epochs, evoked, simulations, weights, estimates, posterior, sensitivity, benchmark

  /// The layout version that this program writes, and the newest that it reads.
  public static let currentVersion = 1

  /// Reads the kind of an archive.
  ///
  /// - Throws: ``ArchiveError``, codes `notAnArchive` and `newerVersion`; `HDF5Error` when the file is no HDF5 file.
  public static func detect(_ path: String) throws -> ArchiveKind { try detect(HDF5File(reading: path)) }

  static func detect(_ file: HDF5File) throws -> ArchiveKind {
    let path = file.location.path
    guard let name = try? file.attributeText("evoke_kind"),
      let version = try? file.attribute("evoke_version", as: Int.self)
    else {
      throw ArchiveError(
        .notAnArchive, path: path, "is HDF5, but no archive of this program: evoke_kind or evoke_version is missing")
    }
    guard version <= currentVersion else {
      throw ArchiveError(
        .newerVersion, path: path, object: "/@evoke_version",
        "has layout version \(version), and this program knows versions up to \(currentVersion); use a newer program")
    }
    guard version >= 1, let kind = ArchiveKind(rawValue: name) else {
      throw ArchiveError(
        .notAnArchive, path: path, object: "/@evoke_kind", "'\(name)', version \(version), is no kind of archive")
    }
    return kind
  }

  /// Opens an archive of this kind.
  func open(_ path: String) throws -> HDF5File {
    let file = try HDF5File(reading: path)
    let found = try Self.detect(file)
    guard found == self else {
      throw ArchiveError(
        .wrongKind, path: path, "is an archive of kind '\(found.rawValue)' where one of kind '\(rawValue)' is wanted")
    }
    return file
  }

  /// Creates an archive of this kind with its root attributes.
  func create(_ path: String, settings: String) throws -> HDF5File {
    let file = try HDF5File(creating: path)
    try file.setAttribute("evoke_kind", rawValue)
    try file.setAttribute("evoke_version", Self.currentVersion)
    try file.setAttribute("evoke_settings", settings.storable)
    return file
  }
}
