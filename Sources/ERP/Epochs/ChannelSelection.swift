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

/// The signals that are read, what becomes of them, and where their samples lie.
struct ChannelSelection {
  /// Indices of the signals to read: first those that are reported, then those that artifacts are looked for in, then those
  /// that only serve as reference, or for interpolation.
  let signals: [Int]
  /// Rows of an epoch; as many as `signals`, or more when more channels are derived.
  let rowCount: Int
  /// Replaces bad channels, among the rows of `signals`; nil for none.
  let interpolation: SpatialTransform?
  /// The bad channels that are replaced.
  let interpolated: [String]
  /// Rows whose sum, over `referenceDivisor`, is subtracted from the EEG channels; empty for no reference.
  let reference: [Int]
  let referenceDivisor: Double
  /// Makes bipolar channels, from `rowCount` rows to those of `outputs`; nil for none.
  let derivation: SpatialTransform?
  /// The rows in the end: first `channels`, then those that only serve to find artifacts.
  let outputs: [Channel]
  /// The channels that are reported.
  let channels: [Channel]
  /// Kinds and positions of the read signals.
  let inputs: [Channel]
  /// Signals that were not asked for by name and are left out.
  let leftOut: [LeftOutSignal]
  /// Segments at the rate of the signals.
  let index: SegmentIndex

  /// Chooses the signals.
  ///
  /// - Parameter detected: Labels of bad channels besides those that the settings name.
  /// - Throws: ``ERPError``, codes `unknownChannel`, `ambiguousChannel`, `unequalSampling`, `invalidSettings`,
  ///   `noElectrodePositions`.
  init(_ settings: EpochSettings, in recording: Recording, detected: [String] = []) throws {
    let all = recording.signals
    let names = ChannelNames(all.map(\.label))
    // Measured positions and those of a standard head are never mixed: they are not of one head.
    let isMeasured = all.contains { $0.position != nil }
    let electrodes = StandardElectrodes.positions(for: all.map(\.label))
    func channel(_ signal: Int) -> Channel {
      let standard = all[signal].kind == .eeg && !isMeasured ? electrodes[signal]?.position : nil
      return Channel(name: all[signal].label, kind: all[signal].kind, position: all[signal].position ?? standard)
    }
    let bad = Set(try (settings.excludedChannels + detected).map(names.signal(named:)))
    func isEEG(_ signal: Int) -> Bool { all[signal].kind == .eeg && all[signal].voltsPerUnit != nil }
    // What has no position cannot be interpolated, and is left out.
    let replaced = settings.interpolatesBadChannels ? bad.filter { isEEG($0) && channel($0).position != nil } : []
    let excluded = bad.subtracting(replaced)
    let isUsable = all.indices.map { isEEG($0) && !excluded.contains($0) }
    let pairs = try settings.bipolar.map { try BipolarPair($0, among: all.map(\.label)) }
    let paired = Set(try pairs.flatMap { [try names.signal(named: $0.anode), try names.signal(named: $0.cathode)] })

    let reported: [Int]
    let rate: Double?
    if let wanted = settings.channels {
      var seen = excluded
      reported = try wanted.map(names.signal(named:)).filter { seen.insert($0).inserted }
      leftOut = []
      rate = (reported.first ?? paired.min()).map { all[$0].rate }
    } else {
      let usable = all.indices.filter { isUsable[$0] }
      rate = Self.commonestRate(usable.map { all[$0].rate })
      reported = usable.filter { all[$0].rate == rate && !paired.contains($0) }
      leftOut = Self.explain(all, reported: Set(reported).union(paired), excluded: excluded)
    }
    guard let rate, !reported.isEmpty || !pairs.isEmpty else {
      throw ERPError(
        code: .unknownChannel,
        message: detected.isEmpty
          ? "the recording has no EEG channel in volts that is not excluded; name the channels to be epoched"
          : "of the EEG channels in volts none is left: \(detected.count) were found bad; loosen the search for bad "
            + "channels, or leave it out")
    }

    var read = reported
    func place(of signal: Int) -> Int {
      if let place = read.firstIndex(of: signal) { return place }
      read.append(signal)
      return read.count - 1
    }
    let searched = try Self.searched(settings, in: all, names, rate: rate)
    for signal in searched { _ = place(of: signal) }
    let outputCount = read.count
    for signal in paired.sorted() { _ = place(of: signal) }
    if !replaced.isEmpty {
      for signal in all.indices where isUsable[signal] && all[signal].rate == rate { _ = place(of: signal) }
    }
    switch settings.reference {
    case .none:
      (reference, referenceDivisor) = ([], 1)
    case .average:
      reference = all.indices.filter { isUsable[$0] && all[$0].rate == rate }.map(place(of:))
      referenceDivisor = Double(reference.count)
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
      referenceDivisor = Double(reference.count)
    case .linkedMastoids(let lone):
      reference = try Mastoids.find(in: all.map(\.label), lone: lone).map(place(of:))
      referenceDivisor = 2
    }
    try Self.checkTogether(read.map { all[$0] })
    signals = read
    let inputs = read.map(channel)
    self.inputs = inputs
    index = recording.segmentIndex(ofSignal: read[0])
    interpolated = replaced.sorted().map { all[$0].label }
    interpolation =
      replaced.isEmpty
      ? nil : try SpatialTransform.interpolation(of: inputs, bad: interpolated)
    guard !pairs.isEmpty else {
      (derivation, rowCount) = (nil, read.count)
      outputs = Array(inputs.prefix(outputCount))
      channels = Array(inputs.prefix(reported.count))
      return
    }
    let derived = try SpatialTransform.bipolar(of: inputs, pairs, keepsElectrodes: true)
    let chosen =
      Array(reported.indices) + pairs.indices.map { inputs.count + $0 } + Array(reported.count..<outputCount)
    let rows = max(inputs.count, chosen.count)
    rowCount = rows
    derivation = derived.selecting(outputs: chosen).padded(toInputs: rows)
    outputs = chosen.map { derived.outputs[$0] }
    channels = Array(outputs.prefix(reported.count + pairs.count))
  }

  /// Signals that only serve to find artifacts, or to correct them: those that record the eyes, and those that rules name.
  private static func searched(
    _ settings: EpochSettings, in all: [Signal], _ names: ChannelNames, rate: Double
  ) throws -> [Int] {
    var searched = try settings.artifacts.rules.flatMap { try ($0.channels ?? []).map(names.signal(named:)) }
    guard let regression = settings.eogRegression else { return searched }
    searched +=
      try regression.eog?.map(names.signal(named:))
      ?? all.indices.filter { all[$0].kind == .eog && all[$0].voltsPerUnit != nil && all[$0].rate == rate }
    return searched
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
