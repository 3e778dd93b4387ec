import EEGCore

/// Many epochs of one channel as lines of few points.
enum EpochTraces {
  /// A band that holds most epochs, and their median, at every time [µV]; NaN at times without a finite value.
  struct Spread: Hashable, Sendable {
    var lower: [Double] = []
    var median: [Double] = []
    var upper: [Double] = []

    /// The quantiles 2.5 %, 50 % and 97.5 % of the finite values; linear between the order statistics, as numpy's
    /// `quantile`.
    init(_ traces: [[Double]]) {
      for time in traces.first?.indices ?? 0..<0 {
        let values = traces.map { $0[time] }.filter(\.isFinite).sorted()
        lower.append(Self.quantile(values, 0.025))
        median.append(Self.quantile(values, 0.5))
        upper.append(Self.quantile(values, 0.975))
      }
    }

    private static func quantile(_ sorted: [Double], _ probability: Double) -> Double {
      guard !sorted.isEmpty else { return .nan }
      let place = probability * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
  }

  /// Largest minus smallest finite value; nil without one.
  static func range(_ values: [Double]) -> Double? {
    let finite = values.filter(\.isFinite)
    guard let highest = finite.max(), let lowest = finite.min() else { return nil }
    return highest - lowest
  }

  /// The pieces of a line between values that are not finite, each with the points that can be seen.
  ///
  /// - Parameters:
  ///   - scale: Pixels a unit, across and up.
  ///   - columns: Into how many columns of pixels the width is divided; each keeps its extremes, so that no peak is lost.
  static func pieces(_ points: [Point], scale: Point, columns: Int) -> [[Point]] {
    Polyline.pieces(points).map { piece in
      let seen = Polyline.simplified(extremes(piece, columns: columns).map { $0 * scale }, tolerance: 0.2)
      return seen.map { $0 / scale }
    }
  }

  private static func extremes(_ points: [Point], columns: Int) -> [Point] {
    guard points.count > 2 * columns, let first = points.first, let last = points.last else { return points }
    var result = [first]
    for column in 0..<columns {
      let run = (column * points.count / columns)..<((column + 1) * points.count / columns)
      guard let lowest = run.min(by: { points[$0].y < points[$1].y }),
        let highest = run.max(by: { points[$0].y < points[$1].y })
      else { continue }
      result += Set([lowest, highest]).sorted().map { points[$0] }
    }
    return result + [last]
  }
}
