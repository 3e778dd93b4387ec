import EvokeNumerics

/// A number of the simulated experiment that may be fixed or drawn anew in every simulation.
///
/// Names of columns, stimuli and sources may carry the number of a region, as `A_e.2`; without one they belong to the
/// first region, and to every other that has none of its own. `K.2.1` and `d.2.1` are weight and delay of the connection
/// into region 2 from region 1.
public struct ModelParameter: Hashable, Sendable {
  /// What a parameter belongs to.
  public enum Group: String, CaseIterable, Sendable {
    /// A Jansen-Rit column.
    case column
    /// What arrives at it.
    case input
    /// The dipole that it drives.
    case source
    /// A connection between two regions.
    case connection
    /// What is done with the potentials.
    case observation
  }

  /// As in settings and archives.
  public let name: String
  /// Empty for a pure number.
  public let unit: String
  /// What it belongs to.
  public let group: Group
  /// One line for people.
  public let meaning: String
  /// What it is unless a protocol says otherwise.
  public let nominal: Double
  /// Range of The Virtual Brain 2.10 and of Tilwani and O'Reilly 2024, where they give one.
  public let range: ClosedRange<Double>?

  private init(
    _ name: String, _ unit: String, _ group: Group, _ nominal: Double, _ range: ClosedRange<Double>? = nil,
    _ meaning: String
  ) {
    (self.name, self.unit, self.group, self.nominal, self.range) = (name, unit, group, nominal, range)
    self.meaning = meaning
  }

  /// All parameters without a region, in the order of archives.
  public static let all: [ModelParameter] = [
    ModelParameter("A_e", "mV", .column, 3.25, 2.6...9.75, "highest excitatory postsynaptic potential"),
    ModelParameter("A_i", "mV", .column, 22, 17.6...110, "highest inhibitory postsynaptic potential"),
    ModelParameter("b_e", "1/s", .column, 100, 50...150, "inverse time constant of excitatory synapses"),
    ModelParameter("b_i", "1/s", .column, 50, 25...75, "inverse time constant of inhibitory synapses"),
    ModelParameter("C", "", .column, 135, 65...1350, "number of synapses between populations"),
    ModelParameter("a_1", "", .column, 1, 0.5...1.5, "pyramidal to excitatory cells, part of C"),
    ModelParameter("a_2", "", .column, 0.8, 0.4...1.2, "excitatory to pyramidal cells, part of C"),
    ModelParameter("a_3", "", .column, 0.25, 0.125...0.375, "pyramidal to inhibitory cells, part of C"),
    ModelParameter("a_4", "", .column, 0.25, 0.125...0.375, "inhibitory to pyramidal cells, part of C"),
    ModelParameter("v_max", "1/s", .column, 5, nil, "highest firing rate, 2 e_0"),
    ModelParameter("v_0", "mV", .column, 6, 3.12...6, "potential of half the highest firing rate"),
    ModelParameter("r", "1/mV", .column, 0.56, 0.28...0.84, "steepness of the sigmoid"),
    ModelParameter("p", "1/s", .input, 0, 0...320, "mean input from the rest of the brain"),
    ModelParameter("p_noise", "1/s^0.5", .input, 0, nil, "its white noise: deviation of one second's integral"),
    ModelParameter("I", "1/s", .input, 60, nil, "height of the stimulus' volley"),
    ModelParameter("I_onset", "s", .input, 0, nil, "from the event to the start of a pulse, or the peak of a bump"),
    ModelParameter("I_width", "s", .input, 0.05, nil, "length of a pulse, or standard deviation of a bump"),
    ModelParameter("q", "nA m/mV", .source, 12.58, nil, "dipole moment for a millivolt; negative turns it round"),
    ModelParameter("azimuth", "deg", .source, 139.78597, nil, "where the source lies: 0 right, 90 front, 180 left"),
    ModelParameter("elevation", "deg", .source, 35.54949, nil, "where the source lies: 0 level, 90 up"),
    ModelParameter("depth", "", .source, 0.8, nil, "distance from the centre, part of the brain's radius"),
    ModelParameter("tilt", "deg", .source, 0, nil, "angle between dipole and radius"),
    ModelParameter(
      "tilt_toward", "deg", .source, 0, nil, "direction of the tilt: 0 up (or back, at the top), 90 left of it"),
    ModelParameter("trials", "", .observation, 60, nil, "number of averaged epochs"),
    ModelParameter("noise", "uV", .observation, 0.2, nil, "sensor noise of one epoch at level 1, root mean square"),
  ]

  /// Parameters of connections, `K.INTO.FROM` and `d.INTO.FROM`.
  static let connections: [ModelParameter] = [
    ModelParameter("K", "", .connection, 0, nil, "input for each 1/s that the other region fires"),
    ModelParameter("d", "s", .connection, 0.01, nil, "delay"),
  ]

  /// The parameter of a name without a region.
  static func named(_ name: String) -> ModelParameter? { all.first { $0.name == name } }

  /// True where a region may have a value of its own.
  var isRegional: Bool { group == .column || group == .input || group == .source }
}

/// A parameter of one region or connection, as `A_e`, `A_e.2` or `K.2.1`.
struct ParameterName: Hashable, Comparable {
  let parameter: ModelParameter
  /// From 1 up; the region into which a connection leads.
  let region: Int
  /// The region from which a connection comes.
  let origin: Int?

  /// - Returns: Nil when there is no such parameter.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let numbers = parts.dropFirst().map { Int($0) ?? 0 }
    guard numbers.allSatisfy({ (1...99).contains($0) }), zip(numbers, parts.dropFirst()).allSatisfy({ "\($0)" == $1 })
    else { return nil }
    if numbers.count == 2, numbers[0] != numbers[1],
      let parameter = ModelParameter.connections.first(where: { $0.name == parts[0] })
    {
      (self.parameter, region, origin) = (parameter, numbers[0], numbers[1])
    } else if let parameter = ModelParameter.named(parts[0]), numbers.isEmpty || parameter.isRegional,
      numbers.count <= 1,
      numbers.first != 1
    {
      (self.parameter, region, origin) = (parameter, numbers.first ?? 1, nil)
    } else {
      return nil
    }
  }

  /// As archives write it.
  var text: String {
    if let origin { return "\(parameter.name).\(region).\(origin)" }
    return region == 1 ? parameter.name : "\(parameter.name).\(region)"
  }

  /// Column parameters of all regions first, and so on; region by region.
  static func < (first: ParameterName, second: ParameterName) -> Bool {
    first.order.lexicographicallyPrecedes(second.order)
  }

  private var order: [Int] {
    let known = ModelParameter.all + ModelParameter.connections
    let isObservation = parameter.group == .observation
    return [
      isObservation ? 2 : origin == nil ? 0 : 1, region, origin ?? 0, known.firstIndex(of: parameter) ?? 0,
    ]
  }
}
