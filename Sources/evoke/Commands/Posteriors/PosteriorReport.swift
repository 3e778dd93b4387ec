import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import PosteriorEstimation

/// What is in an archive of draws from posteriors.
struct PosteriorReport: Encodable {
  struct Parameter: Encodable {
    let name: String
    let unit: String
  }

  /// One observation's posterior: lists have a value a parameter.
  struct Posterior: Encodable {
    let mean: [Double]
    /// Nil for one draw.
    let deviation: [Double?]
    let median: [Double]
    /// Both ends of the central interval.
    let interval_90: [[Double]]
    let map: [Double]?
    let map_log_prob: Double?
    let truth: [Double]?
    /// Absent where it is infinite or, as of the next ones, where nobody looked.
    let mahalanobis_distance: Double?
    let out_of_distribution_p: Double?
    let predictive_p: Double?
    let predictive_inside_share: Double?
  }

  let path: String
  private let archive: PosteriorArchive

  private enum CodingKeys: String, CodingKey {
    case path, format, kind, observations, draws, parameters, posteriors, log_prob, observation_shape, prior, settings
  }

  /// Reads a file.
  ///
  /// - Throws: The errors of the archive.
  init(path: String) throws { (self.path, archive) = (path, try PosteriorArchive(reading: path)) }

  private func posterior(_ observation: Int) throws -> Posterior {
    let d = archive.parameterCount
    let draws = try SampleSet(Array(archive.draws(of: observation)), dimensions: d)
    let summaries = MarginalSummary.summaries(of: draws)
    func finite(_ values: [Double]?) -> Double? { values.map { $0[observation] }.flatMap { $0.isFinite ? $0 : nil } }
    let diagnostics = archive.diagnostics
    func row(_ values: [Double]) -> [Double] { Array(values[(observation * d)..<((observation + 1) * d)]) }
    return Posterior(
      mean: summaries.map(\.mean), deviation: summaries.map { $0.deviation.isFinite ? $0.deviation : nil },
      median: summaries.map(\.median), interval_90: summaries.map { [$0.central.lower, $0.central.upper] },
      map: archive.map.map { row($0.values) },
      map_log_prob: finite(archive.map?.logDensities), truth: archive.truth.map(row),
      mahalanobis_distance: finite(diagnostics.mahalanobisDistance),
      out_of_distribution_p: finite(diagnostics.outOfDistributionP), predictive_p: finite(diagnostics.predictiveP),
      predictive_inside_share: finite(diagnostics.predictiveInsideShare))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode("EVOKE", forKey: .format)
    try container.encode(ArchiveKind.posterior.rawValue, forKey: .kind)
    try container.encode(archive.observationCount, forKey: .observations)
    try container.encode(archive.drawCount, forKey: .draws)
    try container.encode(archive.parameters.map { Parameter(name: $0.name, unit: $0.unit) }, forKey: .parameters)
    try container.encode((0..<archive.observationCount).map(posterior), forKey: .posteriors)
    try container.encode(archive.logDensities != nil, forKey: .log_prob)
    try container.encode(archive.observation?.dataShape, forKey: .observation_shape)
    try container.encode(archive.prior?.kind, forKey: .prior)
    try container.encode(try? JSONDocument(json: Data(archive.settings.utf8)), forKey: .settings)
    try NoRecordingKeys().encode(to: encoder)
  }

  /// The report for people: the first observation's posterior.
  func lines() throws -> [String] {
    let several = archive.observationCount > 1
    var lines = [
      "\(path): EVOKE, posterior",
      "  \(Formatting.count(archive.observationCount, "observation")), "
        + "\(Formatting.count(archive.drawCount, "draw"))\(several ? " each" : ""), "
        + Formatting.count(archive.parameterCount, "parameter"),
    ]
    if let origin = PosteriorDescription(archive).origin { lines.append("  \(origin)") }
    if several { lines.append("  observation 1 (--json has all):") }
    let first = try posterior(0)
    return lines + table(first) + checks(first)
  }

  /// Whether the posterior can be trusted, as far as the file says.
  private func checks(_ posterior: Posterior) -> [String] {
    var parts: [String] = []
    if let p = posterior.out_of_distribution_p {
      let distance = posterior.mahalanobis_distance.map { String(format: "%.3g", $0) } ?? "infinite"
      parts.append("Mahalanobis distance \(distance) from the training, p \(String(format: "%.3g", p))")
    }
    if let p = posterior.predictive_p, let inside = posterior.predictive_inside_share, let bands = archive.predictive {
      parts.append(
        String(
          format: "predictive p %.3g, %.0f %% of the values inside the %.0f %% band", p, 100 * inside, 100 * bands.level
        ))
    }
    return parts.isEmpty ? [] : ["  " + parts.joined(separator: "; ")]
  }

  private func table(_ posterior: Posterior) -> [String] {
    func cell(_ value: Double?) -> String { value.map { String(format: "%.4g", $0) } ?? "-" }
    var columns = [
      ["parameter"] + archive.parameters.map(PosteriorDescription.title),
      ["mean"] + posterior.mean.map(cell), ["deviation"] + posterior.deviation.map(cell),
      ["90 %"] + posterior.interval_90.map { "\(cell($0[0]))...\(cell($0[1]))" },
    ]
    if let map = posterior.map { columns.append(["MAP"] + map.map(cell)) }
    if let truth = posterior.truth { columns.append(["truth"] + truth.map(cell)) }
    let widths = columns.map { $0.map(\.count).max() ?? 0 }
    return (0...archive.parameterCount).map { row in
      "  "
        + columns.indices.map { column in
          let text = columns[column][row]
          let blanks = String(repeating: " ", count: widths[column] - text.count)
          return column == 0 ? text + blanks : blanks + text
        }.joined(separator: "  ")
    }
  }
}

/// What a posterior says of itself for people; another program may have written less than we do.
struct PosteriorDescription {
  /// Such as `of x.h5, by w.h5`; nil where the settings do not tell.
  let origin: String?

  init(_ archive: PosteriorArchive) {
    let settings = try? JSONDocument(json: Data(archive.settings.utf8))
    func text(_ key: String, _ word: String) -> String? {
      settings?[key]?.textValue.map { "\(word) \(Formatting.printable($0))" }
    }
    let words = [text("observation", "of"), text("weights", "by")].compactMap(\.self)
    origin = words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// Name and unit, such as `A_e (mV)`.
  static func title(_ parameter: Prior.Parameter) -> String {
    Formatting.printable(parameter.name)
      + (parameter.unit.isEmpty ? "" : " (\(Formatting.printable(parameter.unit)))")
  }
}
