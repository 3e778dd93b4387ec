import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Pairs and marginals of a posterior")
struct PairsFigureTests {
  /// Seeded normal draws, some with long names, units and sizes far from one.
  static func parameters(_ count: Int, draws: Int = 300, scale: Double = 1, isBounded: Bool = false)
    -> [PairsFigure.Parameter]
  {
    var generator = SplitMix64(seed: UInt64(count))
    let shared = PosteriorSamples.normals(draws, using: &generator)
    return (0..<count).map { number in
      let own = PosteriorSamples.normals(draws, using: &generator)
      let values = zip(shared, own).map { scale * (2 + 0.3 * $0 * Double(number % 3) + $1) }
      return PairsFigure.Parameter(
        name: number % 3 == 0 ? "A_e" : number % 3 == 1 ? "A_i*a_4*C" : "a very long name_{\(number)} of a product",
        unit: number % 2 == 0 ? "mV" : "", draws: isBounded ? values.map { abs($0) } : values, truth: 2.5 * scale,
        map: 2 * scale, support: isBounded ? 0 ... .infinity : nil,
        prior: { exp(-$0 / scale) / scale })
    }
  }

  private func figure(_ parameters: [PairsFigure.Parameter], _ change: (inout FigureOptions) -> Void = { _ in }) throws
    -> PairsFigure
  {
    var options = FigureOptions()
    options.title = "snpe, preset default"
    change(&options)
    return try PairsFigure(parameters, subtitle: "observation 1 of 3, 300 draws", options: options)
  }

  @Test("The upper triangle has Pearson's correlation of every two parameters")
  func correlations() throws {
    let draws = [[1, 2, 3, 4], [2, 1, 4, 3], [-1, -2, -3, -4.0], [5, 5, 5, 5]]
    let figure = try figure(draws.map { PairsFigure.Parameter(name: "p", unit: "", draws: $0) })
    let texts = figure.page.labels.filter { $0.colour == Ink.outline }.map(\.text)
    // By hand: 0.6 for the first two; what does not vary has none.
    #expect(texts.dropFirst() == ["0.60", "−1.00", "–", "−0.60", "–", "–"])
  }

  @Test("Texts do not overlap for one to sixteen parameters", arguments: [1, 2, 3, 4, 5, 6, 7, 9, 12, 16])
  func texts(count: Int) throws {
    try FigureTextTests.check(figure(Self.parameters(count, isBounded: count % 2 == 0)))
    try FigureTextTests.check(MarginalsFigure(Self.parameters(count, isBounded: count % 2 == 0), subtitle: "300 draws"))
  }

  @Test(
    "Numbers of any size have room: far from one, axes count in powers of ten",
    arguments: [(1e-7, "10⁻⁷ mV"), (1e-3, "10⁻³ mV"), (1, "mV"), (1e3, "mV"), (2e8, "10⁸ mV")])
  func scales(scale: Double, unit: String) throws {
    let figure = try figure(Self.parameters(4, scale: scale))
    try FigureTextTests.check(figure)
    #expect(figure.page.labels.contains { $0.text.contains("(\(unit))") })
  }

  @Test(
    "Pages of a given size hold every text, or are refused with the size they need",
    arguments: [1, 2, 5, 9], [(150, 150), (300, 400), (500, 700), (1400, 500), (2000, 2000)])
  func givenSize(count: Int, size: (Int, Int)) throws {
    do {
      let figure = try figure(Self.parameters(count)) { ($0.width, $0.height) = size }
      #expect(figure.width == size.0 && figure.height == size.1)
      try FigureTextTests.check(figure)
    } catch let error as FigureError {
      #expect(error.code == .invalidOption && error.message.contains("page of at least"))
      #expect(size != (2000, 2000))
    }
  }

  @Test(
    "Panels are square where one extent of the page is given", arguments: [(700, nil), (nil, 900)] as [(Int?, Int?)])
  func square(width: Int?, height: Int?) throws {
    let figure = try figure(Self.parameters(4)) { ($0.width, $0.height) = (width, height) }
    #expect(width.map { $0 == figure.width } ?? (height == figure.height))
    // Heading, legend, labels and numbers take about as much in both directions.
    #expect(abs(figure.width - figure.height) < 90)
  }

  @Test("The legend names what is there, and nothing else")
  func legend() throws {
    let all = try figure(Self.parameters(2)).page.labels.map(\.text)
    for text in ["50 % of the draws", "90 %", "posterior", "prior", "truth", "MAP", "snpe, preset default"] {
      #expect(all.contains(text))
    }
    let least = try figure([PairsFigure.Parameter(name: "a", unit: "", draws: [1, 2, 4])]).page.labels.map(\.text)
    for text in ["50 % of the draws", "90 %", "prior", "truth", "MAP"] { #expect(!least.contains(text)) }
  }

  struct Extreme: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let draws: [[Double]]
    var support: ClosedRange<Double>?
    var truth: Double?
  }

  static let extremes = [
    Extreme(testDescription: "one draw", draws: [[3], [0]]),
    Extreme(testDescription: "two draws", draws: [[3, 4], [1, 0]]),
    Extreme(testDescription: "all the same", draws: [[5, 5, 5], [0, 0, 0], [1, 2, 3]]),
    Extreme(testDescription: "a narrow range", draws: [[100.0001, 100.0002, 100.00015], [1, 2, 3]]),
    Extreme(testDescription: "huge", draws: [[1e300, -1e300, 0], [1e299, 1e300, -1e300]]),
    Extreme(testDescription: "tiny", draws: [[1e-300, 2e-300, 0], [1e-300, 0, 3e-300]]),
    Extreme(testDescription: "some not finite", draws: [[1, .nan, 3, 4], [.infinity, 1, 2, 3]]),
    Extreme(testDescription: "beyond the support", draws: [[1, 2, 3], [1, 2, 3]], support: 5...6),
    Extreme(testDescription: "on both ends of the support", draws: [[0, 1, 0, 1], [0, 0, 1, 1]], support: 0...1),
    Extreme(testDescription: "a truth far away", draws: [[1, 2, 3], [1, 2, 3]], truth: 1e9),
    Extreme(testDescription: "a truth that is no number", draws: [[1, 2, 3], [1, 2, 3]], truth: .nan),
  ]

  @Test("Odd values are drawn", arguments: extremes)
  func oddValues(input: Extreme) throws {
    let parameters = input.draws.map { draws in
      PairsFigure.Parameter(
        name: "it's 'A_e'\nexit", unit: "µV²/Hz", draws: draws, truth: input.truth, map: input.truth,
        support: input.support, prior: { $0 > 2 ? .infinity : .nan })
    }
    for figure in [try figure(parameters), try MarginalsFigure(parameters)] as [any PagedFigure] {
      try FigureTextTests.check(figure)
      #expect(!figure.commands.contains("nan") && !figure.commands.contains("inf "))
      if hasGnuplot { #expect(try Gnuplot().run(figure.script(for: .svg)).count > 1000) }
    }
  }

  @Test("An SVG stays small for any number of parameters", .enabled(if: hasGnuplot), arguments: [1, 5, 9, 12])
  func fileSize(count: Int) throws {
    let folder = try TemporaryFolder()
    let figure = try figure(Self.parameters(count, draws: 2000))
    try Gnuplot().draw(figure, to: folder.path("figure.svg"))
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("figure.svg"))).count
    #expect(bytes < 120_000)
    let texts = try SVGTexts.read(folder.path("figure.svg"))
    #expect(texts.sorted() == figure.page.labels.map(\.text).sorted())
  }

  @Test("Nothing to draw, and too much, are refused")
  func refused() throws {
    #expect(throws: FigureError.self) { try PairsFigure([]) }
    let nothing = #expect(throws: FigureError.self) {
      try figure([PairsFigure.Parameter(name: "a", unit: "", draws: [.nan, .infinity])])
    }
    #expect(nothing?.code == .nothingToDraw)
    let many = #expect(throws: FigureError.self) { try figure(Self.parameters(17, draws: 5)) }
    #expect(many?.code == .invalidOption && many?.message.contains("--parameters") == true)
  }
}
