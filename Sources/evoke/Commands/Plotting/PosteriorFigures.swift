import EEGArchive
import EvokeNumerics
import Foundation
import Report

extension PlotOptions {
  /// A figure of one observation's posterior.
  ///
  /// - Throws: `FigureError` and ``PlotFailure``.
  func posteriorFigure(_ kind: FigureKind, of archive: PosteriorArchive) throws -> any Figure {
    let number = observation ?? 1
    guard number <= archive.observationCount else {
      throw PlotFailure.noObservation(number, count: archive.observationCount)
    }
    let chosen = try columns(of: archive)
    let d = archive.parameterCount
    let prior = archive.prior.flatMap { try? Prior(archive.parameters, group: $0) }
    let draws = archive.draws(of: number - 1)
    func value(_ values: [Double]?, _ column: Int) -> Double? { values.map { $0[(number - 1) * d + column] } }
    let parameters = chosen.map { column in
      PairsFigure.Parameter(
        name: archive.parameters[column].name, unit: archive.parameters[column].unit,
        draws: stride(from: draws.startIndex + column, to: draws.endIndex, by: d).map { draws[$0] },
        truth: value(archive.truth, column), map: value(archive.map?.values, column),
        support: prior?.marginalSupport(of: column), prior: prior?.marginalDensity(of: column))
    }
    var words: [String] = []
    if archive.observationCount > 1 { words.append("observation \(number) of \(archive.observationCount)") }
    if let origin = PosteriorDescription(archive).origin { words.append(origin) }
    words.append(Formatting.count(archive.drawCount, "draw"))
    let subtitle = words.joined(separator: ", ")
    return kind == .marginals
      ? try MarginalsFigure(parameters, subtitle: subtitle, options: figureOptions())
      : try PairsFigure(parameters, subtitle: subtitle, options: figureOptions())
  }

  /// Places of the parameters that are asked for, in their order; all where none are.
  private func columns(of archive: PosteriorArchive) throws -> [Int] {
    let names = archive.parameters.map(\.name)
    guard let parameters else { return Array(names.indices) }
    return try Self.conditions(parameters, among: names).map { name in
      guard let column = names.firstIndex(of: name) else { throw PlotFailure.noParameter(name, known: names) }
      return column
    }
  }
}

extension Prior {
  /// The distribution of a parameter on its own; nil for one of a correlated normal, or a fixed one.
  private func marginal(of parameter: Int) -> PriorDistribution? {
    var start = 0
    for component in components {
      if (start..<start + component.count).contains(parameter) {
        switch component {
        case .single(let distribution): return distribution.isFixed ? nil : distribution
        case .correlated(let normal):
          let place = parameter - start
          return .normal(mean: normal.mean[place], scale: normal.covariance[place][place].squareRoot())
        }
      }
      start += component.count
    }
    return nil
  }

  fileprivate func marginalSupport(of parameter: Int) -> ClosedRange<Double>? { marginal(of: parameter)?.support }

  fileprivate func marginalDensity(of parameter: Int) -> (@Sendable (Double) -> Double)? {
    guard let distribution = marginal(of: parameter) else { return nil }
    return { exp(distribution.logDensity($0)) }
  }
}
