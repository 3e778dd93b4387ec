extension AutoregressiveProcess {
  /// Fits a process to autocovariances by the equations of Yule and Walker.
  ///
  /// - Parameters:
  ///   - autocovariances: At lags of 0, 1, 2, ... samples; they need not be scaled to one.
  ///   - order: Of the process; there are more autocovariances than that.
  /// - Throws: ``SimulationError``, code `tooLittleData`, when no process has such autocovariances.
  public init(autocovariances: [Double], order: Int) throws(SimulationError) {
    let partial = Self.partialCorrelations(autocovariances: autocovariances, order: order)
    guard partial.count == order else {
      throw SimulationError(
        code: .tooLittleData,
        message: "no process has these autocovariances beyond order \(partial.count); take a lower order, or average "
          + "more data")
    }
    self.init(partialCorrelations: partial)
  }

  /// Partial correlations by Levinson's recursion, up to the order where autocovariances stop being possible ones.
  static func partialCorrelations(autocovariances r: [Double], order: Int) -> [Double] {
    precondition(order >= 0 && r.count > order, "a process of order p needs p + 1 autocovariances")
    var (partial, current): ([Double], [Double]) = ([], [])
    guard r[0] > 0, r.allSatisfy(\.isFinite) else { return [] }
    var error = r[0]
    for lag in 1..<max(order + 1, 1) {
      let known = current.enumerated().reduce(0) { $0 + $1.element * r[lag - 1 - $1.offset] }
      let next = (r[lag] - known) / error
      guard abs(next) < 1 else { break }
      let turned = Array(current.reversed())
      current = zip(current, turned).map { $0 - next * $1 } + [next]
      partial.append(next)
      error *= 1 - next * next
    }
    return partial
  }

  /// Fits a process to pieces of a signal by Burg's method: every order lowers the sum of squared forward and backward
  /// prediction errors, over all pieces, as far as it can.
  ///
  /// Nothing is supposed of the signal before and after a piece, so short pieces are used well. Means are not removed.
  /// Source: Burg 1975, "Maximum entropy spectral analysis"; Kay 1988, "Modern Spectral Estimation", section 7.5.
  ///
  /// - Parameters:
  ///   - pieces: Samples that follow one another, in any unit.
  ///   - order: Of the process.
  /// - Throws: ``SimulationError``, code `tooLittleData`, when no piece is longer than `order` or all are zero.
  public init(burg pieces: [[Double]], order: Int) throws(SimulationError) {
    precondition(order >= 0, "an order is zero or more")
    var (forward, backward) = (pieces, pieces)
    var partial: [Double] = []
    for m in 0..<order {
      var (product, energy) = (0.0, 0.0)
      for piece in pieces.indices {
        for t in (m + 1)..<max(pieces[piece].count, m + 1) {
          let (f, b) = (forward[piece][t], backward[piece][t - 1])
          product += f * b
          energy += f * f + b * b
        }
      }
      let next = 2 * product / energy
      // A pure sine is predicted without error; nothing is left then for higher orders.
      guard abs(next) < 1 else {
        throw SimulationError(
          code: .tooLittleData,
          message: "an autoregressive process of order \(order) cannot be fitted: the samples are too few, constant, "
            + "or predicted without error by order \(m + 1); take a lower order or more data")
      }
      partial.append(next)
      for piece in pieces.indices {
        for t in stride(from: pieces[piece].count - 1, through: m + 1, by: -1) {
          let (f, b) = (forward[piece][t], backward[piece][t - 1])
          forward[piece][t] = f - next * b
          backward[piece][t] = b - next * f
        }
      }
    }
    self.init(partialCorrelations: partial)
  }
}
