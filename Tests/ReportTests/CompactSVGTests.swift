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
        == "<path stroke='#000010' stroke-width='2.06' stroke-linecap='round' d='m10,20h0'/>\n")
    #expect(compact("<image x='1' preserveAspectRatio='none' a='b'/>").contains("image-rendering:pixelated"))
  }

  /// A dot as gnuplot writes it, in hundredths of a pixel.
  private static func dot(_ x: Double, _ y: Double, radius: Double, opacity: Double) -> String {
    let place = String(format: "translate(%.2f,%.2f) scale(%.2f)", x, y, radius)
    let light = opacity < 1 ? " opacity='\(opacity)'" : ""
    return "\t<use xlink:href='#gpPt6' transform='\(place)' color='rgb(  0, 114, 178)'\(light)/>\n"
  }

  @Test(
    "Translucent dots look as if each were drawn alone: none overlaps another of its path, and none is lost",
    arguments: [(400, 0.3), (1500, 0.3), (300, 0.8)])
  func translucentDots(count: Int, opacity: Double) throws {
    var generator = SplitMix64(seed: UInt64(count))
    let radius = 1.6
    // Crowded in the middle.
    let dots = (0..<count).map { _ in
      let spread = Double.random(in: 0...1, using: &generator)
      return Point(
        150 + 140 * spread * Double.random(in: -1...1, using: &generator),
        150 + 140 * spread * Double.random(in: -1...1, using: &generator))
    }
    let svg = "<g>\n" + dots.map { Self.dot($0.x, $0.y, radius: radius, opacity: opacity) }.joined() + "</g>"
    let short = compact(svg)
    #expect(short.utf8.count < svg.utf8.count / 5)
    let paths = short.matches(of: /d='([^']*)'/).map { String($0.1) }
    #expect(short.matches(of: /stroke-opacity='([^']*)'/).map { Double($0.1) } == paths.map { _ in opacity })
    var found: [Point] = []
    // So many dots over each other are as dark as one colour gets.
    let saturated = Int((log(512) / -log(1 - opacity)).rounded(.up))
    for (layer, path) in paths.enumerated() {
      var pen = Point(0, 0)
      var own: [Point] = []
      for step in path.split(separator: "m") {
        let numbers = step.dropLast(2).matches(of: /-?(?:[0-9]+(?:\.[0-9])?|\.[0-9])/).compactMap { Double($0.0) }
        #expect(step.hasSuffix("h0") && numbers.count == 2)
        pen += Point(numbers[0], numbers[1])
        own.append(pen)
      }
      if layer < saturated - 1 {
        for (index, one) in own.enumerated() {
          for other in own[(index + 1)...] {
            let apart = one - other
            #expect((apart * apart).sum().squareRoot() > 2 * radius - 0.01)
          }
        }
      }
      found += own
    }
    #expect(paths.count <= saturated)
    func sorted(_ points: [Point]) -> [Point] {
      points.map { Point(($0.x * 10).rounded(), ($0.y * 10).rounded()) }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    }
    // gnuplot's hundredths first, then tenths.
    #expect(sorted(found) == sorted(dots.map { Point(($0.x * 100).rounded() / 100, ($0.y * 100).rounded() / 100) }))
  }

  @Test("Dots of other colours, sizes and opacities stay in their order, before and behind what stands between them")
  func dotsInOrder() {
    let svg =
      Self.dot(1, 1, radius: 2, opacity: 0.5) + Self.dot(1, 1, radius: 2, opacity: 0.5)
      + Self.dot(5, 5, radius: 1, opacity: 1) + Self.dot(5, 5, radius: 1, opacity: 1)
      + "<path stroke='red' d='M1.00,1.00 L2.00,2.00'/>" + Self.dot(9, 9, radius: 1, opacity: 1)
    let elements = compact(svg).split(separator: "\n").map(String.init)
    let half = "<path stroke='#0072b2' stroke-opacity='0.5' stroke-width='4.0' stroke-linecap='round' d='m1,1h0'/>"
    let full = "<path stroke='#0072b2' stroke-width='2.0' stroke-linecap='round' d='"
    #expect(
      elements == [half, half, full + "m5,5h0m0,0h0'/>", "<path stroke='red' d='M1,1l1,1'/>", full + "m9,9h0'/>"])
  }

  @Test("Texts stay as they are, even those that look like elements")
  func texts() {
    let svg = "<text>rgb( 1, 2, 3) &lt;path d='M1.00,2.00' &amp; M1.00</text>"
    #expect(compact(svg) == svg)
    #expect(compact("<g><title>gnuplot_plot_1a</title><path d='M1,1 L2,2'/></g>") == "<g><path d='M1,1l1,1'/></g>")
    #expect(compact("<g><title>Fz</title></g>").contains("<title>Fz</title>"))
  }
}
