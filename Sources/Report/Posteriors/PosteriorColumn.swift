import Foundation

/// A parameter of a posterior, ready to be drawn: all values in the unit of its axis.
struct PosteriorColumn: Sendable {
  let label: ParameterLabel
  let axis: ParameterAxis
  let draws: [Double]
  let truth: Double?
  let map: Double?
  let marginal: MarginalDensity
  /// Density of the prior at the points of the marginal; nil where it is not known.
  let prior: [Double]?

  /// Prepares parameters; draws that are not finite for all of them are left out.
  ///
  /// - Throws: ``FigureError``, codes `nothingToDraw` and `invalidOption`.
  static func columns(_ parameters: [PairsFigure.Parameter], most: Int) throws -> [PosteriorColumn] {
    guard let first = parameters.first else { throw FigureError(.nothingToDraw, "there is no parameter to draw") }
    guard parameters.count <= most else {
      throw FigureError(
        .invalidOption,
        "\(parameters.count) parameters have no room on a page; choose up to \(most) of them (--parameters)")
    }
    precondition(parameters.allSatisfy { $0.draws.count == first.draws.count }, "a draw has a value a parameter")
    let finite = first.draws.indices.filter { draw in parameters.allSatisfy { $0.draws[draw].isFinite } }
    guard !finite.isEmpty else { throw FigureError(.nothingToDraw, "there is no draw whose values are all finite") }
    return parameters.map { parameter in
      PosteriorColumn(
        parameter,
        draws: finite.count == first.draws.count ? parameter.draws : finite.map { parameter.draws[$0] })
    }
  }

  private init(_ parameter: PairsFigure.Parameter, draws: [Double]) {
    let axis = ParameterAxis(
      draws, support: parameter.support, marks: [parameter.truth, parameter.map].compactMap(\.self))
    let scale = axis.scale
    (label, self.axis) = (ParameterLabel(name: parameter.name, unit: parameter.unit), axis)
    self.draws = draws.map { $0 * scale }
    truth = parameter.truth.map { $0 * scale }.flatMap { $0.isFinite ? $0 : nil }
    map = parameter.map.map { $0 * scale }.flatMap { $0.isFinite ? $0 : nil }
    let marginal = MarginalDensity(self.draws, axis: axis)
    self.marginal = marginal
    prior = parameter.prior.map { density in
      (0..<marginal.grid.count).map { point in
        let value = density(marginal.grid.value(point) / scale) / scale
        return value.isFinite ? max(0, value) : 0
      }
    }
  }

  /// The highest density that a panel has to hold; a prior that is far higher is cut off.
  var highest: Double {
    let own = marginal.values.max() ?? 0
    let top = max(own, min(prior?.max() ?? 0, 1.5 * own))
    return top > 0 && top.isFinite ? top : 1
  }

  /// Pearson's correlation of the draws; NaN where one does not vary.
  func correlation(with other: PosteriorColumn) -> Double {
    // From the first draw, so that what does not vary is exactly 0.
    let (origin, otherOrigin, n) = (draws[0], other.draws[0], Double(draws.count))
    let mean = draws.reduce(0) { $0 + ($1 - origin) } / n
    let otherMean = other.draws.reduce(0) { $0 + ($1 - otherOrigin) } / n
    var (product, square, otherSquare) = (0.0, 0.0, 0.0)
    for (x, y) in zip(draws, other.draws) {
      let (a, b) = (x - origin - mean, y - otherOrigin - otherMean)
      product += a * b
      square += a * a
      otherSquare += b * b
    }
    return product / (square.squareRoot() * otherSquare.squareRoot())
  }

  /// What colours and marks mean.
  static func legend(_ columns: [PosteriorColumn], hasPairs: Bool) -> [Legend.Entry] {
    var entries: [Legend.Entry] = []
    if hasPairs {
      entries = [
        Legend.Entry(text: "50 % of the draws", colour: PosteriorColours.half, isPatch: true),
        Legend.Entry(text: "90 %", colour: PosteriorColours.most, isPatch: true),
      ]
    }
    entries.append(Legend.Entry(text: "posterior", colour: PosteriorColours.line))
    if columns.contains(where: { $0.prior != nil }) {
      entries.append(Legend.Entry(text: "prior", colour: PosteriorColours.prior))
    }
    if columns.contains(where: { $0.truth != nil }) {
      entries.append(Legend.Entry(text: "truth", colour: PosteriorColours.truth))
    }
    if columns.contains(where: { $0.map != nil }) {
      entries.append(Legend.Entry(text: "MAP", colour: PosteriorColours.map, isDot: true))
    }
    return entries
  }
}
