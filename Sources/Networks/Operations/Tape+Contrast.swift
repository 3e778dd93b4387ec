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
}
