import Foundation

/// Where tests find their files.
public enum TestFiles {
  /// Top of the package.
  public static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file of `fixtures/`.
  public static func fixture(_ name: String) -> String {
    package.appendingPathComponent("fixtures").appendingPathComponent(name).path
  }

  /// Folder of the public recordings: `EVOKE_RECORDINGS`, or `shared/recordings` beside the checkout.
  public static let recordingsFolder: URL = {
    if let path = ProcessInfo.processInfo.environment["EVOKE_RECORDINGS"] { return URL(fileURLWithPath: path) }
    return package.deletingLastPathComponent().appendingPathComponent("shared/recordings")
  }()

  /// True when the public recordings are at hand; tests that need them are skipped, and say so, when not.
  public static let hasRecordings: Bool = {
    let found = FileManager.default.fileExists(atPath: recordingsFolder.appendingPathComponent("README.md").path)
    if !found {
      FileHandle.standardError.write(
        Data("SKIPPING tests on public recordings: \(recordingsFolder.path) is missing\n".utf8))
    }
    return found
  }()

  /// A public recording or reference by its path under the recordings folder.
  public static func recording(_ name: String) -> String { recordingsFolder.appendingPathComponent(name).path }

  /// All public EDF and BDF files, as paths under the recordings folder, sorted.
  public static let edfRecordings: [String] = {
    guard hasRecordings else { return [] }
    let names = FileManager.default.enumerator(atPath: recordingsFolder.path)?.compactMap { $0 as? String } ?? []
    return names.filter { ["edf", "bdf"].contains(($0 as NSString).pathExtension.lowercased()) }.sorted()
  }()

  /// The reference values of a public recording, decoded from `reference/<folder>__<file>.json`.
  public static func reference<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
    let path = recording("reference/" + name.replacingOccurrences(of: "/", with: "__") + ".json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }
}

/// A folder that goes away with its owner.
public final class TemporaryFolder {
  /// The folder.
  public let url: URL

  /// Makes an empty folder.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("evoke-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// A path inside.
  public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  deinit { try? FileManager.default.removeItem(at: url) }
}
