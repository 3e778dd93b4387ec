import EEGArchive
import EEGCore
import ERP
import Foundation
import Resampling
import Simulation

/// Sensor noise that is learnt from a file.
struct NoiseSource {
  let noise: SensorNoise
  /// Channels of the noise, with their places.
  let channels: [Channel]
  let notes: [String]

  /// Peak to peak above which a stretch is no noise but an artifact [V].
  static let artifactLimit = 150e-6

  /// Learns noise.
  ///
  /// - Parameters:
  ///   - path: A recording, an archive of epochs, or an HDF5 file with a covariance.
  ///   - events: Whose baselines are taken; all when nil.
  ///   - window: Seconds from the event; up to the event when nil.
  ///   - settings: Whose sampling rate the noise is for.
  ///   - channels: Names of the channels; nil for all EEG channels with a known place.
  /// - Throws: The errors of the file; `SimulationError`, codes `tooLittleData` and `mismatch`; `ERPError`.
  init(
    path: String, events: String?, window: (Double?, Double?)?, settings: SimulationSettings, channels: [String]?
  ) throws {
    if let table = try CovarianceFile.read(path) {
      let places = try Self.places(of: channels, among: table.channels)
      var covariance = Matrix(rows: places.count, columns: places.count)
      for (row, first) in places.enumerated() {
        for (column, second) in places.enumerated() { covariance[row, column] = table.covariance[first, second] }
      }
      self.channels = try Self.placed(places.map { table.channels[$0] })
      noise = try .covariance(covariance, channels: self.channels.map(\.name))
      notes = []
      return
    }
    let interval =
      (window?.0 ?? settings.observation.tmin)...max(window?.0 ?? settings.observation.tmin, window?.1 ?? 0)
    var (epochs, notes) = try Self.epochs(
      path: path, events: events, interval: interval, rate: settings.model.rate, channels: channels)
    guard abs(epochs.rate - settings.model.rate) < 1e-6 * epochs.rate else {
      throw SimulationError(
        code: .mismatch,
        message:
          "epochs at \(epochs.rate) Hz cannot give noise at \(settings.model.rate) Hz; set model.rate_hz to theirs")
    }
    let places = try Self.places(
      of: channels ?? Self.placeable(epochs.channels), among: epochs.channels)
    let left = epochs.channels.count - places.count
    if left > 0, channels == nil {
      notes.append("\(path): \(Formatting.count(left, "channel")) without a known place left out")
    }
    epochs = epochs.selecting(places)
    self.channels = try Self.placed(epochs.channels)
    noise = try SensorNoise.measured(epochs, in: interval)
    self.notes = notes
  }

  /// The epochs of a file, or those around the events of a recording, with remarks.
  private static func epochs(
    path: String, events: String?, interval: ClosedRange<Double>, rate: Double, channels: [String]?
  ) throws -> (epochs: Epochs, notes: [String]) {
    switch try InputFile(path: path) {
    case .epochs(let epochs), .evoked(_, let epochs?): return (epochs, [])
    case .recording(let file):
      return try epochs(
        of: file.recording, path: path, events: events, interval: interval, rate: rate, channels: channels)
    case .evoked, .otherArchive:
      throw SimulationError(
        code: .tooLittleData,
        message: "holds neither a recording nor epochs nor a /covariance, so no noise can be learnt")
    }
  }

  /// The epochs around the events of a recording, or its seconds, without artifacts.
  private static func epochs(
    of original: Recording, path: String, events: String?, interval: ClosedRange<Double>, rate: Double,
    channels: [String]?
  ) throws -> (epochs: Epochs, notes: [String]) {
    var (recording, notes) = (original, [String]())
    if let found = recording.signals.first(where: { $0.kind == .eeg })?.rate, found != rate {
      notes.append("\(path): resampled from \(Formatting.number(found)) to \(Formatting.number(rate)) Hz")
      recording = try recording.resampled(to: rate)
    }
    if events == nil, !recording.annotations.contains(where: { !$0.isBad }),
      !recording.signals.contains(where: { $0.kind == .status })
    {
      // Without events all of the recording is noise, second by second.
      recording.annotations += recording.segments.flatMap { segment in
        stride(from: segment.onset + 1, to: segment.end, by: 1).map { Annotation(onset: $0, text: "second") }
      }
      notes.append("\(path): has no events, so noise is learnt from all of it")
    }
    var erp = EpochSettings()
    if let events { erp.events = EventSelection(list: events) }
    (erp.tmin, erp.tmax, erp.baseline) = (interval.lowerBound, interval.upperBound, nil)
    erp.peakToPeakLimit = artifactLimit
    erp.channels = try channels.map { names in
      try places(of: names, among: recording.signals.map { Channel(name: $0.label, kind: $0.kind) })
        .map { recording.signals[$0].label }
    }
    let epochs = try ERPPipeline(erp).epochs(of: recording).epochs
    let dropped = epochs.dropLog.count { !$0.isKept }
    notes.append(
      "\(path): noise learnt from \(Formatting.count(epochs.events.count, "baseline")) of "
        + "\(Formatting.number(interval.lowerBound)) to \(Formatting.number(interval.upperBound)) s, "
        + "\(dropped) left out above \(Formatting.microvolts(artifactLimit)) peak to peak or outside")
    return (epochs, notes)
  }

  /// Places of named channels, or of all.
  private static func places(of names: [String]?, among channels: [Channel]) throws -> [Int] {
    guard let names else { return Array(channels.indices) }
    let known = ChannelNames(channels.map(\.name))
    return try names.map { name in
      do { return try known.index(of: name) } catch {
        throw SimulationError(code: .mismatch, message: "\(error)")
      }
    }
  }

  /// Names of the EEG channels that have a place on the head.
  private static func placeable(_ channels: [Channel]) -> [String] {
    channels.filter { $0.kind == .eeg && $0.knownPosition != nil }.map(\.name)
  }

  /// The channels with their places.
  private static func placed(_ channels: [Channel]) throws -> [Channel] {
    guard channels.count >= 4 else {
      throw SimulationError(
        code: .mismatch,
        message:
          "only \(channels.count) of its channels have a known place on the head; name a montage with --montage, "
          + "or rename channels to the 10-20 system")
    }
    return channels.map { Channel(name: $0.name, kind: $0.kind, position: $0.knownPosition) }
  }
}

extension Epochs {
  /// Some channels, in the order of their places.
  fileprivate func selecting(_ places: [Int]) -> Epochs {
    var values: [Double] = []
    values.reserveCapacity(events.count * places.count * times.count)
    for epoch in events.indices {
      for place in places {
        let start = epoch * epochSize + place * times.count
        values += self.values[start..<(start + times.count)]
      }
    }
    return Epochs(
      channels: places.map { channels[$0] }, times: times, rate: rate, events: events, values: values, dropLog: dropLog)
  }
}
