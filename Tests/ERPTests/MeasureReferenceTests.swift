import EEGCore
import ERP
import Foundation
import TestSupport
import Testing

/// Peaks, areas and latencies that MNE-Python's `mne.stats` found in the evoked potentials of `ReferenceData`.
private struct MNEMeasures: Decodable {
  struct Variant: Decodable { let conditions: [String: Condition] }
  struct Condition: Decodable {
    let picks: [String]
    let mean: [String: Double]
    let peaks: [MeasurePolarity: [Peak]]
    let areas: [MeasurePolarity: [Area]]
    let areaLatencies: [MeasurePolarity: [AreaLatency]]
    let peakLatencies: [MeasurePolarity: [PeakLatency]]
    let strongest: Peak

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(_ name: String) { stringValue = name }
      init?(stringValue: String) { self.init(stringValue) }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      func polarities<T: Decodable>(_ name: String) throws -> [MeasurePolarity: T] {
        try Dictionary(
          uniqueKeysWithValues: [(MeasurePolarity.positive, "pos"), (.negative, "neg"), (.absolute, "abs")].map {
            ($0, try container.decode(T.self, forKey: Key("\(name)_\($1)")))
          })
      }
      picks = try container.decode([String].self, forKey: Key("picks"))
      mean = try container.decode([String: Double].self, forKey: Key("mean_amplitude_window_V"))
      peaks = try polarities("peak")
      areas = try polarities("area")
      areaLatencies = try polarities("frac_area_latency_50")
      peakLatencies = try polarities("frac_peak_latency_50")
      var list = try container.nestedUnkeyedContainer(forKey: Key("get_peak"))
      strongest = Peak(
        channel: try list.decode(String.self), latency: try list.decode(Double.self),
        amplitude: try list.decode(Double.self))
    }
  }
  struct Peak: Decodable {
    let channel: String
    let latency: Double
    let amplitude: Double
  }
  struct Area: Decodable {
    let channel: String
    let area: Double
  }
  struct AreaLatency: Decodable {
    let channel: String
    let latency: Double?
    private enum CodingKeys: String, CodingKey {
      case channel
      case latency = "fractional_area_latency"
    }
  }
  struct PeakLatency: Decodable {
    let channel: String
    let onset: Double?
    let offset: Double?
    let amplitude: Double
    private enum CodingKeys: String, CodingKey {
      case channel, amplitude
      case onset = "fractional_peak_onset"
      case offset = "fractional_peak_offset"
    }
  }
  let variants: [String: Variant]

  init(_ data: ReferenceData) throws {
    let path = TestFiles.recording("reference/erp/\(data.name).json")
    // Python writes NaN, which is not JSON.
    let text = try String(contentsOfFile: path, encoding: .utf8).replacingOccurrences(of: " NaN", with: " null")
    self = try JSONDecoder().decode(MNEMeasures.self, from: Data(text.utf8))
  }
}

/// Expects equal numbers within a relative tolerance; nil stands for a value that does not exist.
func expectClose(
  _ value: Double, _ expected: Double?, relative: Double, _ what: @autoclosure () -> String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let isClose = expected.map { abs(value - $0) <= max(1e-21, relative * abs($0)) } ?? value.isNaN
  #expect(
    isClose, "\(what()): \(value), expected \(expected.map { "\($0)" } ?? "nothing")", sourceLocation: sourceLocation)
}

@Suite("Measures equal MNE-Python's", .enabled(if: TestFiles.hasRecordings))
struct MeasureReferenceTests {
  @Test(
    "Means, peaks, areas and fractional latencies", arguments: ReferenceData.all, [ReferenceVariant.plain, .filtered])
  func measures(data: ReferenceData, variant: ReferenceVariant) throws {
    let ends = try data.description().window
    let result = try data.epochs(variant)
    let set = try result.epochs.averages(of: result.conditions)
    let samples = try set.samples(in: MeasurementWindow(start: ends[0], end: ends[1]))
    let stored = try #require(MNEMeasures(data).variants[variant.rawValue]).conditions
    #expect(stored.count == 2)
    for (name, expected) in stored {
      let evoked = try #require(set[name])
      func waveform(_ channel: String) throws -> Waveform {
        let row = try #require(set.channels.firstIndex { $0.name == channel })
        return set.waveform(of: .channel(row), in: evoked)
      }
      #expect(expected.picks.count >= 3)
      for channel in expected.picks {
        expectClose(
          try waveform(channel).mean(in: samples), expected.mean[channel], relative: 1e-12, "mean of \(channel)")
      }
      for polarity in MeasurePolarity.allCases {
        for each in try #require(expected.peaks[polarity]) {
          let peak = try waveform(each.channel).peak(polarity, in: samples)
          #expect(peak.latency == each.latency)
          expectClose(peak.amplitude, each.amplitude, relative: 1e-12, "\(polarity) peak of \(each.channel)")
        }
        for each in try #require(expected.areas[polarity]) {
          expectClose(
            try waveform(each.channel).area(WaveformArea(polarity), in: samples), each.area, relative: 1e-12,
            "\(polarity) area of \(each.channel)")
        }
        for each in try #require(expected.areaLatencies[polarity]) {
          expectClose(
            try waveform(each.channel).fractionalAreaLatency(0.5, of: WaveformArea(polarity), in: samples, rule: .mne),
            each.latency, relative: 0, "\(polarity) area latency of \(each.channel)")
        }
        for each in try #require(expected.peakLatencies[polarity]) {
          // MNE-Python goes on with a "positive" peak below zero, whose half lies above it; here there is none.
          let exists = polarity == .absolute || (each.amplitude > 0) == (polarity == .positive)
          for (side, latency) in [(PeakSide.onset, each.onset), (.offset, each.offset)] {
            expectClose(
              try waveform(each.channel).fractionalPeakLatency(0.5, side, of: polarity, in: samples, rule: .mne),
              exists ? latency : nil, relative: 0, "\(polarity) \(side) of \(each.channel)")
          }
        }
      }
      let peaks = try expected.picks.map { try waveform($0).peak(.absolute, in: samples) }
      let strongest = try #require(peaks.indices.max { abs(peaks[$0].amplitude) < abs(peaks[$1].amplitude) })
      #expect(expected.picks[strongest] == expected.strongest.channel)
      #expect(peaks[strongest].latency == expected.strongest.latency)
      expectClose(peaks[strongest].amplitude, expected.strongest.amplitude, relative: 1e-12, "strongest peak")
    }
  }
}
