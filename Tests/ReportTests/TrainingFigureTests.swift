import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("Training figure")
struct TrainingFigureTests {
  /// Losses that fall by a factor over the epochs.
  static func curve(_ count: Int, factor: Double = 10, from start: Double = 0.1) -> TrainingFigure.Curve {
    let losses = (0..<count).map { start * pow(factor, -Double($0) / Double(max(1, count - 1))) }
    return TrainingFigure.Curve(
      training: losses, validation: losses.map { 1.1 * $0 }, learningRate: losses.map { _ in 5e-4 }, best: count - 1)
  }

  private func figure(
    _ curve: TrainingFigure.Curve, loss: TrainingFigure.Loss = .meanSquaredError,
    _ change: (inout FigureOptions) -> Void = { _ in }
  ) throws -> TrainingFigure {
    var options = FigureOptions()
    options.title = "lstm, preset default"
    change(&options)
    return try TrainingFigure(
      curve, loss: loss, subtitle: "1000 parameters, best validation loss 0.01", options: options)
  }

  /// Rows of the data block.
  private func rows(_ figure: TrainingFigure) -> [[Double]] {
    figure.commands.split(separator: "\n").drop { $0 != "$curve << EOD" }.dropFirst().prefix { $0 != "EOD" }
      .map { $0.split(separator: " ").compactMap { Double($0) } }
  }

  @Test(
    "Squared errors stand on a logarithmic axis where they are positive and differ by a factor of three",
    arguments: [
      (10.0, 0.1, TrainingFigure.Loss.meanSquaredError, true), (3, 0.1, .meanSquaredError, true),
      (2, 0.1, .meanSquaredError, false), (10, -0.1, .meanSquaredError, false), (10, 0.1, .negativeLogDensity, false),
    ])
  func logarithmic(factor: Double, start: Double, loss: TrainingFigure.Loss, isLogarithmic: Bool) throws {
    var curve = Self.curve(20, factor: factor, from: start)
    curve.validation = curve.training
    let figure = try figure(curve, loss: loss)
    #expect(figure.isLogarithmic == isLogarithmic)
    for (row, loss) in zip(rows(figure), curve.training) {
      #expect(abs(row[1] - (isLogarithmic ? log10(loss) : loss)) < 1e-4)
    }
  }

  @Test("An epoch has its number from 1 on, both losses, and its learning rate in the power of ten of the label")
  func content() throws {
    let figure = try figure(
      TrainingFigure.Curve(
        training: [1, 0.9, 0.8], validation: [1.2, .nan, 1], learningRate: [1e-3, 2.5e-3, 2e-3], best: 2))
    let rows = rows(figure)
    #expect(rows[0] == [1, 1, 1.2, 1])
    #expect(rows[1].filter { !$0.isNaN } == [2, 0.9, 2.5])
    #expect(rows[2] == [3, 0.8, 1, 2])
    let texts = figure.page.labels.map(\.text)
    for text in [
      "lstm, preset default", "1000 parameters, best validation loss 0.01", "training", "validation", "best epoch 3",
      "Learning rate (10⁻³)", "Epoch", "Loss: mean squared error", "1", "2", "3",
    ] {
      #expect(texts.contains(text), "\(text)")
    }
    // The best epoch is marked in both panels.
    #expect(figure.commands.matches(of: /set arrow from 3, graph 0 to 3, graph 1/).count == 2)
  }

  @Test("Without validation and without a best epoch there is no word of them")
  func trainingAlone() throws {
    var curve = Self.curve(5)
    (curve.validation, curve.best) = (curve.validation.map { _ in .nan }, nil)
    let figure = try figure(curve)
    let texts = figure.page.labels.map(\.text)
    #expect(texts.contains("training") && !texts.contains("validation"))
    #expect(!figure.commands.contains("arrow from"))
    if hasGnuplot { #expect(try Gnuplot().run(figure.script(for: .svg)).count > 1000) }
  }

  @Test("Any number of epochs is drawn without texts over each other", arguments: [1, 2, 3, 12, 60, 1000])
  func sizes(count: Int) throws {
    let figure = try figure(Self.curve(count))
    try FigureTextTests.check(figure)
    #expect(!figure.page.labels.contains { $0.text == "0" && $0.place.y > figure.page.height - 40 }, "no epoch is 0")
    if hasGnuplot { #expect(try Gnuplot().run(figure.script(for: .png)).count > 1000) }
  }

  @Test(
    "Losses of any size and sign are drawn",
    arguments: [
      [1e-12, 1e-9, 1], [1e30, 1e3, 1], [-1e-9, 0, 1e-9], [5, 5, 5], [0, 0, 0], [-40, 3, .infinity], [.nan, 2, .nan],
      [1e300, -1e300, 0],
    ])
  func extremes(losses: [Double]) throws {
    let figure = try figure(
      TrainingFigure.Curve(training: losses, validation: losses, learningRate: [0, .nan, 1e-9], best: 1))
    try FigureTextTests.check(figure)
    if hasGnuplot { #expect(try Gnuplot().run(figure.script(for: .svg)).count > 1000) }
  }

  @Test("A run without a finished epoch has nothing to draw", arguments: [0, 2])
  func nothing(count: Int) throws {
    let missing = [Double](repeating: .nan, count: count)
    let error = #expect(throws: FigureError.self) {
      try figure(TrainingFigure.Curve(training: missing, validation: missing, learningRate: missing))
    }
    #expect(error?.code == .nothingToDraw)
  }

  @Test(
    "Pages of a given size hold every text, or are refused with the size they need",
    arguments: [(300, 320), (500, 330), (300, 900), (2000, 1500), (200, 500), (500, 200)])
  func givenSize(width: Int, height: Int) throws {
    do {
      let figure = try figure(Self.curve(40)) { ($0.width, $0.height) = (width, height) }
      #expect(figure.width == width && figure.height == height)
      try FigureTextTests.check(figure)
    } catch let error as FigureError {
      #expect(error.code == .invalidOption && error.message.contains("at least 300 by 320"))
      #expect(width < 300 || height < 320)
    }
  }
}
