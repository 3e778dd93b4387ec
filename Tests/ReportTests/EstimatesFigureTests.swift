import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Estimates figure")
struct EstimatesFigureTests {
  /// Targets of seeded truths and estimates, some with a unit and a long name.
  static func targets(_ count: Int, simulations: Int, scale: Double = 1, hasDeviations: Bool = true)
    -> [EstimatesFigure.Target]
  {
    var generator = SplitMix64(seed: UInt64(count))
    return (0..<count).map { number in
      let truth = (0..<simulations).map { _ in scale * Double.random(in: 1...9, using: &generator) }
      let estimates = truth.map { $0 + scale * Double.random(in: -1...1, using: &generator) }
      return EstimatesFigure.Target(
        name: number % 3 == 0 ? "A_e" : number % 3 == 1 ? "A_i*a_4*C" : "a very long name_{\(number)} of a product",
        unit: number % 2 == 0 ? "mV" : "", truth: truth, estimates: estimates,
        deviations: hasDeviations ? truth.map { _ in 0.5 * scale } : nil,
        score: EstimatesFigure.Score(correlation: 0.9712, lower: 0.9551, upper: 0.9838, determination: -0.0004))
    }
  }

  private func figure(_ targets: [EstimatesFigure.Target], _ change: (inout FigureOptions) -> Void = { _ in }) throws
    -> EstimatesFigure
  {
    var options = FigureOptions()
    options.title = "eegtransformer, preset default"
    change(&options)
    return try EstimatesFigure(
      targets, order: Array(targets[0].truth.indices.reversed()), subtitle: "simulations (test) of sims.h5",
      options: options)
  }

  /// Rows of a data block; blank lines are left out.
  private func rows(_ name: String, of figure: EstimatesFigure) -> [[Double]] {
    figure.commands.split(separator: "\n").drop { $0 != "$\(name) << EOD" }.dropFirst().prefix { $0 != "EOD" }
      .map { $0.split(separator: " ").compactMap { Double($0) } }
  }

  /// The ranges of the panels; the last one is that of the page.
  private func ranges(_ axis: String, of figure: EstimatesFigure) -> [Substring] {
    figure.commands.split(separator: "\n").filter { $0.hasPrefix("set \(axis)range") }.dropLast()
      .map { $0.drop { $0 != "[" } }
  }

  @Test("Points are truth and estimate, intervals plus and minus 1.645 deviations, in the order that is given")
  func content() throws {
    let target = EstimatesFigure.Target(
      name: "A_e", unit: "mV", truth: [1, 2, 3, 4], estimates: [1.5, 2, 2.5, 9], deviations: [0.1, 0.2, .nan, 10],
      score: EstimatesFigure.Score(correlation: 0.5, lower: -0.25, upper: 0.875, determination: -1.5))
    let figure = try figure([target])
    #expect(rows("points0", of: figure) == [[4, 9], [3, 2.5], [2, 2], [1, 1.5]])
    let intervals = rows("intervals0", of: figure)
    #expect(intervals.map { $0[0] } == [4, 4, 2, 2, 1, 1])
    for (row, expected) in zip(intervals[2...], [1.67103, 2.32897, 1.33551, 1.66449]) {
      #expect(abs(row[1] - expected) < 1e-4)
    }
    // An interval that is wider than the points by far ends at the axes, which grow by a quarter at most.
    #expect(intervals[0][1] >= -1.5 && intervals[1][1] <= 11.5)
    #expect(figure.page.labels.contains { $0.text == "A_e (mV)" })
    #expect(figure.page.labels.contains { $0.text == "r 0.500 [−0.250, 0.875], R² −1.500" })
  }

  @Test("Both axes have the same limits, which hold every point, and the line of equal values runs through them")
  func limits() throws {
    let targets = Self.targets(5, simulations: 50)
    let figure = try figure(targets)
    let (across, up) = (ranges("x", of: figure), ranges("y", of: figure))
    #expect(across.count == 5 && across == up)
    for (range, target) in zip(across, targets) {
      let ends = range.dropFirst().dropLast().split(separator: ":").compactMap { Double($0) }
      let values = target.truth + target.estimates
      #expect(ends[0] < values.min() ?? 0 && ends[1] > values.max() ?? 0)
      #expect(figure.commands.contains("from \(ends[0]), \(ends[0]) to \(ends[1]), \(ends[1]) nohead"))
    }
  }

  @Test("Panels are square on any page", arguments: [(nil, nil), (700, nil), (nil, 900), (900, 700)] as [(Int?, Int?)])
  func square(width: Int?, height: Int?) throws {
    let figure = try figure(Self.targets(6, simulations: 20)) { ($0.width, $0.height) = (width, height) }
    let pixels = Point(Double(figure.width), Double(figure.height))
    let margins = figure.commands.matches(
      of:
        /lmargin at screen (\S+); set rmargin at screen (\S+); set tmargin at screen (\S+); set bmargin at screen (\S+)/
    )
    let boxes = margins.compactMap { match -> Point? in
      guard let left = Double(match.1), let right = Double(match.2), let top = Double(match.3),
        let bottom = Double(match.4)
      else { return nil }
      return Point(right - left, top - bottom) * pixels
    }
    #expect(boxes.count == 7)
    for box in boxes.dropLast() { #expect(abs(box.x - box.y) < 0.05) }
    if let width { #expect(figure.width == width) }
    if let height { #expect(figure.height == height) }
  }

  @Test("Texts do not overlap for one to sixteen targets, and more", arguments: Array(1...16) + [25])
  func texts(count: Int) throws {
    try FigureTextTests.check(figure(Self.targets(count, simulations: 30)))
  }

  @Test(
    "Numbers of any size have room: far from one, axes count in powers of ten",
    arguments: [(1e-7, "(10⁻⁷ mV)"), (1e-3, "(10⁻³ mV)"), (1, "(mV)"), (1e3, "(mV)"), (2e8, "(10⁹ mV)")])
  func scales(scale: Double, unit: String) throws {
    let figure = try figure(Self.targets(4, simulations: 40, scale: scale))
    try FigureTextTests.check(figure)
    #expect(figure.page.labels.contains { $0.text == "A_e \(unit)" })
  }

  @Test(
    "Pages of a given size hold every text, or are refused with the size they need",
    arguments: [1, 4, 9, 16], [(150, 150), (300, 400), (500, 700), (1400, 500), (2000, 2000)])
  func givenSize(count: Int, size: (Int, Int)) throws {
    do {
      let figure = try figure(Self.targets(count, simulations: 30)) { ($0.width, $0.height) = size }
      #expect(figure.width == size.0 && figure.height == size.1)
      try FigureTextTests.check(figure)
    } catch let error as FigureError {
      #expect(error.code == .invalidOption && error.message.contains("page of at least"))
      #expect(size != (2000, 2000))
    }
  }

  @Test("Of many simulations those that come first are drawn, and the page says how many")
  func thinned() throws {
    let many = try figure(Self.targets(1, simulations: 5000))
    #expect(rows("points0", of: many).count == 2000)
    #expect(many.page.labels.contains { $0.text.hasSuffix("2000 of them drawn") })
    let sixteen = try figure(Self.targets(16, simulations: 2000))
    for panel in 0..<16 { #expect(rows("points\(panel)", of: sixteen).count == 1000) }
    let few = try figure(Self.targets(1, simulations: 2000))
    #expect(rows("points0", of: few).count == 2000)
    #expect(!few.page.labels.contains { $0.text.contains("drawn") })
  }

  @Test(
    "An SVG of 2,000 simulations stays below 300 kB for any number of targets", .enabled(if: hasGnuplot),
    arguments: [1, 4, 9, 16])
  func fileSize(count: Int) throws {
    let folder = try TemporaryFolder()
    let figure = try figure(Self.targets(count, simulations: 2000))
    try Gnuplot().draw(figure, to: folder.path("figure.svg"))
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("figure.svg"))).count
    #expect(bytes < 300_000)
    let texts = try SVGTexts.read(folder.path("figure.svg"))
    #expect(texts.sorted() == figure.page.labels.map(\.text).sorted())
  }

  @Test("The legend counts the intervals, and is silent where there are none")
  func legend() throws {
    func texts(_ simulations: Int, hasDeviations: Bool) throws -> [String] {
      try figure(Self.targets(2, simulations: simulations, hasDeviations: hasDeviations)).page.labels.map(\.text)
    }
    #expect(try texts(30, hasDeviations: true).contains("90 % interval"))
    #expect(try texts(41, hasDeviations: true).contains("90 % interval of 40 simulations"))
    #expect(try !texts(30, hasDeviations: false).contains { $0.contains("90 %") })
    #expect(try texts(30, hasDeviations: false).contains("estimate = truth"))
  }

  struct Extreme: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let truth: [Double]
    let estimates: [Double]
  }

  static let extremes = [
    Extreme(testDescription: "one simulation", truth: [3], estimates: [4]),
    Extreme(testDescription: "one simulation that is met", truth: [0], estimates: [0]),
    Extreme(testDescription: "all the same", truth: [5, 5, 5], estimates: [5, 5, 5]),
    Extreme(testDescription: "a narrow range", truth: [100.0001, 100.0002], estimates: [100.00011, 100.0002]),
    Extreme(testDescription: "huge", truth: [1e300, -1e300], estimates: [1e299, 0]),
    Extreme(testDescription: "tiny", truth: [1e-300, 2e-300], estimates: [1e-300, 0]),
    Extreme(testDescription: "some not finite", truth: [1, .nan, 3, 4], estimates: [.infinity, 1, 2, 3]),
  ]

  @Test("Odd values are drawn", arguments: extremes, [true, false])
  func oddValues(input: Extreme, hasDeviations: Bool) throws {
    let target = EstimatesFigure.Target(
      name: "it's 'A_e'\nexit", unit: "µV²/Hz", truth: input.truth, estimates: input.estimates,
      deviations: hasDeviations ? input.truth.map { abs($0) } : nil,
      score: EstimatesFigure.Score(correlation: .nan, lower: -1, upper: 1, determination: -.infinity))
    let figure = try figure([target])
    try FigureTextTests.check(figure)
    #expect(figure.page.labels.contains { $0.text == "r – [−1.000, 1.000], R² –" })
    if hasGnuplot { #expect(try Gnuplot().run(figure.script(for: .svg)).count > 1000) }
  }

  @Test("A target without a pair of finite values is refused by its name")
  func nothing() throws {
    var targets = Self.targets(2, simulations: 3)
    targets[1].estimates = [.nan, .infinity, .nan]
    let error = #expect(throws: FigureError.self) { try figure(targets) }
    #expect(error?.code == .nothingToDraw)
    #expect(error?.message.contains("A_i*a_4*C") == true)
    #expect(throws: FigureError.self) { try EstimatesFigure([], order: []) }
  }
}
