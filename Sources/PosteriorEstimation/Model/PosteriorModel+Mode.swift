import EvokeNumerics
import Foundation
import Networks
import ParallelLoops

/// The most likely parameters of a posterior.
public struct PosteriorMode: Hashable, Sendable {
  /// Parameters that are not fixed, shape `[d]`.
  public let values: [Double]
  /// Log of the posterior density there.
  public let logDensity: Double
}

/// How the mode of a posterior is looked for.
public struct ModeSearch: Hashable, Codable, Sendable {
  /// Draws of which the best are begun with.
  public var draws = 1000
  /// Draws that are begun with.
  public var starts = 100
  /// Steps from each of them.
  public var steps = 500
  /// Length of the first step, in standard deviations of the training parameters; it falls to 0 along half a cosine.
  public var rate = 0.05

  /// The defaults.
  public init() {}
}

extension PosteriorModel {
  /// The most likely parameters for each observation, by gradient ascent from the best of some draws.
  ///
  /// The density is that over parameters, not over the unconstrained space. A density that rises towards a limit of the
  /// prior has its mode next to it: 0.5 % of a box's width inside, nearer than which no density is learnt well.
  ///
  /// - Parameters:
  ///   - observations: Shape `[k]` + that of the data.
  ///   - seed: Seed of the draws.
  ///   - threads: Threads that share the work; the result does not depend on them.
  /// - Returns: One for each observation.
  /// - Throws: ``PosteriorError``, codes `shapeDiffers` and `notFinite`.
  public func modes(
    given observations: [Float], search: ModeSearch = ModeSearch(), seed: UInt64, threads: Int = 1
  ) throws(PosteriorError) -> [PosteriorMode] {
    precondition(search.draws >= search.starts && search.starts > 0 && search.steps >= 0, "a search begins somewhere")
    let contexts = try contexts(of: observations, threads: threads)
    let draws = try draws(search.draws, given: observations, seed: seed, threads: threads)
    let (k, d, width) = (draws.observationCount, space.count, network.outputCount)
    let start = PosteriorMode(values: [], logDensity: -.infinity)
    var modes = [PosteriorMode](repeating: start, count: k)
    modes.withUnsafeMutableBufferPointer { modes in
      let modes = SharedMemory(modes)
      TapePool(threads: threads).forEachPiece(k) { observation, tape in
        let all = observation * search.draws..<(observation + 1) * search.draws
        let starts = all.sorted { draws.logDensity[$0] > draws.logDensity[$1] }.prefix(search.starts).map { draw in
          PosteriorMode(
            values: Array(draws.values[draw * d..<(draw + 1) * d]), logDensity: draws.logDensity[draw])
        }
        let context = Array(contexts[observation * width..<(observation + 1) * width])
        modes.part(observation..<observation + 1)[0] = climb(from: starts, context: context, search, on: tape)
      }
    }
    return modes
  }

  private func climb(
    from starts: [PosteriorMode], context: [Float], _ search: ModeSearch, on tape: Tape
  ) -> PosteriorMode {
    let d = space.count
    var best = PosteriorMode(values: starts[0].values, logDensity: -.infinity)
    var points = starts.flatMap { start in
      standardized(space.point(of: start.values) ?? Array(repeating: 0, count: d))
    }
    let contexts = starts.flatMap { _ in context }
    var gradients = [Float](repeating: 0, count: parameters.values.count)
    var (first, second) = (points.map { _ in 0.0 }, points.map { _ in 0.0 })
    clamp(&points)
    for step in 0...search.steps {
      let (densities, slopes) = slopes(at: points, contexts: contexts, gradients: &gradients, on: tape)
      for (row, density) in densities.enumerated() where density > best.logDensity {
        let point = unconstrained(points[row * d..<(row + 1) * d])
        best = PosteriorMode(values: space.parameters(at: point), logDensity: density)
      }
      let rate = search.rate * 0.5 * (1 + cos(.pi * Double(step) / Double(max(1, search.steps))))
      let corrections = (1 - pow(0.9, Double(step + 1)), 1 - pow(0.999, Double(step + 1)))
      for place in points.indices {
        first[place] = 0.9 * first[place] + 0.1 * slopes[place]
        second[place] = 0.999 * second[place] + 0.001 * slopes[place] * slopes[place]
        points[place] += rate * (first[place] / corrections.0) / ((second[place] / corrections.1).squareRoot() + 1e-8)
      }
      clamp(&points)
    }
    return best
  }

  /// Depth in the edge of a limit, beyond which the tail of the learnt density says more than data.
  private static let greatestDepth = 2.0

  private func clamp(_ points: inout [Double]) {
    let d = space.count
    for first in stride(from: 0, to: points.count, by: d) {
      let point = space.clamped(unconstrained(points[first..<first + d]), depth: Self.greatestDepth)
      points.replaceSubrange(first..<first + d, with: standardized(point))
    }
  }

  private func standardized(_ point: [Double]) -> [Double] {
    zip(point, zip(standardization.mean, standardization.deviation)).map { ($0 - $1.0) / $1.1 }
  }

  private func unconstrained(_ point: ArraySlice<Double>) -> [Double] {
    zip(point, zip(standardization.mean, standardization.deviation)).map { $0 * $1.1 + $1.0 }
  }

  /// Log densities over parameters of points, and their slopes in standardized space.
  private func slopes(
    at points: [Double], contexts: [Float], gradients: inout [Float], on tape: Tape
  ) -> (densities: [Double], slopes: [Double]) {
    let (d, constant) = (space.count, standardization.logVolume)
    let rows = points.count / d
    var (densities, slopes) = ([Double](repeating: 0, count: rows), points.map { _ in 0.0 })
    parameters.values.withUnsafeBufferPointer { parameters in
      contexts.withUnsafeBufferPointer { contexts in
        // The tape has gradients of everything or of nothing: those of the parameters are not looked at.
        gradients.withUnsafeMutableBufferPointer { gradients in
          tape.start(parameters: parameters.baseAddress, gradients: gradients.baseAddress, training: nil)
          let values = tape.matrix(rows: rows, columns: d)
          for place in points.indices { values.values[place] = Float(points[place]) }
          let context = tape.constant(contexts, rows: rows, columns: network.outputCount)
          let density = network.density.logDensity(of: values, given: context, on: tape)
          for row in 0..<rows { densities[row] = Double(density.values[row]) - constant }
          tape.backward(from: density)
          if let slope = tape.gradient(of: values) {
            for place in points.indices { slopes[place] = Double(slope.values[place]) }
          }
        }
      }
    }
    for row in 0..<rows {
      let point = unconstrained(points[row * d..<(row + 1) * d])
      densities[row] -= space.logVolume(at: point)
      for (place, slope) in space.logVolumeGradient(at: point).enumerated() {
        slopes[row * d + place] -= slope * standardization.deviation[place]
      }
    }
    return (densities, slopes)
  }
}
