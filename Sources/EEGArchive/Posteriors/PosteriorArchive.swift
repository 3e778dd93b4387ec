import EvokeNumerics
import Foundation
import HDF5

/// Draws from the posteriors of one or several observations, in a file.
///
/// This module knows files and no models: the settings are JSON.
public struct PosteriorArchive: Hashable, Sendable {
  /// The points of highest density (maximum a posteriori), one an observation.
  public struct MAP: Hashable, Sendable {
    /// Shape `[observation, parameter]`.
    public let values: [Double]
    /// Log density there, shape `[observation]`; nil where it is not known.
    public let logDensities: [Double]?

    /// Points with their densities.
    public init(values: [Double], logDensities: [Double]?) { (self.values, self.logDensities) = (values, logDensities) }
  }

  /// Whether posteriors can be trusted, one value an observation, shape `[observation]`; nil where nobody looked.
  public struct Diagnostics: Hashable, Sendable {
    /// Mahalanobis distance of the observation from those of the training; may be ∞.
    public var mahalanobisDistance: [Double]?
    /// How probable such a distance is for data of the simulator that was trained on.
    public var outOfDistributionP: [Double]?
    /// How probable it is that data of the posterior differ as much from their mean; NaN where nobody looked.
    public var predictiveP: [Double]?
    /// Share of the observed values inside the band of ``Predictive``; NaN where nobody looked.
    public var predictiveInsideShare: [Double]?

    /// No diagnostics.
    public init() {}

    /// What there is, with the names of the datasets.
    var named: [(name: String, values: [Double])] {
      [
        ("mahalanobis_distance", mahalanobisDistance), ("out_of_distribution_p", outOfDistributionP),
        ("predictive_p", predictiveP), ("predictive_inside_share", predictiveInsideShare),
      ].compactMap { name, values in values.map { (name, $0) } }
    }
  }

  /// Data that were simulated with draws, as bands, shape `[predicted observation]` + that of the data.
  public struct Predictive: Hashable, Sendable {
    /// Share of the simulations between both ends.
    public let level: Double
    /// Lower end; NaN where simulations failed.
    public let lower: [Double]
    /// Median.
    public let median: [Double]
    /// Upper end.
    public let upper: [Double]

    /// Bands of the first observations.
    public init(level: Double, lower: [Double], median: [Double], upper: [Double]) {
      precondition(lower.count == median.count && upper.count == median.count, "a band has two ends and a median")
      (self.level, self.lower, self.median, self.upper) = (level, lower, median, upper)
    }
  }

  /// What was drawn: names and units, or theta_0, theta_1 and so on.
  public let parameters: [Prior.Parameter]
  /// Number of observations.
  public let observationCount: Int
  /// Draws of each observation.
  public let drawCount: Int
  /// Shape `[observation, draw, parameter]`.
  public let samples: [Double]
  /// Log of the posterior density at each draw, shape `[observation, draw]`; nil where it is not known.
  public let logDensities: [Double]?
  /// The points of highest density; nil where nobody looked for them.
  public let map: MAP?
  /// What was observed; nil in files of other programs.
  public let observation: ObservedData?
  /// What is true of each observation, shape `[observation, parameter]`; nil where that is not known.
  public let truth: [Double]?
  /// What was believed before; nil where the file does not say.
  public let prior: PriorGroup?
  /// Whether the posteriors can be trusted.
  public let diagnostics: Diagnostics
  /// What the simulator makes of draws; nil where nobody asked.
  public let predictive: Predictive?
  /// JSON of what made them: verb, weights, file of the observations, seed, number of draws.
  public let settings: String

  /// Number of parameters.
  public var parameterCount: Int { parameters.count }

  /// A file's content.
  ///
  /// - Parameters:
  ///   - parameters: At least one.
  ///   - observationCount: At least one.
  ///   - samples: Shape `[observation, draw, parameter]`, equally many draws, at least one, for each observation.
  ///   - logDensities: Shape `[observation, draw]`.
  ///   - observation: Of as many observations.
  ///   - truth: Shape `[observation, parameter]`.
  ///   - prior: Of these parameters.
  ///   - diagnostics: Of as many observations.
  ///   - predictive: Of the first of the observations, which are given too.
  ///   - settings: JSON.
  public init(
    parameters: [Prior.Parameter], observationCount: Int, samples: [Double], logDensities: [Double]? = nil,
    map: MAP? = nil, observation: ObservedData? = nil, truth: [Double]? = nil, prior: PriorGroup? = nil,
    diagnostics: Diagnostics = Diagnostics(), predictive: Predictive? = nil, settings: String
  ) {
    let (k, d) = (observationCount, parameters.count)
    precondition(k > 0 && d > 0, "there is an observation and a parameter")
    precondition(!samples.isEmpty && samples.count % (k * d) == 0, "each observation has as many whole draws")
    precondition(logDensities.map { $0.count == samples.count / d } ?? true, "a draw has one density")
    precondition(map.map { $0.values.count == k * d } ?? true, "an observation has one point of highest density")
    precondition(map?.logDensities.map { $0.count == k } ?? true, "a point of highest density has one density")
    precondition(observation.map { $0.count == k } ?? true, "draws and data are of the same observations")
    precondition(truth.map { $0.count == k * d } ?? true, "an observation has \(d) true values")
    precondition(diagnostics.named.allSatisfy { $0.values.count == k }, "diagnostics are of the same observations")
    if let predictive {
      let size = observation.map { $0.dataShape.reduce(1, *) } ?? 0
      precondition(size > 0 && predictive.median.count % size == 0, "bands have the shape of the observations")
      precondition(predictive.median.count / size <= k, "bands are of the observations")
    }
    (self.parameters, self.observationCount, self.samples) = (parameters, k, samples)
    (self.diagnostics, self.predictive) = (diagnostics, predictive)
    (drawCount, self.logDensities, self.map) = (samples.count / (k * d), logDensities, map)
    (self.observation, self.truth, self.prior, self.settings) = (observation, truth, prior, settings)
  }

  /// The draws of one observation, counted from 0: shape `[draw, parameter]`.
  public func draws(of observation: Int) -> ArraySlice<Double> {
    let size = drawCount * parameterCount
    return samples[(observation * size)..<((observation + 1) * size)]
  }
}

extension PosteriorArchive {
  /// True for an HDF5 file that says nothing of this program and has `/samples`.
  public static func isOfAnotherProgram(_ path: String) -> Bool {
    guard let file = try? HDF5File(reading: path) else { return false }
    return !file.hasAttribute("evoke_kind") && file.kind(of: "samples") == .dataset
  }

  /// Writes the archive; an existing file is replaced once all is written.
  ///
  /// - Throws: `HDF5Error`; `FileOutputError`.
  public func write(to path: String) throws {
    let file = try ArchiveKind.posterior.create(path, settings: settings)
    let (k, n, d) = (observationCount, drawCount, parameterCount)
    func write(_ values: [Double], _ name: String, shape: [Int], axes: String) throws {
      try file.write(values, to: name, shape: shape, unit: nil, axes: axes)
      let dataset = try file.dataset(name)
      try dataset.setAttribute("names", parameters.map(\.name.storable))
      try dataset.setAttribute("units", parameters.map(\.unit.storable))
    }
    try write(samples, "samples", shape: [k, n, d], axes: "observation,draw,parameter")
    if let logDensities {
      try file.write(logDensities, to: "log_prob", shape: [k, n], unit: nil, axes: "observation,draw")
    }
    if let map {
      try write(map.values, "map", shape: [k, d], axes: "observation,parameter")
      if let logDensities = map.logDensities {
        try file.write(logDensities, to: "map_log_prob", unit: nil, axes: "observation")
      }
    }
    if let observation {
      let axes = observation.dataShape.indices.map { observation.dataShape.count == 1 ? "value" : "axis_\($0)" }
      try observation.write(to: file, name: "observation", axes: (["observation"] + axes).joined(separator: ","))
    }
    if let truth { try write(truth, "truth", shape: [k, d], axes: "observation,parameter") }
    if let prior { try PriorArchive.write(prior, to: file) }
    for (name, values) in diagnostics.named {
      try file.write(values, to: "diagnostics/\(name)", unit: nil, axes: "observation")
    }
    if let predictive, let observation { try predictive.write(to: file, dataShape: observation.dataShape) }
    try file.commit()
  }

  /// Reads an archive, or a file of another program with no more than `/samples`.
  ///
  /// `/samples` of two axes, `[draw, parameter]`, are of one observation; its axis may then be absent everywhere.
  ///
  /// - Throws: ``ArchiveError``, also for values that are not finite; `HDF5Error`.
  public init(reading path: String) throws {
    self = try describingLayout {
      let file = try HDF5File(reading: path)
      // A program that gives its file our kind means our layout.
      let isOurs = file.hasAttribute("evoke_kind")
      if isOurs { _ = try ArchiveKind.posterior.open(path) }
      return try Self.read(file, isOurs: isOurs)
    }
  }

  private static func read(_ file: HDF5File, isOurs: Bool) throws -> PosteriorArchive {
    let dataset = try file.dataset("samples")
    let sets = try SampleSets(dataset)
    let (k, n, d) = (sets.observationCount, sets.drawCount, sets.parameterCount)
    let isSingle = dataset.shape.count == 2
    func optional(_ name: String, _ shape: [Int]) throws -> HDF5Dataset? {
      guard file.exists(name) else { return nil }
      let dataset = try file.dataset(name)
      if !(isSingle && dataset.shape == Array(shape.dropFirst())) { try dataset.require(shape: shape) }
      return dataset
    }
    func finite(_ name: String, _ shape: [Int]) throws -> [Double]? {
      guard let dataset = try optional(name, shape) else { return nil }
      let values = try dataset.read(Double.self).values
      try dataset.requireFinite(values)
      return values
    }
    func logDensities(_ name: String, _ shape: [Int]) throws -> [Double]? {
      guard let dataset = try optional(name, shape) else { return nil }
      let values = try dataset.read(Double.self).values
      try dataset.requireFinite(values) { $0 == -.infinity }
      return values
    }
    // A group may mean anything in a file that is not of this layout.
    let observation = try observation(in: file, count: k, isSingle: isSingle)
    let hasPrior = isOurs ? file.exists("prior") : file.kind(of: "prior") == .group
    return PosteriorArchive(
      parameters: sets.parameters, observationCount: k, samples: sets.samples,
      logDensities: try logDensities("log_prob", [k, n]),
      map: try finite("map", [k, d]).map { MAP(values: $0, logDensities: try logDensities("map_log_prob", [k])) },
      observation: observation, truth: try finite("truth", [k, d]),
      prior: hasPrior ? try PriorArchive.read(of: sets.parameters, from: file) : nil,
      diagnostics: isOurs && file.exists("diagnostics")
        ? try Diagnostics(reading: file.group("diagnostics"), count: k) : Diagnostics(),
      predictive: isOurs && file.exists("predictive")
        ? try Predictive(reading: file.group("predictive"), of: observation) : nil,
      settings: isOurs ? try file.attributeText("evoke_settings") : "{}")
  }

  private static func observation(in file: HDF5File, count: Int, isSingle: Bool) throws -> ObservedData? {
    guard file.exists("observation") else { return nil }
    let dataset = try file.dataset("observation")
    var shape = dataset.shape
    if isSingle, shape.count < 2 || shape[0] != 1 { shape.insert(1, at: 0) }
    guard shape.first == count, !shape.contains(0) else {
      throw ArchiveError(
        .wrongLayout, dataset, "has shape \(dataset.shape) where data of \(count) observations are wanted")
    }
    return try ObservedData(reading: dataset, as: shape)
  }
}
