import EEGCore

/// A signal that is not among the epoched channels, and why.
public struct LeftOutSignal: Hashable, Sendable, CustomStringConvertible {
  /// Why a signal is left out.
  public enum Reason: Hashable, Sendable {
    /// It measures something else than EEG.
    case notEEG(SignalKind)
    /// Its unit is not a voltage, or its calibration is not known.
    case notAVoltage(unit: String)
    /// Its sampling rate [Hz] is not the commonest one.
    case otherRate(Double)
    /// It was named as a bad channel.
    case excluded
  }
  /// The label of the recording.
  public let label: String
  /// Why it is left out.
  public let reason: Reason

  /// A signal that is left out.
  public init(label: String, reason: Reason) {
    self.label = label
    self.reason = reason
  }

  /// In words.
  public var description: String {
    switch reason {
    case .notEEG(let kind): "'\(label)' is \(kind == .other ? "not EEG" : "of kind \(kind.rawValue)")"
    case .notAVoltage(let unit): "'\(label)' is not calibrated in a voltage (unit '\(unit)')"
    case .otherRate(let rate): "'\(label)' has another sampling rate, \(rate) Hz"
    case .excluded: "'\(label)' was excluded"
    }
  }
}

/// The signals that are read, what they serve for, and where their samples lie.
struct ChannelSelection {
  /// Indices of the signals to read: first those that are reported, then those that only serve as reference.
  let signals: [Int]
  /// The channels that are reported, as many as the first of `signals`.
  let channels: [Channel]
  /// Places in `signals` whose mean is subtracted from the EEG channels; empty for no reference.
  let reference: [Int]
  /// Signals that were not asked for by name and are left out.
  let leftOut: [LeftOutSignal]
  /// Segments at the rate of the signals.
  let index: SegmentIndex

  /// Chooses the signals.
  ///
  /// - Throws: ``ERPError``, codes `unknownChannel`, `ambiguousChannel`, `unequalSampling`, `invalidSettings`.
  init(_ settings: EpochSettings, in recording: Recording) throws {
    let all = recording.signals
    let names = ChannelNames(all.map(\.label))
    let excluded = Set(try settings.excludedChannels.map(names.signal(named:)))
    let isUsable = all.indices.map { all[$0].kind == .eeg && all[$0].voltsPerUnit != nil && !excluded.contains($0) }
    let reported: [Int]
    if let wanted = settings.channels {
      var seen = excluded
      reported = try wanted.map(names.signal(named:)).filter { seen.insert($0).inserted }
      leftOut = []
    } else {
      let usable = all.indices.filter { isUsable[$0] }
      let rate = Self.commonestRate(usable.map { all[$0].rate })
      reported = usable.filter { all[$0].rate == rate }
      leftOut = Self.explain(all, reported: Set(reported), excluded: excluded)
    }
    guard let first = reported.first else {
      throw ERPError(
        code: .unknownChannel,
        message: "the recording has no EEG channel in volts that is not excluded; name the channels to be epoched")
    }

    var read = reported
    func place(of signal: Int) -> Int {
      if let place = read.firstIndex(of: signal) { return place }
      read.append(signal)
      return read.count - 1
    }
    switch settings.reference {
    case .none:
      reference = []
    case .average:
      let rate = all[first].rate
      reference = all.indices.filter { isUsable[$0] && all[$0].rate == rate }.map(place(of:))
      guard reference.count > 1 else {
        throw ERPError(
          code: .invalidSettings,
          message: "an average reference needs two or more EEG channels; there are \(reference.count)")
      }
    case .channels(let wanted):
      guard !wanted.isEmpty else {
        throw ERPError(code: .invalidSettings, message: "the reference names no channel; name one or use 'average'")
      }
      reference = Set(try wanted.map(names.signal(named:))).sorted().map(place(of:))
    }
    try Self.checkTogether(read.map { all[$0] })
    signals = read
    index = recording.segmentIndex(ofSignal: first)
    let electrodes = StandardElectrodes.positions(for: all.map(\.label))
    channels = reported.map {
      Channel(
        name: all[$0].label, kind: all[$0].kind,
        position: all[$0].position ?? (all[$0].kind == .eeg ? electrodes[$0]?.position : nil))
    }
  }

  /// The rate that occurs most often; of several the highest.
  private static func commonestRate(_ rates: [Double]) -> Double? {
    var counts: [Double: Int] = [:]
    for rate in rates { counts[rate, default: 0] += 1 }
    return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  private static func explain(_ all: [Signal], reported: Set<Int>, excluded: Set<Int>) -> [LeftOutSignal] {
    all.indices.filter { !reported.contains($0) }.map { signal in
      let reason: LeftOutSignal.Reason =
        if excluded.contains(signal) {
          .excluded
        } else if all[signal].kind != .eeg {
          .notEEG(all[signal].kind)
        } else if all[signal].voltsPerUnit == nil {
          .notAVoltage(unit: all[signal].unit.text)
        } else {
          .otherRate(all[signal].rate)
        }
      return LeftOutSignal(label: all[signal].label, reason: reason)
    }
  }

  /// Signals that are epoched together must be voltages, of one rate and length.
  private static func checkTogether(_ signals: [Signal]) throws {
    for signal in signals {
      guard signal.voltsPerUnit != nil else {
        throw ERPError(
          code: .unknownChannel,
          message: "signal '\(signal.label)' is not calibrated in a voltage (unit '\(signal.unit)') and cannot be "
            + "epoched; leave it out")
      }
      guard signal.rate.isFinite, signal.rate > 0 else {
        throw ERPError(
          code: .unequalSampling,
          message: "signal '\(signal.label)' has a sampling rate of \(signal.rate) Hz; leave it out")
      }
      guard signal.rate == signals[0].rate, signal.sampleCount == signals[0].sampleCount else {
        throw ERPError(
          code: .unequalSampling,
          message: "signals '\(signals[0].label)' (\(signals[0].rate) Hz, \(signals[0].sampleCount) samples) and "
            + "'\(signal.label)' (\(signal.rate) Hz, \(signal.sampleCount) samples) cannot share an epoch; "
            + "name channels of one rate")
      }
    }
  }
}
