import EvokeNumerics

/// Fixed values and distributions of parameters by name, as the object `parameters` of a settings file.
public struct ParameterTable: Hashable, Sendable {
  private var entries: [ParameterName: PriorDistribution] = [:]

  /// All parameters at their nominal values; regions after the first have none of their own.
  public init() {
    for parameter in ModelParameter.all {
      if let name = ParameterName(parameter.name) { entries[name] = .fixed(parameter.nominal) }
    }
  }

  /// The distribution of a parameter.
  ///
  /// - Throws: ``SimulationError``, code `invalidSetting`, for an unknown name.
  public subscript(name: String) -> PriorDistribution {
    get throws {
      let name = try Self.name(name)
      return entries[name] ?? .fixed(name.parameter.nominal)
    }
  }

  /// Sets a parameter.
  ///
  /// - Throws: ``SimulationError``, code `invalidSetting`, for an unknown name.
  public mutating func set(_ name: String, to distribution: PriorDistribution) throws {
    entries[try Self.name(name)] = distribution
  }

  /// What the table says of a parameter, or nil.
  subscript(name: ParameterName) -> PriorDistribution? {
    get { entries[name] }
    set { entries[name] = newValue }
  }

  /// Everything that the table says, in the order of archives.
  var all: [(name: ParameterName, distribution: PriorDistribution)] {
    entries.sorted { $0.key < $1.key }.map { (name: $0.key, distribution: $0.value) }
  }

  /// Everything that is not fixed, in the order of archives.
  var drawn: [ParameterName] { entries.filter { !$0.value.isFixed }.keys.sorted() }

  /// Highest number of a region that is named.
  var highestRegion: Int { entries.keys.map { max($0.region, $0.origin ?? 1) }.max() ?? 1 }

  /// The prior of all parameters that are drawn; of the column's, fixed, when none is.
  ///
  /// - Throws: `NumericsError`, should a distribution be none.
  func prior() throws -> Prior {
    let drawn = drawn
    let names =
      drawn.isEmpty ? entries.keys.filter { $0.parameter.group == .column && $0.region == 1 }.sorted() : drawn
    return try Prior(
      names.map { Prior.Parameter($0.text, unit: $0.parameter.unit) },
      names.compactMap { entries[$0].map { .single($0) } })
  }

  private static func name(_ text: String) throws -> ParameterName {
    guard let name = ParameterName(text) else {
      let known = ModelParameter.all.map(\.name).joined(separator: ", ")
      throw SimulationError(
        code: .invalidSetting,
        message:
          "there is no parameter '\(text)'; there are \(known), A_e.2 for region 2 and so on, and K.2.1 and d.2.1 "
          + "for weight and delay of the connection into region 2 from region 1")
    }
    return name
  }
}

/// An object with a number or a text for each parameter; see ``DistributionText``.
extension ParameterTable: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Reads and checks a table.
  public init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: Key.self)
    for key in values.allKeys {
      let name = try Self.name(key.stringValue)
      do {
        if let number = try? values.decode(Double.self, forKey: key) {
          try PriorDistribution.fixed(number).validate()
          entries[name] = .fixed(number)
        } else {
          entries[name] = try DistributionText.read(try values.decode(String.self, forKey: key))
        }
      } catch let error as SimulationError {
        throw SimulationError(code: .invalidSetting, message: "parameter \(key.stringValue): \(error.message)")
      } catch {
        throw SimulationError(
          code: .invalidSetting, message: "parameter \(key.stringValue): write \(DistributionText.forms)")
      }
    }
  }

  /// Writes every parameter that the table has.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    for (name, distribution) in entries {
      if case .fixed(let value) = distribution {
        try values.encode(value, forKey: Key(stringValue: name.text))
      } else {
        try values.encode(DistributionText.text(distribution), forKey: Key(stringValue: name.text))
      }
    }
  }
}
