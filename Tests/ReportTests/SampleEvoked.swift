import EEGCore
import Foundation
import TestSupport
import Testing

/// Small evoked potentials for figures.
enum SampleEvoked {
  /// Five channels with positions, 31 times from -0.1 to 0.5 s, microvolts of seeded noise.
  static func make(conditions names: [String]) -> EvokedSet {
    var generator = SplitMix64(seed: 7)
    let places = [(-0.03, 0.08, 0.02), (0.03, 0.08, 0.02), (0.0, 0.0, 0.1), (-0.05, -0.05, 0.06), (0.05, -0.05, 0.06)]
    let channels = zip(["Fp1", "Fp2", "Cz", "P3", "P4"], places).map { name, place in
      Channel(name: name, position: Position(x: place.0, y: place.1, z: place.2))
    }
    let times = (0..<31).map { -0.1 + Double($0) * 0.02 }
    let conditions = names.map { name in
      let rows = channels.map { _ in times.map { _ in Double.random(in: -5e-6...5e-6, using: &generator) } }
      return condition(name, rows: rows)
    }
    return EvokedSet(channels: channels, times: times, rate: 50, conditions: conditions)
  }

  /// Any number of channels over the upper half of a head, microvolts of seeded noise with a standard error of 1 uV, and a
  /// drop log of 40 events a condition.
  static func make(conditions names: [String], channels count: Int, hasPositions: Bool = true) -> EvokedSet {
    var generator = SplitMix64(seed: 11)
    let channels = (0..<count).map { index in
      // A spiral with equal areas, from the vertex to a little below the equator.
      let z = 1 - 1.15 * (Double(index) + 0.5) / Double(count)
      let (radius, angle) = ((1 - z * z).squareRoot(), 2.399963 * Double(index))
      let position = Position(x: 0.095 * radius * cos(angle), y: 0.095 * radius * sin(angle), z: 0.095 * z)
      return Channel(name: "E\(index + 1)", position: hasPositions ? position : nil)
    }
    let times = (0..<41).map { -0.1 + Double($0) * 0.02 }
    let conditions = names.map { name in
      var average = Matrix(rows: count, columns: times.count)
      for index in average.values.indices { average.values[index] = Double.random(in: -8e-6...8e-6, using: &generator) }
      let error = [Double](repeating: 1e-6, count: average.values.count)
      return Evoked(
        name: name, average: average,
        standardError: Matrix(rows: count, columns: times.count, values: error), count: 20)
    }
    let log = names.flatMap { name in
      (0..<40).map { index in
        let reasons: [DropReason] =
          switch index % 8 {
          case 0: [.peakToPeak(channels: channels.prefix(20).map(\.name))]
          case 1: [.badAnnotation(text: "BAD_a rather long text of an annotation by someone")]
          case 2 where index < 9: [.outsideRecording, .flat(channels: [channels[0].name])]
          default: []
          }
        return DropLogEntry(event: Event(sample: index, onset: Double(index) * 2.5, condition: name), reasons: reasons)
      }
    }
    return EvokedSet(channels: channels, times: times, rate: 50, conditions: conditions, dropLog: log)
  }

  /// Ten epochs a condition, made of its average and seeded noise.
  static func epochs(of evoked: EvokedSet, each count: Int = 10) -> Epochs {
    var generator = SplitMix64(seed: 5)
    var events: [Event] = []
    var values: [Double] = []
    for index in 0..<count {
      for condition in evoked.conditions {
        events.append(Event(sample: index, onset: Double(index), condition: condition.name))
        values += condition.average.values.map { $0 + Double.random(in: -2e-6...2e-6, using: &generator) }
      }
    }
    return Epochs(
      channels: evoked.channels, times: evoked.times, rate: evoked.rate, events: events, values: values, dropLog: [])
  }

  /// Three epochs a condition that were dropped, ten times as large as its average, in turn for peak-to-peak and step,
  /// for an absolute value, and for a blink.
  static func dropped(of evoked: EvokedSet) -> Epochs {
    let names = evoked.channels.map(\.name)
    func found(_ detector: ArtifactDetector, _ limit: Double, _ channels: some Sequence<String>) -> DropReason {
      .artifact(
        ArtifactFinding(detector: detector, limit: limit, channels: channels.map { .init(channel: $0, value: 1) }))
    }
    let reasons = [
      [found(.peakToPeak, 1e-4, names.prefix(7)), found(.step, 3e-5, names.prefix(2))],
      [found(.absolute, 5e-5, names.prefix(1))], [found(.blink, 0.7, names.suffix(1))],
    ]
    var epochs = Epochs(
      channels: evoked.channels, times: evoked.times, rate: evoked.rate, events: [], values: [], dropLog: [])
    for (index, reasons) in reasons.enumerated() {
      for condition in evoked.conditions {
        let event = Event(sample: index, onset: 0.5 + Double(3 * index), condition: condition.name)
        epochs.events.append(event)
        epochs.dropLog.append(DropLogEntry(event: event, reasons: reasons))
        epochs.values += condition.average.values.map { $0 * 10 }
      }
    }
    return epochs
  }

  /// A condition of 20 epochs with the given average, volts.
  static func condition(_ name: String, rows: [[Double]]) -> Evoked {
    let average = Matrix(rows: rows.count, columns: rows[0].count, values: Array(rows.joined()))
    return Evoked(name: name, average: average, standardError: nil, count: 20)
  }

  /// Evoked potentials that no figure can show.
  struct Empty: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let evoked: EvokedSet
  }

  static let empty: [Empty] = {
    var noEEG = make(conditions: ["a"])
    for index in noEEG.channels.indices { noEEG.channels[index].kind = .eog }
    var notFinite = make(conditions: ["a"])
    for index in notFinite.conditions[0].average.values.indices { notFinite.conditions[0].average.values[index] = .nan }
    var oneTime = make(conditions: ["a"])
    oneTime.times = [0]
    oneTime.conditions = [condition("a", rows: [[1], [2], [3], [4], [5]])]
    var standingTime = make(conditions: ["a"])
    standingTime.times = standingTime.times.map { _ in .nan }
    return [
      Empty(testDescription: "no condition", evoked: make(conditions: [])),
      Empty(testDescription: "no EEG channel", evoked: noEEG),
      Empty(testDescription: "no finite value", evoked: notFinite),
      Empty(testDescription: "one time", evoked: oneTime),
      Empty(testDescription: "times that are not numbers", evoked: standingTime),
    ]
  }()
}

extension DropReason {
  static func peakToPeak(channels: [String]) -> DropReason { found(.peakToPeak, 1e-4, channels) }
  static func flat(channels: [String]) -> DropReason { found(.flat, 1e-6, channels) }

  private static func found(_ detector: ArtifactDetector, _ limit: Double, _ channels: [String]) -> DropReason {
    .artifact(
      ArtifactFinding(detector: detector, limit: limit, channels: channels.map { .init(channel: $0, value: limit) }))
  }
}
