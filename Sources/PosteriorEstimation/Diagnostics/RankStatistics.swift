import EvokeNumerics

/// Where the truth of each run stands among the draws of its posterior, parameter by parameter.
///
/// With a calibrated posterior a rank is one of 0 ... n (n: draws of a run), all equally likely. Draws that equal the
/// truth stand before or behind it at random. A rank together with a uniform number from within its cell is a position,
/// uniform on (0, 1) without steps, so that tests for continuous laws are exact for any number of draws.
public struct RankStatistics: Hashable, Sendable {
  /// Number of runs.
  public let runCount: Int
  /// Number of parameters.
  public let parameterCount: Int
  /// Draws of each run, n.
  public let drawCount: Int
  /// Draws below the truth, from 0 to n; shape `[run, parameter]`.
  public let ranks: [Int]
  /// (rank + uniform) / (n + 1), in (0, 1); shape `[run, parameter]`.
  public let positions: [Double]

  /// Ranks of the truths among their draws.
  ///
  /// - Parameters:
  ///   - runs: Truths and draws.
  ///   - seed: Of ties and of places within ranks: run r and parameter k take draw k of the stream (seed, r, "rank
  ///     ties").
  ///   - threads: Threads that share the runs; the result does not depend on them.
  public init(_ runs: PosteriorRuns, seed: UInt64 = 0, threads: Int = 1) {
    let (d, n) = (runs.parameterCount, runs.drawCount)
    let rows = runs.map(threads: threads) { run, truth, draws in
      let stream = RandomStream(seed: seed, simulation: run, purpose: .rankTies)
      return withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * d) { counts -> [TieBreaking.Place] in
        counts.initialize(repeating: 0)
        var place = 0
        for _ in 0..<n {
          for k in 0..<d {
            let value = draws[place]
            counts[2 * k] &+= value < truth[k] ? 1 : 0
            counts[2 * k + 1] &+= value == truth[k] ? 1 : 0
            place &+= 1
          }
        }
        return (0..<d).map { k in
          TieBreaking.place(
            before: counts[2 * k], equal: counts[2 * k + 1], of: n, uniform: stream.uniform(at: UInt64(k)))
        }
      }
    }
    (runCount, parameterCount, drawCount) = (runs.runCount, d, n)
    ranks = rows.flatMap { $0.map(\.rank) }
    positions = rows.flatMap { $0.map(\.position) }
  }

  /// Positions of one parameter, shape `[run]`.
  public func positions(of parameter: Int) -> [Double] {
    precondition((0..<parameterCount).contains(parameter), "parameters have numbers from 0 on")
    return stride(from: parameter, to: positions.count, by: parameterCount).map { positions[$0] }
  }

  /// Runs by rank in bins of equal width, shape `[bin]`: the histogram of simulation-based calibration.
  ///
  /// Each bin expects the same count, also where n + 1 is no multiple of their number.
  public func histogram(of parameter: Int, bins: Int) -> [Int] {
    Uniformity.counts(of: positions(of: parameter), bins: bins)
  }

  /// Coverage of the central intervals of a parameter, between quantiles (1 - level) / 2 and (1 + level) / 2.
  public func centralCoverage(of parameter: Int) -> ExpectedCoverage {
    ExpectedCoverage(levels: positions(of: parameter).map { abs(2 * $0 - 1) })
  }
}

/// Fair order of a value among others that may equal it.
enum TieBreaking {
  struct Place: Hashable, Sendable {
    let rank: Int
    let position: Double
  }

  /// The place of a value among `count` others.
  ///
  /// - Parameters:
  ///   - before: How many are before it.
  ///   - equal: How many equal it.
  ///   - uniform: A number in (0, 1).
  static func place(before: Int, equal: Int, of count: Int, uniform: Double) -> Place {
    let within = uniform * Double(equal + 1)
    return Place(
      rank: before + Int(within),
      // Rounding could reach 1 for very many draws.
      position: min((Double(before) + within) / Double(count + 1), 1 - 0x1p-53))
  }
}

extension RandomPurpose {
  /// The order of a truth among draws that equal it.
  static let rankTies = RandomPurpose("rank ties")
}
