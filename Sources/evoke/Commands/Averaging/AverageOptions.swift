import ArgumentParser
import EEGCore
import ERP

/// How epochs become averages, and averages grand averages.
struct AverageOptions: ParsableArguments {
  @Option(
    name: .customLong("average"),
    help: ArgumentHelp("How to summarise epochs: mean, weighted, median or trimmed.", valueName: "name"))
  var method = AverageMethod.mean

  @Option(help: ArgumentHelp("Of trimmed: part of the epochs taken away at either end.", valueName: "fraction"))
  var trim = AveragingSettings().trim

  @Option(
    help: ArgumentHelp(
      "Divisor of the variance behind standard errors: n-1 (ERPLAB), or n (MNE-Python).", valueName: "n|n-1"))
  var seDivisor = VarianceDivisor.sample

  @Flag(help: "Store the plus-minus average too, an estimate of the noise.") var noise = false

  @Option(
    help: ArgumentHelp("Store a bootstrap confidence band from so many draws, such as 1000.", valueName: "n"))
  var bootstrap: Int?

  @Option(help: ArgumentHelp("Of the bootstrap band: probability.", valueName: "p")) var confidence = 0.95

  @Option(help: ArgumentHelp("Of random draws; the same seed gives the same result.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Add a linear combination of conditions: \"target - standard\"; may be given again.", valueName: "terms"))
  var contrast: [String] = []

  @Option(
    help: ArgumentHelp("Of grand averages: files weigh alike, or by their number of epochs.", valueName: "equal|count"))
  var grandWeights = GrandAverageWeighting.equal

  @Flag(help: "Of grand averages: add one without each file, to measure jackknifed latencies in.")
  var jackknife = false

  func validate() throws { _ = try settings() }

  /// What the options ask for.
  ///
  /// - Throws: A usage error that names the option.
  func settings() throws -> AveragingSettings {
    var settings = AveragingSettings(method: method, divisor: seDivisor)
    guard (0..<0.5).contains(trim) else { throw usageError("--trim \(trim): give a part from 0 to below 0.5") }
    settings.trim = trim
    settings.estimatesNoise = noise
    guard let bootstrap else { return settings }
    guard (1...1_000_000).contains(bootstrap) else {
      throw usageError("--bootstrap \(bootstrap): give a number of draws, such as 1000")
    }
    guard confidence > 0, confidence < 1 else {
      throw usageError("--confidence \(confidence): give a probability, such as 0.95")
    }
    var band = BootstrapSettings()
    (band.level, band.resamples, band.seed) = (confidence, bootstrap, seed)
    settings.bootstrap = band
    return settings
  }
}

extension AverageMethod: ExpressibleByArgument {}
extension VarianceDivisor: ExpressibleByArgument {}
extension GrandAverageWeighting: ExpressibleByArgument {}
