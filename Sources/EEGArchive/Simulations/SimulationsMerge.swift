import AtomicFiles
import EEGCore
import Foundation
import HDF5

/// Joins files that hold parts of one job.
public enum SimulationsMerge {
  /// A file of a job.
  public struct Shard: Hashable, Sendable {
    /// Name of the file.
    public let path: String
    /// Which simulations it holds.
    public let numbers: Range<Int>
    /// The processor that it was made on.
    public let instructionSet: String
  }

  /// Files that make up a job.
  public struct Job: Hashable, Sendable {
    /// The files in the order of their simulations.
    public let shards: [Shard]
    /// The layout of all of them together.
    public let layout: SimulationsLayout
    /// True when the files come from different processors and the last digits may differ between them for that reason.
    public var mixesArithmetic: Bool { !layout.isPortable && layout.instructionSet == SimulationsMerge.mixed }
  }

  /// Checks that files make up a job: finished, of equal settings, each simulation in exactly one of them.
  ///
  /// - Parameter paths: In any order.
  /// - Returns: The files, and the layout of what they join to. Files of different processors have the instruction set
  ///   `mixed` together.
  /// - Throws: ``ArchiveError``, codes `unfinished`, `differentJob`, `gap`, `overlap` and those of reading; `HDF5Error`.
  public static func check(_ paths: [String]) throws -> Job {
    precondition(!paths.isEmpty, "there is nothing to join")
    var shards: [Shard] = []
    var first: SimulationsLayout?
    for path in paths {
      let layout = try finishedLayout(path)
      if let first, let difference = first.firstDifference(from: layout) {
        throw ArchiveError(
          .differentJob, path: path,
          "is no part of the same job as \(paths[0]): '\(difference.name)' is \(difference.second) here and "
            + "\(difference.first) there")
      }
      first = first ?? layout
      shards.append(Shard(path: path, numbers: layout.numbers, instructionSet: layout.instructionSet))
    }
    guard var layout = first else { preconditionFailure("there is a path, and so a layout") }
    shards.sort { ($0.numbers.lowerBound, $0.numbers.upperBound) < ($1.numbers.lowerBound, $1.numbers.upperBound) }
    try requireEachOnce(shards, total: layout.total)
    layout.numbers = 0..<layout.total
    if let single = shards.first, shards.contains(where: { $0.instructionSet != single.instructionSet }) {
      layout.instructionSet = mixed
    }
    if case let whole = JSONDocument(settings: layout.settings), whole != whole.withoutShard {
      layout.settings = try JSONText.encode(whole.withoutShard)
    }
    return Job(shards: shards, layout: layout)
  }

  /// What stands for several instruction sets.
  private static var mixed: String { "mixed" }

  private static func finishedLayout(_ path: String) throws -> SimulationsLayout {
    let partial = SimulationsWriter.partialPath(of: path)
    if !FileManager.default.fileExists(atPath: path), FileManager.default.fileExists(atPath: partial) {
      throw ArchiveError(.unfinished, path: partial, "is not finished; finish it with --resume before merging")
    }
    let archive = try SimulationsArchive(path)
    guard let layout = archive.layout else {
      throw ArchiveError(
        .notAnArchive, path: path, "was written by another program; only simulations of this one can be merged")
    }
    let missing = try archive.counts().missing
    guard missing == 0 else {
      throw ArchiveError(
        .unfinished, path: path, "lacks \(missing) of its simulations; finish it with --resume before merging")
    }
    return layout
  }

  /// Checks that the ranges, sorted, are all of the job without overlap.
  private static func requireEachOnce(_ shards: [Shard], total: Int) throws {
    var gaps: [Range<Int>] = []
    // The file that reaches furthest so far: a later one may overlap it rather than the one before.
    var last: Shard?
    for shard in shards {
      let end = last?.numbers.upperBound ?? 0
      if let last, shard.numbers.lowerBound < end {
        let both = shard.numbers.lowerBound..<min(end, shard.numbers.upperBound)
        throw ArchiveError(
          .overlap, path: shard.path,
          "the simulations \(rangeText([both])) are in \(last.path) and in \(shard.path); give each only once")
      }
      if shard.numbers.lowerBound > end { gaps.append(end..<shard.numbers.lowerBound) }
      last = shard
    }
    let end = last?.numbers.upperBound ?? 0
    if end < total { gaps.append(end..<total) }
    guard gaps.isEmpty else {
      throw ArchiveError(
        .gap, path: shards.first?.path ?? "",
        "the simulations \(rangeText(gaps)) of \(total) are in none of the files; give all shards of the job")
    }
  }
}

extension SimulationsMerge {
  /// Joins files into one that holds all simulations: byte for byte what a run without shards would have written.
  ///
  /// - Parameters:
  ///   - paths: In any order.
  ///   - path: Replaced when it exists, and only once the archive is whole; none of `paths`.
  ///   - progress: Told now and then how many simulations are copied.
  /// - Returns: What was joined.
  /// - Throws: As ``check(_:)``; ``ArchiveError``, code `cannotWrite`; `FileOutputError`.
  @discardableResult
  public static func copy(_ paths: [String], to path: String, progress: (Int) -> Void = { _ in }) throws -> Job {
    try requireOther(path, than: paths)
    let job = try check(paths)
    try copy(job, to: path, progress: progress)
    return job
  }

  /// Joins the files of a job that was checked, as ``copy(_:to:progress:)`` of their names.
  ///
  /// - Parameters:
  ///   - job: What ``check(_:)`` gave.
  ///   - path: Replaced when it exists, and only once the archive is whole; none of the job's files.
  ///   - progress: Told now and then how many simulations are copied.
  /// - Throws: ``ArchiveError``, code `cannotWrite` and those of reading; `HDF5Error`; `FileOutputError`.
  public static func copy(_ job: Job, to path: String, progress: (Int) -> Void = { _ in }) throws {
    try requireOther(path, than: job.shards.map(\.path))
    let target = try AtomicFile(path: path)
    let output = try SimulationsFile(
      creating: target.temporaryPath, reportedAs: path, layout: job.layout, advice: "make room, and merge again")
    let rowsAtOnce = max(1, blockBytes / job.layout.bytesPerSimulation)
    var part = SimulationsPart(
      numbers: 0..<0, theta: [], x: job.layout.noiseLevels.map { _ in [] },
      source: job.layout.columnCount.map { _ in [] }, ok: [])
    for shard in job.shards {
      let input = try SimulationsArchive(shard.path)
      for first in stride(from: 0, to: shard.numbers.count, by: rowsAtOnce) {
        let rows = first..<min(first + rowsAtOnce, shard.numbers.count)
        let start = shard.numbers.lowerBound
        part.numbers = (start + rows.lowerBound)..<(start + rows.upperBound)
        try input.read(rows, into: &part)
        try output.write(part)
        progress(part.numbers.upperBound)
      }
    }
    try output.requireComplete()
    try target.commit()
  }

  /// Joins files into a small one that refers to them: it reads like the one of ``copy(_:to:progress:)`` as long as the
  /// files stay where they are, seen from it.
  ///
  /// - Parameters:
  ///   - paths: In any order.
  ///   - path: Replaced when it exists, and only once the archive is whole; none of `paths`.
  /// - Returns: What was joined.
  /// - Throws: As ``check(_:)``; `HDF5Error`; `FileOutputError`.
  @discardableResult
  public static func virtual(_ paths: [String], to path: String) throws -> Job {
    try requireOther(path, than: paths)
    let job = try check(paths)
    let layout = job.layout
    let files = job.shards.map { (path: relativePath(of: $0.path, fromFolderOf: path), numbers: $0.numbers) }
    let output = try ArchiveKind.simulations.create(path, settings: layout.settings)
    try layout.writeFrame(to: output)
    try VirtualShards.write(files, to: output)
    for array in layout.arrays {
      let parts = files.map { file in
        HDF5VirtualPart(
          path: file.path, dataset: "/" + array.name, start: [file.numbers.lowerBound] + array.rowShape.map { _ in 0 },
          count: [file.numbers.count] + array.rowShape)
      }
      let shape = [layout.count] + array.rowShape
      let dataset =
        switch array.content {
        case .number: try output.createVirtualDataset(array.name, shape: shape, fill: UInt32.max, parts: parts)
        case .status:
          try output.createVirtualDataset(
            array.name, shape: shape, fill: SimulationStatus.missing.rawValue, parts: parts)
        case .theta: try output.createVirtualDataset(array.name, shape: shape, fill: Double.nan, parts: parts)
        case .x, .source: try output.createVirtualDataset(array.name, shape: shape, fill: Float.nan, parts: parts)
        }
      try layout.describe(array, dataset)
    }
    try output.commit()
    return job
  }

  /// What is held in memory at once.
  private static var blockBytes: Int { 8 << 20 }

  private static func requireOther(_ path: String, than paths: [String]) throws {
    func identity(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    if let same = paths.first(where: { identity($0) == identity(path) }) {
      throw ArchiveError(.overlap, path: path, "would replace \(same), which is one of the files to merge")
    }
  }

  /// How a file is found from the folder of another.
  private static func relativePath(of path: String, fromFolderOf other: String) -> String {
    func components(_ path: String) -> [String] {
      URL(fileURLWithPath: path).deletingLastPathComponent().resolvingSymlinksInPath().pathComponents
    }
    let (target, start) = (components(path), components(other))
    let shared = zip(target, start).prefix { $0 == $1 }.count
    let steps = start.dropFirst(shared).map { _ in ".." } + target.dropFirst(shared)
    return (steps + [URL(fileURLWithPath: path).lastPathComponent]).joined(separator: "/")
  }
}
