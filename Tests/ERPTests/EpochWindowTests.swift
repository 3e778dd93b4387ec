import EEGCore
import ERP
import Testing

/// Examples small enough to be worked by hand: one channel at 1 Hz that doubles with every sample.
@Suite("Epochs of a few samples")
struct EpochWindowTests {
  private let recording = Recording.inMemory(
    [("Cz", [1, 2, 4, 8, 16, 32, 64, 128])], events: [(3, "event")])

  private func values(_ change: (inout EpochSettings) -> Void) throws -> [Double] {
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (-2, 1, nil)
    change(&settings)
    return try ERPPipeline(settings).epochs(of: recording).epochs.values
  }

  @Test("Both ends of the epoch are included")
  func ends() throws {
    #expect(try values { _ in } == [2, 4, 8, 16])
  }

  @Test(
    "Both ends of the baseline are included",
    arguments: [
      (BaselineInterval(start: -1, end: 0), [-4.0, -2, 2, 10]),
      (BaselineInterval(start: -1, end: -1), [-2, 0, 4, 12]),
      (BaselineInterval(start: nil, end: -1), [-1, 1, 5, 13]),
      (BaselineInterval(start: 0, end: nil), [-10, -8, -4, 4]),
      (BaselineInterval(start: nil, end: nil), [-5.5, -3.5, 0.5, 8.5]),
    ])
  func baseline(_ interval: BaselineInterval, expected: [Double]) throws {
    #expect(try values { $0.baseline = interval } == expected)
  }

  @Test("Decimation keeps the event's sample", arguments: [(2, [2.0, 8]), (3, [8.0]), (1, [2.0, 4, 8, 16])])
  func decimation(_ factor: Int, expected: [Double]) throws {
    #expect(try values { $0.decimation = factor } == expected)
  }

  @Test("An open baseline begins at the first sample that decimation keeps, and takes those between")
  func decimatedBaseline() throws {
    // Samples 1, 2, 4, 8, 16 at -3 ... 1 s; decimation keeps 2 and 8; the mean is that of 2, 4 and 8.
    let result = try values {
      $0.tmin = -3
      $0.decimation = 2
      $0.baseline = BaselineInterval(start: nil, end: 0)
    }
    #expect(zip(result, [2 - 14.0 / 3, 8 - 14.0 / 3]).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  @Test("A straight line is taken away before the baseline")
  func detrend() throws {
    // Least squares through 2, 4, 8, 16 is 7.5 + 4.6 (i - 1.5).
    let result = try values { $0.detrend = .linear }
    let expected = [2 - 0.6, 4 - 5.2, 8 - 9.8, 16 - 14.4]
    #expect(zip(result, expected).allSatisfy { abs($0 - $1) < 1e-14 })
    let corrected = try values {
      $0.detrend = .linear
      $0.baseline = BaselineInterval(start: -1, end: -1)
    }
    #expect(zip(corrected, expected.map { $0 + 1.2 }).allSatisfy { abs($0 - $1) < 1e-14 })
  }

  @Test(
    "A limit is kept by what equals it",
    arguments: [(14.0, nil, true), (13.9, nil, false), (nil, 14.0, true), (nil, 14.1, false)]
      as [(Double?, Double?, Bool)])
  func limits(peakToPeak: Double?, flat: Double?, isKept: Bool) throws {
    let result = try values {
      $0.peakToPeakLimit = peakToPeak
      $0.flatLimit = flat
    }
    #expect(result.isEmpty != isKept)
  }

  @Test("Limits are checked on the samples that decimation keeps")
  func limitsAfterDecimation() throws {
    let result = try values {
      $0.decimation = 2
      $0.peakToPeakLimit = 6
    }
    #expect(result == [2, 8])
  }

  @Test(
    "Times are rounded to samples half to even, as the first sample tells",
    arguments: [(-0.1, -13), (-0.0390625, -5), (-0.01953125, -2)])
  func rounding(tmin: Double, first: Int) throws {
    let recording = Recording.inMemory([("Cz", [Double](repeating: 0, count: 512))], rate: 128, events: [(2, "event")])
    var settings = EpochSettings()
    (settings.tmin, settings.tmax) = (tmin, 0.5)
    let epochs = try ERPPipeline(settings).epochs(of: recording).epochs
    #expect(epochs.times.first == Double(first) / 128)
    #expect(epochs.times.last == 0.5 && epochs.times.count == 64 - first + 1)
  }

  @Test(
    "Epochs that reach the first and the last sample fit; one more sample does not",
    arguments: [(2.0, true), (1.0, false), (6.0, true), (7.0, false), (-1, false), (8, false), (100, false)])
  func edges(onset: Double, fits: Bool) throws {
    var recording = recording
    recording.annotations[0].onset = onset
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (-2, 1, nil)
    let log = try ERPPipeline(settings).epochs(of: recording).epochs.dropLog
    #expect(log.map(\.reasons) == [fits ? [] : [.outsideRecording]])
  }

  @Test("Settings that make no epoch are refused")
  func refused() throws {
    let cases: [(ERPError.Code, (inout EpochSettings) -> Void)] = [
      (.invalidSettings, { $0.tmin = 2 }), (.invalidSettings, { $0.tmin = .nan }),
      (.invalidSettings, { $0.tmax = 1e12 }),
      (.invalidSettings, { $0.decimation = 0 }), (.invalidSettings, { $0.peakToPeakLimit = -1 }),
      (.invalidSettings, { $0.flatLimit = .nan }),
      (.invalidSettings, { ($0.tmin, $0.tmax, $0.decimation) = (1, 2, 5) }),
      (.invalidBaseline, { $0.baseline = BaselineInterval(start: 0, end: -1) }),
      (.invalidBaseline, { $0.baseline = BaselineInterval(start: -4, end: 0) }),
      (.invalidBaseline, { $0.baseline = BaselineInterval(start: nil, end: 2.5) }),
      (.invalidBaseline, { $0.baseline = BaselineInterval(start: -0.9, end: -0.1) }),
      (.invalidBaseline, { $0.baseline = BaselineInterval(start: .nan, end: 0) }),
      (.invalidBaseline, { ($0.tmin, $0.baseline) = (0, BaselineInterval(start: nil, end: 0)) }),
      (.noEvents, { $0.events = ["nothing"] }),
      (.invalidSettings, { $0.reference = .average }), (.invalidSettings, { $0.reference = .channels([]) }),
      (.noTriggerChannel, { $0.eventSource = .trigger() }),
      (.invalidSettings, { $0.eventSource = .trigger(mask: 0) }),
      (.signalTooShort, { $0.filter = FilterSettings(high: 0.1) }),
      (.invalidFilter, { $0.filter = FilterSettings(high: 9) }),
    ]
    for (code, change) in cases {
      let error = #expect(throws: ERPError.self) { try values(change) }
      #expect(error?.code == code, "\(error?.message ?? "")")
    }
  }
}
