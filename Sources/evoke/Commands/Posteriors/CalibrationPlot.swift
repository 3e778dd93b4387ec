import Foundation
import PosteriorEstimation
import Report

extension PosteriorEvaluation {
  /// A figure of ranks and coverage, each with the band that holds 95 % of calibrated posteriors.
  ///
  /// - Throws: `FigureError`.
  func calibrationFigure(subtitle: String) throws -> CalibrationFigure {
    let band = ECDFBand(count: runs.runCount)
    func curve(_ name: String, _ positions: [Double], p: Double) -> CalibrationFigure.Curve {
      CalibrationFigure.Curve(
        name: name, places: band.places, shares: band.distribution(of: positions), lower: band.lower,
        upper: band.upper, pValue: p)
    }
    let parameters = model.space.parameters.enumerated().map { number, parameter in
      curve(
        Formatting.printable(parameter.name), calibration.ranks.positions(of: number),
        p: calibration.pValue(of: number))
    }
    return try CalibrationFigure(
      parameters,
      // Levels of a calibrated posterior are uniform, and coverage is their distribution function.
      coverage: curve("All: highest density", coverage.levels, p: coverage.uniformity.pValue), subtitle: subtitle)
  }
}
