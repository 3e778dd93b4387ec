import EEGCore
import ERP
import TestSupport
import Testing

@Suite("Equal numbers of epochs")
struct EqualizedCountsTests {
  @Test("The choice is MNE-Python's", arguments: 0..<9)
  func reference(number: Int) throws {
    let reference = try EventSelectionReference.load().equalized[number]
    #expect(EqualizedCounts.choose(reference.samples) == reference.mintime)
    #expect(EqualizedCounts.choose(reference.samples, method: .truncate) == reference.truncate)
  }

  @Test("A seed decides which are drawn")
  func random() {
    let samples = [Array(0..<50), Array(0..<20)]
    let drawn = EqualizedCounts.choose(samples, method: .random(seed: 7))
    #expect(drawn.map(\.count) == [20, 20] && drawn[1] == Array(0..<20))
    #expect(drawn[0] == drawn[0].sorted() && Set(drawn[0]).count == 20 && drawn[0].allSatisfy { $0 < 50 })
    #expect(EqualizedCounts.choose(samples, method: .random(seed: 7)) == drawn)
    #expect(EqualizedCounts.choose(samples, method: .random(seed: 8)) != drawn)
    #expect(EqualizedCounts.choose([]).isEmpty)
  }

  private let epochs: Epochs = {
    let events = [(1, "a"), (2, "b"), (3, "a"), (90, "a"), (91, "b"), (95, "c"), (96, "c"), (97, "c")].map {
      Event(sample: $0.0, onset: Double($0.0), condition: $0.1)
    }
    var log = events.map { DropLogEntry(event: $0, reasons: []) }
    log.insert(DropLogEntry(event: Event(sample: 0, onset: 0, condition: "a"), reasons: [.outsideRecording]), at: 0)
    return Epochs(
      channels: [Channel(name: "Cz")], times: [0], rate: 1, events: events, values: (0..<8).map(Double.init), dropLog: log)
  }()

  @Test("Epochs are left out with their values, and logged")
  func leftOut() throws {
    let result = try epochs.equalized(.truncate)
    #expect(result.values == [0, 1, 2, 4, 5, 6])
    #expect(result.events == [0, 1, 2, 4, 5, 6].map { epochs.events[$0] })
    #expect(result.dropLog.filter { $0.reasons == [.equalized] }.map { $0.event.sample } == [90, 97])
    #expect(result.dropLog[0].reasons == [.outsideRecording])
    #expect(result.dropLog.filter(\.isKept).map(\.event) == result.events)
  }

  @Test("Only the named conditions lose epochs")
  func named() throws {
    let result = try epochs.equalized(conditions: ["a", "b"])
    #expect(result.events.map(\.sample) == [2, 3, 90, 91, 95, 96, 97])
    let error = #expect(throws: ERPError.self) { try epochs.equalized(conditions: ["a", "x"]) }
    #expect(error?.code == .unknownCondition)
  }
}

@Suite("Overlap of epochs")
struct EpochOverlapTests {
  @Test("Counts are those of all pairs", arguments: 0..<30 as Range<UInt64>)
  func pairs(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let events = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
      Event(
        sample: Int.random(in: 0...300, using: &generator), onset: 0,
        condition: ["a", "b", "c"].randomElement(using: &generator) ?? "a")
    }
    let length = Int.random(in: 1...20, using: &generator)
    let overlap = EpochOverlap(events, samplesPerEpoch: length)
    var (pairs, repeated, touched) = (0, 0, Set<Int>())
    var ofCondition: [String: Int] = [:]
    for first in events.indices {
      for second in events.indices where second > first {
        let distance = abs((events[first].sample ?? 0) - (events[second].sample ?? 0))
        guard distance < length else { continue }
        if distance == 0 { repeated += 1 } else { pairs += 1 }
        if distance > 0 { touched.formUnion([first, second]) }
        if events[first].condition == events[second].condition { ofCondition[events[first].condition, default: 0] += 1 }
      }
    }
    #expect(overlap.pairs == pairs && overlap.repeated == repeated && overlap.epochs == touched.count)
    #expect(overlap.conditions.allSatisfy { $0.pairs == ofCondition[$0.name, default: 0] })
    #expect(Set(overlap.conditions.map(\.name)) == Set(events.map(\.condition)))
  }
}
