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
