import EEGCore
import Foundation

/// How the training of a network went: its losses over epochs, and the learning rate below.
public struct TrainingFigure: PagedFigure {
  /// What the epochs came to, one value each; NaN where there is none.
  public struct Curve: Hashable, Sendable {
    /// Mean loss of the training simulations.
    public var training: [Double]
    /// Loss of the validation simulations.
    public var validation: [Double]
    /// Learning rate at the end of the epoch.
    public var learningRate: [Double]
    /// Number of the epoch whose parameters were kept, from 0 on; nil where none was.
    public var best: Int?

    /// A curve; all three have a value for every epoch.
    public init(training: [Double], validation: [Double], learningRate: [Double], best: Int? = nil) {
      precondition(
        validation.count == training.count && learningRate.count == training.count, "an epoch has three values")
      precondition(best.map { training.indices.contains($0) } ?? true, "the best epoch is one of them")
      (self.training, self.validation, self.learningRate, self.best) = (training, validation, learningRate, best)
    }
  }

  /// What is made small.
  public enum Loss: String, Hashable, Sendable {
    /// Has a zero, so that a logarithmic axis may serve it.
    case meanSquaredError = "mean squared error"
    /// Is a logarithm itself, and may be negative.
    case negativeLogDensity = "negative log density"
  }

  private let curve: Curve
  private let loss: Loss
  private let subtitle: String
  private let options: FigureOptions
  private let legend: Legend
  /// True where losses are drawn as their common logarithms.
  let isLogarithmic: Bool

  private static let gap = 40.0
  private static let smallest = (width: 300, height: 320)
  private static let (trainingColour, validationColour) = (ConditionColours.colour(0), ConditionColours.colour(1))

  /// Prepares the figure.
  ///
  /// Squared errors stand on a logarithmic axis where all are above zero and the largest is three times the smallest
  /// or more.
  ///
  /// - Parameters:
  ///   - loss: What the losses are.
  ///   - subtitle: Words below the title.
  ///   - options: Title and size; the rest does not apply.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without a finite loss; `invalidOption` for a page too small.
  public init(_ curve: Curve, loss: Loss, subtitle: String = "", options: FigureOptions = FigureOptions()) throws {
    let losses = (curve.training + curve.validation).filter(\.isFinite)
    guard let lowest = losses.min(), let highest = losses.max() else {
      throw FigureError(.nothingToDraw, "there is no finished epoch with a finite loss")
    }
    guard options.width ?? .max >= Self.smallest.width, options.height ?? .max >= Self.smallest.height else {
      throw FigureError(
        .invalidOption,
        "a training curve needs a page of at least \(Self.smallest.width) by \(Self.smallest.height) pixels")
    }
    (self.curve, self.loss, self.subtitle, self.options) = (curve, loss, subtitle, options)
    isLogarithmic = loss == .meanSquaredError && lowest > 0 && highest >= 3 * lowest
    var entries: [Legend.Entry] = []
    for (name, colour, values) in [
      ("training", Self.trainingColour, curve.training), ("validation", Self.validationColour, curve.validation),
    ] where values.contains(where: \.isFinite) {
      entries.append(Legend.Entry(text: name, colour: colour))
    }
    if let best = curve.best {
      entries.append(Legend.Entry(text: "best epoch \(best + 1)", colour: Ink.zero, isDashed: true))
    }
    let page = Double(options.width ?? Self.usualWidth)
    legend = Legend(entries, room: page - PanelAxes.roomLeft - 24)
  }

  private static let usualWidth = 640

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { options.width ?? Self.usualWidth }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { options.height ?? Int((top + 230 + Self.gap + 56 + PanelAxes.roomBelow).rounded(.up)) }

  private var top: Double {
    Heading.height(options, subtitle: subtitle, width: Double(width)) + 14 + legend.height + 8
  }
  private var rateHeight: Double { min(56, 0.14 * Double(height)) }
  private var bottom: Double { Self.gap + rateHeight + PanelAxes.roomBelow }

  /// Epochs are numbered from 1.
  private var epochs: ClosedRange<Double> {
    let count = Double(curve.training.count)
    let margin = count > 1 ? 0.02 * (count - 1) : 0.5
    // There is no epoch 0.
    return (1 - min(0.5, margin))...(count + margin)
  }

  private func shown(_ loss: Double) -> Double { isLogarithmic ? log10(loss) : loss }

  private var losses: ClosedRange<Double> {
    let values = (curve.training + curve.validation).filter(\.isFinite).map(shown)
    let (lowest, highest) = (values.min() ?? 0, values.max() ?? 1)
    let span = highest - lowest
    let margin = span > 0 ? 0.05 * span : (highest == 0 ? 1 : 0.1 * abs(highest))
    return (lowest - margin)...(highest + margin)
  }

  /// The power of ten that learning rates are drawn in.
  private var ratePower: Int {
    let largest = curve.learningRate.filter(\.isFinite).map(abs).max() ?? 0
    return largest > 0 ? Int(floor(log10(largest))) : 0
  }

  private var lossTicks: AxisTicks {
    let room = Double(height) - top - bottom
    return isLogarithmic
      ? AxisTicks(logarithms: losses, count: max(3, Int(room / 24)))
      : AxisTicks(losses, count: max(2, min(6, Int(room / 35))))
  }

  /// Room for the numbers of the losses and for their label.
  private var left: Double {
    max(PanelAxes.roomLeft, (lossTicks.texts.map { TextMeasure.width($0, size: 11) }.max() ?? 0) + 32)
  }

  var page: Page {
    var page = Page(width: width, height: height)
    let box = PixelBox(
      left: left, top: top, width: Double(width) - left - 24, height: Double(height) - top - bottom)
    let below = PixelBox(left: box.left, top: box.bottom + Self.gap, width: box.width, height: rateHeight)
    let ticks = AxisTicks(whole: epochs, count: PanelAxes.xTickCount(box.width))
    let scale = pow(10, Double(ratePower))
    let highestRate = (curve.learningRate.filter(\.isFinite).max() ?? 0) / scale
    let rates = 0...(highestRate > 0 ? 1.12 * highestRate : 1)

    var lossAxes = PanelAxes(
      box: box, x: epochs, y: losses, yLabels: ["Loss: \(loss.rawValue)", "Loss"], hasXNumbers: false,
      hasZeroLines: false)
    (lossAxes.xTicks, lossAxes.yTicks) = (ticks, lossTicks)
    var rateAxes = PanelAxes(
      box: below, x: epochs, y: rates, xLabel: "Epoch", hasZeroLines: false, yTickCount: 2)
    rateAxes.xTicks = ticks

    page.append(dataBlock(lossDecimals: PanelAxes.decimals(losses), rateScale: scale))
    page.append(bestLine)
    page.panel(lossAxes, plot: lossElements)
    page.append(bestLine)
    page.panel(rateAxes, plot: ["$curve using 1:4 with \(style) linewidth 1.6 linecolor rgb '\(Ink.axis)' notitle"])
    let unit = ratePower == 0 ? "" : " (\(AxisTicks.powerOfTen(ratePower)))"
    page.draw(
      Heading.shapes(options, subtitle: subtitle, width: width)
        + legend.shapes(at: Point(box.left, box.top - legend.height - 8))
        + [.text("Learning rate" + unit, Point(below.left, below.top - 13))])
    return page
  }

  /// One line an epoch: number, training and validation loss or their logarithms, learning rate.
  private func dataBlock(lossDecimals: Int, rateScale: Double) -> String {
    var block = "$curve << EOD\n"
    for epoch in curve.training.indices {
      let losses = [curve.training[epoch], curve.validation[epoch]].map { number(shown($0), decimals: lossDecimals) }
      block += "\(epoch + 1) \(losses[0]) \(losses[1]) \(number(curve.learningRate[epoch] / rateScale, decimals: 5))\n"
    }
    return block + "EOD\n"
  }

  /// Few epochs have points: a single one has no line.
  private var style: String { curve.training.count <= 12 ? "linespoints pointtype 7 pointsize 0.45" : "lines" }

  private var lossElements: [String] {
    var elements = [
      "$curve using 1:2 with \(style) linewidth 1.8 linecolor rgb '\(Self.trainingColour)' notitle",
      "$curve using 1:3 with \(style) linewidth 1.8 linecolor rgb '\(Self.validationColour)' notitle",
    ]
    if let best = curve.best, curve.validation[best].isFinite {
      elements.append(
        "$curve every ::\(best)::\(best) using 1:3 with points pointtype 7 pointsize 0.9 linecolor rgb "
          + "'\(Self.validationColour)' notitle")
    }
    return elements
  }

  private var bestLine: String {
    curve.best.map {
      "set arrow from \($0 + 1), graph 0 to \($0 + 1), graph 1 nohead back dashtype (4,3) linewidth 1 "
        + "linecolor rgb '\(Ink.zero)'\n"
    } ?? ""
  }
}
