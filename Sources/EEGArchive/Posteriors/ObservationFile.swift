import EvokeNumerics
import HDF5

/// Observations to ask a posterior for: a file of any program with `/x`, or an archive of simulations.
public struct ObservationFile: Hashable, Sendable {
  /// The data, all finite unless NaN was allowed; in volts in our files.
  public let data: ObservedData
  /// Which rows of the file they are, from 0 on: all but those that `/ok` says are no good.
  public let rows: [Int]
  /// The parameters that the file names beside ``theta``: theta_0, theta_1 and so on where it has no names; nil
  /// without `/theta`.
  public let parameters: [Prior.Parameter]?
  /// What is true of each observation, shape `[observation, parameter]`; nil where the file does not say.
  public let theta: [Double]?
  /// Channels and times of an archive of simulations; nil in other files.
  public let input: WeightsArchive.Input?

  /// Number of observations.
  public var count: Int { data.count }

  /// Reads observations.
  ///
  /// - Parameters:
  ///   - path: With `/x` `[observation, …]` of numbers of any type, and perhaps `/theta` `[observation, parameter]` with
  ///     the attribute `names`.
  ///   - noiseLevel: The level of noise of simulations; the first one of the file when nil.
  ///   - allowsNaN: Whether values may be NaN, as those of records that are not there.
  /// - Throws: ``ArchiveError``, codes `missingObject`, which says what is there instead of `/x`, `wrongKind`,
  ///   `wrongLayout`, and `invalidValue` for values that are not finite or a level of noise that the file does not have;
  ///   `HDF5Error`.
  public init(reading path: String, noiseLevel: Double? = nil, allowsNaN: Bool = false) throws {
    self = try describingLayout {
      let file = try HDF5File(reading: path)
      let isOurs = file.hasAttribute("evoke_kind")
      if isOurs {
        let kind = try ArchiveKind.detect(file)
        guard kind == .simulations else {
          throw ArchiveError(
            .wrongKind, path: path,
            "is an archive of kind '\(kind.rawValue)' where observations, /x [observation, …], or simulations are wanted"
          )
        }
        try VirtualShards.check(file)
      }
      guard file.kind(of: "x") == .dataset else {
        throw ArchiveError(
          .missingObject, path: path, object: "/x",
          "there are no observations, /x [observation, …]; \(try file.contents())")
      }
      return try ObservationFile(file, x: Self.level(noiseLevel, in: file), isOurs: isOurs, allowsNaN: allowsNaN)
    }
  }

  private init(_ file: HDF5File, x: HDF5Dataset, isOurs: Bool, allowsNaN: Bool) throws {
    guard let count = x.shape.first, !x.shape.contains(0) else {
      throw ArchiveError(
        .wrongLayout, x,
        "has shape \(x.shape) where [observation, …] is wanted; one observation is a first axis of 1")
    }
    let all = try ObservedData(reading: x, as: x.shape)
    if file.exists("ok") {
      let good = try file.dataset("ok")
      try good.require(shape: [count])
      rows = try good.read(UInt8.self).values.enumerated().filter { $0.element == 1 }.map(\.offset)
      guard !rows.isEmpty else { throw ArchiveError(.invalidValue, good, "says that none of the observations is good") }
    } else {
      rows = Array(0..<count)
    }
    data = rows.count == count ? all : all.rows(rows)
    try x.requireFinite(data, rows: rows, allowsNaN: allowsNaN)
    if file.exists("theta") {
      let dataset = try file.dataset("theta")
      let named = try SimulationsLayout.parameters(of: dataset)
      try dataset.require(shape: [count, named.count])
      guard !named.isEmpty else { throw ArchiveError(.wrongLayout, dataset, "holds no parameter; leave it out") }
      let stored = try dataset.read(Double.self).values
      let d = named.count
      let good = rows.flatMap { stored[($0 * d)..<(($0 + 1) * d)] }
      try dataset.requireFinite(good, rows: rows)
      (theta, parameters) = (good, named)
    } else {
      (theta, parameters) = (nil, nil)
    }
    input =
      isOurs
      ? { WeightsArchive.Input(channels: $0.channels, times: $0.times, rate: $0.rate) }(try ChannelTable(reading: file))
      : nil
  }

  /// The data of a level of noise.
  private static func level(_ noiseLevel: Double?, in file: HDF5File) throws -> HDF5Dataset {
    let first = try file.dataset("x")
    guard let noiseLevel else { return first }
    let datasets = try SimulationsLayout.levelNames(in: file).map { try file.dataset($0) }
    let levels: [Double?] = try datasets.map {
      $0.hasAttribute("noise_level") ? try $0.attribute("noise_level") : nil
    }
    guard let found = levels.firstIndex(of: noiseLevel) else {
      let known = levels.compactMap(\.self).map { "\($0)" }.joined(separator: ", ")
      throw ArchiveError(
        .invalidValue, first, attribute: "noise_level",
        "is never \(noiseLevel); \(known.isEmpty ? "the file names no level" : "the levels are \(known)")")
    }
    return datasets[found]
  }
}

extension HDF5File {
  /// What lies at the top of the file, for messages: `the file holds /theta, /y`.
  func contents() throws -> String {
    let names = try links()
    let some = names.prefix(12).map { "/" + $0 } + (names.count > 12 ? ["…"] : [])
    return names.isEmpty ? "the file is empty" : "the file holds \(some.joined(separator: ", "))"
  }
}
