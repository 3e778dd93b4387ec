import EEGCore
import ERP
import Testing

@Suite("Averages and combinations")
struct AverageTests {
  /// Three epochs of condition "a" and one of "b"; two channels, two samples.
  private let epochs = Epochs(
    channels: [Channel(name: "Fz"), Channel(name: "Cz")], times: [0, 0.01], rate: 100,
    events: ["a", "b", "a", "a"].map { Event(sample: 0, onset: 0, condition: $0) },
    values: [1, 2, 3, 4, 9, 9, 9, 9, 3, 2, 3, 0, 8, 2, 0, 2], dropLog: [])

  @Test("Mean, median, and the standard error with divisor N")
  func summaries() throws {
    let mean = try #require(epochs.averages(AveragingSettings(divisor: .population))["a"])
    #expect(mean.average.values == [4, 2, 2, 2] && mean.count == 3 && mean.method == .mean)
    let error = try #require(mean.standardError)
    // Deviations -3, -1, 4: variance 26 / 3.
    #expect(abs(error[0, 0] - (26.0 / 3).squareRoot() / 3.0.squareRoot()) < 1e-15)
    #expect(error[0, 1] == 0)
    let median = try #require(epochs.averages(AveragingSettings(method: .median))["a"])
    #expect(median.average.values == [3, 2, 3, 2] && median.standardError == nil && median.method == .median)
  }

  @Test("By default the divisor is N - 1, and the result says so")
  func divisor() throws {
    let mean = try #require(epochs.averages()["a"])
    #expect(mean.divisor == .sample)
    #expect(abs((mean.standardError?[0, 0] ?? 0) - 13.0.squareRoot() / 3.0.squareRoot()) < 1e-15)
  }

  @Test("The median of an even number lies between the middle two")
  func evenMedian() throws {
    var two = epochs
    two.events = ["a", "a", "b", "b"].map { Event(sample: 0, onset: 0, condition: $0) }
    #expect(try two.averages(AveragingSettings(method: .median))["a"]?.average.values == [5, 5.5, 6, 6.5])
  }

  @Test("A single epoch has no standard error, and a condition without one no average")
  func few() throws {
    let set = try epochs.averages(of: ["c", "b", "a"])
    #expect(set.conditions.map(\.name) == ["b", "a"])
    #expect(set["b"]?.standardError == nil)
    #expect(set["b"]?.average.values == [9, 9, 9, 9])
  }

  @Test("The global field power is the standard deviation over EEG channels")
  func fieldPower() throws {
    var set = try epochs.averages()
    let evoked = Evoked(
      name: "x", average: Matrix(rows: 2, columns: 2, values: [1, 5, 3, 5]), standardError: nil, count: 1)
    #expect(set.globalFieldPower(of: evoked) == [1, 0])
    set.channels[1].kind = .eog
    #expect(set.globalFieldPower(of: evoked) == [0, 0])
  }

  @Test("The standardized measurement error leaves out the window's last sample")
  func measurementError() throws {
    let error = try epochs.standardizedMeasurementError(of: "a", from: 0, to: 0.01)
    #expect(abs(error[0] - (26.0 / 3).squareRoot() / 3.0.squareRoot()) < 1e-15)
    #expect(abs(error[1] - 2.0.squareRoot() / 3.0.squareRoot()) < 1e-15)
    for (start, stop) in [(0.0, 0.0), (-0.1, 0.01), (0, 0.02), (.nan, 0.01), (0.01, 0)] {
      let failure = #expect(throws: ERPError.self) {
        try epochs.standardizedMeasurementError(of: "a", from: start, to: stop)
      }
      #expect(failure?.code == .invalidWindow)
    }
    let failure = #expect(throws: ERPError.self) {
      try epochs.standardizedMeasurementError(of: "c", from: 0, to: 0.01)
    }
    #expect(failure?.code == .unknownCondition)
  }

  @Test(
    "Combinations weigh, and count the epochs that a mean as exact would take",
    arguments: [
      (CombinationWeights.equal, [6.5, 5.5], 3.0), (.count, [5.25, 3.75], 4), (.values([1, -1]), [-5, -7], 0.75),
    ])
  func combinations(_ weights: CombinationWeights, values: [Double], count: Double) throws {
    let set = try epochs.averages()
    let result = try Evoked.combination(of: set.conditions, weights: weights, name: "c")
    #expect(Array(result.average[row: 0]) == values)
    #expect(abs(result.count - count) < 1e-12)
    #expect(result.standardError == nil)
  }

  @Test("Standard errors of independent epochs add up in squares")
  func combinedError() throws {
    let part = Evoked(
      name: "p", average: Matrix(rows: 1, columns: 1, values: [1]),
      standardError: Matrix(rows: 1, columns: 1, values: [3]), count: 4)
    var other = part
    other.standardError?.values = [4]
    let difference = try Evoked.combination(of: [part, other], weights: .values([1, -1]), name: "d")
    #expect(difference.standardError?.values == [5])
  }

  @Test("Parts that do not fit together are refused")
  func refused() throws {
    let evoked = try #require(epochs.averages()["a"])
    let narrow = Evoked(name: "n", average: Matrix(rows: 1, columns: 2), standardError: nil, count: 1)
    for (parts, weights) in [([], .equal), ([evoked, narrow], .equal), ([evoked], .values([1, 2]))]
      as [([Evoked], CombinationWeights)]
    {
      let error = #expect(throws: ERPError.self) { try Evoked.combination(of: parts, weights: weights, name: "x") }
      #expect(error?.code == .incompatibleEvoked)
    }
  }
}

@Suite("Grand averages")
struct GrandAverageTests {
  private func set(_ channels: [String], _ values: [String: [Double]], times: [Double] = [0, 0.01], rate: Double = 100)
    -> EvokedSet
  {
    EvokedSet(
      channels: channels.map { Channel(name: $0) }, times: times, rate: rate,
      conditions: values.sorted { $0.key < $1.key }.map {
        Evoked(
          name: $0.key, average: Matrix(rows: channels.count, columns: times.count, values: $0.value),
          standardError: nil, count: 10)
      })
  }

  @Test("Files weigh alike, channels are matched by name in the first file's order, and what is missing is told")
  func average() throws {
    let grand = try GrandAverage([
      set(["Fz", "Cz", "Pz"], ["a": [1, 2, 3, 4, 5, 6]]),
      set(["Cz", "Oz", "Fz"], ["a": [7, 8, 0, 0, 3, 6], "b": [1, 1, 1, 1, 2, 2]]),
    ])
    #expect(grand.evoked.channels.map(\.name) == ["Fz", "Cz"])
    let a = try #require(grand.evoked["a"])
    #expect(a.average.values == [2, 4, 5, 6] && a.count == 2)
    // Differences of 2 and 4 between two files: deviations 1 and 2, variances 2 and 8 with the divisor N - 1.
    for (value, expected) in zip(a.standardError?.values ?? [], [1.0, 2, 2, 2]) {
      #expect(abs(value - expected) < 1e-15)
    }
    #expect(a.divisor == .sample)
    let b = try #require(grand.evoked["b"])
    #expect(b.average.values == [2, 2, 1, 1] && b.count == 1 && b.standardError == nil)
    #expect(
      grand.warnings == [
        .channelsNotInAll(["Pz", "Oz"]), .conditionNotInAll(condition: "b", files: 1, of: 2),
      ])
  }

  @Test("Files weigh by their epochs when that is asked for")
  func weighted() throws {
    var heavy = set(["Fz"], ["a": [4, 8]])
    heavy.conditions[0].count = 30
    let grand = try GrandAverage([set(["Fz"], ["a": [0, 0]]), heavy], weighting: .count)
    #expect(grand.evoked["a"]?.average.values == [3, 6])
    // Weights 1/4 and 3/4, deviations -3 and 1, times 2: sqrt((9 / 16 + 9 / 16) * 2).
    #expect(abs((grand.evoked["a"]?.standardError?.values[0] ?? 0) - 1.5) < 1e-15)
  }

  @Test("Leave-one-out averages are those of the other files, and give the standard error of the mean")
  func jackknife() throws {
    let values: [Double] = [1, 4, 7, 12]
    let sets = values.map { set(["Fz"], ["a": [$0, 0]]) }
    let grand = try GrandAverage(sets, leavingOut: ["1", "2", "3", "4"]).evoked
    #expect(grand.conditions.map(\.name) == ["a"] + (1...4).map { "a without \($0)" })
    let parts = (1...4).compactMap { grand["a without \($0)"]?.average[0, 0] }
    let expected: [Double] = [23.0 / 3, 20.0 / 3, 17.0 / 3, 4]
    #expect(parts == expected)
    let mean = parts.reduce(0, +) / 4
    let jackknife = (0.75 * parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }).squareRoot()
    #expect(abs(jackknife - (grand["a"]?.standardError?[0, 0] ?? 0)) < 1e-14)
  }

  @Test("Channels of one name are matched in their order")
  func repeated() throws {
    let one = set(["X", "X"], ["a": [1, 1, 2, 2]])
    #expect(try GrandAverage([one, one]).evoked["a"]?.average.values == [1, 1, 2, 2])
  }

  @Test("Files that do not fit together are refused")
  func refused() throws {
    let first = set(["Fz"], ["a": [1, 2]])
    let others = [
      set(["Fz"], ["a": [1, 2]], rate: 200), set(["Fz"], ["a": [1, 2]], times: [0.01, 0.02]),
      set(["Fz"], ["a": [1]], times: [0]), set(["Cz"], ["a": [1, 2]]),
    ]
    for sets in others.map({ [first, $0] }) + [[]] {
      let error = #expect(throws: ERPError.self) { try GrandAverage(sets) }
      #expect(error?.code == .incompatibleEvoked)
    }
  }
}
