import Testing

@testable import Report

@Suite("Room of texts")
struct TextMeasureTests {
  @Test("Widths are those of DejaVu Sans", arguments: [("n = 54", 33.8), ("", 0), ("Wi", 12.67)])
  func widths(text: String, pixels: Double) {
    #expect(abs(TextMeasure.width(text, size: 10) - pixels) < 1e-9)
  }

  @Test(
    "A text that is too long keeps both ends and fits",
    arguments: ["a very long name of a condition", "条件が長い名前を持つ場合の試験", "x_1", "", "éééééééééééééééééééé"],
    [20.0, 60, 1000])
  func fitted(text: String, room: Double) {
    let short = TextMeasure.fitted(text, room: room, size: 11)
    #expect(TextMeasure.width(short, size: 11) <= max(room, TextMeasure.width("条…", size: 11)))
    if short != text {
      #expect(short.contains("…"))
      #expect(short.first == text.first)
      #expect(TextMeasure.width(text, size: 11) > room)
    }
  }

  @Test("Lines break at blanks, and what is left over is shortened")
  func wrapped() {
    let lines = TextMeasure.wrapped("a very long name of a condition that goes on", room: 80, size: 11, lines: 2)
    #expect(lines.first == "a very long")
    #expect(lines.count == 2)
    #expect(lines.last?.contains("…") == true)
    #expect(lines.allSatisfy { TextMeasure.width($0, size: 11) <= 80.01 })
    #expect(TextMeasure.wrapped("T1", room: 80, size: 11, lines: 3) == ["T1"])
    #expect(TextMeasure.wrapped("", room: 80, size: 11, lines: 3) == [""])
  }

  @Test("Characters without a font become boxes, others stay")
  func missingFonts() {
    let script = "set label 'Übung 閉眼 −5 µV … α'"
    #expect(FontCoverage.replacingMissing(in: script) { _ in false } == "set label 'Übung □□ −5 µV … α'")
    #expect(FontCoverage.replacingMissing(in: script) { _ in true } == script)
    #expect(FontCoverage.replacingMissing(in: script) { $0 == "閉" } == "set label 'Übung 閉□ −5 µV … α'")
  }

  @Test("Labels are moved apart in their order, within their range")
  func spread() {
    #expect(Spread.apart([5, 6, 7], distance: 10, within: 0...100) == [5, 15, 25])
    #expect(Spread.apart([95, 96, 97], distance: 10, within: 0...100) == [80, 90, 100])
    #expect(Spread.apart([10, 50], distance: 10, within: 0...100) == [10, 50])
  }
}
