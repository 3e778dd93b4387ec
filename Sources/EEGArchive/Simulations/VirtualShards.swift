import Foundation
import HDF5

/// The list of files behind a virtual archive of simulations, as root attributes.
///
/// HDF5 reads what a missing file would hold as the fill value, without an error: hence the list, and a look at each
/// file before anything is read.
enum VirtualShards {
  private static let files = "shard_files"
  private static let firsts = "shard_first"
  private static let counts = "shard_count"

  static func write(_ shards: [(path: String, numbers: Range<Int>)], to file: HDF5File) throws {
    try file.setAttribute(files, shards.map(\.path))
    try file.setAttribute(firsts, shards.map(\.numbers.lowerBound))
    try file.setAttribute(counts, shards.map(\.numbers.count))
  }

  /// Checks that the files behind an archive are there and are what they were; nothing for one that is no virtual one.
  ///
  /// - Throws: ``ArchiveError``, code `missingObject` or `invalidValue`; `HDF5Error`.
  static func check(_ file: HDF5File) throws {
    guard file.hasAttribute(files) else { return }
    let path = file.location.path
    let (names, first, count, seed) = try describingLayout {
      (
        try file.attributeTexts(files).values, try file.attributeArray(firsts, as: Int.self).values,
        try file.attributeArray(counts, as: Int.self).values, try file.readArray("seed", as: UInt64.self, shape: [])
      )
    }
    guard first.count == names.count, count.count == names.count else {
      throw ArchiveError(.invalidValue, file, attribute: files, "has \(names.count) files and \(first.count) numbers")
    }
    // Like the library, seen from the name that was given and then from the file itself.
    let file = URL(fileURLWithPath: path)
    let folders = [file, file.resolvingSymlinksInPath()].map { $0.deletingLastPathComponent() }
    for (name, (first, count)) in zip(names, zip(first, count)) {
      let places = name.hasPrefix("/") ? [name] : folders.map { $0.appendingPathComponent(name).path }
      guard let shardPath = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
        throw ArchiveError(
          .missingObject, path: path,
          "refers to \(name) beside it, which is missing; put it back, or merge the files anew, as copies")
      }
      let shard = try ArchiveKind.simulations.open(shardPath)
      let isSame = try describingLayout {
        try shard.attribute("first") == first && shard.dataset("theta").shape.first == count
          && shard.readArray("seed", as: UInt64.self, shape: []) == seed
      }
      guard isSame else {
        throw ArchiveError(
          .invalidValue, path: path, "refers to \(name), which has other simulations by now; merge the files anew")
      }
    }
  }
}
