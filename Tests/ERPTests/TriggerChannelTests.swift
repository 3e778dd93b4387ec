import EDFFormat
import EEGCore
import ERP
import TestSupport
import Testing

@Suite("Trigger channels")
struct TriggerChannelTests {
  private func recording(_ codes: [Int32], label: String = "Status", segments: [Segment]? = nil) -> Recording {
    let count = codes.count
    return Recording(
      signals: [
        Signal(
          label: "Cz", unit: .volts, rate: 1, sampleCount: count, encoding: .int24,
          calibration: Calibration(
            physicalMinimum: -1, physicalMaximum: 1, digitalMinimum: -1, digitalMaximum: 1)),
        Signal(label: label, unit: .none, rate: 1, sampleCount: count, encoding: .int24, calibration: .identity),
      ],
      segments: segments ?? [Segment(onset: 0, duration: Double(count))],
      source: DigitalSamples(values: [[Int32](repeating: 0, count: count), codes]))
  }

  private func events(_ recording: Recording, mask: Int = EventSource.defaultMask, channel: String? = nil) throws
    -> [String]
  {
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (0, 0, nil)
    settings.eventSource = .trigger(channel: channel, mask: mask)
    return try ERPPipeline(settings).epochs(of: recording).epochs.events.map { "\($0.condition)@\($0.sample ?? -1)" }
  }

  /// Codes, mask, and what MNE-Python's `find_events(mask=..., mask_type="and", shortest_event=1)` finds.
  @Test(
    "Events are where the masked code rises",
    arguments: [
      ([0, 5, 5, 0, 5], 0xFFFF, ["5@1", "5@4"]),
      ([0, 1, 3, 2, 3, 0], 0xFFFF, ["1@1", "3@2", "3@4"]),
      ([7, 7, 0, 7], 0xFFFF, ["7@3"]),
      ([0x1_0000, 0x1_0005, 0x0_0005, 0x1_0000, 2], 0xFFFF, ["5@1", "2@4"]),
      ([0x1_0000, 0x1_0105, 0x1_0100, 0x1_0203], 0xFF, ["5@1", "3@3"]),
      ([-6_815_744, -6_815_740, -6_815_744, -6_815_743], 0xFFFF, ["4@1", "1@3"]),
      ([0, 0x10_0000, 0x10_0001], 0xFF_FFFF, ["1048576@1", "1048577@2"]),
    ] as [([Int32], Int, [String])])
  func rises(_ codes: [Int32], mask: Int, expected: [String]) throws {
    #expect(try events(recording(codes), mask: mask) == expected)
  }

  @Test("The first sample after a gap is no event")
  func gaps() throws {
    let segments = [Segment(onset: 0, duration: 3), Segment(onset: 10, duration: 3)]
    #expect(try events(recording([0, 1, 1, 2, 0, 3], segments: segments)) == ["1@1", "3@5"])
  }

  @Test("Codes are found across the ends of the blocks that are read")
  func blocks() throws {
    var codes = [Int32](repeating: 0, count: 200_000)
    for place in [65_535, 65_536, 131_072, 199_999] { codes[place] = 9 }
    #expect(try events(recording(codes)) == ["9@65535", "9@131072", "9@199999"])
  }

  @Test("A channel of another name is used when named")
  func named() throws {
    #expect(try events(recording([0, 3], label: "DIG"), channel: "dig") == ["3@1"])
    let error = #expect(throws: ERPError.self) { try events(recording([0, 3], label: "DIG")) }
    #expect(error?.code == .noTriggerChannel)
  }

  @Test("Triggers are taken when no annotation is selected")
  func automatic() throws {
    var recording = recording([0, 3, 0, 4])
    recording.annotations = [Annotation(onset: 2, text: "note")]
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (0, 0, nil)
    #expect(try ERPPipeline(settings).epochs(of: recording).conditions == ["note"])
    settings.events = ["four=4", "3"]
    #expect(try ERPPipeline(settings).epochs(of: recording).conditions == ["four", "3"])
  }

  /// Number of events, and sample and code of the last, by MNE-Python 1.13.2's `find_events(raw, "Status", mask=...,
  /// mask_type="and", shortest_event=1)`.
  @Test(
    "Public recordings have the events that MNE-Python finds", .enabled(if: TestFiles.hasRecordings),
    arguments: [
      ("mne-python/test.edf", 0xFF, 6, "4@2884"), ("mne-python/test_bdf_stim_channel.bdf", 0xFFFF, 9, "1@4790"),
      ("mne-python/test.bdf", 0xFFFF, 1, "128@589"),
      ("BDF.jl/MK2_speedmode6_CMS_not_in_range_battery_charged.bdf", 0xFFFF, 1, "64767@3262"),
    ])
  func publicRecordings(_ file: String, mask: Int, count: Int, last: String) throws {
    let found = try events(EDFFile(path: TestFiles.recording(file)).recording(), mask: mask)
    #expect(found.count == count && found.last == last)
  }
}
