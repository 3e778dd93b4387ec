import TestSupport
import Testing

@testable import ERP

@Suite("Blink template")
struct BlinkTemplateTests {
  /// `scipy.signal.windows.chebwin(8, 100)` and of 9 samples, SciPy 1.17.1.
  @Test("The window is SciPy's", arguments: [8, 9])
  func window(count: Int) {
    let expected =
      count == 8
      ? [0.03638368090334488, 0.225355076045345, 0.6241595403271377, 1.0]
      : [0.02182740747521154, 0.14450562749217408, 0.44346858840240555, 0.8207710626585829, 1.0]
    let values = ChebyshevWindow.values(count: count)
    #expect(values.count == count && values == values.reversed())
    for (value, expected) in zip(values, expected) { #expect(abs(value - expected) < 1e-14) }
  }

  /// The definition: both rows without their means, at every shift.
  private func likeness(_ row: [Double], width: Int) -> Double {
    let length = row.count
    var template = [Double](repeating: 0, count: length)
    let start = (length + 1) / 2 - width / 2 - 1
    for (place, value) in ChebyshevWindow.values(count: width).enumerated() { template[start + place] = value }
    func centred(_ values: [Double]) -> [Double] {
      let mean = values.reduce(0, +) / Double(length)
      return values.map { $0 - mean }
    }
    let (first, second) = (centred(row), centred(template))
    var largest = 0.0
    for shift in (1 - length)..<length {
      var sum = 0.0
      for place in max(0, -shift)..<min(length, length - shift) { sum += first[place + shift] * second[place] }
      largest = max(largest, abs(sum))
    }
    func squares(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    return largest / (squares(first) * squares(second)).squareRoot()
  }

  @Test("Any length of row and blink gives what the definition does", arguments: 0..<60 as Range<UInt64>)
  func definition(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let length = Int.random(in: 16...200, using: &generator)
    // Every third blink is nearly as long as the row.
    let width = seed % 3 == 0 ? length - 1 - Int(seed / 3) % 2 : Int.random(in: 3..<length, using: &generator)
    let rows = (0..<3).map { _ in (0..<length).map { _ in Double.random(in: 4...6, using: &generator) } }
    let values = rows.flatMap(\.self)
    let template = BlinkTemplate(width: width, length: length)
    let workspace = template.makeWorkspace()
    // Twice, because buffers are used again.
    for _ in 0..<2 {
      var seen: [Int] = []
      template.measure(values.span, rows: [2, 0, 1], stride: length, offset: 0, workspace) { row, value in
        seen.append(row)
        #expect(abs(value - likeness(rows[row], width: width)) < 1e-12, "\(width) of \(length)")
      }
      #expect(seen == [2, 0, 1])
    }
  }
}
