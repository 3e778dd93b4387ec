import CKernels

/// A monotone rational-quadratic spline between -bound and bound, and the identity beyond.
///
/// Source: Durkan, Bekasov, Murray and Papamakarios 2019, "Neural spline flows".
public struct SplineSettings: Hashable, Codable, Sendable {
  /// Bins between the bounds, at most 64.
  public var bins: Int
  /// Where the identity begins.
  public var bound: Float
  /// Width and height of a bin, at least, as part of the whole.
  public var smallestBin: Float
  /// Slope at a knot, at least.
  public var smallestSlope: Float

  /// A spline; the defaults are those of nflows and sbi.
  public init(bins: Int = 10, bound: Float = 3, smallestBin: Float = 1e-3, smallestSlope: Float = 1e-3) {
    (self.bins, self.bound) = (bins, bound)
    (self.smallestBin, self.smallestSlope) = (smallestBin, smallestSlope)
  }

  /// Numbers that describe a spline: widths, heights, slopes at inner knots.
  public var parameterCount: Int { 3 * bins - 1 }

  /// Whether numbers mean something.
  public var isValid: Bool {
    (1...Int(CK_MOST_BINS)).contains(bins) && bound > 0 && bound.isFinite && smallestBin >= 0
      && smallestBin * Float(bins) < 1 && smallestSlope >= 0
  }
}

extension SplineSettings {
  fileprivate func kernel(scale: Float) -> ck_spline {
    ck_spline(bins: bins, bound: bound, scale: scale, smallest_bin: smallestBin, smallest_slope: smallestSlope)
  }
}

extension Tape {
  /// Splines of some of the values.
  ///
  /// - Parameters:
  ///   - state: Shape `[d + 1, samples]`.
  ///   - parameters: Shape `[features * spline.parameterCount, samples]`: those of the first feature, then the next.
  ///   - features: Which values.
  ///   - scale: What logarithms of widths and heights are multiplied by first.
  /// - Returns: The same shape as `state`.
  public func splineCoupling(
    _ state: Node, parameters: Node, features: [Int], spline: SplineSettings, scale: Float
  ) -> Node {
    let y = coupled(
      state, parameters, features, spline, needsGradient: needsGradient(state) || needsGradient(parameters))
    let (samples, count) = (state.columns, spline.parameterCount)
    var settings = spline.kernel(scale: scale)
    let last = (state.rows - 1) * samples
    for (place, feature) in features.enumerated() {
      kernels.functions.spline(
        &settings, state.values + feature * samples, parameters.values + place * count * samples, samples, samples,
        y.values + feature * samples, y.values + last)
    }
    record(y) { [unowned self] dy in
      var settings = settings
      overwriteGradient(of: parameters) { dParameters in
        for (place, feature) in features.enumerated() {
          kernels.functions.spline_backward(
            &settings, state.values + feature * samples, parameters.values + place * count * samples, samples, samples,
            dy + feature * samples, dy + last, dy + feature * samples, dParameters + place * count * samples)
        }
      }
      if let (d, adds) = gradient(of: state) { kernels.functions.scale(d, dy, 1, state.count, adds ? 1 : 0) }
    }
    return y
  }

  /// The state from which ``splineCoupling(_:parameters:features:spline:scale:)`` makes another.
  public func splineCouplingInverse(
    _ state: Node, parameters: Node, features: [Int], spline: SplineSettings, scale: Float
  ) -> Node {
    let y = coupled(state, parameters, features, spline, needsGradient: false)
    let (samples, count) = (state.columns, spline.parameterCount)
    var settings = spline.kernel(scale: scale)
    for (place, feature) in features.enumerated() {
      kernels.functions.spline_inverse(
        &settings, state.values + feature * samples, parameters.values + place * count * samples, samples, samples,
        y.values + feature * samples, y.values + (state.rows - 1) * samples)
    }
    return y
  }

  /// A copy of a state, for some values of it to be replaced.
  private func coupled(
    _ state: Node, _ parameters: Node, _ features: [Int], _ spline: SplineSettings, needsGradient: Bool
  ) -> Node {
    precondition(spline.isValid, "a spline has 1 to \(CK_MOST_BINS) bins between positive bounds")
    precondition(
      parameters.rows == features.count * spline.parameterCount && parameters.columns == state.columns,
      "a spline takes \(spline.parameterCount) parameters")
    precondition(features.allSatisfy { (0..<state.rows - 1).contains($0) }, "the state has these values")
    return copy(of: state, needsGradient: needsGradient)
  }
}
