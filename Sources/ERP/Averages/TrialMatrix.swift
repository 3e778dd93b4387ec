import EEGCore

/// The epochs of one condition and channel that count: those whose values are numbers.
struct TrialMatrix {
  private let values: [Double]
  private let starts: [Int]
  /// Samples of an epoch.
  let length: Int
  /// Places of the epochs among the condition's, for draws that all channels share.
  let places: [Int]

  /// Number of epochs.
  var count: Int { starts.count }

  init(channel: Int, of epochs: Epochs, members: [Int]) {
    values = epochs.values
    length = epochs.times.count
    var (starts, places) = ([Int](), [Int]())
    for (place, epoch) in members.enumerated() {
      let start = epoch * epochs.epochSize + channel * length
      // A rejected channel is NaN as a whole.
      guard length == 0 || !values[start].isNaN else { continue }
      starts.append(start)
      places.append(place)
    }
    self.starts = starts
    self.places = places
  }

  /// One sample of one epoch.
  subscript(trial: Int, time: Int) -> Double { values[starts[trial] + time] }

  /// Hands out one epoch after the other.
  func forEach(_ body: (_ trial: Int, _ samples: Span<Double>) -> Void) {
    for (trial, start) in starts.enumerated() { body(trial, values.span.extracting(start..<(start + length))) }
  }

  /// The sum of all epochs, each times its weight, in their order, so that the result depends on nothing else.
  func sum(_ weight: (Int) -> Double) -> [Double] {
    var sum = [Double](repeating: 0, count: length)
    add(to: &sum, weight)
    return sum
  }

  /// Adds all epochs, each times its weight.
  func add(to sum: inout [Double], _ weight: (Int) -> Double) {
    precondition(sum.count == length, "a sum has one value a sample")
    var target = sum.mutableSpan
    forEach { trial, samples in
      let factor = weight(trial)
      guard factor != 0 else { return }
      for time in 0..<length { target[unchecked: time] += factor * samples[unchecked: time] }
    }
  }

  /// The sum of squared deviations from `center`, each times its weight.
  func squares(from center: [Double], _ weight: (Int) -> Double) -> [Double] {
    precondition(center.count == length, "a center has one value a sample")
    var sum = [Double](repeating: 0, count: length)
    var target = sum.mutableSpan
    let middle = center.span
    forEach { trial, samples in
      let factor = weight(trial)
      for time in 0..<length {
        let deviation = samples[unchecked: time] - middle[unchecked: time]
        target[unchecked: time] += factor * deviation * deviation
      }
    }
    return sum
  }
}
