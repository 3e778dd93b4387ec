import PosteriorEstimation
import Simulation
import Synchronization

/// Jansen-Rit columns as `evoke simulate` makes them, of parameters that are given.
struct ModelSimulator: Simulator {
  let run: SimulationRun
  let threads: Int

  /// Channels and samples of a simulation.
  var shape: [Int] { [run.channels.count, run.times.count] }

  func simulate(_ parameters: [Double], first: Int, progress: @Sendable (Double) -> Void) throws -> SimulatedData {
    let (count, size) = (parameters.count / run.prior.count, shape.reduce(1, *))
    struct Result {
      var values: [Float]
      var isGood: [Bool]
      var done = 0
    }
    let result = Mutex(
      Result(values: Array(repeating: 0, count: count * size), isGood: Array(repeating: false, count: count)))
    try run.forEachPart(of: first..<first + count, parameters: parameters, threads: threads) { part in
      let rows = part.numbers.lowerBound - first..<part.numbers.upperBound - first
      let done = result.withLock { result in
        // The first level of noise, as in training.
        result.values.replaceSubrange(rows.lowerBound * size..<rows.upperBound * size, with: part.potentials[0])
        result.isGood.replaceSubrange(rows, with: part.isFinite)
        result.done += rows.count
        return result.done
      }
      progress(Double(done) / Double(count))
    }
    return result.withLock { SimulatedData(shape: shape, values: $0.values, isGood: $0.isGood) }
  }
}
