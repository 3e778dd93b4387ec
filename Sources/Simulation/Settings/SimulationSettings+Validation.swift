import EvokeNumerics
import Foundation
import NeuralMass

extension SimulationSettings {
  /// Checks what can be checked without simulating.
  ///
  /// - Throws: ``SimulationError``, code `invalidSetting`, with the name of the setting and what to do.
  public func validate() throws {
    try require(model.rate > 0 && model.rate <= 1e6, "model.rate_hz is \(model.rate); give hertz above 0")
    try require(
      (1...100_000).contains(model.stepsPerSample),
      "model.steps_per_sample is \(model.stepsPerSample); give a number from 1 up")
    try require(
      (1...16).contains(model.regions), "model.regions is \(model.regions); give a number from 1 to 16")
    try require(
      stimulus.interval * model.rate >= 1 && stimulus.interval <= 1e6,
      "stimulus.interval_s is \(stimulus.interval); give seconds, one sample at least and 1e6 at most")
    try require(
      head.radius > 0.01 && head.radius < 1,
      "head.radius_m is \(head.radius); give metres, such as 0.09")
    try require(
      !noise.levels.isEmpty && noise.levels.allSatisfy { $0 >= 0 && $0.isFinite },
      "noise levels are \(noise.levels); give numbers from 0 up")
    try require(
      noise.levels.allSatisfy { $0 <= 1e12 },
      "noise levels are \(noise.levels); they are factors of a variance, and 1e12 is the highest")
    try require(
      Set(noise.levels).count == noise.levels.count, "noise levels are \(noise.levels); give each once")
    try require(
      noise.blinksPerMinute >= 0 && noise.blinksPerMinute <= 60,
      "noise.blinks_per_minute is \(noise.blinksPerMinute); give a number from 0 to 60")
    try require(
      observation.tmin <= observation.tmax && observation.tmin.isFinite && observation.tmax.isFinite,
      "observation.tmin_s, \(observation.tmin), is above tmax_s, \(observation.tmax)")
    try require(
      model.settle + observation.tmin >= 0,
      "model.settle_s is \(model.settle), and epochs begin \(-observation.tmin) s before the event; settle longer")
    try require(
      parameters.highestRegion <= model.regions,
      "there are parameters of region \(parameters.highestRegion), and model.regions is \(model.regions)")
    for region in 2...max(2, model.regions) where region <= model.regions && head.leadField == nil {
      try require(
        ["azimuth", "elevation", "depth"].contains { name in
          ParameterName("\(name).\(region)").map { parameters[$0] != nil } ?? false
        },
        "region \(region) has no place of its own; set azimuth.\(region), elevation.\(region) or depth.\(region)")
    }
    try validateSupport()
    try validateTrials()
    try validateSize()
  }

  /// Samples and steps of one simulation that memory can hold: 18 hours at 256 Hz, and 56 minutes at 0.1 ms.
  private static let (mostSamples, mostSteps) = (0x1p24, 0x1p25)

  private func validateSize() throws {
    let trials = ParameterName("trials").flatMap { parameters[$0] }?.mean ?? 1
    let afterEvent =
      stimulus.simulatedTrials == .all
      ? trials.rounded() * stimulus.interval : max(observation.tmax, observation.filter == nil ? 0 : stimulus.interval)
    let samples = (model.settle + afterEvent) * model.rate
    try require(
      samples < Self.mostSamples && samples * Double(model.stepsPerSample) < Self.mostSteps,
      "one simulation would have \(samples) samples of \(model.stepsPerSample) steps, and 16777216 samples and 33554432 "
        + "steps are the most; check settle_s, tmax_s, interval_s, rate_hz, steps_per_sample and trials")
  }

  /// Values that a simulation cannot do with must not be drawn.
  private func validateSupport() throws {
    for region in 1...model.regions {
      try requireSupport("I_width", region, "seconds above 0") { $0.lowerBound > 0 }
      try requireSupport("depth", region, "a part from 0 to below 1") { $0.lowerBound >= 0 && $0.upperBound < 1 }
      try requireSupport("p_noise", region, "a number from 0 up") { $0.lowerBound >= 0 }
    }
    try requireSupport("trials", 1, "a number from 1 up") { $0.lowerBound >= 1 && $0.upperBound <= 1e6 }
    try requireSupport("noise", 1, "microvolts from 0 up") { $0.lowerBound >= 0 }
    for (name, distribution) in parameters.all {
      // The smallest and the largest share that a uniform number can be.
      let ends = [distribution.quantile(0x1p-53), distribution.quantile(1 - 0x1p-53)]
      try require(
        ends.allSatisfy { abs($0) < 1e30 },
        "parameter \(name.text) is \(DistributionText.text(distribution)), whose draws are beyond 1e30; check its numbers"
      )
    }
    for first in 1...model.regions {
      for second in 1...model.regions where first != second {
        guard let name = ParameterName("d.\(first).\(second)"), let delay = parameters[name] else { continue }
        try require(
          delay.support.lowerBound >= model.dt && delay.support.upperBound <= 10,
          "parameter \(name.text) must lie between one step, \(model.dt) s, and 10 s")
      }
    }
  }

  private func requireSupport(
    _ parameter: String, _ region: Int, _ wanted: String, _ isGood: (ClosedRange<Double>) -> Bool
  ) throws {
    let text = region == 1 ? parameter : "\(parameter).\(region)"
    guard let name = ParameterName(text), let distribution = parameters[name] else { return }
    try require(
      isGood(distribution.support),
      "parameter \(text) is \(DistributionText.text(distribution)); it must be \(wanted) in every draw")
  }

  private func validateTrials() throws {
    let isNoisy = (1...model.regions).contains { region in
      guard let name = ParameterName(region == 1 ? "p_noise" : "p_noise.\(region)") else { return false }
      return (parameters[name]?.support.upperBound ?? 0) > 0
    }
    if isNoisy {
      try require(
        model.method.isStochastic,
        "p_noise needs a stochastic method; set method to eulerMaruyama, stochasticHeun or splitting")
      try require(
        stimulus.simulatedTrials == .all,
        "neural noise differs from trial to trial; set stimulus.simulated_trials to all")
    }
    switch stimulus.simulatedTrials {
    case .all:
      if let name = ParameterName("trials"), let trials = parameters[name] {
        try require(
          trials.isFixed, "trials must be one number where all of them are simulated (stimulus.simulated_trials)")
      }
    case .one:
      try require(
        observation.isLinear,
        "artifacts and medians need every trial; set stimulus.simulated_trials to all, or observation.reject to []")
      if observation.filter != nil {
        try require(
          observation.tmax < stimulus.interval,
          "with a filter the next trial is seen too, and epochs must end before it; lengthen stimulus.interval_s")
      }
    }
  }

  private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw SimulationError(code: .invalidSetting, message: message()) }
  }
}
