import EEGCore
import Foundation

/// Finds bad EEG channels of a continuous recording: flat, deviating, without correlation to others, noisy.
///
/// The recording is read once, in pieces: memory holds some 64 MiB of samples at a time and one number a window and
/// channel. What lies in gaps or under annotations that begin with "bad" does not count. Nothing is re-referenced; a
/// channel that is its recording's reference is flat. Source: see ``BadChannelSettings``; docs/channels.md tells
/// differences from PREP.
public struct BadChannelDetector: Sendable {
  /// What makes a channel bad.
  public var settings: BadChannelSettings

  /// A detector with the given settings.
  public init(_ settings: BadChannelSettings = BadChannelSettings()) { self.settings = settings }

  /// With fewer channels than this a channel's deviation from the others tells nothing.
  private static let fewestForScores = 4

  /// Looks at the EEG channels of a recording.
  ///
  /// - Parameters:
  ///   - recording: Its samples are read from several threads.
  ///   - channels: Names of the channels to look at; nil for all EEG voltages of the commonest rate.
  ///   - threads: Number of threads.
  ///   - progress: Called now and then, from any thread but never twice at once, with the part of the work that is
  ///     done.
  /// - Throws: ``ERPError``, codes `invalidSettings`, `unknownChannel`, `ambiguousChannel`, `unequalSampling`,
  ///   `invalidFilter`, `signalTooShort` (the drift filter is 3.3 s long), `tooFewData`; the errors of the recording's
  ///   source.
  public func report(
    on recording: Recording, channels: [String]? = nil, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    progress: (@Sendable (Double) -> Void)? = nil
  ) throws -> BadChannelReport {
    try settings.check()
    var selected = EpochSettings()
    selected.channels = channels
    let selection = try ChannelSelection(selected, in: recording)
    let scan = try BadChannelScan(recording, selection, settings, threads: threads)
    let result = try scan.run(progress: progress.map(ProgressMeter.init))

    let labels = selection.channels.map(\.name)
    let finite = labels.indices.filter { !result.nonFinite.contains($0) }
    let amplitudes = labels.indices.map { row in
      result.gatherers[row].state.withLock { $0.amplitudes.robustDeviation }
    }
    // Flat channels would make all others deviate.
    let alive = finite.filter { amplitudes[$0] >= settings.flatLimit }
    let deviations = scores(alive.map { amplitudes[$0] }, of: alive)
    let noise = noiseScores(result, of: alive)
    let measures = finite.map { row in
      let correlations = (0..<result.windowCount).map { result.correlations[$0 * labels.count + row] }
      let low = correlations.count { $0 < (settings.correlationLimit ?? 0) }
      let flatWindows = result.gatherers[row].state.withLock { $0.flatWindows }
      return ChannelMeasures(
        channel: labels[row], amplitude: amplitudes[row], deviation: deviations[row],
        correlation: RobustStatistics.median(correlations),
        lowCorrelationFraction: Double(low) / Double(correlations.count),
        flatFraction: Double(flatWindows) / Double(correlations.count), noise: noise[row])
    }
    let median = RobustStatistics.median(alive.map { amplitudes[$0] })
    var byRow: [Int: ChannelMeasures] = [:]
    for (row, measure) in zip(finite, measures) { byRow[row] = measure }
    let findings = labels.indices.flatMap { row -> [BadChannelFinding] in
      guard let measure = byRow[row] else { return [BadChannelFinding(channel: labels[row], criterion: .nonFinite)] }
      let correlations = (0..<result.windowCount).map { result.correlations[$0 * labels.count + row] }
      return criteria(measure, median: median, correlations: correlations, hasNeighbours: finite.count > 1)
        .map { BadChannelFinding(channel: labels[row], criterion: $0) }
    }
    return BadChannelReport(
      channels: measures, findings: findings, windowCount: result.windowCount, leftOutSignals: selection.leftOut)
  }

  /// The criteria that a channel breaks; a flat one is nothing else.
  private func criteria(
    _ measure: ChannelMeasures, median: Double, correlations: [Double], hasNeighbours: Bool
  ) -> [BadChannelFinding.Criterion] {
    guard measure.amplitude >= settings.flatLimit else {
      return [.flat(amplitude: measure.amplitude, limit: settings.flatLimit)]
    }
    var found: [BadChannelFinding.Criterion] = []
    if measure.flatFraction > settings.flatFraction {
      found.append(.dropout(fraction: measure.flatFraction, limit: settings.flatFraction))
    }
    if let limit = settings.deviationLimit, let score = measure.deviation, abs(score) > limit {
      found.append(.deviation(zScore: score, limit: limit, amplitude: measure.amplitude, median: median))
    }
    if let limit = settings.correlationLimit, hasNeighbours,
      measure.lowCorrelationFraction > settings.correlationFraction
    {
      let low = RobustStatistics.median(correlations.filter { $0 < limit })
      found.append(.correlation(median: low, limit: limit, fraction: measure.lowCorrelationFraction))
    }
    if let limit = settings.noiseLimit, let score = measure.noise, score > limit {
      found.append(.noise(zScore: score, limit: limit))
    }
    return found
  }

  /// Robust z-scores of amplitudes by row.
  private func scores(_ amplitudes: [Double], of rows: [Int]) -> [Int: Double] {
    let values = settings.amplitudeScale == .linear ? amplitudes : amplitudes.map { log($0) }
    guard rows.count >= Self.fewestForScores, let scores = RobustStatistics.rangeScores(values) else { return [:] }
    return Dictionary(uniqueKeysWithValues: zip(rows, scores))
  }

  /// Robust z-scores by row of what lies above the upper frequency, as part of what lies below.
  private func noiseScores(_ result: BadChannelScan.Result, of rows: [Int]) -> [Int: Double] {
    let ratios = rows.compactMap { row in
      result.gatherers[row].state.withLock { state in
        if let noise = state.noise, let signal = state.signal {
          noise.medianAbsoluteDeviation / signal.medianAbsoluteDeviation
        } else {
          nil
        }
      }
    }
    guard ratios.count == rows.count, rows.count >= Self.fewestForScores, ratios.allSatisfy(\.isFinite),
      let scores = RobustStatistics.distanceScores(ratios)
    else { return [:] }
    return Dictionary(uniqueKeysWithValues: zip(rows, scores))
  }
}
