import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Compact SVG")
struct CompactSVGTests {
  private func compact(_ svg: String) -> String { String(decoding: CompactSVG.compact(Data(svg.utf8)), as: UTF8.self) }

  @Test("Every point of a line stays within half a tenth of a pixel", arguments: 0..<6 as Range<UInt64>)
  func lines(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    // A hundredth of a pixel, as gnuplot writes, below zero too; steps large enough to be kept.
    var points: [Point] = []
    for index in 0..<300 {
      points.append(
        Point(
          Double(index) + (Double.random(in: 0...0.3, using: &generator) * 100).rounded() / 100,
          (Double.random(in: -90...900, using: &generator) * 100).rounded() / 100))
    }
    let text = points.map { String(format: "%.2f,%.2f", $0.x, $0.y) }.joined(separator: " L")
    let short = compact("<path stroke='rgb(  1,  20, 255)'  d='M\(text)  '/>")
    #expect(short.hasPrefix("<path stroke='#0114ff' d='M"))
    #expect(short.utf8.count < text.utf8.count * 3 / 4)
    let found = try Self.absolute(short)
    #expect(found.count == points.count)
    for (one, other) in zip(found, points) {
      #expect(abs(one.x - other.x) <= 0.0501)
      #expect(abs(one.y - other.y) <= 0.0501)
    }
  }

  /// The points of a path of relative lines.
  private static func absolute(_ path: String) throws -> [Point] {
    let match = try #require(path.firstMatch(of: /d='([^']*)'/))
    var points: [Point] = []
    for run in match.1.split(whereSeparator: { $0 == "M" || $0 == "l" || $0 == "z" }) {
      let numbers = run.matches(of: /-?(?:[0-9]+(?:\.[0-9])?|\.[0-9])/).compactMap { Double($0.0) }
      for index in stride(from: 0, to: numbers.count, by: 2) {
        let step = Point(numbers[index], numbers[index + 1])
        points.append((points.last ?? Point(0, 0)) + step)
      }
    }
    return points
  }

  @Test("Moves that draw nothing and empty groups go; polygons, points and images keep what they show")
  func elements() {
    #expect(compact("<path d='M1.00,2.00 M3.00,4.00 L5.00,3.50 M9.00,9.00 '/>") == "<path d='M3,4l2-.5'/>")
    #expect(compact("<g fill=\"none\">\n\t<g a='b'>\n</g>\n</g>x") == "\nx" || compact("<g>\n</g>x") == "x")
    #expect(
      compact("<polygon fill = 'rgb(255, 128,   0)' fill-opacity = '0.18' points = '0.00,0.00 1.00,0.00 1.00,2.00 '/>")
        == "<path fill='#ff8000' fill-opacity='0.18' d='M0,0l1,0 0,2z'/>")
    #expect(
      compact("<use xlink:href='#gpPt6' transform='translate(10.04,20.00) scale(1.03)' color='rgb(  0,   0, 16)'/>")
        == "<circle cx='10' cy='20' r='1.03' stroke='none' fill='#000010'/>")
    #expect(compact("<image x='1' preserveAspectRatio='none' a='b'/>").contains("image-rendering:pixelated"))
  }

  @Test("Texts stay as they are, even those that look like elements")
  func texts() {
    let svg = "<text>rgb( 1, 2, 3) &lt;path d='M1.00,2.00' &amp; M1.00</text>"
    #expect(compact(svg) == svg)
    #expect(compact("<g><title>gnuplot_plot_1a</title><path d='M1,1 L2,2'/></g>") == "<g><path d='M1,1l1,1'/></g>")
    #expect(compact("<g><title>Fz</title></g>").contains("<title>Fz</title>"))
  }
}
