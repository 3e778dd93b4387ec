import EEGCore

/// What is measured, where and when.
public struct MeasurementPlan: Codable, Hashable, Sendable {
  /// Measures, in the order of the results.
  public var measures: [ERPMeasure]
  /// Windows; every measure is taken in each.
  public var windows: [MeasurementWindow]
  /// Channels and regions.
  public var sites = SiteSelection()
  /// Polarities of the measures that have one.
  public var polarities: [MeasurePolarity] = [.absolute]
  /// Conditions in order; all when nil.
  public var conditions: [String]?
  /// Definitions.
  public var settings: MeasureSettings

  /// A plan for all channels and conditions.
  public init(_ measures: [ERPMeasure], windows: [MeasurementWindow], settings: MeasureSettings = MeasureSettings()) {
    self.measures = measures
    self.windows = windows
    self.settings = settings
  }
}

/// One value of one measure.
public struct MeasurementRow: Hashable, Sendable {
  /// The single trial it comes from.
  public struct Trial: Hashable, Sendable {
    /// Number among the epochs, from 0.
    public let epoch: Int
    /// Seconds from the start of the recording to the event.
    public let onset: Double
  }

  /// Condition.
  public let condition: String
  /// Nil for a value of an average.
  public let trial: Trial?
  /// Channel, region or `GFP`.
  public let site: String
  /// The window as it was asked for.
  public let window: MeasurementWindow
  /// Time of its first sample [s].
  public let firstTime: Double
  /// Time of its last sample [s].
  public let lastTime: Double
  /// What was measured.
  public let measure: ERPMeasure
  /// Nil for measures without one.
  public let polarity: MeasurePolarity?
  /// In the unit of the measure's quantity, V, V s or s; NaN when it does not exist.
  public let value: Double
  /// Seconds from the event for peaks and latencies; NaN for others, and when it does not exist.
  public let latency: Double
  /// How it was defined, such as `50 % of simple peak; erplab; interpolated`; holds no comma.
  public let definition: String
}

extension EvokedSet {
  /// Measures averages.
  ///
  /// - Parameters:
  ///   - plan: What, where and when.
  ///   - epochs: The epochs behind the averages, for standardized measurement errors.
  /// - Returns: Rows by condition, site, window, measure, polarity.
  /// - Throws: ``ERPError``: `invalidWindow`, `unknownCondition`, `unknownChannel`, `ambiguousChannel`, `invalidSettings`,
  ///   and `noEpochs` when an error is to be measured and there are no epochs.
  public func measurements(_ plan: MeasurementPlan, epochs: Epochs? = nil) throws -> [MeasurementRow] {
    if plan.measures.contains(.measurementError), epochs == nil {
      throw ERPError(
        code: .noEpochs,
        message: "the standardized measurement error needs single epochs; store them with evoke erp --keep-epochs")
    }
    let task = try MeasurementTask(plan, channels: channels, times: times, rate: rate)
    let wanted = try plan.conditions?.map { name in
      guard let evoked = self[name] else { throw unknownCondition(name, of: conditions.map(\.name)) }
      return evoked
    }
    return try (wanted ?? conditions).flatMap { evoked in
      try task.sites.flatMap { site in
        try task.rows(
          of: waveform(of: site, in: evoked), site: site, condition: evoked.name, trial: nil, epochs: epochs)
      }
    }
  }
}

extension Epochs {
  /// Measures every epoch for itself.
  ///
  /// - Parameter plan: What, where and when.
  /// - Returns: Rows by epoch, site, window, measure, polarity; with conditions, only the epochs of these.
  /// - Throws: ``ERPError`` as of ``EEGCore/EvokedSet/measurements(_:epochs:)``; `invalidSettings` for a standardized
  ///   measurement error, which a single epoch has not.
  public func measurements(_ plan: MeasurementPlan) throws -> [MeasurementRow] {
    guard !plan.measures.contains(.measurementError) else {
      throw ERPError(
        code: .invalidSettings,
        message: "a single epoch has no standardized measurement error; leave sme out, or measure averages")
    }
    let task = try MeasurementTask(plan, channels: channels, times: times, rate: rate)
    let known = conditions
    for name in plan.conditions ?? [] where !known.contains(name) { throw unknownCondition(name, of: known) }
    let wanted = Set(plan.conditions ?? known)
    let frame = EvokedSet(channels: channels, times: times, rate: rate, conditions: [])
    return try events.indices.filter { wanted.contains(events[$0].condition) }.flatMap { index in
      let event = events[index]
      let trial = Evoked(name: event.condition, average: epoch(index), standardError: nil, count: 1)
      return try task.sites.flatMap { site in
        try task.rows(
          of: frame.waveform(of: site, in: trial), site: site, condition: event.condition,
          trial: MeasurementRow.Trial(epoch: index, onset: event.onset), epochs: nil)
      }
    }
  }
}

private func unknownCondition(_ name: String, of known: [String]) -> ERPError {
  ERPError(
    code: .unknownCondition,
    message: "there is no condition '\(name)'; the conditions are "
      + known.map { "'\($0)'" }.joined(separator: ", "))
}
