import EvokeNumerics
import Networks
import ParallelLoops

extension PosteriorModel {
  /// Log of the posterior density, whose integral over the prior's support is one for every observation.
  ///
  /// - Parameters:
  ///   - values: Parameters, shape `[k, n, d]`: those that are not fixed, n for each observation.
  ///   - observations: Shape `[k]` + that of the data.
  ///   - threads: Threads that share the work; the result does not depend on them.
  /// - Returns: Shape `[k, n]`; -∞ outside the prior.
  /// - Throws: ``PosteriorError``, codes `shapeDiffers` and `notFinite`.
  public func logDensity(
    of values: [Double], given observations: [Float], threads: Int = 1
  ) throws(PosteriorError) -> [Double] {
    let contexts = try contexts(of: observations, threads: threads)
    let (k, d) = (contexts.count / network.outputCount, space.count)
    guard values.count % (k * d) == 0 else {
      throw PosteriorError(
        code: .shapeDiffers,
        message:
          "\(values.count) parameter values are no whole number of points of \(d) for each of \(k) observations; "
          + "give the parameters \(space.parameters.map(\.name).joined(separator: ", "))")
    }
    let count = values.count / d / k
    if count == 0 { return [] }
    let blocks = DrawBlocks(observations: k, draws: count, size: 256)
    var result = [Double](repeating: -.infinity, count: k * count)
    result.withUnsafeMutableBufferPointer { result in
      let result = SharedMemory(result)
      TapePool(threads: threads).forEachPiece(blocks.count) { piece, tape in
        let block = blocks[piece]
        let rows = block.observations.lowerBound * count + block.draws.lowerBound
        let size = block.observations.count * block.draws.count
        logDensity(
          values[rows * d..<(rows + size) * d], block, contexts: contexts, on: tape,
          result: result.part(rows..<rows + size))
      }
    }
    return result
  }

  private func logDensity(
    _ values: ArraySlice<Double>, _ block: DrawBlocks.Block, contexts: [Float], on tape: Tape,
    result: UnsafeMutableBufferPointer<Double>
  ) {
    let (d, width, constant) = (space.count, network.outputCount, standardization.logVolume)
    parameters.values.withUnsafeBufferPointer { parameters in
      contexts.withUnsafeBufferPointer { contexts in
        tape.start(parameters: parameters.baseAddress, gradients: nil, training: nil)
        let context = tape.constant(
          contexts.extracting(block.observations.lowerBound * width..<block.observations.upperBound * width),
          rows: block.observations.count, columns: width)
        let targets = tape.matrix(rows: result.count, columns: d, needsGradient: false)
        for row in result.indices {
          let first = values.startIndex + row * d
          let point = space.point(of: values[first..<first + d])
          for place in 0..<d {
            targets.values[row * d + place] =
              point.map { Float((($0[place]) - standardization.mean[place]) / standardization.deviation[place]) } ?? 0
          }
          result[row] = point.map { -constant - space.logVolume(at: $0) } ?? -.infinity
        }
        let density = network.density.logDensity(of: targets, given: context, on: tape)
        for row in result.indices { result[row] += Double(density.values[row]) }
      }
    }
  }
}
