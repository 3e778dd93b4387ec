import Foundation

extension Tape {
  /// The negative logarithm of the first share among the softmax of every row: the loss of choosing it.
  ///
  /// - Parameter scores: Shape `[samples, choices]`.
  /// - Returns: Shape `[samples, 1]`: log of the sum of exp(scores), less the first score; PyTorch's `cross_entropy` with
  ///   targets of 0.
  public func firstCrossEntropy(_ scores: Node) -> Node {
    let (rows, columns) = (scores.rows, scores.columns)
    let y = matrix(rows: rows, columns: 1, needsGradient: needsGradient(scores))
    for row in 0..<rows {
      let place = scores.values + row * columns
      var largest = place[0]
      for column in 1..<max(1, columns) { largest = max(largest, place[column]) }
      var sum: Float = 0
      for column in 0..<columns { sum += exp(place[column] - largest) }
      y.values[row] = largest + log(sum) - place[0]
    }
    record(y) { [unowned self] dy in
      guard let d = accumulatedGradient(of: scores) else { return }
      for row in 0..<rows {
        let (place, target) = (scores.values + row * columns, d + row * columns)
        // The loss and the first score give the logarithm of the sum.
        let total = y.values[row] + place[0]
        for column in 0..<columns { target[column] += dy[row] * exp(place[column] - total) }
        target[0] -= dy[row]
      }
    }
    return y
  }

  /// The logarithm of the mean of exp(x) of every row: the log density of a mixture in equal parts.
  ///
  /// - Parameter x: Shape `[samples, parts]`.
  /// - Returns: Shape `[samples, 1]`; -∞ for a row of nothing else.
  public func logMeanExp(_ x: Node) -> Node {
    let (rows, columns) = (x.rows, x.columns)
    let y = matrix(rows: rows, columns: 1, needsGradient: needsGradient(x))
    let parts = log(Float(columns))
    for row in 0..<rows {
      let place = x.values + row * columns
      var largest = place[0]
      for column in 1..<max(1, columns) { largest = max(largest, place[column]) }
      var sum: Float = 0
      // Beside a largest one of -∞ there is no difference to take.
      if largest > -.infinity { for column in 0..<columns { sum += exp(place[column] - largest) } }
      y.values[row] = largest > -.infinity ? largest + log(sum) - parts : largest
    }
    record(y) { [unowned self] dy in
      guard let d = accumulatedGradient(of: x) else { return }
      for row in 0..<rows where y.values[row] > -.infinity {
        let (place, target) = (x.values + row * columns, d + row * columns)
        for column in 0..<columns { target[column] += dy[row] * exp(place[column] - y.values[row] - parts) }
      }
    }
    return y
  }
}
