import AtomicFiles
import Glibc

/// Writes an archive of kind `simulations` in parts, from any number of threads, and goes on after a kill.
///
/// Until ``finish()`` the file is called `NAME.partial`; it is whole HDF5 at every moment, with a status of 255 in `/ok`
/// for simulations that are not there yet. A process that is killed loses the parts that it was writing. That holds for
/// processes: a machine that loses power may have put statuses on the disk before the values, so delete the unfinished
/// file then.
public final class SimulationsWriter: Sendable {
  /// Name of the archive once it is finished.
  public let path: String
  /// What is in it; that of the unfinished file when it was resumed.
  public var layout: SimulationsLayout { output.layout }
  private let output: SimulationsFile

  /// Name of the unfinished file of an archive.
  public static func partialPath(of path: String) -> String { path + ".partial" }

  /// Begins an archive.
  ///
  /// - Parameters:
  ///   - path: Name of the archive, which is replaced, if it exists, by ``finish()``.
  ///   - layout: What will be in it.
  /// - Throws: ``ArchiveError``, code `unfinished` when there is an unfinished file; `HDF5Error`; `FileOutputError`.
  public init(creating path: String, layout: SimulationsLayout) throws {
    let partial = Self.partialPath(of: path)
    guard access(partial, F_OK) != 0 else {
      throw ArchiveError(
        .unfinished, path: partial, "an earlier run left this unfinished file; --resume continues it, or delete it")
    }
    self.path = path
    output = try SimulationsFile(creating: partial, reportedAs: partial, layout: layout, advice: Self.advice)
  }

  /// Goes on with an unfinished archive.
  ///
  /// - Parameters:
  ///   - path: Name of the archive.
  ///   - layout: What the archive would have in it if it were begun now.
  /// - Throws: ``ArchiveError``: `missingObject` when there is no unfinished file, `differentJob` when it was begun with
  ///   another layout, `inUse`; `HDF5Error`.
  public init(resuming path: String, layout: SimulationsLayout) throws {
    let partial = Self.partialPath(of: path)
    guard access(partial, F_OK) == 0 else {
      let cause = access(path, F_OK) == 0 ? "\(path) is finished" : "begin without --resume"
      throw ArchiveError(.missingObject, path: partial, "there is no such unfinished file: \(cause)")
    }
    self.path = path
    output = try SimulationsFile(opening: partial, advice: Self.advice)
    try Self.require(layout, equals: output.layout, in: partial)
  }

  private static let advice = "what is written is kept: put it right (is the disk full?) and go on with --resume"

  private static func require(_ wanted: SimulationsLayout, equals found: SimulationsLayout, in path: String) throws {
    var difference = found.firstDifference(from: wanted)
    if difference == nil, found.numbers != wanted.numbers {
      difference = SettingsDifference("shard", rangeText([found.numbers]), rangeText([wanted.numbers]))
    }
    if let difference {
      throw ArchiveError(
        .differentJob, path: path,
        "was begun with other settings: '\(difference.name)' is \(difference.first) there and \(difference.second) now; "
          + "give the settings that it was begun with, or delete it")
    }
    guard found.isPortable || found.instructionSet == wanted.instructionSet else {
      throw ArchiveError(
        .differentJob, path: path,
        "was begun on a processor with \(found.instructionSet), this one has \(wanted.instructionSet), and with the "
          + "arithmetic '\(found.arithmetic)' the last digits differ; go on on such a machine, or delete it and begin "
          + "anew, with portable arithmetic if the machines differ")
    }
  }

  /// Simulations that are not there yet, by number, in order.
  public var missing: [Range<Int>] { output.missing }

  /// Writes a part; threads may write different parts at once.
  ///
  /// The shapes are those of the layout, and the numbers lie in it. A part may be written again.
  ///
  /// - Throws: ``ArchiveError``, code `cannotWrite`; the unfinished file is kept.
  public func write(_ part: SimulationsPart) throws { try output.write(part) }

  /// Flushes the file and gives it its name; nothing may be written any more.
  ///
  /// - Throws: ``ArchiveError``: `unfinished` when simulations are missing, `inUse` when the unfinished file was renamed
  ///   by somebody else; `FileOutputError`. The unfinished file is kept.
  public func finish() throws {
    let partial = Self.partialPath(of: path)
    try output.requireComplete()
    guard output.file.isInPlace else {
      throw ArchiveError(.inUse, path: partial, "was renamed or deleted while it was written")
    }
    try AtomicFile.move(partial, to: path)
  }
}
