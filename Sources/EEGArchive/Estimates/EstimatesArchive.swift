import EvokeNumerics
import HDF5

/// What a model said of simulations, beside what is true of them, in a file.
///
/// This module knows files and no models: the settings are JSON.
public struct EstimatesArchive: Hashable, Sendable {
  /// What was estimated: names and units.
  public let targets: [Prior.Parameter]
  /// Numbers of the simulations: rows of the data, from 0 on.
  public let simulations: [Int]
  /// Shape `[simulation, target]`, in the units of the targets.
  public let estimate: [Double]
  /// Shape `[simulation, target]`, in the units of the targets.
  public let truth: [Double]
  /// Shape `[simulation, target, target]`, in the products of the units; nil for a model without uncertainty.
  public let covariance: [Double]?
  /// JSON of what made them: weights, data, split, level of noise, seed.
  public let settings: String

  /// A file's content.
  ///
  /// - Parameters:
  ///   - targets: At least one.
  ///   - simulations: At least one, each below 2³².
  public init(
    targets: [Prior.Parameter], simulations: [Int], estimate: [Double], truth: [Double], covariance: [Double]? = nil,
    settings: String
  ) {
    let (n, d) = (simulations.count, targets.count)
    precondition(n > 0 && d > 0, "there is a simulation and a target")
    precondition(simulations.allSatisfy { (0...Int(UInt32.max)).contains($0) }, "numbers go from 0 to 2^32 - 1")
    precondition(estimate.count == n * d && truth.count == n * d, "\(n) simulations have \(d) values each")
    precondition(covariance.map { $0.count == n * d * d } ?? true, "\(n) simulations have \(d) x \(d) covariances each")
    (self.targets, self.simulations, self.estimate, self.truth) = (targets, simulations, estimate, truth)
    (self.covariance, self.settings) = (covariance, settings)
  }

  /// Writes the archive; an existing file is replaced once all is written.
  ///
  /// - Throws: `HDF5Error`; `FileOutputError`.
  public func write(to path: String) throws {
    let file = try ArchiveKind.estimates.create(path, settings: settings)
    let (n, d) = (simulations.count, targets.count)
    for (name, values) in [("estimate", estimate), ("truth", truth)] {
      try file.write(values, to: name, shape: [n, d], unit: nil, axes: "simulation,target")
      try file.dataset(name).setAttribute("names", targets.map(\.name.storable))
      try file.dataset(name).setAttribute("units", targets.map(\.unit.storable))
    }
    if let covariance {
      try file.write(covariance, to: "covariance", shape: [n, d, d], unit: nil, axes: "simulation,target,target")
    }
    try file.write(simulations.map { UInt32($0) }, to: "simulation", unit: nil, axes: "simulation")
    try file.commit()
  }

  /// Reads an archive.
  ///
  /// - Throws: ``ArchiveError``; `HDF5Error`.
  public init(reading path: String) throws {
    self = try describingLayout {
      let file = try ArchiveKind.estimates.open(path)
      let dataset = try file.dataset("estimate")
      // The parameters of simulations are described the same way.
      let targets = try SimulationsLayout.parameters(of: dataset)
      let (n, d) = (dataset.shape[0], targets.count)
      guard n > 0, d > 0 else {
        throw ArchiveError(.wrongLayout, dataset, "has shape \(dataset.shape), and there is nothing in it")
      }
      return EstimatesArchive(
        targets: targets, simulations: try file.readNumbers("simulation", as: UInt32.self, count: n).map { Int($0) },
        estimate: try dataset.read(Double.self).values, truth: try file.readArray("truth", shape: [n, d]),
        covariance: file.exists("covariance") ? try file.readArray("covariance", shape: [n, d, d]) : nil,
        settings: try file.attributeText("evoke_settings"))
    }
  }

  /// The standard deviation of every estimate, shape `[simulation, target]`; nil without ``covariance``, NaN where a
  /// variance is negative.
  public var deviation: [Double]? {
    covariance.map { Covariances.deviations($0, size: targets.count) }
  }
}
