import EEGCore
import ERP
import Foundation
import TestSupport
import Testing

/// What `fixtures/generate/erplab_measures.py` found with ERPLAB's definitions.
private struct ERPLABMeasures: Decodable {
  struct Latency: Decodable {
    let samples: Double?
    let interpolated: Double?
  }
  struct AreaLatency: Decodable {
    let kind: WaveformArea
    let fraction: Double
    let samples: Double?
    let interpolated: Double?
  }
  struct FractionalPeak: Decodable {
    let fraction: Double
    let onset: Latency
    let offset: Latency
  }
  struct Peak: Decodable {
    let polarity: MeasurePolarity
    let neighbours: Int
    let latency: Double?
    let amplitude: Double?
    let extremeLatency: Double
    let extremeAmplitude: Double
    let fractional: [FractionalPeak]
  }
  struct Onset: Decodable {
    let polarity: MeasurePolarity
    let deviations: Double
    let row: Int
    let samples: Double?
    let interpolated: Double?
  }
  struct Measures: Decodable {
    let window: [Double]
    let first: Int
    let last: Int
    let mean: Double
    let areas: [String: Double]
    let areaLatencies: [AreaLatency]
    let peaks: [Peak]
    let onsets: [Onset]
  }
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let rate: Double
    let first: Int
    let values: [Double]
    let measures: [Measures]

    var testDescription: String { "\(name) at \(rate) Hz" }
    var times: [Double] { values.indices.map { Double(first + $0) / rate } }
  }
  struct MeasurementError: Decodable {
    let rate: Double
    let first: Int
    let window: [Double]
    let epochs: [[Double]]
    let sme: Double
  }
  let cases: [Case]
  let errors: [MeasurementError]

  static let all: ERPLABMeasures? = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = FileManager.default.contents(atPath: TestFiles.fixture("measures_erplab.json"))
    return data.flatMap { try? decoder.decode(ERPLABMeasures.self, from: $0) }
  }()
}

@Suite("Measures equal ERPLAB's definitions")
struct MeasureERPLABTests {
  @Test("The fixture has every waveform at every rate")
  func fixture() throws {
    let all = try #require(ERPLABMeasures.all)
    #expect(all.cases.count == 14 && all.errors.count == 2)
    #expect(all.cases.allSatisfy { $0.measures.count == 4 })
  }

  @Test("Window, mean and areas", arguments: ERPLABMeasures.all?.cases ?? [])
  private func areas(_ test: ERPLABMeasures.Case) throws {
    let waveform = Waveform(times: test.times, values: test.values)
    for expected in test.measures {
      let window = MeasurementWindow(start: expected.window[0], end: expected.window[1])
      let samples = try window.samples(of: test.times, rate: test.rate, style: .erplab)
      #expect(samples == expected.first...expected.last)
      expectClose(waveform.mean(in: samples), expected.mean, relative: 1e-12, "mean \(window)")
      for kind in WaveformArea.allCases {
        let area = waveform.area(kind, in: samples)
        // ERPLAB's negative area has no sign.
        expectClose(
          kind == .negative ? -area : area, expected.areas[kind.rawValue], relative: 1e-12,
          "\(kind) area \(window)")
      }
      for each in expected.areaLatencies {
        for (rule, latency) in [(LatencyRule.erplab, each.samples), (.erplabInterpolated, each.interpolated)] {
          expectClose(
            waveform.fractionalAreaLatency(each.fraction, of: each.kind, in: samples, rule: rule), latency,
            relative: 1e-12, "\(each.fraction) of \(each.kind) area \(window)")
        }
      }
    }
  }

  @Test("Simple, local and fractional peaks", arguments: ERPLABMeasures.all?.cases ?? [])
  private func peaks(_ test: ERPLABMeasures.Case) throws {
    let waveform = Waveform(times: test.times, values: test.values)
    for measures in test.measures {
      let samples = measures.first...measures.last
      for expected in measures.peaks {
        let search: PeakSearch =
          expected.neighbours == 0 ? .simple : .local(neighbours: expected.neighbours, fallsBack: false)
        let peak = waveform.peak(expected.polarity, in: samples, search: search)
        expectClose(peak.latency, expected.latency, relative: 1e-12, "latency")
        expectClose(peak.amplitude, expected.amplitude, relative: 0, "amplitude")
        let replaced = waveform.peak(
          expected.polarity, in: samples,
          search: .local(neighbours: max(1, expected.neighbours), fallsBack: true))
        if expected.amplitude == nil {
          #expect(!replaced.isLocal && replaced.amplitude == expected.extremeAmplitude)
          #expect(abs(replaced.latency - expected.extremeLatency) < 1e-12)
        }
        for each in expected.fractional {
          for (side, latency) in [(PeakSide.onset, each.onset), (.offset, each.offset)] {
            for (rule, value) in [(LatencyRule.erplab, latency.samples), (.erplabInterpolated, latency.interpolated)] {
              expectClose(
                waveform.fractionalPeakLatency(
                  each.fraction, side, of: expected.polarity, in: samples, search: search, rule: rule), value,
                relative: 1e-12, "\(each.fraction) \(expected.polarity) \(side) of \(search) \(rule)")
            }
          }
        }
      }
    }
  }

  @Test("Onsets against the baseline", arguments: ERPLABMeasures.all?.cases ?? [])
  private func onsets(_ test: ERPLABMeasures.Case) throws {
    let waveform = Waveform(times: test.times, values: test.values)
    let rest = try MeasurementWindow(start: test.times[0], end: 0).samples(of: test.times, rate: test.rate)
    for measures in test.measures {
      for expected in measures.onsets {
        let criterion = OnsetCriterion(deviations: expected.deviations, consecutiveSamples: expected.row)
        for (interpolates, latency) in [(false, expected.samples), (true, expected.interpolated)] {
          expectClose(
            waveform.onsetLatency(
              criterion, of: expected.polarity, in: measures.first...measures.last, baseline: rest,
              interpolates: interpolates), latency, relative: 1e-12, "\(expected.polarity) onset \(measures.window)")
        }
      }
    }
  }

  @Test("The standardized measurement error has divisor N - 1 and the whole window")
  func measurementError() throws {
    for expected in try #require(ERPLABMeasures.all).errors {
      let count = expected.epochs[0].count
      let epochs = Epochs(
        channels: [Channel(name: "Cz")], times: (0..<count).map { Double(expected.first + $0) / expected.rate },
        rate: expected.rate, events: expected.epochs.map { _ in Event(sample: 0, onset: 0, condition: "a") },
        values: expected.epochs.flatMap { $0 }, dropLog: [])
      let error = try epochs.standardizedMeasurementError(
        of: "a", from: expected.window[0], to: expected.window[1], divisor: .sample, window: .lastIncluded)
      expectClose(error[0], expected.sme, relative: 1e-12, "SME at \(expected.rate) Hz")
    }
  }
}
