import EEGArchive
import EvokeNumerics
import Foundation
import PosteriorEstimation

/// What is in an archive of weights.
struct WeightsReport: Encodable {
  let path: String
  private let file: WeightsFile
  private var archive: WeightsArchive { file.archive }

  private enum CodingKeys: String, CodingKey {
    case path, format, kind, model, preset, uncertainty, estimator, embedding, records, ensemble, noise_level
    case sequential
    case targets, parameters, epochs, best_epoch, validation_loss
    case simulations, finished, channels, times, tmin_s, tmax_s, rate_hz
  }

  /// Reads a file.
  ///
  /// - Throws: The errors of the archive.
  init(path: String) throws { (self.path, file) = (path, try WeightsFile(path)) }

  private var validationLoss: Double? {
    archive.curve.bestEpoch.map { archive.curve.validationLoss[$0] }.flatMap { $0.isFinite ? $0 : nil }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode("EVOKE", forKey: .format)
    try container.encode(ArchiveKind.weights.rawValue, forKey: .kind)
    switch file {
    case .network(let file):
      try container.encode(file.configuration.model.rawValue, forKey: .model)
      try container.encode(file.configuration.preset.rawValue, forKey: .preset)
      try container.encode(file.configuration.hasUncertainty, forKey: .uncertainty)
    case .posterior(let file):
      try container.encode(PosteriorConfiguration.modelName, forKey: .model)
      try container.encode(file.configuration.density.kind.rawValue, forKey: .estimator)
      try container.encode(file.configuration.embedding.kind.rawValue, forKey: .embedding)
      try container.encode(file.records, forKey: .records)
      try container.encode(file.configuration.ensemble, forKey: .ensemble)
      try container.encode(archive.data.noiseLevel, forKey: .noise_level)
      try container.encode(file.sequential, forKey: .sequential)
    }
    try container.encode(archive.targets.map(\.name), forKey: .targets)
    try container.encode(archive.parameterCount, forKey: .parameters)
    try container.encode(archive.curve.trainingLoss.count, forKey: .epochs)
    try container.encode(archive.curve.bestEpoch.map { $0 + 1 }, forKey: .best_epoch)
    try container.encode(validationLoss, forKey: .validation_loss)
    try container.encode(archive.data.split.count, forKey: .simulations)
    try container.encode(archive.checkpoint == nil, forKey: .finished)
    try NoRecordingKeys().encode(to: encoder)
    guard let input = archive.input else { return }
    try container.encode(input.channels.map(\.name), forKey: .channels)
    try container.encode(input.times.count, forKey: .times)
    try container.encode(input.times.first, forKey: .tmin_s)
    try container.encode(input.times.last, forKey: .tmax_s)
    try container.encode(input.rate, forKey: .rate_hz)
  }

  /// The report for people.
  func lines() -> [String] {
    let state = archive.checkpoint == nil ? "" : ", unfinished"
    let uncertainty =
      if case .network(let file) = file, file.configuration.hasUncertainty { ", with uncertainty" } else { "" }
    var lines = [
      "\(path): EVOKE, weights\(state)",
      "  \(file.name), \(archive.parameterCount) parameters\(uncertainty)",
      "  estimates \(archive.targets.map { Formatting.printable($0.name) }.joined(separator: ", "))",
    ]
    if case .posterior(let file) = file, let sequential = file.sequential { lines.append("  \(sequential.text)") }
    if case .posterior(let file) = file, let records = file.records {
      lines.append("  observations of up to \(Formatting.count(records, "record"))")
    }
    if let input = archive.input, let first = input.times.first, let last = input.times.last {
      lines.append(
        "  \(input.channels.count) channels, \(input.times.count) samples at \(Formatting.number(input.rate)) Hz from "
          + "\(Formatting.number(first * 1e3)) ms to \(Formatting.number(last * 1e3)) ms")
    }
    let best =
      archive.curve.bestEpoch.map { best in
        ", best \(best + 1)" + (validationLoss.map { String(format: " with validation loss %.5g", $0) } ?? "")
      } ?? ""
    lines.append(
      "  \(Formatting.count(archive.data.split.count, "simulation")), "
        + "\(Formatting.count(archive.curve.trainingLoss.count, "epoch"))\(best)")
    return lines
  }
}
