import EEGCore
import ERP
import Testing

@Suite("Channels and reference")
struct ChannelSelectionTests {
  /// Signals of one value each, so that an epoch tells which they were and what was subtracted.
  private func recording(_ signals: [(label: String, value: Double, rate: Double, unit: PhysicalUnit)]) -> Recording {
    Recording(
      signals: signals.map {
        Signal(
          label: $0.label, unit: $0.unit, rate: $0.rate, sampleCount: Int($0.rate) * 10, encoding: .float64,
          calibration: .identity)
      },
      annotations: [Annotation(onset: 5, text: "event")], segments: [Segment(onset: 0, duration: 10)],
      source: InMemorySamples(signals.map { [Double](repeating: $0.value, count: Int($0.rate) * 10) }))
  }

  private var plain: Recording {
    recording([
      ("EEG Fz-Ref", 1, 10, .volts), ("Cz", 3, 10, .volts), ("EOG horizontal", 100, 10, .volts), ("M1", 8, 10, .volts),
      ("Resp", 5, 10, .none), ("Cz", 20, 10, .volts),
    ])
  }

  private func epochs(_ recording: Recording, _ change: (inout EpochSettings) -> Void = { _ in }) throws -> EpochsResult
  {
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (0, 0, nil)
    change(&settings)
    return try ERPPipeline(settings).epochs(of: recording)
  }

  @Test("All EEG channels by default, repeated labels too, and the rest is accounted for")
  func defaults() throws {
    let result = try epochs(plain)
    #expect(result.epochs.channels.map(\.name) == ["EEG Fz-Ref", "Cz", "M1", "Cz"])
    #expect(result.epochs.values == [1, 3, 8, 20])
    #expect(
      result.leftOutSignals == [
        LeftOutSignal(label: "EOG horizontal", reason: .notEEG(.eog)),
        LeftOutSignal(label: "Resp", reason: .notEEG(.other)),
      ])
    #expect(result.epochs.channels[0].position == StandardElectrodes.position(for: "Fz")?.position)
  }

  @Test(
    "Channels are found by label, or by name without its trimmings, in the order asked for",
    arguments: [["M1", "EEG Fz-Ref"], ["m1", "Fz"], ["EEG M1", "fz."]])
  func named(_ names: [String]) throws {
    let result = try epochs(plain) { $0.channels = names }
    #expect(result.epochs.values == [8, 1])
    #expect(result.leftOutSignals.isEmpty)
  }

  @Test("Channels of another kind are epoched when named, and left alone by references")
  func otherKind() throws {
    let result = try epochs(plain) {
      $0.channels = ["EOG horizontal", "M1"]
      $0.reference = .average
    }
    #expect(result.epochs.values == [100, 0])
    #expect(result.epochs.channels.map(\.kind) == [.eog, .eeg])
  }

  @Test("The average reference takes all EEG channels but the excluded, whether reported or not")
  func excluded() throws {
    let result = try epochs(plain) {
      $0.excludedChannels = ["M1"]
      $0.reference = .average
    }
    #expect(result.epochs.values == [-7, -5, 12])
    #expect(result.leftOutSignals.contains(LeftOutSignal(label: "M1", reason: .excluded)))
  }

  @Test("Named references are subtracted from every EEG channel, also when they are not reported")
  func namedReference() throws {
    let result = try epochs(plain) {
      $0.channels = ["Fz"]
      $0.reference = .channels(["M1", "EEG Fz-Ref"])
    }
    #expect(result.epochs.values == [-3.5])
    #expect(result.epochs.channels.count == 1)
  }

  @Test("Of mixed rates the commonest is taken, of equally common ones the highest")
  func mixedRates() throws {
    let three = recording([("A", 1, 10, .volts), ("B", 2, 20, .volts), ("C", 3, 10, .volts)])
    let result = try epochs(three)
    #expect(result.epochs.values == [1, 3] && result.epochs.rate == 10)
    #expect(result.leftOutSignals == [LeftOutSignal(label: "B", reason: .otherRate(20))])
    let two = recording([("A", 1, 10, .volts), ("B", 2, 20, .volts)])
    #expect(try epochs(two).epochs.rate == 20)
    #expect(try epochs(two) { $0.channels = ["A"] }.epochs.rate == 10)
  }

  @Test("Names that mean nothing, several signals, or signals that cannot share an epoch are refused")
  func refused() throws {
    let mixed = recording([("Cz", 1, 10, .volts), ("Pz", 2, 20, .volts), ("Resp", 2, 10, .none)])
    let cases: [(Recording, ERPError.Code, String, (inout EpochSettings) -> Void)] = [
      (plain, .unknownChannel, "did you mean 'Cz'", { $0.channels = ["Czz"] }),
      (plain, .ambiguousChannel, "2 ('Cz'), 6 ('Cz')", { $0.channels = ["Cz"] }),
      (plain, .unknownChannel, "'Resp'", { $0.channels = ["Resp"] }),
      (plain, .unknownChannel, "the signals are", { $0.reference = .channels(["xxxxxxxxx"]) }),
      (plain, .unknownChannel, "no EEG channel", { $0.channels = [] }),
      (mixed, .unequalSampling, "'Pz' (20.0 Hz", { $0.channels = ["Cz", "Pz"] }),
      (recording([("Resp", 1, 10, .none)]), .unknownChannel, "no EEG channel", { _ in }),
    ]
    for (recording, code, text, change) in cases {
      let error = #expect(throws: ERPError.self) { try epochs(recording, change) }
      #expect(error?.code == code)
      #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
  }
}
