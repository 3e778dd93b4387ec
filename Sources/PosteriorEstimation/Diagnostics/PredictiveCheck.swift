import ParallelLoops

/// Whether an observation looks like data that the model makes with parameters from its posterior.
///
/// Bands and p-values count the observation among the replicates as one more: had the posterior's model made it, every
/// order of all of them would be equally likely.
///
/// Sources: Rubin 1984, "Bayesianly justifiable and relevant frequency calculations for the applied statistician",
/// Annals of Statistics 12, 1151-1172; Gelman, Meng and Stern 1996, "Posterior predictive assessment of model fitness
/// via realized discrepancies", Statistica Sinica 6, 733-760.
public struct PredictiveCheck: Hashable, Sendable {
  /// Channels that are judged together.
  public struct Group: Hashable, Sendable {
    /// What it is called.
    public let name: String
    /// Numbers of its channels.
    public let channels: [Int]

    /// A group by name and numbers of channels.
    public init(name: String, channels: [Int]) { (self.name, self.channels) = (name, channels) }
  }

  /// How a group fits.
  public struct Fit: Hashable, Sendable {
    /// The group.
    public let group: Group
    /// Share of the observed samples inside the band; near the band's level if the model fits, with neighbouring
    /// samples in or out together.
    public let insideShare: Double
    /// Root mean square of observation less mean of the replicates, in the unit of the data.
    public let discrepancy: Double
    /// Median over the replicates of the same: of one of them less the mean of the others and the observation.
    public let replicateDiscrepancy: Double
    /// Share of replicates, counting the observation in, with such a discrepancy or a larger one.
    public let pValue: Double
  }

  /// Share of the replicates between both ends of the band.
  public let level: Double
  /// Lower end of the band, shape `[channel, time]`.
  public private(set) var lower: [Double]
  /// Median of the replicates, shape `[channel, time]`.
  public private(set) var median: [Double]
  /// Upper end of the band, shape `[channel, time]`.
  public private(set) var upper: [Double]
  /// All channels together, then the groups in their order.
  public let fits: [Fit]

  /// Compares an observation with replicates.
  ///
  /// - Parameters:
  ///   - observation: Shape `[channel, time]`.
  ///   - replicates: Data that the model made, with the noise of a measurement, from as many draws of the posterior;
  ///     shape `[replicate, channel, time]`.
  ///   - channelCount: Number of channels.
  ///   - groups: Channels to judge together.
  ///   - level: Of the band, in (0, 1). With n replicates no band is wider than (n - 1) / (n + 1).
  ///   - threads: Threads that share samples and replicates; the result does not depend on them.
  /// - Throws: ``DiagnosticError``, code `shapeDiffers`, `tooFewSamples` for fewer than two replicates, `notFinite`,
  ///   `invalidSetting` for a group without channels or with one that does not exist.
  public init(
    observation: [Double], replicates: [Double], channelCount: Int, groups: [Group] = [], level: Double = 0.9,
    threads: Int = 1
  ) throws(DiagnosticError) {
    precondition(level > 0 && level < 1, "a level lies between 0 and 1")
    try Self.check(observation, replicates, channelCount, groups, threads)
    let size = observation.count
    let times = size / channelCount
    self.level = level
    let points = Self.columns(replicates, size: size, threads: threads) { sorted in
      (
        lower: Quantile.predictive(sorted, (1 - level) / 2), median: Quantile.predictive(sorted, 0.5),
        upper: Quantile.predictive(sorted, (1 + level) / 2), sum: sorted.reduce(0, +)
      )
    }
    (lower, median, upper) = (points.map(\.lower), points.map(\.median), points.map(\.upper))
    let isInside = observation.indices.map {
      points[$0].lower <= observation[$0] && observation[$0] <= points[$0].upper
    }
    // With the mean over observation and replicates, each of these is equally far from the mean of the others, but for
    // one factor.
    let count = Double(replicates.count / size)
    let pooled = observation.indices.map { (points[$0].sum + observation[$0]) / (count + 1) }
    let all = Group(name: "all", channels: Array(0..<channelCount))
    let squares = Self.squares(observation, replicates, pooled, channels: channelCount, threads: threads)
    fits = ([all] + groups).map { group in
      let roots = squares.map { row in
        let mean = group.channels.reduce(0) { $0 + row[$1] } / Double(group.channels.count * times)
        return mean.squareRoot() * (count + 1) / count
      }
      let inside = group.channels.reduce(0) { sum, channel in
        sum + isInside[channel * times..<(channel + 1) * times].count { $0 }
      }
      return Fit(
        group: group, insideShare: Double(inside) / Double(group.channels.count * times), discrepancy: roots[0],
        replicateDiscrepancy: Quantile.linear(roots.dropFirst().sorted(), 0.5),
        pValue: Double(roots.count { $0 >= roots[0] }) / (count + 1))
    }
  }

  /// The same check with bands of more values, which are NaN but for some places, and multiplied by factors above 0.
  ///
  /// - Parameters:
  ///   - places: Where the values belong.
  ///   - count: Values that the bands are to have.
  ///   - factors: Of each of these.
  func placed(at places: [Int], of count: Int, scaledBy factors: [Double]) -> PredictiveCheck {
    func placed(_ values: [Double]) -> [Double] {
      var result = [Double](repeating: .nan, count: count)
      for (value, place) in zip(values, places) { result[place] = value * factors[place] }
      return result
    }
    var check = self
    (check.lower, check.median, check.upper) = (placed(lower), placed(median), placed(upper))
    return check
  }

  private static func check(
    _ observation: [Double], _ replicates: [Double], _ channels: Int, _ groups: [Group], _ threads: Int
  ) throws(DiagnosticError) {
    guard channels > 0, !observation.isEmpty, observation.count % channels == 0 else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "\(observation.count) observed samples are not as many for each of \(channels) "
          + "channels")
    }
    let times = observation.count / channels
    guard replicates.count % observation.count == 0 else {
      throw DiagnosticError(
        code: .shapeDiffers,
        message: "\(replicates.count) samples are no whole number of replicates of \(channels) x \(times) samples; "
          + "simulate with the montage and times of the observation")
    }
    let count = replicates.count / observation.count
    guard count > 1 else {
      throw DiagnosticError(
        code: .tooFewSamples, message: "a predictive check needs two replicates or more, and here are \(count)")
    }
    for group in groups where group.channels.isEmpty || !group.channels.allSatisfy((0..<channels).contains) {
      throw DiagnosticError(
        code: .invalidSetting,
        message: "the group \(group.name) has channels \(group.channels), and the data \(channels), counted from 0")
    }
    try Finite.check(observation, shape: [channels, times], axes: ["channel", "time"], of: "observation")
    try Finite.check(
      replicates, shape: [count, channels, times], axes: ["replicate", "channel", "time"], of: "replicates",
      threads: threads)
  }

  /// Makes something of the sorted replicates of each sample.
  private static func columns<Value: Sendable>(
    _ replicates: [Double], size: Int, threads: Int, _ body: @Sendable ([Double]) -> Value
  ) -> [Value] {
    // Samples that share a line of cache are read together.
    let block = 16
    let count = replicates.count / size
    return replicates.withUnsafeBufferPointer { replicates in
      let shared = SharedMemory(UnsafeMutableBufferPointer(mutating: replicates))
      return mapPieces((size + block - 1) / block, threads: threads) { piece in
        let places = piece * block..<min(size, (piece + 1) * block)
        let all = shared.part(0..<count * size)
        var columns = [[Double]](repeating: Array(repeating: 0, count: count), count: places.count)
        for replicate in 0..<count {
          for place in places { columns[place - places.lowerBound][replicate] = all[replicate * size + place] }
        }
        return columns.indices.map { place in
          columns[place].sort()
          return body(columns[place])
        }
      }.flatMap(\.self)
    }
  }

  /// Sums over time of squared differences from a mean; first the observation, then the replicates; `[1 + n][channel]`.
  private static func squares(
    _ observation: [Double], _ replicates: [Double], _ mean: [Double], channels: Int, threads: Int
  ) -> [[Double]] {
    let times = mean.count / channels
    @Sendable func sums(_ values: UnsafeBufferPointer<Double>) -> [Double] {
      (0..<channels).map { channel in
        (channel * times..<(channel + 1) * times).reduce(0.0) { sum, place in
          sum + (values[place] - mean[place]) * (values[place] - mean[place])
        }
      }
    }
    let ofReplicates = replicates.withUnsafeBufferPointer { replicates in
      let shared = SharedMemory(UnsafeMutableBufferPointer(mutating: replicates))
      return mapPieces(replicates.count / mean.count, threads: threads) { number in
        sums(UnsafeBufferPointer(shared.part(number * mean.count..<(number + 1) * mean.count)))
      }
    }
    return [observation.withUnsafeBufferPointer(sums)] + ofReplicates
  }
}
