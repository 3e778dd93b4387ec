import EvokeNumerics
import Networks
import ParallelLoops

/// Draws from posteriors of some observations.
public struct PosteriorDraws: Hashable, Sendable {
  /// Observations, k.
  public let observationCount: Int
  /// Draws for each, n.
  public let drawCount: Int
  /// Parameters that are not fixed, d.
  public let parameterCount: Int
  /// Parameters, shape `[k, n, d]`, in the order of ``UnconstrainedSpace/parameters``.
  public internal(set) var values: [Double]
  /// Log of the posterior density of each draw, shape `[k, n]`.
  public internal(set) var logDensity: [Double]

  /// The draws of the first observations.
  public func first(_ count: Int) -> PosteriorDraws {
    precondition((0...observationCount).contains(count), "there are \(observationCount) observations")
    return PosteriorDraws(
      observationCount: count, drawCount: drawCount, parameterCount: parameterCount,
      values: Array(values[..<(count * drawCount * parameterCount)]),
      logDensity: Array(logDensity[..<(count * drawCount)]))
  }
}

extension PosteriorModel {
  /// Rows of a piece of work: as many as keep the layers' values in cache.
  private static let blockSize = 256

  /// Draws from the posteriors of observations.
  ///
  /// None is outside the prior, and none is rejected, so the work is known before. Draw n of observation k is the same
  /// for every number of threads and, but for rounding, of draws and observations.
  ///
  /// - Parameters:
  ///   - count: Draws for each observation, n.
  ///   - observations: Shape `[k]` + that of the data.
  ///   - seed: Seed of the draws.
  ///   - threads: Threads that share the work.
  ///   - progress: Told how much is done, from 0 to 1, now and then.
  /// - Throws: ``PosteriorError``, codes `shapeDiffers` and `notFinite`.
  public func draws(
    _ count: Int, given observations: [Float], seed: UInt64, threads: Int = 1, progress: (Double) -> Void = { _ in }
  ) throws(PosteriorError) -> PosteriorDraws {
    precondition(count > 0, "there is a draw")
    let contexts = try contexts(of: observations, threads: threads)
    let (k, d) = (contexts.count / network.outputCount, space.count)
    var draws = PosteriorDraws(
      observationCount: k, drawCount: count, parameterCount: d, values: Array(repeating: 0, count: k * count * d),
      logDensity: Array(repeating: 0, count: k * count))
    let blocks = DrawBlocks(observations: k, draws: count, size: Self.blockSize)
    // Some at a time, so that progress can be told between them.
    let stretch = max(threads, blocks.count / 50 + 1)
    draws.values.withUnsafeMutableBufferPointer { values in
      draws.logDensity.withUnsafeMutableBufferPointer { logDensity in
        let (values, logDensity) = (SharedMemory(values), SharedMemory(logDensity))
        let tapes = TapePool(threads: threads)
        for first in stride(from: 0, to: blocks.count, by: stretch) {
          let last = min(first + stretch, blocks.count)
          tapes.forEachPiece(last - first) { piece, tape in
            let block = blocks[first + piece]
            let rows = block.observations.lowerBound * count + block.draws.lowerBound
            let size = block.observations.count * block.draws.count
            draw(
              block, contexts: contexts, seed: seed, on: tape, values: values.part(rows * d..<(rows + size) * d),
              logDensity: logDensity.part(rows..<rows + size))
          }
          progress(Double(last) / Double(blocks.count))
        }
      }
    }
    return draws
  }

  private func draw(
    _ block: DrawBlocks.Block, contexts: [Float], seed: UInt64, on tape: Tape,
    values: UnsafeMutableBufferPointer<Double>, logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    let (density, width) = (network.density, network.outputCount)
    parameters.values.withUnsafeBufferPointer { parameters in
      contexts.withUnsafeBufferPointer { contexts in
        tape.start(parameters: parameters.baseAddress, gradients: nil, training: nil)
        let context = tape.constant(
          contexts.extracting(block.observations.lowerBound * width..<block.observations.upperBound * width),
          rows: block.observations.count, columns: width)
        let each = block.draws.count * density.noiseCount
        let noise = tape.matrix(
          rows: block.observations.count * block.draws.count, columns: density.noiseCount, needsGradient: false)
        for (place, observation) in block.observations.enumerated() {
          NormalNumbers.fill(
            UnsafeMutableBufferPointer(start: noise.values + place * each, count: each), seed: seed,
            simulation: observation, purpose: .posteriorDraws, from: block.draws.lowerBound * density.noiseCount)
        }
        let draws = density.draws(from: noise, given: context, on: tape)
        finish(draws, values: values, logDensity: logDensity)
      }
    }
  }

  /// From what the density is over to parameters.
  private func finish(
    _ draws: DensityDraws, values: UnsafeMutableBufferPointer<Double>, logDensity: UnsafeMutableBufferPointer<Double>
  ) {
    let (d, constant) = (space.count, standardization.logVolume)
    for row in logDensity.indices {
      for place in 0..<d {
        values[row * d + place] =
          Double(draws.values.values[row * d + place]) * standardization.deviation[place]
          + standardization.mean[place]
      }
      let point = values.extracting(row * d..<(row + 1) * d)
      let volume = space.parameters(replacing: point)
      logDensity[row] = Double(draws.logDensity.values[row]) - constant - volume
    }
  }
}

extension RandomPurpose {
  /// Draws from a posterior; the simulation is the number of the observation.
  static let posteriorDraws = RandomPurpose("posterior draws")
}
