import EEGCore
import Foundation
import TestSupport
import Testing

@testable import Report

/// What no figure expects: every kind draws it, or says why not; gnuplot never fails.
@Suite("Extreme input")
struct ExtremeInputTests {
  struct Input: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let evoked: EvokedSet
    /// Kinds that have nothing to show.
    let refused: Set<FigureKinds>
  }

  private static func changed(
    _ description: String, refused: Set<FigureKinds> = [], _ change: (inout EvokedSet) -> Void
  )
    -> Input
  {
    var evoked = SampleEvoked.make(conditions: ["a", "b"], channels: 6)
    change(&evoked)
    return Input(testDescription: description, evoked: evoked, refused: refused)
  }

  private static func setAll(_ evoked: inout EvokedSet, to value: Double) {
    for condition in evoked.conditions.indices {
      for index in evoked.conditions[condition].average.values.indices {
        evoked.conditions[condition].average.values[index] = value
      }
    }
  }

  private static let maps: Set<FigureKinds> = [.maps, .windows]
  private static let lines: Set<FigureKinds> = [
    .butterfly, .conditions, .image, .imageInOrder, .artifacts, .layout,
  ]

  static let inputs: [Input] = [
    Input(
      testDescription: "one channel", evoked: SampleEvoked.make(conditions: ["a"], channels: 1), refused: maps),
    Input(
      testDescription: "one channel without position",
      evoked: SampleEvoked.make(conditions: ["a"], channels: 1, hasPositions: false), refused: maps),
    Input(
      testDescription: "no positions",
      evoked: SampleEvoked.make(conditions: ["a", "b"], channels: 5, hasPositions: false),
      refused: maps),
    changed("all channels at one place", refused: maps) { evoked in
      for index in evoked.channels.indices { evoked.channels[index].position = Position(x: 0, y: 0, z: 0.1) }
    },
    changed("positions that are not numbers", refused: maps) { evoked in
      for index in evoked.channels.indices { evoked.channels[index].position = Position(x: .nan, y: 0, z: .infinity) }
    },
    changed("a position far away") { $0.channels[0].position = Position(x: 40, y: -3, z: 1) },
    changed("NaN in one channel") { evoked in
      for time in evoked.times.indices { evoked.conditions[0].average[2, time] = .nan }
    },
    changed("infinite values here and there") { evoked in
      evoked.conditions[0].average[0, 3] = .infinity
      evoked.conditions[1].average[1, 7] = -.infinity
    },
    changed("one condition without a value") { evoked in
      for index in evoked.conditions[0].average.values.indices { evoked.conditions[0].average.values[index] = .nan }
    },
    changed("nothing but NaN", refused: maps.union(lines)) { setAll(&$0, to: .nan) },
    changed("flat zero") { setAll(&$0, to: 0) },
    changed("a large constant") { setAll(&$0, to: 2.5) },
    changed("a tiny constant") { setAll(&$0, to: 1e-30) },
    changed("a standard error that is not a number") { evoked in
      evoked.conditions[0].standardError?.values[5] = .nan
      evoked.conditions[1].standardError = nil
    },
    changed("no EEG channel", refused: maps.union(lines).subtracting([.artifacts])) { evoked in
      for index in evoked.channels.indices { evoked.channels[index].kind = .eog }
    },
    changed("one time", refused: maps.union(lines).subtracting([.maps])) { evoked in
      evoked.times = [0.1]
      for index in evoked.conditions.indices {
        evoked.conditions[index].average = Matrix(rows: 6, columns: 1, values: [1, 2, 3, 4, 5, 6].map { $0 * 1e-6 })
        evoked.conditions[index].standardError = nil
      }
    },
    changed("two times", refused: [.windows]) { evoked in
      evoked.times = [0.1, 0.2]
      for index in evoked.conditions.indices {
        evoked.conditions[index].average = Matrix(rows: 6, columns: 2, values: (0..<12).map { Double($0) * 1e-6 })
        evoked.conditions[index].standardError = nil
      }
    },
    changed("times that are not numbers", refused: maps.union(lines)) { evoked in
      evoked.times = evoked.times.map { _ in .nan }
    },
    changed("no events", refused: [.drops]) { $0.dropLog = [] },
    changed("one event, which was dropped") { evoked in
      evoked.dropLog = [
        DropLogEntry(event: Event(sample: nil, onset: .nan, condition: "a"), reasons: [.segmentBoundary])
      ]
    },
    changed("events before the recording and at its end") { evoked in
      evoked.dropLog = [-5, 0, 36_000.5].map {
        DropLogEntry(event: Event(sample: nil, onset: $0, condition: "it's \\ `b`"), reasons: [])
      }
    },
    changed("no condition", refused: maps.union(lines)) { $0.conditions = [] },
    changed("names with line breaks and nothing in them") { evoked in
      evoked.conditions[0].name = ""
      evoked.conditions[1].name = "\n'; exit\n"
      evoked.channels[0].name = ""
      evoked.channels[1].name = "\t\n\0"
    },
  ]

  @Test(
    "Every kind ends in a figure or in an error that says why", .enabled(if: hasGnuplot),
    arguments: FigureKinds.allCases,
    inputs)
  func drawnOrRefused(kind: FigureKinds, input: Input) throws {
    do {
      let figure = try kind.figure(input.evoked)
      #expect(!input.refused.contains(kind))
      let drawn = try Gnuplot().run(figure.script(for: .svg))
      #expect(drawn.count > 1000)
    } catch let error as FigureError {
      #expect(input.refused.contains(kind), "\(error)")
      #expect(error.code == .nothingToDraw || error.code == .invalidOption, "\(error)")
      #expect(error.message.count > 15)
    }
  }

  @Test("Archives without a kept epoch, and with a single one, are refused and drawn", .enabled(if: hasGnuplot))
  func fewEpochs() throws {
    let evoked = SampleEvoked.make(conditions: ["a"], channels: 3)
    let one = SampleEvoked.epochs(of: evoked, each: 1)
    #expect(try Gnuplot().run(EpochsImageFigure(epochs: one).script(for: .png)).count > 1000)
    let error = #expect(throws: FigureError.self) {
      try EpochsImageFigure(epochs: SampleEvoked.epochs(of: evoked, each: 0))
    }
    #expect(error?.code == .nothingToDraw)
  }

  @Test("What the data do not have is refused by name", arguments: FigureKinds.allCases)
  func unknownNames(kind: FigureKinds) throws {
    let evoked = SampleEvoked.make(conditions: ["a", "b"], channels: 6)
    var options = FigureOptions()
    options.conditions = ["c"]
    let condition = #expect(throws: FigureError.self) { try kind.figure(evoked, options: options) }
    #expect(condition?.code == .invalidOption)
    #expect(condition?.message.contains("'c'") == true)
    #expect(condition?.message.contains("'a', 'b'") == true)
    // A drop log has neither channels to choose from nor times from the event.
    if kind == .drops { return }
    options.conditions = nil
    options.channels = ["E1", "Zz"]
    let channel = #expect(throws: FigureError.self) { try kind.figure(evoked, options: options) }
    #expect(channel?.code == .invalidOption)
    #expect(channel?.message.contains("'Zz'") == true)
    options.channels = nil
    options.tmin = 5
    let time = #expect(throws: FigureError.self) { try kind.figure(evoked, options: options) }
    #expect(time?.code == .invalidOption)
    #expect(time?.message.contains("5.0 s") == true)
  }
}
