import EEGCore
import ERP
import Foundation
import TestSupport
import Testing

@Suite("Ways to average")
struct AveragingMethodTests {
  /// Epochs of one channel and one condition, with the given values, one row an epoch.
  private func epochs(_ rows: [[Double]]) -> Epochs {
    Epochs(
      channels: [Channel(name: "Cz")], times: rows[0].indices.map { Double($0) / 100 }, rate: 100,
      events: rows.map { _ in Event(sample: 0, onset: 0, condition: "a") }, values: rows.flatMap(\.self), dropLog: [])
  }

  private func noisy(_ seed: UInt64, count: Int) -> Epochs {
    var generator = SplitMix64(seed: seed)
    return epochs((0..<count).map { _ in (0..<6).map { Double($0) + Double.random(in: -1...1, using: &generator) } })
  }

  @Test("The trimmed mean leaves out the extremes, and has Yuen's standard error")
  func trimmed() throws {
    var settings = AveragingSettings(method: .trimmed)
    settings.trim = 0.2
    let values: [Double] = [3, 100, 1, 2, -50]
    let average = try #require(epochs(values.map { [$0] }).averages(settings)["a"])
    #expect(average.average.values == [2])
    // Winsorized: 1, 1, 2, 3, 3, whose variance is 1.
    #expect(abs((average.standardError?[0, 0] ?? 0) - 1 / (0.6 * 5.0.squareRoot())) < 1e-15)
  }

  @Test("Without a trim the trimmed mean is the mean, and its standard error too")
  func untrimmed() throws {
    var settings = AveragingSettings(method: .trimmed)
    settings.trim = 0
    let epochs = noisy(1, count: 9)
    let trimmed = try #require(epochs.averages(settings)["a"])
    let mean = try #require(epochs.averages()["a"])
    for place in 0..<6 {
      #expect(abs(trimmed.average.values[place] - mean.average.values[place]) < 1e-14)
      #expect(abs((trimmed.standardError?.values[place] ?? 0) - (mean.standardError?.values[place] ?? 1)) < 1e-14)
    }
  }

  @Test("A weighted mean trusts quiet epochs more")
  func weighted() throws {
    var generator = SplitMix64(seed: 2)
    let rows = (0..<60).map { row in
      (0..<200).map { _ in Double.random(in: -1...1, using: &generator) * (row % 3 == 0 ? 20 : 1) }
    }
    func error(_ method: AverageMethod) throws -> Double {
      let average = try #require(epochs(rows).averages(AveragingSettings(method: method))["a"])
      return average.average.values.reduce(0) { $0 + $1 * $1 }
    }
    // The best weights give (2/3 / (1/3 * 400 + 2/3))^-1 of the plain mean's power, some 1/89.
    #expect(try error(.weighted) * 50 < error(.mean))
  }

  @Test("Weights of epochs of equal noise are equal")
  func equalWeights() throws {
    let epochs = epochs([[1, -1, 1, -1], [-1, 1, -1, 1], [1, 1, -1, -1], [-1, -1, 1, 1]])
    let weighted = try #require(epochs.averages(AveragingSettings(method: .weighted))["a"])
    let mean = try #require(epochs.averages()["a"])
    for place in 0..<4 {
      #expect(abs(weighted.average.values[place] - mean.average.values[place]) < 1e-15)
      #expect(abs((weighted.standardError?.values[place] ?? 0) - (mean.standardError?.values[place] ?? 1)) < 1e-15)
    }
  }

  @Test("The plus-minus average of equal epochs is zero, and of noise as large as the standard error")
  func plusMinus() throws {
    var settings = AveragingSettings()
    settings.estimatesNoise = true
    #expect(try epochs([[1, 2], [1, 2], [1, 2]]).averages(settings)["a"]?.noise?.values == [0, 0])
    #expect(try epochs([[1, 2], [3, 8]]).averages(settings)["a"]?.noise?.values == [-1, -3])
    let one = try #require(epochs([[1, 2]]).averages(settings)["a"])
    #expect(one.noise?.values.allSatisfy(\.isNaN) == true)
    #expect(try noisy(3, count: 4).averages()["a"]?.noise == nil)
  }

  @Test(
    "The bootstrap band holds the mean, and is as wide as the normal one", arguments: [AverageMethod.mean, .trimmed])
  func bootstrap(method: AverageMethod) throws {
    var settings = AveragingSettings(method: method)
    settings.bootstrap = BootstrapSettings()
    settings.bootstrap?.resamples = 4000
    let average = try #require(noisy(4, count: 80).averages(settings)["a"])
    let band = try #require(average.confidence)
    let error = try #require(average.standardError)
    for place in 0..<6 {
      #expect(band.lower.values[place] < average.average.values[place])
      #expect(band.upper.values[place] > average.average.values[place])
      let width = (band.upper.values[place] - band.lower.values[place]) / (2 * 1.96 * error.values[place])
      #expect(abs(width - 1) < 0.08, "\(width)")
    }
  }

  @Test("The same seed gives the same band, for any number of threads; another seed another")
  func seeds() throws {
    var settings = AveragingSettings()
    settings.bootstrap = BootstrapSettings()
    let epochs = noisy(5, count: 20)
    let band = try epochs.averages(settings, threads: 1)["a"]?.confidence
    #expect(try epochs.averages(settings, threads: 2)["a"]?.confidence == band)
    settings.bootstrap?.seed = 2
    #expect(try epochs.averages(settings)["a"]?.confidence != band)
  }

  @Test("A rejected channel does not count, and the others keep their number")
  func rejectedChannels() throws {
    let two = Epochs(
      channels: [Channel(name: "Fz"), Channel(name: "Cz")], times: [0, 0.01], rate: 100,
      events: (0..<3).map { _ in Event(sample: 0, onset: 0, condition: "a") },
      values: [1, 2, 3, 4, .nan, .nan, 6, 6, 3, 2, 9, 8], dropLog: [])
    for method in AverageMethod.allCases {
      let average = try #require(two.averages(AveragingSettings(method: method))["a"])
      #expect(average.channelCounts == [2, 3] && average.count == 3)
      #expect(average.average[0, 0] == 2 && average.average[0, 1] == 2)
    }
    let mean = try #require(two.averages()["a"])
    #expect(Array(mean.average[row: 1]) == [6, 6])
    #expect(mean.standardError?[0, 0] == 1)
  }

  @Test("Settings that make no sense are refused")
  func refusals() throws {
    var trim = AveragingSettings(method: .trimmed)
    var level = AveragingSettings()
    var draws = AveragingSettings()
    trim.trim = 0.5
    level.bootstrap = BootstrapSettings()
    level.bootstrap?.level = 1
    draws.bootstrap = BootstrapSettings()
    draws.bootstrap?.resamples = 0
    for settings in [trim, level, draws] {
      let error = #expect(throws: ERPError.self) { try noisy(6, count: 3).averages(settings) }
      #expect(error?.code == .invalidSettings)
    }
  }
}
