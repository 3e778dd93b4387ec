import EvokeNumerics
import Foundation

/// The density of one or two parameters, the others fixed, on a grid.
public struct ConditionalGrid: Hashable, Sendable {
  /// The free parameters, one or two, in the order in which they were asked for.
  public let parameters: [Prior.Parameter]
  /// Values of each, ascending, closer together next to the limits of the prior.
  public let values: [[Double]]
  /// Density over the free parameters, shape `[n]` or `[n, n]`, the first one along rows.
  ///
  /// Its integral is one.
  public let density: [Double]
  /// Log of the integral of the joint density over the free parameters: of the posterior's density of the fixed values.
  public let logMass: Double
}

extension PosteriorModel {
  /// The density of one or two parameters for one observation, all others fixed, normalised by quadrature over the
  /// support of the prior.
  ///
  /// The grid is laid over the whole support, then twice over the part that holds all but a share 1e-9 of the density's
  /// height, so it finds posteriors much narrower than the prior.
  ///
  /// - Parameters:
  ///   - names: One or two parameters; all others are fixed.
  ///   - fixed: Values by name.
  ///   - observation: One, of the shape of the data.
  ///   - points: Of the grid, along each parameter.
  ///   - threads: Threads that share the work; the result does not depend on them.
  /// - Throws: ``PosteriorError``, as ``conditionalDraws(_:fixing:given:settings:seed:threads:progress:)``; code
  ///   `invalidSetting` if a parameter is neither free nor fixed, or both.
  public func conditionalDensity(
    of names: [String], fixing fixed: [String: Double], given observation: [Float], points: Int = 128, threads: Int = 1
  ) throws(PosteriorError) -> ConditionalGrid {
    precondition(points >= 8, "a grid has 8 points or more along a parameter")
    let all = space.parameters.map(\.name)
    let left = all.filter { fixed[$0] == nil }
    guard (1...2).contains(names.count), Set(names).count == names.count, Set(names) == Set(left) else {
      throw PosteriorError(
        code: .invalidSetting,
        message: "a density on a grid is of one or two parameters, all others fixed; \(names.joined(separator: ", ")) "
          + (names.count == 1 ? "is" : "are") + " asked for, and \(left.joined(separator: ", ")) not fixed")
    }
    let target = try ConditionedPosterior(self, fixing: fixed, given: observation, threads: threads)
    let order = target.freePlaces.map { place in names.firstIndex(of: all[place]) ?? 0 }
    let f = names.count
    // Numbers of the free parameters: of a prior without limits, to where no draw of it is.
    var ranges = [ClosedRange<Double>](repeating: -Self.reach...Self.reach, count: f)
    var grid = try values(of: target, in: ranges, points: points)
    for _ in 0..<2 {
      guard let largest = grid.scores.filter(\.isFinite).max() else {
        throw PosteriorError(
          code: .noDensity,
          message: "the posterior has no density at the fixed values; fix values that it thinks possible")
      }
      ranges = (0..<f).map { place in
        let high = grid.scores.indices.filter { grid.scores[$0] > largest + log(1e-9) }.map { row in
          f == 1 ? row : place == 0 ? row / points : row % points
        }
        let (first, last) = (max(0, (high.min() ?? 0) - 1), min(points - 1, (high.max() ?? points) + 1))
        return grid.axes[place][first]...grid.axes[place][last]
      }
      grid = try values(of: target, in: ranges, points: points)
    }
    return finished(grid, target, order: order, points: points)
  }

  /// Numbers to which grids go: beyond, the edges of limits hold 1e-15 of their width, and priors no draw.
  private static var reach: Double { 9 }

  private struct Grid {
    /// Numbers along each free parameter.
    var axes: [[Double]]
    /// Log densities over numbers.
    var scores: [Double]
    /// Log densities over parameters.
    var densities: [Double]
  }

  private func values(
    of target: ConditionedPosterior, in ranges: [ClosedRange<Double>], points: Int
  ) throws(PosteriorError) -> Grid {
    let axes = ranges.map { range in
      (0..<points).map {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(points - 1)
      }
    }
    let rows = axes.count == 1 ? axes[0] : axes[0].flatMap { a in axes[1].flatMap { [a, $0] } }
    let found = try target.logDensities(at: rows)
    return Grid(axes: axes, scores: zip(found.density, found.volume).map(+), densities: found.density)
  }

  /// Normalises by the trapezoidal rule over numbers, and puts parameters in the order that was asked for.
  private func finished(_ grid: Grid, _ target: ConditionedPosterior, order: [Int], points: Int) -> ConditionalGrid {
    let f = grid.axes.count
    let largest = grid.scores.filter(\.isFinite).max() ?? 0
    func weight(_ index: Int) -> Double { index == 0 || index == points - 1 ? 0.5 : 1 }
    let cell = grid.axes.reduce(1) { $0 * ($1[1] - $1[0]) }
    let sum = grid.scores.indices.reduce(0.0) { sum, row in
      let weights = f == 1 ? weight(row) : weight(row / points) * weight(row % points)
      return sum + weights * exp(grid.scores[row] - largest)
    }
    let logMass = largest + log(sum * cell)
    let density = grid.densities.map { exp($0 - logMass) }
    let values = grid.axes.enumerated().map { place, axis in
      axis.map { number in
        target.parameters(at: (0..<f).map { $0 == place ? number : 0 })[place]
      }
    }
    let parameters = target.freePlaces.map { space.parameters[$0] }
    guard order == [1, 0] else {
      return ConditionalGrid(parameters: parameters, values: values, density: density, logMass: logMass)
    }
    let turned = density.indices.map { density[$0 % points * points + $0 / points] }
    return ConditionalGrid(
      parameters: parameters.reversed(), values: values.reversed(), density: turned, logMass: logMass)
  }
}
