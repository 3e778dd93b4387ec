import EEGCore
import Foundation
import NeuralMass

/// Simulates the columns of many simulations at once.
struct SourceSimulation: Sendable {
  private let settings: SimulationSettings
  private let regions: [RegionLookup]
  private let connections: ConnectionLookup
  private let timeline: SimulatedTimeline
  private let batch: JansenRitBatch

  init(
    _ settings: SimulationSettings, regions: [RegionLookup], connections: ConnectionLookup, timeline: SimulatedTimeline,
    seed: UInt64
  ) {
    self.settings = settings
    self.regions = regions
    self.connections = connections
    self.timeline = timeline
    let model = settings.model
    let plan = SimulationPlan(
      dt: model.dt, duration: Double(timeline.sampleCount) / model.rate, every: model.stepsPerSample)
    var batch = JansenRitBatch(method: model.method, plan: plan, routing: settings.stimulus.routing, seed: seed)
    batch.decimation = model.decimation
    batch.arithmetic = model.arithmetic
    self.batch = batch
  }

  /// Outputs of columns.
  struct Outputs {
    /// Shape `[simulation, region, sample]` [mV]; zeros for simulations that did not stay finite.
    var samples: [Float]
    let isFinite: [Bool]
    let instructionSet: String
  }

  /// Simulates.
  ///
  /// - Parameters:
  ///   - thetas: Drawn parameters, one row a simulation.
  ///   - first: Number of the first simulation.
  func outputs(_ thetas: [ArraySlice<Double>], first: Int) -> Outputs {
    var (samples, isFinite, instructionSet) = regions.count == 1 ? single(thetas, first) : coupled(thetas, first)
    let size = regions.count * timeline.sampleCount
    for (row, isFinite) in isFinite.enumerated() where !isFinite {
      samples.replaceSubrange((row * size)..<((row + 1) * size), with: repeatElement(0, count: size))
    }
    return Outputs(samples: samples, isFinite: isFinite, instructionSet: instructionSet)
  }

  private func single(_ thetas: [ArraySlice<Double>], _ first: Int) -> ([Float], [Bool], String) {
    let region = regions[0]
    var batch = batch
    var stimuli: [Stimulus] = []
    if region.hasFixedStimulus {
      batch.stimulus = stimulus(region, [])
    } else {
      stimuli = thetas.map { stimulus(region, $0) }
    }
    let result = batch.run(
      thetas.map { region.parameters($0) }, background: thetas.map { region.background($0) }, stimuli: stimuli,
      firstNumber: first, threads: 1)
    return (result.samples, result.isFinite, result.instructionSet)
  }

  private func coupled(_ thetas: [ArraySlice<Double>], _ first: Int) -> ([Float], [Bool], String) {
    let networks = thetas.map { theta in
      ColumnNetwork(
        columns: regions.map { $0.parameters(theta) }, background: regions.map { $0.background(theta) },
        stimuli: regions.map { stimulus($0, theta) }, routing: settings.stimulus.routing,
        coupling: connections.coupling(theta))
    }
    let result = batch.run(networks: networks, firstNumber: first, threads: 1)
    return (result.samples, result.isFinite, result.instructionSet)
  }

  private func stimulus(_ region: RegionLookup, _ theta: ArraySlice<Double>) -> Stimulus {
    region.stimulus(
      theta, shape: settings.stimulus.shape, first: settings.model.settle, interval: settings.stimulus.interval,
      count: timeline.events.count)
  }
}
