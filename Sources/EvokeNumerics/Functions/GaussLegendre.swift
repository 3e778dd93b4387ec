/// Integrals of smooth functions by Gauss and Legendre's rule of ten points a panel.
enum GaussLegendre {
  private static let nodes = [
    0.148874338981631210885, 0.433395394129247190799, 0.679409568299024406234, 0.865063366688984510732,
    0.973906528517171720078,
  ]
  private static let weights = [
    0.295524224714752870174, 0.269266719309996355091, 0.219086362515982043996, 0.149451349150580593146,
    0.0666713443086881375936,
  ]

  /// The integral over an interval that is cut into equal panels.
  static func integral(from start: Double, to end: Double, panels: Int = 1, _ function: (Double) -> Double) -> Double {
    let half = 0.5 * (end - start) / Double(panels)
    var sum = 0.0
    for panel in 0..<panels {
      let middle = start + Double(2 * panel + 1) * half
      for (node, weight) in zip(nodes, weights) {
        sum += weight * (function(middle - half * node) + function(middle + half * node))
      }
    }
    return sum * half
  }
}
