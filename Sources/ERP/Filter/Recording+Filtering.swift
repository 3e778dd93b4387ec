import EEGCore
import Foundation

extension Recording {
  /// The recording with its EEG filtered; samples are computed as they are read, so it may exceed memory.
  ///
  /// EEG signals whose unit is a voltage are filtered, each stretch without a gap for itself; all others keep their stored
  /// samples. Stretches end also where annotations say so (`BAD_ACQ_SKIP`, `EDGE boundary`); what such a mark covers is
  /// passed on as it is. Filtered signals become floating-point ones, and their `prefilter` tells of the filter.
  ///
  /// Reading on where the last read ended is cheap, and any other read costs a batch of samples, at most a few hundred
  /// thousand. An IIR filter goes twice through all filtered signals before the first sample is read.
  ///
  /// - Parameters:
  ///   - settings: At least one frequency.
  ///   - threads: For the sweeps of an IIR filter.
  /// - Throws: ``ERPError``, codes `invalidFilter`, `signalTooShort`, and `unknownChannel` when there is nothing to filter.
  ///   Reading throws ``ERPError``, code `nonFiniteSamples`, besides the source's own errors.
  public func filtered(
    _ settings: FilterSettings, threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws -> Recording {
    let eeg = signals.indices.filter { signals[$0].kind == .eeg && signals[$0].voltsPerUnit != nil }
    guard !eeg.isEmpty else {
      throw ERPError(
        code: .unknownChannel, message: "the recording has no EEG channel in volts, so there is nothing to filter")
    }
    let badSpans = annotations.filter(\.isBad)
    var groups: [FilteredSamples.Group] = []
    var filtered = signals
    for (_, members) in Dictionary(grouping: eeg, by: { Sampling(signals[$0]) }).sorted(by: {
      $0.value[0] < $1.value[0]
    }) {
      let filter = try ContinuousFilter(settings, rate: signals[members[0]].rate)
      let stretches = segmentIndex(ofSignal: members[0]).stretches(without: badSpans, splitBy: annotations)
      groups.append(
        FilteredSamples.Group(
          signals: members, filter: try PreparedFilter(filter, segments: stretches), stretches: stretches))
      for signal in members {
        filtered[signal].encoding = signals[signal].encoding.filtered
        filtered[signal].calibration = .identity
        filtered[signal].prefilter = [signals[signal].prefilter, filter.prefilter].filter { !$0.isEmpty }
          .joined(separator: " ")
      }
    }
    return Recording(
      signals: filtered, annotations: annotations, segments: segments, start: start,
      patientIdentification: patientIdentification, recordingIdentification: recordingIdentification,
      source: FilteredSamples(source: source, signals: signals, groups: groups, threads: threads))
  }
}

/// What signals must share to be filtered together.
private struct Sampling: Hashable {
  let rate: Double
  let sampleCount: Int

  init(_ signal: Signal) {
    rate = signal.rate
    sampleCount = signal.sampleCount
  }
}

extension SampleEncoding {
  /// What holds filtered samples of this encoding: 24 bits have their place in a float32, 32 bits have not.
  fileprivate var filtered: SampleEncoding {
    switch self {
    case .int16, .int24, .float32: .float32
    case .int32, .float64: .float64
    }
  }
}
