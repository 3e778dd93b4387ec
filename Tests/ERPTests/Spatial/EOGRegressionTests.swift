import EEGCore
import HDF5
import TestSupport
import Testing

@testable import ERP

@Suite("Regression on EOG channels")
struct EOGRegressionTests {
  /// The epochs of the stored reference: five EEG and two EOG channels, two conditions.
  private static func reference() throws -> Epochs {
    let values = try SpatialReference.array("regression/values")
    let codes: HDF5Array<Int64> = try HDF5File(reading: TestFiles.fixture("spatial.h5")).dataset("regression/codes")
      .read()
    let names = ["Fp1", "VEOG", "Fz", "Cz", "HEOG", "Pz", "Oz"]
    return epochs(
      names.map { Channel(name: $0, kind: $0.hasSuffix("EOG") ? .eog : .eeg) },
      conditions: codes.values.map { $0 == 1 ? "a" : "b" }, values.values)
  }

  private static func epochs(_ channels: [Channel], conditions: [String], _ values: [Double]) -> Epochs {
    let times = values.count / channels.count / conditions.count
    return Epochs(
      channels: channels, times: (0..<times).map { Double($0) / 100 }, rate: 100,
      events: conditions.map { Event(sample: 0, onset: 0, condition: $0) }, values: values, dropLog: [])
  }

  @Test(
    "Factors and corrected epochs equal MNE-Python's",
    arguments: [
      ("none", AverageSubtraction.none, true), ("all_epochs", .allEpochs, true),
      ("conditions", .conditions, true), ("tutorial", .allEpochs, false),
    ])
  func reference(_ name: String, averages: AverageSubtraction, subtractsFromEOG: Bool) throws {
    var epochs = try Self.reference()
    var settings = EOGRegressionSettings()
    settings.averages = averages
    settings.subtractsFromEOG = subtractsFromEOG
    let regression = try EOGRegression(fitting: epochs, settings)
    #expect(regression.eog == ["VEOG", "HEOG"] && regression.corrected == ["Fp1", "Fz", "Cz", "Pz", "Oz"])
    #expect(regression.sampleCount == 14 * 40)
    let factors = try SpatialReference.matrix("regression/\(name)/factors")
    #expect(SpatialReference.relativeDifference(regression.factors.values, factors.values) < 1e-12)
    try regression.apply(to: &epochs)
    let corrected = try SpatialReference.array("regression/\(name)/corrected")
    #expect(SpatialReference.relativeDifference(epochs.values, corrected.values) < 1e-12)
  }

  @Test("The transform differs from the correction by a constant of the epoch and channel alone")
  func transform() throws {
    var epochs = try Self.reference()
    let regression = try EOGRegression(fitting: epochs)
    let transformed = try regression.transform(of: epochs.channels).applied(to: epochs)
    try regression.apply(to: &epochs)
    for row in 0..<(14 * 7) {
      let places = (row * 40)..<((row + 1) * 40)
      let differences = places.map { transformed.values[$0] - epochs.values[$0] }
      let first = try #require(differences.first)
      for difference in differences { #expect(abs(difference - first) < 1e-16) }
    }
  }

  /// EEG of 0.5 EOG and an evoked wave, with which the eyes move along; one blink in each epoch.
  private static func simulated(seed: UInt64, eogSpread: Double = 1e-6) -> Epochs {
    var generator = SplitMix64(seed: seed)
    let wave = (0..<100).map { $0 > 30 && $0 < 60 ? 5e-5 : 0 }
    var values: [Double] = []
    for _ in 0..<20 {
      let blink = Int.random(in: 65..<80, using: &generator)
      let eog = (0..<100).map { time in
        (time >= blink && time < blink + 15 ? 2e-4 : 0) + Double.random(in: -eogSpread...eogSpread, using: &generator)
      }
      values += eog.indices.map { wave[$0] + 0.5 * eog[$0] }
      values += eog.indices.map { wave[$0] + eog[$0] }
    }
    return epochs(
      [Channel(name: "Fz"), Channel(name: "VEOG", kind: .eog)], conditions: (0..<20).map { _ in "a" }, values)
  }

  @Test("The evoked potential does not enter the factors, unless its average is left in")
  func evoked() throws {
    let epochs = Self.simulated(seed: 1)
    #expect(abs(try EOGRegression(fitting: epochs).factors[0, 0] - 0.5) < 1e-12)
    var settings = EOGRegressionSettings()
    settings.averages = .none
    // By hand, for a wave w and a blink e: cov(w + e / 2, w + e) / var(w + e) = 0.508.
    #expect(abs(try EOGRegression(fitting: epochs, settings).factors[0, 0] - 0.508) < 0.003)
  }

  @Test("Within blinks only the samples around them count")
  func blinks() throws {
    var epochs = Self.simulated(seed: 2)
    // Outside of blinks, the EEG follows something else that looks like the EOG.
    for epoch in 0..<20 {
      for time in 0..<50 { epochs.values[epoch * 200 + time] += 3 * epochs.values[epoch * 200 + 100 + time] }
    }
    var settings = EOGRegressionSettings()
    settings.samples = .blinks(limit: 1e-4, margin: 0.02)
    let regression = try EOGRegression(fitting: epochs, settings)
    #expect(abs(regression.factors[0, 0] - 0.5) < 1e-12)
    #expect(regression.sampleCount == 20 * (15 + 4))
    settings.samples = .blinks(limit: 1e-4, margin: 0)
    #expect(try EOGRegression(fitting: epochs, settings).sampleCount == 20 * 15)
  }

  @Test("What gives no factors is refused")
  func refused() throws {
    let epochs = try Self.reference()
    func code(_ epochs: Epochs, _ change: (inout EOGRegressionSettings) -> Void = { _ in }) -> ERPError.Code? {
      var settings = EOGRegressionSettings()
      change(&settings)
      return #expect(throws: ERPError.self) { try EOGRegression(fitting: epochs, settings) }?.code
    }
    #expect(code(epochs) { $0.eog = [] } == .unknownChannel)
    #expect(code(epochs) { $0.eog = ["Q"] } == .unknownChannel)
    #expect(code(epochs) { ($0.eog, $0.corrected) = (["Fp1"], ["Fp1"]) } == .invalidSettings)
    #expect(code(epochs) { $0.samples = .blinks(limit: -1) } == .invalidSettings)
    #expect(code(epochs) { $0.samples = .blinks(limit: 1) } == .tooFewData)
    #expect(code(epochs) { $0.eog = ["VEOG", "VEOG"] } == .tooFewData)
    var flat = epochs
    for epoch in 0..<14 { for time in 0..<40 { flat.values[(epoch * 7 + 1) * 40 + time] = 1 } }
    #expect(code(flat) == .tooFewData)
    var spoiled = epochs
    spoiled.values[5] = .nan
    #expect(code(spoiled) == .nonFiniteSamples)
    let none = Epochs(channels: epochs.channels, times: epochs.times, rate: 100, events: [], values: [], dropLog: [])
    #expect(code(none) == .tooFewData)
    let regression = try EOGRegression(fitting: epochs)
    let error = #expect(throws: ERPError.self) { try regression.transform(of: [Channel(name: "Fp1")]) }
    #expect(error?.code == .unknownChannel)
  }
}
