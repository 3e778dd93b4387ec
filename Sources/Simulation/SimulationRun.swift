import EEGCore
import ERP
import EvokeNumerics
import NeuralMass

/// A simulated data set, any part of which can be made by itself: parameters, evoked potentials, and what failed.
///
/// Seed and number decide a simulation. It does not depend, bit by bit, on which others are made with it, on the order, or
/// on threads.
public struct SimulationRun: Sendable {
  /// What is simulated.
  public let settings: SimulationSettings
  /// Decides all that is random.
  public let seed: UInt64
  /// Of the drawn parameters, d of them, in the order of ``SimulatedPart/parameters``.
  public let prior: Prior
  /// The channels, C of them.
  public let channels: [Channel]
  /// Times of an epoch, from the event, T of them [s].
  public let times: [Double]
  /// Samples per second of an epoch [Hz].
  public let rate: Double
  /// Volts for each millivolt of a source, against the reference, shape `[channel, region]`; nil when simulations differ.
  public let gains: Matrix?
  /// Sensor noise against the reference: of root mean square 1 V, or as it was measured.
  public let noise: SensorNoise

  /// Samples of the simulated recording.
  let sampleCount: Int
  private let sampler: ParameterSampler
  private let sources: SourceSimulation
  private let source: SourceObservation
  private let projection: HeadProjection
  let recordings: RecordingSynthesis
  private let observation: any PotentialObservation

  /// Prepares a data set.
  ///
  /// - Parameters:
  ///   - settings: What is simulated.
  ///   - seed: Decides all that is random.
  ///   - channels: Of the montage, with positions.
  ///   - leadField: A lead field made elsewhere, with the same channels in the same order; nil for the spheres.
  ///   - measuredNoise: Of the same channels, when the settings ask for measured noise.
  /// - Throws: ``SimulationError``; `HeadModelError`; `ERPError` for settings of the observation.
  public init(
    _ settings: SimulationSettings, seed: UInt64, channels: [Channel], leadField: LeadField? = nil,
    measuredNoise: SensorNoise? = nil
  ) throws {
    try settings.validate()
    self.settings = settings
    self.seed = seed
    self.channels = channels
    prior = try settings.parameters.prior()
    sampler = try ParameterSampler(prior: prior, method: settings.sampling, seed: seed)
    let lookup = ParameterLookup(settings.parameters)
    let regions = (1...settings.model.regions).map { RegionLookup(lookup, region: $0) }
    let timeline = SimulatedTimeline(settings, trials: Int(lookup.value("trials").fixed.rounded()))
    sampleCount = timeline.sampleCount
    sources = SourceSimulation(
      settings, regions: regions, connections: ConnectionLookup(lookup, regions: regions.count), timeline: timeline,
      seed: seed)
    source = try SourceObservation(settings, timeline: timeline)
    times = source.times
    rate = source.rate
    let reference = try ReferenceOperator(settings.observation.reference, channels: channels)
    projection = try HeadProjection(
      settings, channels: channels, regions: regions, reference: reference, leadField: leadField)
    gains = projection.fixedGains
    noise = try ReferencedNoise.make(
      settings, channels: channels, reference: reference, measured: measuredNoise)
    let amplitude = NoiseAmplitude(settings, lookup: lookup, simulatedEpochs: source.epochCount)
    recordings = try RecordingSynthesis(
      settings, channels: channels, reference: reference, timeline: timeline, noise: noise, amplitude: amplitude,
      seed: seed)
    observation =
      settings.observation.isLinear
      ? try AveragedObservation(settings, channels: channels, noise: noise, amplitude: amplitude, seed: seed)
      : TrialObservation(settings, recordings: recordings, times: times.count)
  }

  /// Makes some simulations, on this thread.
  ///
  /// - Parameter numbers: Which; from 0 to 2^32 - 1.
  /// - Throws: ``SimulationError``; `HeadModelError` for a source that was drawn outside the brain.
  public func part(_ numbers: Range<Int>) throws -> SimulatedPart { try part(numbers, given: nil) }

  /// Makes simulations of given parameters, on this thread; all but the parameters is decided by seed and number.
  ///
  /// With the parameters that ``part(_:)`` draws it makes the same simulations, bit by bit.
  ///
  /// - Parameters:
  ///   - numbers: Which, n of them; from 0 to 2^32 - 1.
  ///   - parameters: Shape `[n, d]`, in the order of ``prior``, which has to contain them.
  /// - Throws: As ``part(_:)``.
  public func part(_ numbers: Range<Int>, parameters: [Double]) throws -> SimulatedPart {
    try part(numbers, given: parameters)
  }

  private func part(_ numbers: Range<Int>, given: [Double]?) throws -> SimulatedPart {
    let (parameters, outputs, observed) = try sources(numbers, given: given)
    var part = SimulatedPart(
      numbers: numbers, parameters: parameters, sources: observed.averages.values.map(Float.init),
      potentials: try observation.potentials(observed), isFinite: outputs.isFinite,
      instructionSet: outputs.instructionSet)
    part.markFailed(regions: settings.model.regions, times: times.count, channels: channels.count)
    return part
  }

  /// Makes the recording of a simulation, with every trial in it.
  ///
  /// - Parameters:
  ///   - number: Which simulation.
  ///   - level: Factor of the noise's variance.
  /// - Returns: The recording, and what is true of it.
  /// - Throws: ``SimulationError``, code `invalidSetting`, when only one trial is simulated or the simulation fails;
  ///   `HeadModelError` for a source that was drawn outside the brain.
  public func recording(_ number: Int, level: Double) throws -> SimulatedRecording {
    guard settings.stimulus.simulatedTrials == .all else {
      throw SimulationError(
        code: .invalidSetting, message: "a recording has all trials; set stimulus.simulated_trials to all")
    }
    let (parameters, outputs, observed) = try sources(number..<(number + 1))
    guard outputs.isFinite[0] else {
      throw SimulationError(
        code: .invalidSetting,
        message:
          "simulation \(number) does not stay finite: \(prior.parameters.map(\.name)) = \(parameters); choose another")
    }
    let result = try recordings.recording(observed, row: 0, level: level, streams: true)
    let silent = AveragedObservation.signal(observed, channels: channels.count)
    return SimulatedRecording(
      recording: result.recording, blinks: result.blinks, parameters: parameters,
      sources: observed.averages.values.map(Float.init), potential: silent, instructionSet: outputs.instructionSet)
  }

  /// Draws parameters unless they are given, and simulates sources.
  func sources(
    _ numbers: Range<Int>, given: [Double]? = nil
  ) throws -> (parameters: [Double], outputs: SourceSimulation.Outputs, observed: ObservedSources) {
    let count = prior.count
    let parameters = given ?? draws(numbers)
    precondition(parameters.count == numbers.count * count, "a simulation has \(count) parameters")
    let thetas = numbers.indices.map { number in
      let row = number - numbers.lowerBound
      return parameters[(row * count)..<((row + 1) * count)]
    }
    let outputs = sources.outputs(thetas, first: numbers.lowerBound)
    let gains = try gains.map { fixed in thetas.map { _ in fixed } } ?? thetas.map { try projection.gains($0) }
    let observed = ObservedSources(
      numbers: numbers, thetas: thetas, outputs: outputs.samples, averages: try source.averages(of: outputs.samples),
      gains: gains)
    return (parameters, outputs, observed)
  }

  /// Parameters drawn from the prior, shape `[n, d]`.
  private func draws(_ numbers: Range<Int>) -> [Double] {
    let count = prior.count
    var parameters = [Double](repeating: 0, count: numbers.count * count)
    var draw = [Double](repeating: 0, count: count)
    for (row, number) in numbers.enumerated() {
      sampler.parameters(of: number, into: &draw)
      for place in 0..<count { parameters[row * count + place] = draw[place] }
    }
    return parameters
  }
}

/// Simulations that were made together.
public struct SimulatedPart: Sendable {
  /// Their numbers, n of them.
  public let numbers: Range<Int>
  /// Drawn parameters, shape `[n, d]`.
  public let parameters: [Double]
  /// What sources contribute, without noise: shape `[n, region, time]` [mV], after filter, baseline and average.
  public fileprivate(set) var sources: [Float]
  /// Evoked potentials of each noise level, shape `[n, channel, time]` [V]; values that are no numbers where a simulation
  /// failed.
  public fileprivate(set) var potentials: [[Float]]
  /// Whether a simulation stayed finite, and its potentials are numbers at every noise level.
  public fileprivate(set) var isFinite: [Bool]
  /// How they were calculated; see `InstructionSet`.
  public let instructionSet: String

  fileprivate mutating func markFailed(regions: Int, times: Int, channels: Int) {
    for (row, isFinite) in isFinite.enumerated() where !isFinite {
      for place in (row * regions * times)..<((row + 1) * regions * times) { sources[place] = .nan }
      for level in potentials.indices {
        for place in (row * channels * times)..<((row + 1) * channels * times) { potentials[level][place] = .nan }
      }
    }
    // A potential may be none where the columns were well: all its trials were dropped, or it is beyond single precision.
    let size = channels * times
    for row in isFinite.indices where isFinite[row] {
      isFinite[row] = potentials.allSatisfy { $0[(row * size)..<((row + 1) * size)].allSatisfy(\.isFinite) }
    }
  }
}

/// A simulated recording with what is true of it.
public struct SimulatedRecording: Sendable {
  /// In microvolts, with an annotation for each event and blink.
  public let recording: Recording
  /// The blinks in it.
  public let blinks: [Blink]
  /// Drawn parameters, shape `[d]`.
  public let parameters: [Double]
  /// What sources contribute to the average of all trials, shape `[region, time]` [mV].
  public let sources: [Float]
  /// The evoked potential without noise and blinks, shape `[channel, time]` [V].
  public let potential: [Float]
  /// How it was calculated; see `InstructionSet`.
  public let instructionSet: String
}

/// Simulated sources on their way to the electrodes.
struct ObservedSources {
  /// Numbers of the simulations.
  let numbers: Range<Int>
  /// Their drawn parameters.
  let thetas: [ArraySlice<Double>]
  /// Outputs of the columns, shape `[simulation, region, sample]` [mV].
  let outputs: [Float]
  /// Their averages, shape `[simulation * region, time]` [mV].
  let averages: Matrix
  /// One a simulation, shape `[channel, region]`, volts per millivolt.
  let gains: [Matrix]
}

/// From sources to evoked potentials with noise.
protocol PotentialObservation: Sendable {
  /// Evoked potentials of each noise level, shape `[simulation, channel, time]` [V].
  func potentials(_ sources: ObservedSources) throws -> [[Float]]
}
