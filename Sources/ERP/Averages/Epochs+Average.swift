import EEGCore
import Foundation
import ParallelLoops

extension Epochs {
  /// The average of every condition.
  ///
  /// Conditions without an epoch are left out; ``EpochsResult/warnings`` names them. Values that are NaN, because a
  /// channel was rejected in that epoch, do not count for their channel.
  ///
  /// - Parameters:
  ///   - settings: Method, divisor, and what else is to be computed.
  ///   - conditions: Which conditions, in which order; all, in order of first appearance, when nil.
  ///   - threads: Number of threads; the result does not depend on it.
  /// - Returns: Averages of shape `[channel, time]` in volts. The standard error is nil for medians and where no channel
  ///   has two epochs.
  /// - Throws: ``ERPError``, code `invalidSettings`, for a trim outside 0 to 0.5, or a bootstrap without draws.
  public func averages(
    _ settings: AveragingSettings = AveragingSettings(), of conditions: [String]? = nil,
    threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws -> EvokedSet {
    try settings.check()
    let names = conditions ?? self.conditions
    let evoked = try names.enumerated().compactMap { number, name -> Evoked? in
      let members = events.indices.filter { events[$0].condition == name }
      guard !members.isEmpty else { return nil }
      return try average(of: members, name: name, number: number, settings, threads: threads)
    }
    return EvokedSet(channels: channels, times: times, rate: rate, conditions: evoked, dropLog: dropLog)
  }

  private func average(
    of members: [Int], name: String, number: Int, _ settings: AveragingSettings, threads: Int
  ) throws -> Evoked {
    let draws = settings.bootstrap.map { BootstrapDraws($0, count: members.count, stream: number) }
    let results = try parallelMap(channels.count, threads: threads) { channel in
      ChannelAverage(TrialMatrix(channel: channel, of: self, members: members), settings, draws: draws)
    }
    func matrix(_ part: (ChannelAverage) -> [Double]?) -> Matrix? {
      let rows = results.compactMap(part)
      guard rows.count == channels.count else { return nil }
      return Matrix(rows: channels.count, columns: times.count, values: rows.flatMap(\.self))
    }
    let counts = results.map { Double($0.count) }
    let known = counts.contains { $0 > 1 }
    let band = settings.bootstrap.flatMap { bootstrap -> ConfidenceBand? in
      guard let lower = matrix(\.lower), let upper = matrix(\.upper) else { return nil }
      return ConfidenceBand(level: bootstrap.level, lower: lower, upper: upper)
    }
    return Evoked(
      name: name, average: matrix(\.average) ?? Matrix(rows: channels.count, columns: times.count),
      standardError: known ? matrix(\.standardError) : nil, count: Double(members.count), method: settings.method,
      divisor: settings.divisor, channelCounts: counts.allSatisfy { $0 == Double(members.count) } ? nil : counts,
      noise: matrix(\.noise), confidence: band)
  }
}

extension AveragingSettings {
  /// - Throws: ``ERPError``, code `invalidSettings`.
  fileprivate func check() throws {
    guard (0..<0.5).contains(trim) else {
      throw ERPError(
        code: .invalidSettings, message: "a trim of \(trim) is not possible; give a part from 0 to below 0.5")
    }
    guard let bootstrap else { return }
    guard bootstrap.level > 0, bootstrap.level < 1, (1...1_000_000).contains(bootstrap.resamples) else {
      throw ERPError(
        code: .invalidSettings,
        message: "a confidence level of \(bootstrap.level) from \(bootstrap.resamples) draws is not possible; "
          + "give a level between 0 and 1 and 1 to 1000000 draws")
    }
  }
}
