/// The times at which the field over the head is strongest.
enum FieldPowerPeaks {
  /// The samples of the largest, well separated peaks of the global field power, ascending.
  ///
  /// A peak is larger than every value within a thirtieth of the samples at both sides, as in MNE-Python's joint plot.
  /// Here, in addition, it stands out: to either side the power falls by a quarter of the largest peak before it rises
  /// above this one; and a fifteenth of the samples or more lie between two of them. Only times after the event count,
  /// where there are any; without a peak the largest value stands for one.
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
      guard prominence(peak, power) >= 0.25 * power[largest] else { continue }
      if chosen.allSatisfy({ abs($0 - peak) >= max(1, times.count / 15) }) { chosen.append(peak) }
    }
    return chosen.isEmpty ? [largest] : chosen.sorted()
  }

  /// How far one must go down from a peak to reach a higher one, or the end.
  private static func prominence(_ peak: Int, _ power: [Double]) -> Double {
    func lowest(_ way: some Sequence<Int>) -> Double {
      var lowest = power[peak]
      for index in way where power[index].isFinite {
        if power[index] > power[peak] { break }
        lowest = min(lowest, power[index])
      }
      return lowest
    }
    return power[peak] - max(lowest(power.indices.suffix(from: peak)), lowest(power.indices.prefix(peak).reversed()))
  }
}
