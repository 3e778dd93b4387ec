import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation

/// What is in an archive of simulations.
struct SimulationsReport: Encodable {
  struct Parameter: Encodable {
    let name: String
    let unit: String
    let minimum: Double?
    let maximum: Double?
    let mean: Double?
  }

  let path: String
  let count: Int
  let failed: Int
  let missing: Int
  let parameters: [Parameter]
  let noiseLevels: [Double?]
  let dataShape: [Int]
  private let layout: SimulationsLayout?
  /// As they stand in the archive, to be printed again.
  private let settings: JSONDocument?

  enum CodingKeys: String, CodingKey {
    case path, format, kind, count, failed, missing, first, total, seed, parameters, noise_levels, data_shape
    case channels, times, tmin_s, tmax_s, rate_hz, instruction_set, arithmetic, settings
  }

  /// Reads everything but the data themselves.
  ///
  /// - Throws: The errors of the archive.
  init(path: String) throws {
    let archive = try SimulationsArchive(path)
    let counts = try archive.counts()
    (self.path, count, failed, missing) = (path, archive.count, counts.failed, counts.missing)
    (noiseLevels, dataShape, layout) = (archive.noiseLevels, archive.dataShape, archive.layout)
    settings = archive.layout.flatMap { try? JSONDocument(json: Data($0.settings.utf8)) }
    parameters = try Self.ranges(of: archive)
  }

  /// Smallest, largest and mean value of each parameter among the simulations that are there.
  private static func ranges(of archive: SimulationsArchive) throws -> [Parameter] {
    let width = archive.parameters.count
    var (lowest, highest) = (
      [Double](repeating: .infinity, count: width), [Double](repeating: -.infinity, count: width)
    )
    var sums = [Double](repeating: 0, count: width)
    var rows = 0
    let block = 1 << 16
    for first in stride(from: 0, to: archive.count, by: block) {
      let range = first..<min(first + block, archive.count)
      let theta = try archive.theta(range)
      for (row, status) in try archive.statuses(range).enumerated() where status != .missing {
        rows += 1
        for column in 0..<width {
          let value = theta[row * width + column]
          lowest[column] = min(lowest[column], value)
          highest[column] = max(highest[column], value)
          sums[column] += value
        }
      }
    }
    return archive.parameters.enumerated().map { column, parameter in
      func known(_ value: Double) -> Double? { rows > 0 && value.isFinite ? value : nil }
      return Parameter(
        name: parameter.name, unit: parameter.unit, minimum: known(lowest[column]), maximum: known(highest[column]),
        mean: rows > 0 ? known(sums[column] / Double(rows)) : nil)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode("EVOKE", forKey: .format)
    try container.encode(ArchiveKind.simulations.rawValue, forKey: .kind)
    try container.encode(count, forKey: .count)
    try container.encode(failed, forKey: .failed)
    try container.encode(missing, forKey: .missing)
    try container.encode(parameters, forKey: .parameters)
    try container.encode(noiseLevels, forKey: .noise_levels)
    try container.encode(dataShape, forKey: .data_shape)
    let times = layout?.times ?? []
    try NoRecordingKeys(duration: (times.last ?? 0) - (times.first ?? 0)).encode(to: encoder)
    guard let layout else { return }
    try container.encode(layout.numbers.lowerBound, forKey: .first)
    try container.encode(layout.total, forKey: .total)
    try container.encode(layout.seed, forKey: .seed)
    try container.encode(layout.channels.map(\.name), forKey: .channels)
    try container.encode(layout.times.count, forKey: .times)
    try container.encode(layout.times.first, forKey: .tmin_s)
    try container.encode(layout.times.last, forKey: .tmax_s)
    try container.encode(layout.rate, forKey: .rate_hz)
    try container.encode(layout.instructionSet, forKey: .instruction_set)
    try container.encode(layout.arithmetic, forKey: .arithmetic)
    try container.encode(settings, forKey: .settings)
  }

  /// The report for people.
  func lines() -> [String] {
    let state = missing > 0 ? ", \(missing) not there yet" : ""
    let part =
      layout.map {
        $0.count < $0.total ? " (\($0.numbers.lowerBound) to \($0.numbers.upperBound - 1) of \($0.total))" : ""
      }
      ?? ""
    var lines = ["\(path): EVOKE, simulations"]
    lines.append("  \(Formatting.count(count, "simulation"))\(part), \(failed) failed\(state)")
    if let layout, let first = layout.times.first, let last = layout.times.last {
      lines.append(
        "  \(layout.channels.count) channels, \(layout.times.count) samples at \(Formatting.number(layout.rate)) Hz from "
          + "\(Formatting.number(first * 1e3)) ms to \(Formatting.number(last * 1e3)) ms")
    } else {
      lines.append("  data of shape \(dataShape.map(String.init).joined(separator: " x "))")
    }
    let levels = noiseLevels.compactMap { $0 }
    if !levels.isEmpty { lines.append("  noise levels \(levels.map(Formatting.number).joined(separator: ", "))") }
    let width = parameters.map(\.name.count).max() ?? 0
    for parameter in parameters {
      guard let minimum = parameter.minimum, let maximum = parameter.maximum, let mean = parameter.mean else {
        continue
      }
      let name = Formatting.printable(parameter.name).padding(toLength: width, withPad: " ", startingAt: 0)
      let unit = parameter.unit.isEmpty ? "" : " \(Formatting.printable(parameter.unit))"
      lines.append(
        minimum == maximum
          ? "  \(name)  \(Self.short(mean))\(unit)"
          : "  \(name)  \(Self.short(minimum)) to \(Self.short(maximum))\(unit), mean \(Self.short(mean))")
    }
    if let layout {
      let name = protocolName.map { "protocol \(Formatting.printable($0)), " } ?? ""
      lines.append("  \(name)seed \(layout.seed), \(layout.instructionSet), \(layout.arithmetic) arithmetic")
    }
    return lines
  }

  private var protocolName: String? { settings?["settings"]?["protocol"]?.textValue }

  private static func short(_ value: Double) -> String { String(format: "%.4g", value) }
}
