import Foundation
import TestSupport
import Testing

@testable import EDFFormat

/// Time-stamped annotation lists, EDF+ specification 2.2.2 and 2.2.4.
@Suite("Annotation lists")
struct AnnotationListTests {
  private func parse(_ text: String) -> AnnotationListParser {
    Array(text.utf8).withUnsafeBytes { AnnotationListParser($0) }
  }

  private func texts(_ list: TimestampedAnnotationList) -> [String] {
    list.texts.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("The specification's own examples are read")
  func examples() throws {
    let parser = parse("+0\u{14}\u{14}\0+180\u{14}Lights off\u{14}Close door\u{14}\0+180\u{14}Lights off\u{14}\0\0\0")
    #expect(parser.problems.isEmpty)
    #expect(parser.lists.map(\.onset) == [0, 180_000_000_000, 180_000_000_000])
    #expect(parser.lists.map(texts) == [[""], ["Lights off", "Close door"], ["Lights off"]])
    let apnea = parse("+1800.2\u{15}25.5\u{14}Apnea\u{14}\0")
    #expect(apnea.lists.map(\.onset) == [1_800_200_000_000])
    #expect(apnea.lists.map(\.duration) == [25_500_000_000])
  }

  @Test(
    "Onsets are exact to the nanosecond",
    arguments: [
      ("+0", 0), ("-0.065", -65_000_000), ("+3456.789", 3_456_789_000_000), ("+.5", 500_000_000),
      ("+7.", 7_000_000_000),
      ("+0.0000000019", 2), ("+1.999999999999", 2_000_000_000), ("12", 12_000_000_000),
    ])
  func onsets(text: String, nanoseconds: Int) {
    #expect(AnnotationListParser.nanoseconds(Array(text.utf8)[...]) == nanoseconds)
  }

  @Test(
    "What is no number of seconds is refused",
    arguments: [
      "", "+", "-", ".", "+.", "+1,5", "+1e3", "+ 1", "1-2", "+0x10", "nan", "+inf", "+99999999999", "+4000000000",
    ])
  func noNumbers(text: String) {
    #expect(AnnotationListParser.nanoseconds(Array(text.utf8)[...]) == nil)
  }

  @Test("A list without a text separator is left out with its place; its neighbours are kept")
  func damagedList() {
    let parser = parse("+1\u{14}a\u{14}\0+2 nothing\0+3\u{14}b\u{14}\0")
    #expect(parser.lists.map(\.onset) == [1_000_000_000, 3_000_000_000])
    #expect(parser.problems.map(\.isFatal) == [true])
    #expect(parser.problems.map(\.offset) == [6])
  }

  @Test("A list that fills its record to the last byte is read, with a note that its end is missing")
  func unclosedList() {
    let parser = parse("+1\u{14}abc")
    #expect(parser.lists.map(texts) == [["abc"]])
    #expect(parser.problems.allSatisfy { !$0.isFatal })
    #expect(parser.problems.count == 2)
  }

  @Test(
    "Text that is not UTF-8 is read as latin-1, and a cut character is left out",
    arguments: [
      ([0xE4, 0x62], "\u{E4}b"), ([0x61, 0xC3, 0xA4], "a\u{E4}"), ([0xC3, 0xA4, 0xC3], "\u{E4}"), ([0xFF], "\u{FF}"),
    ] as [([UInt8], String)])
  func encodings(bytes: [UInt8], text: String) {
    #expect(TextDecoding.decode(bytes).text == text)
  }

  @Test("Any bytes at all give lists or problems, never a trap", arguments: 0..<20)
  func randomBytes(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // Mostly the characters that mean something, so that the parser goes everywhere.
    let alphabet: [UInt8] = [0, 20, 21, 43, 45, 46, 48, 57, 65, 195, 255]
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
      let parser = bytes.withUnsafeBytes { AnnotationListParser($0) }
      let isBlank = bytes.allSatisfy { $0 == 0 }
      #expect(isBlank == (parser.lists.isEmpty && parser.problems.isEmpty))
    }
  }
}
