import EEGCore
import ERP
import TestSupport
import Testing

@Suite("Measurement plans")
struct MeasurementPlanTests {
  /// Twelve epochs of two conditions, three channels, one of them no EEG, at 100 Hz from -0.1 to 0.4 s.
  private let epochs: Epochs = {
    var generator = SplitMix64(seed: 11)
    let times = (-10...40).map { Double($0) / 100 }
    return Epochs(
      channels: [Channel(name: "Fz"), Channel(name: "EEG Cz-Ref"), Channel(name: "VEOG", kind: .eog)], times: times,
      rate: 100,
      events: (0..<12).map { Event(sample: $0, onset: Double($0), condition: $0 % 3 == 0 ? "target" : "standard") },
      values: (0..<(12 * 3 * times.count)).map { _ in Double.random(in: -1e-5...1e-5, using: &generator) }, dropLog: [])
  }()
  private let window = MeasurementWindow(name: "P3", start: 0.2, end: 0.3)

  @Test("Rows come by condition, site, window, measure and polarity")
  func order() throws {
    var plan = MeasurementPlan([.area, .mean], windows: [window, MeasurementWindow(start: 0, end: 0.1)])
    plan.sites = SiteSelection(channels: ["cz", "GFP"], regions: [.init(name: "both", channels: ["Fz", "Cz", "Fz"])])
    plan.polarities = [.negative, .positive]
    plan.conditions = ["target", "standard"]
    let rows = try epochs.averages().measurements(plan)
    #expect(rows.count == 2 * 3 * 2 * 3)
    #expect(rows.prefix(18).allSatisfy { $0.condition == "target" })
    #expect(rows.prefix(6).allSatisfy { $0.site == "EEG Cz-Ref" })
    #expect(rows.prefix(18).map(\.site).filter { $0 == "GFP" }.count == 6)
    #expect(rows.prefix(3).map(\.measure) == [.area, .area, .mean])
    #expect(rows.prefix(3).map(\.polarity) == [.negative, .positive, nil])
    #expect(rows[0].window == window && rows[3].window.name == nil)
    #expect(rows[0].firstTime == 0.2 && rows[0].lastTime == 0.3)
    #expect(rows.allSatisfy { $0.trial == nil && !$0.definition.contains(",") })
  }

  @Test("All channels are measured unless some, or regions, are named")
  func sites() throws {
    let channels = epochs.channels
    #expect(try SiteSelection().sites(in: channels) == [.channel(0), .channel(1), .channel(2)])
    let region = SiteSelection.Region(name: "r", channels: ["Cz", "Fz"])
    #expect(try SiteSelection(regions: [region]).sites(in: channels) == [.region(name: "r", channels: [1, 0])])
    #expect(try SiteSelection(channels: ["GFP"]).sites(in: channels) == [.globalFieldPower])
    #expect(try SiteSelection(channels: ["GFP"]).sites(in: [Channel(name: "GFP")]) == [.channel(0)])
  }

  @Test("A region is the mean of its waveforms, and the field power the spread of the EEG channels")
  func waveforms() throws {
    let set = try epochs.averages()
    let evoked = try #require(set["target"])
    let fz = set.waveform(of: .channel(0), in: evoked).values
    let cz = set.waveform(of: .channel(1), in: evoked).values
    #expect(fz == Array(evoked.average[row: 0]))
    let region = set.waveform(of: .region(name: "r", channels: [0, 1]), in: evoked).values
    #expect(region == zip(fz, cz).map { ($0 + $1) / 2 })
    let power = set.waveform(of: .globalFieldPower, in: evoked).values
    for (place, value) in power.enumerated() { #expect(abs(value - abs(fz[place] - cz[place]) / 2) < 1e-18) }
  }

  @Test("The mean amplitude of an average is the mean of the mean amplitudes of its trials")
  func trials() throws {
    var plan = MeasurementPlan([.mean], windows: [window])
    plan.sites = SiteSelection(channels: ["Fz"])
    let trials = try epochs.measurements(plan)
    #expect(trials.compactMap(\.trial?.epoch) == Array(0..<12))
    #expect(trials.compactMap(\.trial?.onset) == (0..<12).map(Double.init))
    let averages = try epochs.averages().measurements(plan)
    for average in averages {
      let values = trials.filter { $0.condition == average.condition }.map(\.value)
      #expect(abs(values.reduce(0, +) / Double(values.count) - average.value) < 1e-18)
    }
    plan.conditions = ["target"]
    #expect(try epochs.measurements(plan).compactMap(\.trial?.epoch) == [0, 3, 6, 9])
  }

  @Test("The standardized measurement error: of channels, of a region, none of the field power")
  func measurementError() throws {
    let set = try epochs.averages()
    var plan = MeasurementPlan([.measurementError], windows: [window])
    plan.sites = SiteSelection(channels: ["Fz", "GFP"], regions: [.init(name: "one", channels: ["Fz"])])
    let rows = try set.measurements(plan, epochs: epochs)
    let expected = try epochs.standardizedMeasurementError(
      of: rows[0].condition, from: 0.2, to: 0.3, divisor: .sample, window: .lastIncluded)
    #expect(rows[0].value == expected[0] && rows[2].value == expected[0])
    #expect(rows[1].value.isNaN)
    plan.settings = MeasureSettings(style: .mne)
    let mne = try set.measurements(plan, epochs: epochs)
    #expect(
      try mne[0].value
        == epochs.standardizedMeasurementError(of: mne[0].condition, from: 0.2, to: 0.3)[0])
    #expect(mne[0].definition == "divisor n; last sample excluded")
  }

  @Test("The divisors differ by the square root of N / (N - 1), and a single epoch has no error with N - 1")
  func divisors() throws {
    let one = try epochs.standardizedMeasurementError(of: "target", from: 0.2, to: 0.3)
    let other = try epochs.standardizedMeasurementError(of: "target", from: 0.2, to: 0.3, divisor: .sample)
    for (population, sample) in zip(one, other) {
      #expect(abs(sample / population - (4.0 / 3).squareRoot()) < 1e-12)
    }
    var single = epochs
    single.events[0].condition = "single"
    #expect(
      try single.standardizedMeasurementError(of: "single", from: 0.2, to: 0.3, divisor: .sample)
        .allSatisfy(\.isNaN))
    #expect(try single.standardizedMeasurementError(of: "single", from: 0.2, to: 0.3) == [0, 0, 0])
    #expect(VarianceDivisor.sample.standardDeviation(of: [1, 2, 3, 4, 5]) == 2.5.squareRoot())
    #expect(VarianceDivisor.population.standardDeviation(of: [1, 2, 3, 4, 5]) == 2.0.squareRoot())
    #expect(VarianceDivisor.population.standardDeviation(of: []).isNaN)
  }

  /// A request that cannot be met, and the code of its error.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: ERPError.Code
    let change: @Sendable (inout MeasurementPlan) -> Void

    init(_ description: String, _ code: ERPError.Code, _ change: @escaping @Sendable (inout MeasurementPlan) -> Void) {
      testDescription = description
      self.code = code
      self.change = change
    }

    static let all = [
      Mistake("channel", .unknownChannel) { $0.sites.channels = ["Oz"] },
      Mistake("region", .unknownChannel) { $0.sites.regions = [.init(name: "r", channels: ["Oz"])] },
      Mistake("empty region", .unknownChannel) { $0.sites.regions = [.init(name: "r", channels: [])] },
      Mistake("condition", .unknownCondition) { $0.conditions = ["deviant"] },
      Mistake("window", .invalidWindow) { $0.windows[0].end = 0.6 },
      Mistake("fraction", .invalidSettings) { $0.settings.fraction = 0 },
      Mistake("neighbours beyond the epoch", .invalidWindow) {
        $0.measures = [.localPeak]
        $0.windows[0].end = 0.39
      },
      Mistake("baseline", .invalidWindow) {
        $0.measures = [.onset]
        $0.settings.onsetBaseline = MeasurementWindow(start: -1, end: 0)
      },
    ]
  }

  @Test("Requests that cannot be met are refused, for averages and for trials", arguments: Mistake.all)
  func mistakes(mistake: Mistake) {
    var plan = MeasurementPlan([.mean], windows: [window])
    mistake.change(&plan)
    let ofAverages = #expect(throws: ERPError.self) { try epochs.averages().measurements(plan) }
    #expect(ofAverages?.code == mistake.code)
    let ofTrials = #expect(throws: ERPError.self) { try epochs.measurements(plan) }
    #expect(ofTrials?.code == mistake.code)
  }

  @Test("An error of measurement needs epochs, and a single one has none")
  func noEpochs() {
    let plan = MeasurementPlan([.measurementError], windows: [window])
    let without = #expect(throws: ERPError.self) { try epochs.averages().measurements(plan) }
    #expect(without?.code == .noEpochs)
    let trials = #expect(throws: ERPError.self) { try epochs.measurements(plan) }
    #expect(trials?.code == .invalidSettings)
  }
}
