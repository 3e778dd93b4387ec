import EEGCore
import Testing

@testable import ERP

@Suite("Event selection")
struct EventSelectionTests {
  /// A selection, and the conditions it makes of texts.
  struct Case: Sendable {
    let items: [String]
    let texts: [String]
    let conditions: [String]
    let assigned: [String: String]
    var unmatched: [String] = []
  }

  @Test(
    "Texts, patterns, expressions and names",
    arguments: [
      Case(items: [], texts: ["b", "a", "b"], conditions: ["b", "a"], assigned: ["a": "a", "b": "b"]),
      Case(
        items: ["T2", "T1"], texts: ["T0", "T1", "T2"], conditions: ["T2", "T1"], assigned: ["T1": "T1", "T2": "T2"]),
      Case(items: ["S*"], texts: ["S2", "x", "S1"], conditions: ["S2", "S1"], assigned: ["S1": "S1", "S2": "S2"]),
      Case(items: ["S ?"], texts: ["S 1", "S 12", "S"], conditions: ["S 1"], assigned: ["S 1": "S 1"]),
      Case(
        items: ["S[1-3x]"], texts: ["S2", "S4", "Sx"], conditions: ["S2", "Sx"], assigned: ["S2": "S2", "Sx": "Sx"]),
      Case(items: ["S[!1-3]"], texts: ["S2", "S4"], conditions: ["S4"], assigned: ["S4": "S4"]),
      Case(
        items: ["*a*b"], texts: ["xaxab", "ab", "ba"], conditions: ["xaxab", "ab"],
        assigned: ["xaxab": "xaxab", "ab": "ab"]),
      Case(items: ["/^S +[12]$/"], texts: ["S  1", "S3", "xS 1"], conditions: ["S  1"], assigned: ["S  1": "S  1"]),
      Case(
        items: ["target=S[12]", "rest=/^T0/"], texts: ["S1", "T0x", "S2"], conditions: ["target", "rest"],
        assigned: ["S1": "target", "S2": "target", "T0x": "rest"]),
      Case(items: ["a=b"], texts: ["a=b", "b"], conditions: ["a=b"], assigned: ["a=b": "a=b"]),
      Case(items: ["S*"], texts: ["S*", "S1"], conditions: ["S*"], assigned: ["S*": "S*"]),
      Case(items: ["/x=y/"], texts: ["ax=yb"], conditions: ["ax=yb"], assigned: ["ax=yb": "ax=yb"]),
      Case(items: ["T1", "T*"], texts: ["T2", "T1"], conditions: ["T1", "T2"], assigned: ["T1": "T1", "T2": "T2"]),
      Case(
        items: ["T1", "all=T?"], texts: ["T2", "T1"], conditions: ["T1", "all"], assigned: ["T1": "T1", "T2": "all"]),
      Case(items: ["T9", "x*"], texts: ["T1"], conditions: ["T9"], assigned: [:], unmatched: ["T9", "x*"]),
      Case(items: ["Ü?"], texts: ["Üß"], conditions: ["Üß"], assigned: ["Üß": "Üß"]),
    ])
  func assignment(_ test: Case) throws {
    let annotations = test.texts.enumerated().map { Annotation(onset: Double($0), text: $1) }
    let result = try EventSelection(test.items).assign(annotations)
    #expect(result.conditions == test.conditions)
    let assigned = zip(test.texts, result.conditionsOfEvent).map { ($0, $1.first) }
    #expect(Dictionary(assigned) { $1 }.compactMapValues(\.self) == test.assigned)
    #expect(result.unmatched == test.unmatched)
  }

  @Test("Items that are no pattern are refused", arguments: ["", "S[12", "/(/", "name=", "name=/[/"])
  func refused(_ item: String) throws {
    let error = #expect(throws: ERPError.self) { try EventSelection([item]).assign([Annotation(onset: 0, text: "T1")]) }
    #expect(error?.code == .invalidPattern)
  }
}
