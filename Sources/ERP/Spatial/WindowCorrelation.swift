/// Correlations of channels with their best neighbours inside of one window.
struct WindowCorrelation: Sendable {
  /// Samples of a window.
  let samples: Int
  /// The part of its correlations that the best neighbour's is not below; PREP takes no maximum, which one shared
  /// artefact would decide.
  private static let part = 0.98

  /// Buffers of one thread.
  final class Scratch {
    fileprivate typealias Lanes = SIMD8<Double>
    /// Windows with mean 0 and sum of squares 1, one after the other, each filled up with zeros.
    fileprivate var rows: [Lanes] = []
    /// Magnitudes of the correlations, shape `[used channel, used channel]`, zero on the diagonal.
    fileprivate var correlations: [Double] = []
    fileprivate var used: [Int] = []
    fileprivate var sorted: [Double] = []
  }

  /// Computes the 98th percentile of each channel's absolute correlations with all channels, itself counted as 0.
  ///
  /// - Parameters:
  ///   - values: Of all channels, in volts.
  ///   - first: Place of the window's first sample of channel 0.
  ///   - stride: Places from one channel to the next.
  ///   - isUsed: False for channels that are to be left out.
  ///   - result: One value a channel; 0 where it is constant or left out.
  func measure(
    _ values: Span<Double>, first: Int, stride: Int, isUsed: (Int) -> Bool, _ scratch: Scratch,
    into result: inout MutableSpan<Double>
  ) {
    let lanesPerRow = (samples + Scratch.Lanes.scalarCount - 1) / Scratch.Lanes.scalarCount
    var (rows, used, correlations) = ([Scratch.Lanes](), [Int](), [Double]())
    // Taken out of their object, so that the loops need not ask every time whether they are shared.
    swap(&rows, &scratch.rows)
    swap(&used, &scratch.used)
    swap(&correlations, &scratch.correlations)
    defer {
      swap(&rows, &scratch.rows)
      swap(&used, &scratch.used)
      swap(&correlations, &scratch.correlations)
    }
    rows.removeAll(keepingCapacity: true)
    used.removeAll(keepingCapacity: true)
    for channel in 0..<result.count {
      result[channel] = 0
      guard isUsed(channel) else { continue }
      let start = first + channel * stride
      var sum = 0.0
      for place in start..<(start + samples) { sum += values[place] }
      let mean = sum / Double(samples)
      var squares = 0.0
      for place in start..<(start + samples) { squares += (values[place] - mean) * (values[place] - mean) }
      guard squares > 0 else { continue }
      used.append(channel)
      let scale = 1 / squares.squareRoot()
      for lane in 0..<lanesPerRow {
        var lanes = Scratch.Lanes.zero
        let offset = lane * Scratch.Lanes.scalarCount
        for index in 0..<min(Scratch.Lanes.scalarCount, samples - offset) {
          lanes[index] = (values[start + offset + index] - mean) * scale
        }
        rows.append(lanes)
      }
    }
    let count = used.count
    correlations.removeAll(keepingCapacity: true)
    correlations.append(contentsOf: repeatElement(0, count: count * count))
    let span = rows.span
    for row in 0..<count {
      for column in 0..<row {
        var sum = Scratch.Lanes.zero
        // Both rows were appended above, lane by lane.
        for lane in 0..<lanesPerRow {
          sum += span[unchecked: row * lanesPerRow + lane] * span[unchecked: column * lanesPerRow + lane]
        }
        let magnitude = abs(sum.sum())
        correlations[row * count + column] = magnitude
        correlations[column * count + row] = magnitude
      }
    }
    for (row, channel) in used.enumerated() {
      scratch.sorted.removeAll(keepingCapacity: true)
      scratch.sorted.append(contentsOf: correlations[(row * count)..<((row + 1) * count)])
      scratch.sorted.sort()
      result[channel] = RobustStatistics.quantile(scratch.sorted, Self.part)
    }
  }
}
