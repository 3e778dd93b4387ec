import CKernels

extension Tape {
  /// Scaled dot-product attention with several heads (Vaswani et al. 2017), within every sample.
  ///
  /// Weights are never stored for the backward pass: scores are computed again, and dropout finds the same elements.
  ///
  /// - Parameters:
  ///   - projected: Queries, keys and values side by side, shape `[sequences.rowCount, 3 * width]`.
  ///   - heads: Divides the width.
  ///   - sequences: Which rows belong together.
  ///   - keys: A constant for each row: 0 for tokens that nobody attends to, 1 for others.
  ///   - dropout: Probability with which a weight becomes 0 in training.
  /// - Returns: Shape `[sequences.rowCount, width]`, heads side by side.
  public func attention(
    _ projected: Node, heads: Int, sequences: Sequences, keys: Node? = nil, dropout rate: Float = 0
  ) -> Node {
    precondition(sequences.rowCount == projected.rows, "\(sequences.rowCount) tokens are not \(projected.rows) rows")
    precondition(projected.columns % (3 * heads) == 0, "\(heads) heads do not divide \(projected.columns / 3) columns")
    precondition(keys == nil || keys?.count == projected.rows, "there is one key a row")
    let y = matrix(rows: projected.rows, columns: projected.columns / 3, needsGradient: needsGradient(projected))
    let attention = Attention(
      y: y, projected: projected, heads: heads, sequences: sequences, keys: keys?.values, dropout: dropout(rate))
    let scores = scratch(attention.scoreCount)
    let logSums = scratch(projected.rows * heads)
    attention.forward(on: self, scores: scores, logSums: logSums)
    release(scores, attention.scoreCount)
    guard needsGradient(y) else {
      release(logSums, projected.rows * heads)
      return y
    }
    record(y) { [self] dy in
      if let gradient = gradient(of: projected) {
        attention.backward(on: self, dy: dy, logSums: logSums, into: gradient)
      }
      release(logSums, projected.rows * heads)
    }
    return y
  }
}

/// One attention, for both directions.
private struct Attention {
  let y: Node
  let projected: Node
  let heads: Int
  let sequences: Sequences
  let keys: UnsafeMutablePointer<Float>?
  let dropout: ck_dropout

  private var width: Int { y.columns }
  private var headWidth: Int { width / heads }
  private var factor: Float { 1 / Float(headWidth).squareRoot() }
  /// Floats from one row of scores to the next: kernels take whole vectors.
  private func stride(_ tokens: Int) -> Int { (tokens + 15) / 16 * 16 }
  var scoreCount: Int { sequences.longest * stride(sequences.longest) }

  /// Codes of one sample and head.
  private func dropout(_ sample: Int, _ head: Int) -> ck_dropout {
    var result = dropout
    result.key1 &+= UInt32(truncatingIfNeeded: sample * heads + head) &* 0x9E37_79B9
    return result
  }

  func forward(on tape: Tape, scores: UnsafeMutablePointer<Float>, logSums: UnsafeMutablePointer<Float>) {
    for sample in 0..<sequences.count {
      let rows = sequences.rows(of: sample)
      let (first, tokens, stride) = (rows.lowerBound, rows.count, stride(rows.count))
      for head in 0..<heads {
        let query = projected.values + first * 3 * width + head * headWidth
        MatrixProduct.multiply(
          .init(query, stride: 3 * width), .init(query + width, stride: 3 * width, transposed: true),
          rows: tokens, columns: tokens, inner: headWidth, into: scores, stride: stride)
        var dropped = dropout(sample, head)
        tape.kernels.functions.softmax(
          scores, tokens, tokens, stride, factor, keys.map { UnsafePointer($0 + first) },
          logSums + first * heads + head * tokens, &dropped)
        MatrixProduct.multiply(
          .init(scores, stride: stride), .init(query + 2 * width, stride: 3 * width),
          rows: tokens, columns: headWidth, inner: tokens, into: y.values + first * width + head * headWidth,
          stride: width)
      }
    }
  }

  func backward(
    on tape: Tape, dy: UnsafeMutablePointer<Float>, logSums: UnsafeMutablePointer<Float>,
    into gradient: (values: UnsafeMutablePointer<Float>, adds: Bool)
  ) {
    let (scores, weights) = (tape.scratch(scoreCount), tape.scratch(scoreCount))
    let dots = tape.scratch(sequences.longest)
    for sample in 0..<sequences.count {
      let rows = sequences.rows(of: sample)
      let (first, tokens, stride) = (rows.lowerBound, rows.count, stride(rows.count))
      for head in 0..<heads {
        let query = projected.values + first * 3 * width + head * headWidth
        let dQuery = gradient.values + first * 3 * width + head * headWidth
        let dOutput = dy + first * width + head * headWidth
        tape.kernels.functions.row_dots(
          dOutput, width, y.values + first * width + head * headWidth, width, tokens, headWidth, dots)
        MatrixProduct.multiply(
          .init(query, stride: 3 * width), .init(query + width, stride: 3 * width, transposed: true),
          rows: tokens, columns: tokens, inner: headWidth, into: scores, stride: stride)
        MatrixProduct.multiply(
          .init(dOutput, stride: width), .init(query + 2 * width, stride: 3 * width, transposed: true),
          rows: tokens, columns: tokens, inner: headWidth, into: weights, stride: stride)
        var dropped = dropout(sample, head)
        tape.kernels.functions.softmax_backward(
          scores, weights, tokens, tokens, stride, factor, keys.map { UnsafePointer($0 + first) },
          logSums + first * heads + head * tokens, dots, &dropped)
        MatrixProduct.multiply(
          .init(weights, stride: stride, transposed: true), .init(dOutput, stride: width),
          rows: tokens, columns: headWidth, inner: tokens, into: dQuery + 2 * width, stride: 3 * width,
          adds: gradient.adds)
        MatrixProduct.multiply(
          .init(scores, stride: stride), .init(query + width, stride: 3 * width),
          rows: tokens, columns: headWidth, inner: tokens, into: dQuery, stride: 3 * width, adds: gradient.adds)
        MatrixProduct.multiply(
          .init(scores, stride: stride, transposed: true), .init(query, stride: 3 * width),
          rows: tokens, columns: headWidth, inner: tokens, into: dQuery + width, stride: 3 * width,
          adds: gradient.adds)
      }
    }
    tape.release(scores, scoreCount)
    tape.release(weights, scoreCount)
    tape.release(dots, sequences.longest)
  }
}
