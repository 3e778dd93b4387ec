import EEGCore
import EvokeNumerics
import Foundation
import HDF5

/// Simulations in a file: what ``SimulationsWriter`` or ``SimulationsMerge`` wrote, or of another program with no more
/// than `/theta`, `/x` and perhaps `/prior`.
///
/// Values are read when they are asked for, by several threads if need be. Open an unfinished file anew to see what was
/// written since: libhdf5 keeps values that it has read.
public struct SimulationsArchive: Sendable {
  /// Name of the file.
  public let path: String
  /// Number of simulations in the file, n.
  public let count: Int
  /// The d parameters: names and units of the file, or theta_0, theta_1 and so on.
  public let parameters: [Prior.Parameter]
  /// What the parameters were drawn from, or nil when the file does not say.
  public let prior: PriorGroup?
  /// Extents of the data of one simulation: `[channel, time]` in our files, any in others.
  public let dataShape: [Int]
  /// The factor of the sensor noise in each array of data, `/x`, `/x_1` and so on; nil where the file does not say.
  public let noiseLevels: [Double?]
  /// Everything else about the file, or nil for one of another program.
  public let layout: SimulationsLayout?

  private let theta: HDF5Dataset
  private let x: [HDF5Dataset]
  private let sources: HDF5Dataset?
  private let statuses: HDF5Dataset?

  /// True for an HDF5 file that says nothing of this program and has `/theta` and `/x`.
  public static func isOfAnotherProgram(_ path: String) -> Bool {
    guard let file = try? HDF5File(reading: path) else { return false }
    return !file.hasAttribute("evoke_kind") && file.exists("theta") && file.exists("x")
  }

  /// Opens simulations, finished or not.
  ///
  /// - Throws: ``ArchiveError``, also when a file is missing that a virtual archive refers to; `HDF5Error`.
  public init(_ path: String) throws {
    let file = try HDF5File(reading: path)
    self.path = path
    // A program that gives its file our kind means our layout.
    let isOurs = file.hasAttribute("evoke_kind")
    if isOurs { _ = try ArchiveKind.simulations.open(path) }
    try VirtualShards.check(file)
    (layout, theta, statuses, sources) = try describingLayout {
      func optional(_ name: String) throws -> HDF5Dataset? { file.exists(name) ? try file.dataset(name) : nil }
      return (
        isOurs ? try SimulationsLayout(reading: file) : nil, try file.dataset("theta"), try optional("ok"),
        isOurs ? try optional("source") : nil
      )
    }
    let parametersDataset = theta
    parameters = try describingLayout { try SimulationsLayout.parameters(of: parametersDataset) }
    count = theta.shape[0]
    (x, noiseLevels) = try Self.data(in: file, count: count)
    dataShape = Array(x[0].shape.dropFirst())
    try statuses?.require(shape: [count])
    if let layout {
      prior = layout.prior
    } else {
      prior = file.exists("prior") ? try PriorArchive.read(of: parameters, from: file) : nil
    }
  }

  /// `/x`, `/x_1` and so on, at least one and all of one shape, with their levels of noise.
  private static func data(in file: HDF5File, count: Int) throws -> ([HDF5Dataset], [Double?]) {
    try describingLayout {
      let first = try file.dataset("x")
      guard first.shape.count >= 2, first.shape[0] == count else {
        throw ArchiveError(
          .wrongLayout, first,
          "has shape \(first.shape) where \(count) rows, as in /theta, of one axis or more are wanted")
      }
      let levels = try SimulationsLayout.levelNames(in: file).map { try file.dataset($0) }
      for level in levels { try level.require(shape: first.shape) }
      return (levels, try levels.map { $0.hasAttribute("noise_level") ? try $0.attribute("noise_level") : nil })
    }
  }

  /// Reads parameters.
  ///
  /// - Parameter rows: Within 0..<``count``; all when left out.
  /// - Returns: Shape `[row, d]`.
  /// - Throws: `HDF5Error`; ``ArchiveError``, code `wrongLayout`, for anything but numbers.
  public func theta(_ rows: Range<Int>? = nil) throws -> [Double] { try read(theta, rows) }

  /// Reads data.
  ///
  /// - Parameters:
  ///   - rows: Within 0..<``count``; all when left out.
  ///   - level: Which of the ``noiseLevels``.
  /// - Returns: Shape `[row]` and ``dataShape``, in volts in our files; rounded where the file has 64 bits.
  /// - Throws: `HDF5Error`; ``ArchiveError``, code `wrongLayout`, for anything but numbers.
  public func x(_ rows: Range<Int>? = nil, level: Int = 0) throws -> [Float] { try read(x[level], rows) }

  /// Reads data into memory that the caller holds, which they fill.
  ///
  /// - Parameters:
  ///   - destination: Shape `[row]` and ``dataShape``.
  ///   - rows: Within 0..<``count``.
  ///   - level: Which of the ``noiseLevels``.
  /// - Throws: As ``x(_:level:)``.
  public func readX(_ rows: Range<Int>, level: Int = 0, into destination: inout MutableSpan<Float>) throws {
    try describingLayout {
      try x[level].read(
        into: &destination, from: [rows.lowerBound] + dataShape.map { _ in 0 }, count: [rows.count] + dataShape)
    }
  }

  /// Reads the sources, or nil when the file does not keep them.
  ///
  /// - Returns: Shape `[row, column, time]` [mV].
  /// - Throws: `HDF5Error`.
  public func source(_ rows: Range<Int>? = nil) throws -> [Float]? { try sources.map { try read($0, rows) } }

  /// Reads whether simulations are good, failed or missing; all are good in a file that does not say.
  ///
  /// - Throws: ``ArchiveError``, code `invalidValue`; `HDF5Error`.
  public func statuses(_ rows: Range<Int>? = nil) throws -> [SimulationStatus] {
    guard let statuses else { return Array(repeating: .good, count: (rows ?? 0..<count).count) }
    return try read(statuses, rows, as: UInt8.self).map { stored in
      guard let status = SimulationStatus(rawValue: stored) else {
        throw ArchiveError(.invalidValue, statuses, "holds \(stored) where 0, 1 or 255 is wanted")
      }
      return status
    }
  }

  /// Reads rows into the memory of an earlier part where it fits: fresh memory costs more than the copy.
  func read(_ rows: Range<Int>, into part: inout SimulationsPart) throws {
    part.theta = try theta(rows)
    part.ok = try statuses(rows).map { $0 == .good }
    for level in x.indices { try read(x[level], rows, into: &part.x[level]) }
    if let sources, var values = part.source.take() {
      try read(sources, rows, into: &values)
      part.source = values
    }
  }

  private func read(_ dataset: HDF5Dataset, _ rows: Range<Int>, into values: inout [Float]) throws {
    let count = [rows.count] + dataset.shape.dropFirst()
    let total = count.reduce(1, *)
    if values.count != total { values = [Float](repeating: 0, count: total) }
    var span = values.mutableSpan
    try dataset.read(into: &span, from: [rows.lowerBound] + count.dropFirst().map { _ in 0 }, count: count)
  }

  private func read<Number: HDF5Number>(
    _ dataset: HDF5Dataset, _ rows: Range<Int>?, as type: Number.Type = Number.self
  ) throws -> [Number] {
    let rows = rows ?? 0..<count
    return try describingLayout {
      try dataset.read(
        from: [rows.lowerBound] + dataset.shape.dropFirst().map { _ in 0 },
        count: [rows.count] + dataset.shape.dropFirst()
      ).values
    }
  }
}

extension SimulationsArchive {
  /// Number of simulations of each status.
  public struct Counts: Hashable, Sendable {
    /// Those that are well.
    public var good = 0
    /// Those that failed, which are kept.
    public var failed = 0
    /// Those that are not there yet.
    public var missing = 0
  }

  /// Counts good, failed and missing simulations.
  ///
  /// - Throws: ``ArchiveError``, code `invalidValue`; `HDF5Error`.
  public func counts() throws -> Counts {
    var counts = Counts()
    let block = 1 << 20
    for first in stride(from: 0, to: count, by: block) {
      for status in try statuses(first..<min(first + block, count)) {
        switch status {
        case .good: counts.good += 1
        case .failed: counts.failed += 1
        case .missing: counts.missing += 1
        }
      }
    }
    return counts
  }
}
