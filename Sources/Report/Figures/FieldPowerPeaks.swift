/// The times at which the field over the head is strongest.
enum FieldPowerPeaks {
  /// The samples of the largest, well separated peaks of the global field power, ascending.
  ///
  /// A peak is larger than every value within a thirtieth of the samples at both sides, as in MNE-Python's joint plot.
  /// Here, in addition, it has at least 0.35 times the height of the largest one, and at least a fifteenth of the
  /// samples lie between two of them. Peaks after the event come first; without any the largest value after the event,
  /// or of all, stands for one.
  static func samples(times: [Double], power: [Double], atMost count: Int) -> [Int] {
    let after = times.indices.filter { times[$0] > 0 && power[$0].isFinite }
    let candidates = after.isEmpty ? times.indices.filter { power[$0].isFinite } : after
    guard count > 0, let largest = candidates.max(by: { power[$0] < power[$1] }), power[largest] > 0 else { return [] }
    let order = max(1, times.count / 30)
    let peaks = candidates.filter { index in
      guard index >= order, index + order < times.count else { return false }
      return (1...order).allSatisfy { step in
        !(power[index - step] >= power[index]) && !(power[index + step] >= power[index])
      }
    }
    var chosen: [Int] = []
    for peak in peaks.sorted(by: { power[$0] > power[$1] }) where chosen.count < count {
      guard power[peak] >= 0.35 * power[chosen.first ?? peak] else { break }
      if chosen.allSatisfy({ abs($0 - peak) >= max(1, times.count / 15) }) { chosen.append(peak) }
    }
    return chosen.isEmpty ? [largest] : chosen.sorted()
  }
}
