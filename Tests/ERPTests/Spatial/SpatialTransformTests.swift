import EEGCore
import TestSupport
import Testing

@testable import ERP

@Suite("Channels as weighted sums of channels")
struct SpatialTransformTests {
  private static func channels(_ count: Int, _ letter: String = "c") -> [Channel] {
    (0..<count).map { Channel(name: "\(letter)\($0)") }
  }

  /// A transform of random weights, of which some are zero.
  private static func random(
    from inputs: [Channel], to outputs: [Channel], using generator: inout SplitMix64
  ) -> SpatialTransform {
    SpatialTransform(
      inputs: inputs,
      rows: outputs.map { channel in
        let used = inputs.indices.filter { _ in Bool.random(using: &generator) }
        return .init(
          channel: channel, terms: used.map { .init(input: $0, weight: Double.random(in: -2...2, using: &generator)) })
      })
  }

  private static func noise(_ count: Int, using generator: inout SplitMix64) -> [Double] {
    (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
  }

  /// Added up from zero in ascending order of inputs, as the kernel promises.
  private static func plainProduct(_ transform: SpatialTransform, _ values: [Double], times: Int) -> [Double] {
    transform.outputs.indices.flatMap { output in
      (0..<times).map { time in
        transform.terms(ofOutput: output).reduce(0) { $0 + $1.weight * values[$1.input * times + time] }
      }
    }
  }

  @Test(
    "A block is multiplied row by row, to the last bit, out of place and in place", arguments: [1, 31, 32, 64, 65, 200])
  func application(times: Int) {
    var generator = SplitMix64(seed: UInt64(times))
    let transform = Self.random(from: Self.channels(9), to: Self.channels(7), using: &generator)
    var values = Self.noise(9 * times, using: &generator)
    let expected = Self.plainProduct(transform, values, times: times)
    #expect(transform.applied(to: Matrix(rows: 9, columns: times, values: values)).values == expected)

    let scratch = SpatialTransform.Scratch(for: transform)
    let rest = Array(values[(7 * times)...])
    var span = values.mutableSpan
    transform.apply(inPlace: &span, times: times, scratch)
    #expect(Array(values.prefix(7 * times)) == expected)
    #expect(Array(values[(7 * times)...]) == rest)
  }

  @Test("Epochs are transformed one by one")
  func epochs() {
    var generator = SplitMix64(seed: 5)
    let transform = Self.random(from: Self.channels(4), to: Self.channels(6, "d"), using: &generator)
    let events = (0..<3).map { Event(sample: $0, onset: Double($0), condition: "a") }
    let epochs = Epochs(
      channels: Self.channels(4), times: (0..<50).map { Double($0) / 100 }, rate: 100, events: events,
      values: Self.noise(3 * 4 * 50, using: &generator), dropLog: events.map { DropLogEntry(event: $0, reasons: []) })
    let result = transform.applied(to: epochs)
    #expect(result.channels == transform.outputs && result.events == events && result.dropLog == epochs.dropLog)
    for epoch in 0..<3 { #expect(result.epoch(epoch) == transform.applied(to: epochs.epoch(epoch))) }
  }

  @Test("Two transforms in one give what they give one after the other", arguments: 0..<8)
  func composition(_ seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    let (first, middle, last) = (Self.channels(8), Self.channels(6, "m"), Self.channels(5, "l"))
    let inner = Self.random(from: first, to: middle, using: &generator)
    let outer = Self.random(from: middle, to: last, using: &generator)
    let values = Matrix(rows: 8, columns: 40, values: Self.noise(320, using: &generator))
    let apart = outer.applied(to: inner.applied(to: values))
    let together = inner.followed(by: outer).applied(to: values)
    for (one, other) in zip(apart.values, together.values) { #expect(abs(one - other) < 1e-13) }
    #expect(inner.followed(by: outer).outputs == last && inner.followed(by: outer).inputs == first)
    #expect(inner.followed(by: .identity(middle)) == inner)
    #expect(SpatialTransform.identity(first).followed(by: inner) == inner)
  }

  @Test("A channel without numbers spoils only what is made of it")
  func notNumbers() {
    let channels = Self.channels(3)
    let transform = SpatialTransform(
      inputs: channels,
      rows: [
        .init(channel: channels[0], terms: [.init(input: 0, weight: 1), .init(input: 2, weight: 0)]),
        .init(channel: channels[1], terms: [.init(input: 2, weight: 1), .init(input: 1, weight: 1)]),
        .init(channel: channels[2], terms: []),
      ])
    let result = transform.applied(to: Matrix(rows: 3, columns: 1, values: [4, 5, .nan]))
    #expect(result.values[0] == 4 && result.values[1].isNaN && result.values[2] == 0)
  }

  @Test("Terms of one input add up, and the matrix has them in their places")
  func terms() {
    let channels = Self.channels(3)
    let terms: [SpatialTransform.Term] = [(2, 0.5), (0, 1), (2, 0.25), (1, 3), (1, -3)].map {
      .init(input: $0.0, weight: $0.1)
    }
    let transform = SpatialTransform(inputs: channels, rows: [.init(channel: channels[1], terms: terms)])
    #expect(transform.terms(ofOutput: 0) == [.init(input: 0, weight: 1), .init(input: 2, weight: 0.75)])
    #expect(transform.matrix == Matrix(rows: 1, columns: 3, values: [1, 0, 0.75]))
  }

  @Test("Unused inputs can be left unread, and outputs chosen")
  func parts() {
    var generator = SplitMix64(seed: 3)
    let channels = Self.channels(5)
    let transform = SpatialTransform(
      inputs: channels,
      rows: [
        .init(channel: channels[0], terms: [.init(input: 3, weight: 2), .init(input: 1, weight: -1)]),
        .init(channel: channels[1], terms: [.init(input: 1, weight: 1)]),
      ])
    let (smaller, used) = transform.withoutUnusedInputs()
    #expect(used == [1, 3] && smaller.inputs == [channels[1], channels[3]])
    let values = Matrix(rows: 5, columns: 7, values: Self.noise(35, using: &generator))
    let part = Matrix(rows: 2, columns: 7, values: Array(values[row: 1]) + Array(values[row: 3]))
    #expect(smaller.applied(to: part) == transform.applied(to: values))
    let swapped = transform.selecting(outputs: [1, 0])
    #expect(
      swapped.outputs == [channels[1], channels[0]] && swapped.terms(ofOutput: 1) == transform.terms(ofOutput: 0))
  }
}
