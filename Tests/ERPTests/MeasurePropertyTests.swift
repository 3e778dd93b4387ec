import EEGCore
import ERP
import TestSupport
import Testing

/// All measures of a waveform that have the dimension of amplitude or area, and all latencies.
private struct Measured {
  var amplitudes: [Double] = []
  var latencies: [Double] = []

  init(_ waveform: Waveform, _ samples: ClosedRange<Int>, baseline: ClosedRange<Int>, swapped: Bool = false) {
    amplitudes = [waveform.mean(in: samples), waveform.area(.integral, in: samples)]
    let local = PeakSearch.local(neighbours: 3, fallsBack: false)
    for polarity in MeasurePolarity.allCases.map({ swapped ? $0.opposite : $0 }) {
      amplitudes += [
        waveform.area(WaveformArea(polarity), in: samples), waveform.peak(polarity, in: samples).amplitude,
        waveform.peak(polarity, in: samples, search: local).amplitude,
      ]
      latencies += [
        waveform.peak(polarity, in: samples).latency, waveform.peak(polarity, in: samples, search: local).latency,
      ]
      for interpolates in [false, true] {
        latencies.append(
          waveform.onsetLatency(
            OnsetCriterion(deviations: 1, consecutiveSamples: 3), of: polarity, in: samples, baseline: baseline,
            interpolates: interpolates))
        for style in MeasureStyle.allCases {
          let rule = LatencyRule(style: style, interpolates: interpolates)
          latencies.append(
            waveform.fractionalAreaLatency(0.4, of: WaveformArea(polarity), in: samples, rule: rule))
          for side in PeakSide.allCases {
            for search in [PeakSearch.simple, local] {
              latencies.append(
                waveform.fractionalPeakLatency(0.4, side, of: polarity, in: samples, search: search, rule: rule))
            }
          }
        }
      }
    }
  }
}

extension MeasurePolarity {
  fileprivate var opposite: MeasurePolarity {
    switch self {
    case .positive: .negative
    case .negative: .positive
    case .absolute: .absolute
    }
  }
}

/// True when both are NaN, or equal within a relative tolerance.
private func agrees(_ first: Double, _ second: Double, _ relative: Double) -> Bool {
  first.isNaN || second.isNaN
    ? first.isNaN && second.isNaN : abs(first - second) <= relative * max(abs(first), abs(second), 1e-9)
}

@Suite("Measures of random waveforms")
struct MeasurePropertyTests {
  private struct Random {
    let waveform: Waveform
    let samples: ClosedRange<Int>
    let baseline: ClosedRange<Int>

    init(seed: UInt64) {
      var generator = SplitMix64(seed: seed)
      let rates: [Double] = [100, 128, 160, 512]
      let rate = rates[Int.random(in: 0..<4, using: &generator)]
      let count = Int.random(in: 40...300, using: &generator)
      let before = Int.random(in: 4...20, using: &generator)
      let smoothness = Double.random(in: 0...0.97, using: &generator)
      var value = 0.0
      let values = (0..<count).map { _ in
        value = smoothness * value + Double.random(in: -1e-5...1e-5, using: &generator)
        return value
      }
      let first = Int.random(in: 0..<(count - 1), using: &generator)
      waveform = Waveform(times: (0..<count).map { Double($0 - before) / rate }, values: values)
      samples = first...Int.random(in: first..<count, using: &generator)
      baseline = 0...before
    }
  }

  @Test("A later waveform has later latencies and the same amplitudes", arguments: UInt64(0)..<60)
  func shift(seed: UInt64) {
    let random = Random(seed: seed)
    let later = Waveform(times: random.waveform.times.map { $0 + 0.25 }, values: random.waveform.values)
    let before = Measured(random.waveform, random.samples, baseline: random.baseline)
    let after = Measured(later, random.samples, baseline: random.baseline)
    for (one, other) in zip(before.amplitudes, after.amplitudes) { #expect(agrees(one, other, 1e-9)) }
    for (one, other) in zip(before.latencies, after.latencies) { #expect(agrees(one + 0.25, other, 1e-9)) }
  }

  @Test("A larger waveform has larger amplitudes and the same latencies", arguments: UInt64(0)..<60)
  func scale(seed: UInt64) {
    let random = Random(seed: seed)
    let larger = Waveform(times: random.waveform.times, values: random.waveform.values.map { $0 * 8 })
    let before = Measured(random.waveform, random.samples, baseline: random.baseline)
    let after = Measured(larger, random.samples, baseline: random.baseline)
    // A power of two changes no digit.
    for (one, other) in zip(before.amplitudes, after.amplitudes) { #expect(agrees(one * 8, other, 0)) }
    for (one, other) in zip(before.latencies, after.latencies) { #expect(agrees(one, other, 0)) }
  }

  @Test("An inverted waveform has its polarities swapped", arguments: UInt64(0)..<60)
  func inversion(seed: UInt64) {
    let random = Random(seed: seed)
    let inverted = Waveform(times: random.waveform.times, values: random.waveform.values.map { -$0 })
    let before = Measured(random.waveform, random.samples, baseline: random.baseline)
    let after = Measured(inverted, random.samples, baseline: random.baseline, swapped: true)
    for (one, other) in zip(before.latencies, after.latencies) { #expect(agrees(one, other, 0)) }
    for (one, other) in zip(before.amplitudes, after.amplitudes) { #expect(agrees(abs(one), abs(other), 0)) }
  }

  @Test(
    "Rectified is positive plus negative without sign, and the integral their sum", arguments: UInt64(0)..<60)
  func areas(seed: UInt64) {
    let random = Random(seed: seed)
    func area(_ kind: WaveformArea) -> Double { random.waveform.area(kind, in: random.samples) }
    #expect(area(.positive) >= 0 && area(.negative) <= 0)
    #expect(agrees(area(.absolute), area(.positive) + abs(area(.negative)), 1e-12))
    #expect(abs(area(.integral) - area(.positive) - area(.negative)) <= 1e-12 * area(.absolute))
  }

  @Test(
    "Latencies lie in the window, interpolated ones within a sample of the others", arguments: UInt64(0)..<60)
  func latencies(seed: UInt64) {
    let random = Random(seed: seed)
    let times = random.waveform.times
    let span = times[random.samples.lowerBound]...times[random.samples.upperBound]
    let interval = times[1] - times[0]
    for polarity in MeasurePolarity.allCases {
      func close(_ sample: Double, _ between: Double) -> Bool {
        sample.isNaN && between.isNaN
          || span.contains(sample) && span.contains(between) && abs(sample - between) < interval * 1.000001
      }
      for style in MeasureStyle.allCases {
        let rules = [false, true].map { LatencyRule(style: style, interpolates: $0) }
        for side in PeakSide.allCases {
          let pair = rules.map {
            random.waveform.fractionalPeakLatency(0.5, side, of: polarity, in: random.samples, rule: $0)
          }
          #expect(close(pair[0], pair[1]))
        }
        let pair = rules.map {
          random.waveform.fractionalAreaLatency(0.5, of: WaveformArea(polarity), in: random.samples, rule: $0)
        }
        #expect(close(pair[0], pair[1]))
      }
    }
  }

  @Test("The onset before the peak is the offset of the waveform played backwards", arguments: UInt64(0)..<60)
  func reversal(seed: UInt64) {
    let random = Random(seed: seed)
    let count = random.waveform.times.count
    let reversed = Waveform(
      times: random.waveform.times.reversed().map { -$0 }, values: random.waveform.values.reversed())
    let samples = (count - 1 - random.samples.upperBound)...(count - 1 - random.samples.lowerBound)
    for polarity in MeasurePolarity.allCases {
      let onset = random.waveform.fractionalPeakLatency(
        0.5, .onset, of: polarity, in: random.samples, rule: .erplabInterpolated)
      let offset = reversed.fractionalPeakLatency(0.5, .offset, of: polarity, in: samples, rule: .erplabInterpolated)
      #expect(agrees(onset, -offset, 1e-9))
    }
  }

  @Test(
    "A value that is no number makes every measure of its window none, and traps nowhere",
    arguments: UInt64(0)..<20)
  func notANumber(seed: UInt64) {
    let random = Random(seed: seed)
    var values = random.waveform.values
    values[random.samples.lowerBound] = .nan
    let measured = Measured(
      Waveform(times: random.waveform.times, values: values), random.samples, baseline: random.samples)
    #expect(measured.amplitudes.allSatisfy { $0.isNaN })
    #expect(measured.latencies.allSatisfy { $0.isNaN })
  }

  @Test("Infinite values trap nowhere", arguments: UInt64(0)..<20)
  func infinite(seed: UInt64) {
    let random = Random(seed: seed)
    var values = random.waveform.values
    values[random.samples.lowerBound] = .infinity
    let waveform = Waveform(times: random.waveform.times, values: values)
    let measured = Measured(waveform, random.samples, baseline: random.baseline)
    #expect(measured.amplitudes[0] == .infinity)
    #expect(waveform.peak(.positive, in: random.samples).sample == random.samples.lowerBound)
  }
}

@Suite("Measures with known answers")
struct MeasureKnownAnswerTests {
  /// A triangle of 8 V from 0 to 0.2 s with its top at 0.1 s, at 100 Hz from -0.1 s on; zero elsewhere.
  private let triangle: Waveform = {
    let times = (0...50).map { Double($0 - 10) / 100 }
    return Waveform(times: times, values: times.map { max(0, 8 - abs($0 - 0.1) * 80) })
  }()
  private let window = 10...40

  @Test("A triangle: mean, area, peak, and where it has risen and fallen to a fraction")
  func triangleMeasures() {
    #expect(abs(triangle.area(.integral, in: window) - 0.8) < 1e-12)
    #expect(abs(triangle.mean(in: window) - 80.0 / 31) < 1e-12)
    let peak = triangle.peak(.positive, in: window)
    #expect(peak.sample == 20 && peak.latency == 0.1 && peak.amplitude == 8 && !peak.isLocal)
    func latency(_ fraction: Double, _ side: PeakSide, _ rule: LatencyRule) -> Double {
      triangle.fractionalPeakLatency(fraction, side, of: .positive, in: window, rule: rule)
    }
    // 0.33 of the top is reached at 33 ms and left at 167 ms.
    #expect(latency(0.33, .onset, .mne) == 0.04)
    #expect(latency(0.33, .onset, .erplab) == 0.03)
    #expect(abs(latency(0.33, .onset, .erplabInterpolated) - 0.033) < 1e-12)
    #expect(abs(latency(0.33, .onset, LatencyRule(style: .mne, interpolates: true)) - 0.033) < 1e-12)
    #expect(latency(0.33, .offset, .mne) == 0.17 && latency(0.33, .offset, .erplab) == 0.17)
    #expect(abs(latency(0.33, .offset, .erplabInterpolated) - 0.167) < 1e-12)
    #expect(
      abs(triangle.fractionalAreaLatency(0.5, of: .positive, in: window, rule: .erplabInterpolated) - 0.1) < 1e-12)
    #expect(triangle.peakToPeak(in: window) == 8)
  }

  @Test("What has no area, no peak of its sign or no local peak has no latency")
  func nothing() {
    let flat = 35...45
    for kind in WaveformArea.allCases {
      #expect(triangle.area(kind, in: flat) == 0)
      for rule in [LatencyRule.mne, .erplab, .erplabInterpolated] {
        #expect(triangle.fractionalAreaLatency(0.5, of: kind, in: flat, rule: rule).isNaN)
      }
    }
    #expect(triangle.peak(.negative, in: 12...28).amplitude > 0)
    for rule in [LatencyRule.mne, .erplab, .erplabInterpolated] {
      #expect(triangle.fractionalPeakLatency(0.5, .onset, of: .negative, in: 12...28, rule: rule).isNaN)
    }
    let none = triangle.peak(.positive, in: 22...28, search: .local(neighbours: 3, fallsBack: false))
    #expect(none.sample == nil && none.latency.isNaN && none.amplitude.isNaN)
    let replaced = triangle.peak(.positive, in: 22...28, search: .local(neighbours: 3, fallsBack: true))
    #expect(replaced.sample == 22 && !replaced.isLocal)
  }

  @Test("MNE-Python starts at the window, ERPLAB at the peak")
  func styles() {
    // A first bump above half the second one's height.
    let values = [0, 6, 0, 0, 4, 8, 4, 0].map(Double.init)
    let waveform = Waveform(times: values.indices.map { Double($0) / 100 }, values: values)
    #expect(waveform.fractionalPeakLatency(0.6, .onset, of: .positive, in: 0...7, rule: .mne) == 0.01)
    #expect(waveform.fractionalPeakLatency(0.6, .onset, of: .positive, in: 0...7, rule: .erplab) == 0.04)
  }

  @Test("A local peak may be lower than the edge of the window, and looks at samples beyond it")
  func localPeak() {
    let values = [9, 8, 7, 3, 2, 5, 2, 1, 6, 9].map(Double.init)
    let waveform = Waveform(times: values.indices.map(Double.init), values: values)
    #expect(waveform.peak(.positive, in: 3...8).sample == 8)
    #expect(waveform.peak(.positive, in: 3...7, search: .local(neighbours: 2, fallsBack: false)).sample == 5)
    // The mean of three samples before it is larger.
    #expect(
      waveform.peak(.positive, in: 3...6, search: .local(neighbours: 3, fallsBack: false)).sample == 5)
    #expect(waveform.peak(.positive, in: 3...5, search: .local(neighbours: 5, fallsBack: false)).sample == nil)
  }

  @Test(
    "Ends of windows go to the nearest sample; in the middle MNE-Python and ERPLAB differ",
    arguments: [
      (MeasureStyle.mne, 0.3, 0.45, 100...137), (.erplab, 0.3, 0.45, 100...137), (.mne, 0.35, 0.45, 113...137),
      (.erplab, 0.35, 0.45, 112...137), (.mne, 0.31, 0.39, 103...123), (.erplab, 0.31, 0.39, 102...122),
      (.mne, -0.1, 0.5, 0...150), (.erplab, -0.1, 0.5, 0...150), (.mne, 0.2, 0.2, 75...75),
    ])
  func windows(style: MeasureStyle, start: Double, end: Double, expected: ClosedRange<Int>) throws {
    let times = (-25...125).map { Double($0) / 250 }
    let window = MeasurementWindow(start: start, end: end)
    #expect(try window.samples(of: times, rate: 250, style: style) == expected)
  }

  @Test(
    "Windows outside the epoch and without order are refused",
    arguments: [
      (-0.2, 0.1), (0, 0.6), (0.3, 0.2), (.nan, 0.2), (0, .infinity), (-1e300, 1e300), (0.51, 0.52),
    ])
  func badWindows(start: Double, end: Double) {
    let times = (-25...125).map { Double($0) / 250 }
    for style in MeasureStyle.allCases {
      for times in [times, []] {
        let error = #expect(throws: ERPError.self) {
          try MeasurementWindow(start: start, end: end).samples(of: times, rate: 250, style: style)
        }
        #expect(error?.code == .invalidWindow)
      }
    }
  }
}
