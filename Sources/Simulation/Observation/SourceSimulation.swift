import EEGCore
import Foundation
import NeuralMass

/// Simulates the columns of many simulations at once.
struct SourceSimulation: Sendable {
  private let settings: SimulationSettings
  private let regions: [RegionLookup]
  private let timeline: SimulatedTimeline
  private let batch: JansenRitBatch

  init(_ settings: SimulationSettings, regions: [RegionLookup], timeline: SimulatedTimeline, seed: UInt64) {
    self.settings = settings
    self.regions = regions
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
    let region = regions[0]
    var batch = batch
    var stimuli: [Stimulus] = []
    if region.hasFixedStimulus {
      batch.stimulus = stimulus(region, thetas.first ?? [])
    } else {
      stimuli = thetas.map { stimulus(region, $0) }
    }
    _ = stimuli
    let result = batch.run(
      thetas.map { region.parameters($0) }, background: thetas.map { region.background($0) }, firstNumber: first,
      threads: 1)
    var samples = result.samples
    for (row, isFinite) in result.isFinite.enumerated() where !isFinite {
      let start = row * timeline.sampleCount
      samples.replaceSubrange(
        start..<(start + timeline.sampleCount), with: repeatElement(0, count: timeline.sampleCount))
    }
    return Outputs(samples: samples, isFinite: result.isFinite, instructionSet: result.instructionSet)
  }

  private func stimulus(_ region: RegionLookup, _ theta: ArraySlice<Double>) -> Stimulus {
    region.stimulus(
      theta, shape: settings.stimulus.shape, first: settings.model.settle, interval: settings.stimulus.interval,
      count: timeline.events.count)
  }
}
