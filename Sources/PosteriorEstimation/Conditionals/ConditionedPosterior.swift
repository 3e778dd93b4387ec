import EvokeNumerics
import Foundation

/// The posterior of one observation with some of its parameters fixed.
///
/// Its points are numbers of the free parameters, each on a line without limits: as ``UnconstrainedSpace`` has them, but
/// correlated normal parameters by their own mean and deviation, because they are fixed one by one.
struct ConditionedPosterior {
  let model: PosteriorModel
  /// One observation, of the shape of the data.
  let observation: [Float]
  let threads: Int
  /// Places of the free parameters among those of the posterior, f of them.
  let freePlaces: [Int]
  /// Places of the fixed ones.
  let fixedPlaces: [Int]
  /// All parameters of the posterior, with the fixed values in their places.
  private let template: [Double]
  private let maps: [ParameterMap]
  private let logScales: [Double]

  /// Fixes parameters by name.
  ///
  /// - Throws: ``PosteriorError``, codes `invalidSetting` for names that the posterior does not have and when none is left
  ///   free, `outsidePrior`, and `shapeDiffers` for another number of observations than one.
  init(
    _ model: PosteriorModel, fixing fixed: [String: Double], given observation: [Float], threads: Int
  ) throws(PosteriorError) {
    (self.model, self.observation, self.threads) = (model, observation, threads)
    guard observation.count == model.preparation.valueCount else {
      throw PosteriorError(
        code: .shapeDiffers,
        message: "\(observation.count) values are not one observation of the shape \(model.preparation.shape); "
          + "parameters are fixed for one observation at a time")
    }
    let parameters = model.space.parameters
    for name in fixed.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
      throw PosteriorError(
        code: .invalidSetting,
        message: "the posterior has no parameter \(name); there are "
          + parameters.map(\.name).joined(separator: ", "))
    }
    guard fixed.count < parameters.count else {
      throw PosteriorError(
        code: .invalidSetting, message: "all \(parameters.count) parameters are fixed; leave at least one free")
    }
    maps = model.space.freePrior.spans.flatMap { span -> [ParameterMap] in
      switch span.component {
      case .single(let distribution): return ParameterMap(distribution).map { [$0] } ?? []
      case .correlated(let normal):
        return span.range.map { place in
          let own = place - span.range.lowerBound
          return .line(
            center: normal.mean[own], scale: normal.covariance[own][own].squareRoot(), lower: -.infinity,
            upper: .infinity, edge: 0)
        }
      }
    }
    logScales = maps.map { log($0.scale) }
    var template = [Double](repeating: 0, count: parameters.count)
    for (place, parameter) in parameters.enumerated() {
      guard let value = fixed[parameter.name] else { continue }
      guard value.isFinite, maps[place].number(of: value) != nil else {
        let support = model.space.freePrior.support[place]
        throw PosteriorError(
          code: .outsidePrior,
          message: "the prior excludes \(parameter.name) = \(value); fix it inside \(support.lowerBound) to "
            + "\(support.upperBound)")
      }
      template[place] = value
    }
    self.template = template
    freePlaces = parameters.indices.filter { fixed[parameters[$0].name] == nil }
    fixedPlaces = parameters.indices.filter { fixed[parameters[$0].name] != nil }
  }

  /// The numbers of all parameters of a draw, free or fixed.
  ///
  /// - Parameter values: Shape `[d]`.
  func numbers(of values: ArraySlice<Double>) -> [Double] {
    zip(values, maps).map { value, map in map.number(of: value) ?? 0 }
  }

  /// The numbers of the fixed values.
  var fixedNumbers: [Double] { fixedPlaces.map { maps[$0].number(of: template[$0]) ?? 0 } }

  /// The free parameters, shape `[n, f]`, of points of as many numbers.
  func parameters(at points: [Double]) -> [Double] {
    points.indices.map { index in
      let place = freePlaces[index % freePlaces.count]
      return maps[place].value(of: points[index], logScale: 0).value
    }
  }

  /// Log of the joint density of parameters at points, and of their volume by that of numbers, shape `[n]` each.
  ///
  /// - Parameter points: Numbers of the free parameters, shape `[n, f]`.
  func logDensities(at points: [Double]) throws(PosteriorError) -> (density: [Double], volume: [Double]) {
    let (f, d) = (freePlaces.count, template.count)
    let count = points.count / f
    var (values, volumes) = ([Double](), [Double](repeating: 0, count: count))
    values.reserveCapacity(count * d)
    for row in 0..<count {
      values += template
      for (number, place) in freePlaces.enumerated() {
        let (value, logSlope, _) = maps[place].value(of: points[row * f + number], logScale: logScales[place])
        values[row * d + place] = value
        volumes[row] += logSlope
      }
    }
    return (try model.logDensity(of: values, given: observation, threads: threads), volumes)
  }
}
