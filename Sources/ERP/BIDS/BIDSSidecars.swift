import Foundation

/// The files that describe a recording of a BIDS dataset, found by the inheritance principle.
///
/// A file applies to a recording when it lies in its folder or above, up to the top of the dataset, and no entity in
/// its name says anything else than the recording's. Of tables (`.tsv`) the nearest is taken, and of several in one
/// folder the one with most entities; JSON files are read one after the other, the nearest last. Source: Brain Imaging
/// Data Structure 1.10, "The inheritance principle".
public struct BIDSSidecars: Hashable, Sendable {
  /// A table of electrodes and the files on its coordinate system.
  public struct Electrodes: Hashable, Sendable {
    /// Path of the `_electrodes.tsv`.
    public let table: String
    /// Paths of the `_coordsystem.json` for the same `space`, the nearest last.
    public let coordinateSystem: [String]
  }
  /// Path of the `_events.tsv`.
  public let events: String?
  /// Paths of the `_events.json`, the nearest last.
  public let eventDescriptions: [String]
  /// Path of the `_channels.tsv`.
  public let channels: String?
  /// Electrode tables, the nearest first; one for each `space`.
  public let electrodes: [Electrodes]

  /// Finds the files of a recording; none for a file whose name has no `sub-`.
  public init(of recording: String) {
    let file = URL(fileURLWithPath: recording).standardizedFileURL
    guard let data = BIDSName(file.lastPathComponent), data.entities["sub"] != nil else {
      (events, channels, eventDescriptions, electrodes) = (nil, nil, [], [])
      return
    }
    let search = Search(data: data, folders: Self.folders(above: file))
    events = search.tables("events").first?.path
    channels = search.tables("channels").first?.path
    eventDescriptions = search.descriptions("events").map(\.path)
    var spaces: Set<String?> = []
    let systems = search.descriptions("coordsystem", allowing: "space")
    electrodes = search.tables("electrodes", allowing: "space").compactMap { table in
      let space = table.name.entities["space"]
      guard spaces.insert(space).inserted else { return nil }
      return Electrodes(
        table: table.path, coordinateSystem: systems.filter { $0.name.entities["space"] == space }.map(\.path))
    }
  }

  /// The folder of a file and those above it, up to the top of its dataset.
  private static func folders(above file: URL) -> [URL] {
    var folders = [file.deletingLastPathComponent()]
    while let folder = folders.last, folder.path != "/", folders.count < 32 {
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent("dataset_description.json").path) {
        return folders
      }
      folders.append(folder.deletingLastPathComponent())
    }
    // Without a description the dataset is what holds the subject's folder.
    guard let subject = folders.lastIndex(where: { $0.lastPathComponent.hasPrefix("sub-") }) else {
      return Array(folders.prefix(1))
    }
    return Array(folders.prefix(subject + 2))
  }

  /// Looks for files that apply to one recording.
  private struct Search {
    struct Found {
      let name: BIDSName
      let path: String
    }
    let data: BIDSName
    /// Nearest first.
    let folders: [URL]

    /// Applicable tables, the nearest first, of one folder those with most entities first.
    func tables(_ suffix: String, allowing allowed: String? = nil) -> [Found] {
      folders.flatMap { found(in: $0, suffix, ".tsv", allowed) }
    }

    /// Applicable JSON files in the order in which later ones replace values of earlier ones.
    func descriptions(_ suffix: String, allowing allowed: String? = nil) -> [Found] {
      folders.flatMap { found(in: $0, suffix, ".json", allowed) }.reversed()
    }

    private func found(in folder: URL, _ suffix: String, _ fileExtension: String, _ allowed: String?) -> [Found] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.sorted().compactMap { fileName -> Found? in
        guard let name = BIDSName(fileName), name.suffix == suffix, name.fileExtension == fileExtension,
          name.applies(to: data, allowing: allowed)
        else { return nil }
        return Found(name: name, path: folder.appendingPathComponent(fileName).path)
      }
      .enumerated()
      .sorted { ($1.element.name.entities.count, $0.offset) < ($0.element.name.entities.count, $1.offset) }
      .map(\.element)
    }
  }
}
