import NeuralMass

/// A parameter of the simulations: the same in all, or one of those that are drawn.
struct DrawnValue: Sendable {
  /// Its place among the drawn parameters, if it is one.
  let place: Int?
  let fixed: Double

  /// The value in a simulation with the given drawn parameters.
  func callAsFunction(_ theta: ArraySlice<Double>) -> Double { place.map { theta[theta.startIndex + $0] } ?? fixed }
}

/// How to find all numbers of a simulation among its drawn parameters.
struct ParameterLookup: Sendable {
  private let table: ParameterTable
  private let places: [ParameterName: Int]

  init(_ table: ParameterTable) {
    self.table = table
    places = Dictionary(uniqueKeysWithValues: table.drawn.enumerated().map { ($1, $0) })
  }

  /// A parameter of a region: its own, or else the first region's, or else the nominal value.
  ///
  /// - Parameter inherits: False for parameters that other regions than the first have only when it is said.
  func value(_ parameter: String, region: Int = 1, inherits: Bool = true) -> DrawnValue {
    guard let general = ParameterName(parameter) else { preconditionFailure("there is no parameter \(parameter)") }
    let own = region == 1 ? general : ParameterName("\(parameter).\(region)")
    if let own, let distribution = table[own] {
      return DrawnValue(place: places[own], fixed: distribution.mean)
    }
    guard region > 1 else { return DrawnValue(place: nil, fixed: general.parameter.nominal) }
    return inherits ? value(parameter) : DrawnValue(place: nil, fixed: 0)
  }

  /// Weight `K` or delay `d` of the connection into a region from another.
  func connection(_ parameter: String, into region: Int, from origin: Int) -> DrawnValue {
    guard let name = ParameterName("\(parameter).\(region).\(origin)") else {
      preconditionFailure("there is no connection \(parameter) into \(region) from \(origin)")
    }
    let distribution = table[name] ?? .fixed(name.parameter.nominal)
    return DrawnValue(place: places[name], fixed: distribution.mean)
  }
}

/// Weights and delays between regions in every simulation.
struct ConnectionLookup: Sendable {
  /// Shape `[into, from]`; nil on the diagonal.
  private let weights, delays: [[DrawnValue?]]

  init(_ lookup: ParameterLookup, regions: Int) {
    func table(_ parameter: String) -> [[DrawnValue?]] {
      (1...regions).map { region in
        (1...regions).map { $0 == region ? nil : lookup.connection(parameter, into: region, from: $0) }
      }
    }
    (weights, delays) = (table("K"), table("d"))
  }

  /// The connections of a simulation.
  func coupling(_ theta: ArraySlice<Double>) -> ColumnCoupling {
    func values(_ table: [[DrawnValue?]]) -> [[Double]] { table.map { row in row.map { $0?(theta) ?? 0 } } }
    return ColumnCoupling(weights: values(weights), delays: values(delays))
  }
}

/// The numbers of one region in every simulation.
struct RegionLookup: Sendable {
  private let column: [DrawnValue]
  private let mean, noise, height, onset, width: DrawnValue
  private let strength, azimuth, elevation, depth, tilt, direction: DrawnValue
  /// The source's numbers.
  private var source: [DrawnValue] { [strength, azimuth, elevation, depth, tilt, direction] }

  init(_ lookup: ParameterLookup, region: Int) {
    column = ModelParameter.all.filter { $0.group == .column }.map { lookup.value($0.name, region: region) }
    mean = lookup.value("p", region: region)
    noise = lookup.value("p_noise", region: region)
    // A volley arrives where it is said to.
    height = lookup.value("I", region: region, inherits: false)
    onset = lookup.value("I_onset", region: region)
    width = lookup.value("I_width", region: region)
    strength = lookup.value("q", region: region)
    azimuth = lookup.value("azimuth", region: region)
    elevation = lookup.value("elevation", region: region)
    depth = lookup.value("depth", region: region)
    tilt = lookup.value("tilt", region: region)
    direction = lookup.value("tilt_toward", region: region)
  }

  /// The column.
  func parameters(_ theta: ArraySlice<Double>) -> JansenRitParameters {
    // In the order of `ModelParameter.all`.
    var parameters = JansenRitParameters()
    parameters.excitatoryGain = column[0](theta)
    parameters.inhibitoryGain = column[1](theta)
    parameters.excitatoryRate = column[2](theta)
    parameters.inhibitoryRate = column[3](theta)
    parameters.connectivity = column[4](theta)
    parameters.pyramidalToExcitatory = column[5](theta)
    parameters.excitatoryToPyramidal = column[6](theta)
    parameters.pyramidalToInhibitory = column[7](theta)
    parameters.inhibitoryToPyramidal = column[8](theta)
    parameters.maximumFiringRate = column[9](theta)
    parameters.threshold = column[10](theta)
    parameters.slope = column[11](theta)
    return parameters
  }

  /// What arrives from the rest of the brain.
  func background(_ theta: ArraySlice<Double>) -> BackgroundInput {
    BackgroundInput(mean: mean(theta), noise: noise(theta))
  }

  /// The volleys after events at the given times.
  func stimulus(
    _ theta: ArraySlice<Double>, shape: SimulationSettings.StimulusSettings.Shape, first: Double, interval: Double,
    count: Int
  ) -> Stimulus {
    let (height, width) = (height(theta), width(theta))
    guard height != 0 else { return .none }
    let start = first + onset(theta)
    return switch shape {
    case .pulse:
      .pulses(PulseTrain(amplitude: height, width: width, rate: 1 / interval, firstOnset: start, count: count))
    case .bump:
      .bump(GaussianBump(amplitude: height, onset: start, width: width, rate: 1 / interval, count: count))
    }
  }

  /// True when volleys are the same in all simulations.
  var hasFixedStimulus: Bool { [height, onset, width].allSatisfy { $0.place == nil } }

  /// True when the source is the same in all simulations.
  var hasFixedSource: Bool { source.allSatisfy { $0.place == nil } }

  /// True when only the moment of the source differs between simulations.
  var hasFixedPlace: Bool { source.dropFirst().allSatisfy { $0.place == nil } }

  /// Dipole moment for a millivolt [A m/mV].
  func moment(_ theta: ArraySlice<Double>) -> Double { strength(theta) * 1e-9 }

  /// Azimuth, elevation [deg], depth, tilt and its direction [deg].
  func place(_ theta: ArraySlice<Double>) -> SourcePlace {
    SourcePlace(
      azimuth: azimuth(theta), elevation: elevation(theta), depth: depth(theta), tilt: tilt(theta),
      tiltDirection: direction(theta))
  }
}
