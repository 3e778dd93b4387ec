import EEGCore
import Foundation
import TestSupport
import Testing

@testable import ERP

/// Random lists of events, and what brute force and MNE-Python select in them (`event_selection.py`).
struct EventSelectionReference: Decodable {
  struct Event: Decodable {
    let onset: Double
    let text: String
    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      (onset, text) = (try container.decode(Double.self), try container.decode(String.self))
    }
  }
  struct List: Decodable {
    let events: [Event]
    /// Numbers of the events that each item selects.
    let selected: [String: [Int]]
    var annotations: [Annotation] { events.map { Annotation(onset: $0.onset, text: $0.text) } }
  }
  struct Tags: Decodable {
    let names: [String]
    let matches: [String: [String]]
  }
  struct Equalized: Decodable {
    let samples, mintime, truncate: [[Int]]
  }
  let sequences: [List]
  let tags: Tags
  let equalized: [Equalized]

  static func load() throws -> EventSelectionReference {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("event_selection.json")))
    return try JSONDecoder().decode(EventSelectionReference.self, from: data)
  }
}

@Suite("Sequences of events")
struct EventSequenceTests {
  /// Annotations a second apart.
  private func annotations(_ texts: [String]) -> [Annotation] {
    texts.enumerated().map { Annotation(onset: Double($0), text: $1) }
  }

  @Test("Sequences select what brute force selects", arguments: 0..<9)
  func bruteForce(list: Int) throws {
    let reference = try EventSelectionReference.load().sequences[list]
    let annotations = reference.annotations
    #expect(reference.selected.count == 18)
    for (item, expected) in reference.selected {
      let selected = try EventSelection([item]).assign(annotations)
      let numbers = annotations.indices.filter { !selected.conditionsOfEvent[$0].isEmpty }
      #expect(numbers == expected, "\(item)")
      #expect(selected.conditions == [item] && selected.unmatched == (expected.isEmpty ? [item] : []))
    }
  }

  @Test("What follows and what does not make up all events", arguments: 4..<9)
  func complement(list: Int) throws {
    let annotations = try EventSelectionReference.load().sequences[list].annotations
    for (positive, negative) in [("S1>~R*@0.2:0.9", "S1!>R*@0.2:0.9"), ("S1>R1", "S1!>R1"), ("S2<R1", "S2!<R1")] {
      let result = try EventSelection(["yes=\(positive)", "no=\(negative)"], allowsSeveral: true).assign(annotations)
      for (annotation, conditions) in zip(annotations, result.conditionsOfEvent) {
        let isAnchor = annotation.text == (positive.hasPrefix("S2<") ? "R1" : "S1")
        #expect(conditions.count == (isAnchor ? 1 : 0), "\(positive) at \(annotation.onset)")
      }
    }
  }

  @Test("Tags select the names that MNE-Python's do")
  func tags() throws {
    let reference = try EventSelectionReference.load().tags
    let annotations = annotations(reference.names)
    #expect(reference.matches.count == 13)
    for (key, names) in reference.matches {
      let result = try EventSelection([key]).assign(annotations)
      let selected = annotations.indices.filter { !result.conditionsOfEvent[$0].isEmpty }.map { reference.names[$0] }
      #expect(Set(selected) == Set(names), "\(key)")
      #expect(result.conditions == [key])
    }
  }

  @Test(
    "Items are read as the grammar says",
    arguments: [
      // A text of the recording is that text, as an item and as a part of one.
      (["S1>S2"], ["S1>S2", "S1", "S2"], [["S1>S2"], [], []]),
      (["S1>a/b"], ["S1", "a/b", "S1", "b/a"], [["S1>a/b"], [], [], []]),
      (["S*>x"], ["S*", "x", "S1", "x"], [["S*>x"], [], [], []]),
      (["S1>~x@0:1"], ["S1", "~x"], [["S1>~x@0:1"], []]),
      // Names; the first sign ends the search for one.
      (["ok=S1>S2"], ["S1", "S2"], [["ok"], []]),
      (["S1>a=b"], ["S1", "a=b"], [["S1>a=b"], []]),
      (["ok = S1 > S2 @ 0:1"], ["S1", "S2"], [["ok "], []]),
      // Brackets and expressions protect signs.
      (["S[<>]"], ["S<", "S1"], [["S<"], []]),
      (["ok=S[>]>R[@]"], ["S>", "R@", "S>"], [["ok"], [], []]),
      (["/^(?<n>S)1$/"], ["S1", "S2"], [["S1"], []]),
      (["ok=/^S[12]$/>/^R/@0:1"], ["S1", "R1", "S3", "R2", "S2"], [["ok"], [], [], [], []]),
      (["/S/</R/"], ["S1", "R1", "R2"], [[], ["/S/</R/"], []]),
      (["ok=/a\\/>b/"], ["a/>b", "a", "b"], [["ok"], [], []]),
      // A text before the signs may hold an at sign.
      (["a@b>c@0:2"], ["a@b", "x", "c"], [["a@b>c@0:2"], [], []]),
      // Tags in sequences.
      (["hit=left>hit@0:1"], ["cue/left", "hit/fast", "cue/right", "miss"], [["hit"], [], [], []]),
    ])
  func grammar(_ items: [String], texts: [String], conditions: [[String]]) throws {
    #expect(try EventSelection(items).assign(annotations(texts)).conditionsOfEvent == conditions)
  }

  @Test(
    "Sequences that mean nothing are refused",
    arguments: [
      "S1>", ">S1", "S1<", "a>b<c", "S1>S2@", "S1>S2@0.9", "S1>S2@0.9:0.2", "S1>S2@-1:1", "S1>S2@x:y", "S1>>S2",
      "S1>~S2", "S1!>~S2@0:1", "S1>~@0:1", "S1>@0:1", "x=>S2", "S1>S[2", "S1>S2@nan:1",
    ])
  func refused(_ item: String) throws {
    let error = #expect(throws: ERPError.self) { try EventSelection([item]).assign(annotations(["S1", "S2"])) }
    #expect(error?.code == .invalidPattern)
  }

  @Test("Marks of bad data are no neighbours, but may be asked for")
  func badMarks() throws {
    let annotations = annotations(["S1", "BAD blink", "R1", "S1", "R1"])
    func count(_ item: String) throws -> Int {
      try EventSelection([item]).assign(annotations).conditionsOfEvent.filter { !$0.isEmpty }.count
    }
    #expect(try count("S1>R1") == 2)
    #expect(try count("S1!>BAD*@0:1.5") == 1)
  }

  @Test("An event goes to its first condition, or to all of them")
  func several() throws {
    let items = ["correct=S1>R1@0:1", "S1", "any=S*"]
    let annotations = annotations(["S1", "R1", "S1", "R2", "S2"])
    let first = try EventSelection(items).assign(annotations)
    #expect(first.conditionsOfEvent == [["correct"], [], ["S1"], [], ["any"]])
    let all = try EventSelection(items, allowsSeveral: true).assign(annotations)
    #expect(all.conditionsOfEvent == [["correct", "S1", "any"], [], ["S1", "any"], [], ["any"]])
    #expect(all.conditions == ["correct", "S1", "any"] && all.unmatched.isEmpty)
    // Two items of one name still make one event.
    let same = try EventSelection(["a=S1", "a=S*"], allowsSeveral: true).assign(annotations)
    #expect(same.conditionsOfEvent == [["a"], [], ["a"], [], ["a"]])
  }

  @Test("Epochs of an event with several conditions are cut once for each")
  func severalEpochs() throws {
    let recording = Recording.inMemory(
      [("Cz", (0..<10).map { Double($0) * 1e-6 })], events: [(2, "S1"), (3, "R1"), (6, "S1")])
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (0, 1, nil)
    settings.events = EventSelection(["hit=S1>R1@0:1", "response=S1<R1@0:1", "S1"], allowsSeveral: true)
    let result = try ERPPipeline(settings).epochs(of: recording)
    #expect(result.epochs.events.map { "\($0.condition)@\($0.sample ?? -1)" } == ["hit@2", "S1@2", "response@3", "S1@6"])
    #expect(result.epochs.values == [2, 3, 2, 3, 3, 4, 6, 7].map { $0 * 1e-6 })
    #expect(result.conditions == ["hit", "response", "S1"])
    let overlap = EpochOverlap(result.epochs.events, samplesPerEpoch: 2)
    #expect(overlap.pairs == 2 && overlap.epochs == 3 && overlap.repeated == 1)
  }

  @Test("Without an event the message says what there is")
  func nothingFound() throws {
    let recording = Recording.inMemory([("Cz", [0, 1, 2])], events: [(1, "S1")])
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (0, 0, nil)
    settings.events = ["S1>R1@0.2:0.9"]
    let error = #expect(throws: ERPError.self) { try ERPPipeline(settings).epochs(of: recording) }
    #expect(error?.message == "no event matches 'S1>R1@0.2:0.9'; the recording has 'S1' (1)")
  }

  @Test(
    "Lists are split at commas outside expressions and brackets",
    arguments: [
      ("T1, T2", ["T1", "T2"]), ("a=/^S{1,2}$/,b", ["a=/^S{1,2}$/", "b"]), ("S[1,2],,x ", ["S[1,2]", "x"]),
      ("a/b,c/d", ["a/b", "c/d"]), ("ok=/S/>/R{1,2}/@0.2:0.9,T2", ["ok=/S/>/R{1,2}/@0.2:0.9", "T2"]),
      ("/x,y/ , z", ["/x,y/", "z"]), ("", []), ("~/a,b/<c@0:1,d", ["~/a,b/<c@0:1", "d"]), ("[,a", ["[", "a"]),
    ])
  func lists(_ text: String, items: [String]) {
    #expect(EventSelection(list: text).items == items)
  }

  @Test("Selections that were stored before are still read")
  func coding() throws {
    let old = try JSONDecoder().decode(EventSelection.self, from: Data(#"{"items":["a"]}"#.utf8))
    #expect(old == ["a"])
    let new = EventSelection(["a>b"], allowsSeveral: true)
    #expect(try JSONDecoder().decode(EventSelection.self, from: JSONEncoder().encode(new)) == new)
  }
}
