import EEGCore

/// Which samples of the epochs the propagation of eye movements is measured on.
public enum RegressionSamples: Hashable, Sendable, Codable {
  /// All of them.
  case all
  /// Those around blinks: where the first EOG channel lies further than `limit` [V] from its median over the epoch, and
  /// `margin` seconds before and after.
  case blinks(limit: Double, margin: Double = 0.1)
}

/// Which averages are taken out of the epochs before the propagation of eye movements is measured.
public enum AverageSubtraction: String, Hashable, Sendable, Codable, CaseIterable {
  /// None.
  case none
  /// From every epoch that of its condition.
  case conditions
  /// From every epoch that of all epochs.
  case allEpochs
}

/// What ``EOGRegression`` is fitted on.
public struct EOGRegressionSettings: Hashable, Sendable, Codable {
  /// Names of the EOG channels; nil, the default, for all of kind `eog`.
  public var eog: [String]?
  /// Names of the channels that are corrected; nil, the default, for all of kind `eeg` that are no EOG channel here.
  public var corrected: [String]?
  /// Which samples; all by default.
  public var samples = RegressionSamples.all
  /// Which averages are subtracted first; those of the conditions by default.
  public var averages = AverageSubtraction.conditions
  /// True, the default, to subtract averages from EOG channels too, as Gratton, Coles and Donchin do.
  ///
  /// MNE-Python's
  /// `epochs.subtract_evoked()` leaves those in, which makes the factors smaller where eyes move with the event.
  public var subtractsFromEOG = true

  /// The default settings.
  public init() {}
}

/// How much of each EOG channel reaches each EEG channel, and its removal.
///
/// The factors come from a least-squares fit over all epochs, with the average of its condition subtracted from every
/// epoch first: what the event evokes in both eyes and brain would else count as propagation. Means over time are
/// subtracted from every epoch and channel. Source: Gratton, Coles and Donchin 1983, "A new method for off-line removal
/// of ocular artifact"; the fit is that of MNE-Python's `preprocessing.EOGRegression`.
public struct EOGRegression: Hashable, Sendable {
  /// Names of the EOG channels, K of them.
  public let eog: [String]
  /// Names of the channels that are corrected, C of them.
  public let corrected: [String]
  /// Propagation factors, shape `[corrected, eog]`, without a unit.
  public let factors: Matrix
  /// Number of samples that they were measured on.
  public let sampleCount: Int

  /// Measures the factors.
  ///
  /// - Parameters:
  ///   - epochs: Of all conditions, with EEG and EOG channels and the reference of the analysis.
  ///   - settings: Which channels, samples and averages. A bipolar EOG channel is made first, by
  ///     ``SpatialTransform/bipolar(of:_:keepsElectrodes:)``, or recorded as such.
  /// - Throws: ``ERPError``, codes `unknownChannel` and `ambiguousChannel`; `invalidSettings`; `nonFiniteSamples`;
  ///   `tooFewData` when there is no epoch, no such sample, or EOG channels are flat or depend on each other.
  public init(fitting epochs: Epochs, _ settings: EOGRegressionSettings = EOGRegressionSettings()) throws {
    let channels = epochs.channels
    let names = ChannelNames(channels.map(\.name))
    let sources = try settings.eog?.map(names.signal(named:)) ?? channels.indices.filter { channels[$0].kind == .eog }
    let targets =
      try settings.corrected?.map(names.signal(named:))
      ?? channels.indices.filter { channels[$0].kind == .eeg && !sources.contains($0) }
    guard !sources.isEmpty else {
      throw ERPError(code: .unknownChannel, message: "there is no EOG channel; name the channels that record the eyes")
    }
    guard Set(sources).isDisjoint(with: targets) else {
      throw ERPError(
        code: .invalidSettings, message: "a channel cannot be corrected by itself; name other EOG channels")
    }
    let measurement = try RegressionMeasurement(
      settings, rate: epochs.rate, shape: (epochs.events.count, channels.count, epochs.times.count), sources: sources,
      targets: targets)
    let sums = measurement.sums(of: epochs.values.span, conditions: Self.groups(of: epochs, settings.averages))
    self.eog = sources.map { channels[$0].name }
    self.corrected = targets.map { channels[$0].name }
    sampleCount = sums.count
    factors = try Self.solve(sums, eog: self.eog, corrected: self.corrected)
  }

  /// Known factors, such as those of another recording of the same person.
  ///
  /// - Parameter factors: Shape `[corrected, eog]`.
  public init(eog: [String], corrected: [String], factors: Matrix, sampleCount: Int) {
    precondition(factors.rows == corrected.count && factors.columns == eog.count, "factors need shape [corrected, eog]")
    self.eog = eog
    self.corrected = corrected
    self.factors = factors
    self.sampleCount = sampleCount
  }

  /// A number from 0 on for every epoch, shared by those whose average is subtracted from them.
  private static func groups(of epochs: Epochs, _ averages: AverageSubtraction) -> [Int]? {
    switch averages {
    case .none: return nil
    case .allEpochs: return epochs.events.map { _ in 0 }
    case .conditions:
      var numbers: [String: Int] = [:]
      for condition in epochs.conditions { numbers[condition] = numbers.count }
      return epochs.events.map { numbers[$0.condition, default: 0] }
    }
  }

  /// Solves the normal equations.
  private static func solve(_ sums: RegressionSums, eog: [String], corrected: [String]) throws -> Matrix {
    let count = eog.count
    for (row, name) in corrected.enumerated() where !sums.across[row: row].allSatisfy(\.isFinite) {
      throw ERPError(
        code: .nonFiniteSamples, message: "channel '\(name)' holds values that are not numbers; leave it out")
    }
    // Scaled to ones on the diagonal, so that the check does not depend on the channels' amplitudes.
    let scales = (0..<count).map { sums.within[$0, $0].squareRoot() }
    for (index, scale) in scales.enumerated() {
      guard scale.isFinite, scale > 0, sums.count > count else {
        throw ERPError(
          code: .tooFewData,
          message: sums.count > count
            ? "nothing is left of the EOG channel '\(eog[index])': it is flat or holds values that are not numbers, or every "
              + "condition has one epoch, which its own average takes away"
            : "the regression finds \(sums.count) samples; use more epochs, or a lower limit for blinks")
      }
    }
    var scaled = sums.within
    for row in 0..<count {
      for column in 0..<count { scaled[row, column] /= scales[row] * scales[column] }
    }
    guard let eigen = SymmetricEigen(scaled), let smallest = eigen.values.first, smallest > 1e-12 * Double(count) else {
      throw ERPError(
        code: .tooFewData,
        message: "the EOG channels \(eog.map { "'\($0)'" }.joined(separator: ", ")) depend on each other; leave one out"
      )
    }
    let inverse = eigen.pseudoInverse(tolerance: 0)
    var factors = Matrix(rows: sums.across.rows, columns: count)
    for row in 0..<factors.rows {
      for column in 0..<count {
        let sum = (0..<count).reduce(0) { $0 + inverse[column, $1] * sums.across[row, $1] / scales[$1] }
        factors[row, column] = sum / scales[column]
      }
    }
    return factors
  }

  /// The correction as a transform: every corrected channel minus its factors times the EOG channels.
  ///
  /// The EOG channels' means over an epoch are not taken out here, so a constant of an epoch remains that the baseline
  /// takes away; ``apply(to:)`` takes them out, as MNE-Python does.
  ///
  /// - Throws: ``ERPError``, code `unknownChannel` when the channels lack one of the regression.
  public func transform(of channels: [Channel]) throws -> SpatialTransform {
    let places = try places(in: channels)
    var rows = channels.indices.map { SpatialTransform.identityRow(channels, $0) }
    for (row, target) in places.corrected.enumerated() {
      rows[target].terms += places.eog.enumerated().map { .init(input: $1, weight: -factors[row, $0]) }
    }
    return SpatialTransform(inputs: channels, rows: rows)
  }

  /// Corrects epochs: subtracts the factors times the EOG channels less their mean over the epoch.
  ///
  /// - Throws: ``ERPError``, code `unknownChannel` when the epochs lack a channel of the regression.
  public func apply(to epochs: inout Epochs) throws {
    let places = try places(in: epochs.channels)
    let (times, size) = (epochs.times.count, epochs.epochSize)
    var source = [Double](repeating: 0, count: eog.count * times)
    for epoch in epochs.events.indices {
      for (row, place) in places.eog.enumerated() {
        let first = epoch * size + place * times
        var sum = 0.0
        for time in 0..<times { sum += epochs.values[first + time] }
        let mean = sum / Double(times)
        for time in 0..<times { source[row * times + time] = epochs.values[first + time] - mean }
      }
      for (row, place) in places.corrected.enumerated() {
        let first = epoch * size + place * times
        for column in eog.indices {
          let factor = factors[row, column]
          for time in 0..<times { epochs.values[first + time] -= factor * source[column * times + time] }
        }
      }
    }
  }

  private func places(in channels: [Channel]) throws -> (eog: [Int], corrected: [Int]) {
    func place(_ name: String) throws -> Int {
      guard let place = channels.firstIndex(where: { $0.name == name }) else {
        throw ERPError(
          code: .unknownChannel, message: "the eye movement correction needs the channel '\(name)', which is not there")
      }
      return place
    }
    return (try eog.map(place), try corrected.map(place))
  }
}
