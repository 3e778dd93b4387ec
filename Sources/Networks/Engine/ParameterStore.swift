import EvokeNumerics

/// A parameter of a network: a name, a shape, and a place among the values of its ``ParameterStore``.
public struct Parameter: Hashable, Sendable {
  /// Its name as in PyTorch: `lstm.weight_ih_l0`.
  public let name: String
  /// Its shape as in PyTorch.
  public let shape: [Int]
  /// Number of its first value in the store.
  public let offset: Int

  /// Number of its values.
  public var count: Int { shape.reduce(1, *) }
  /// Places of its values in the store.
  public var range: Range<Int> { offset..<offset + count }
}

/// All parameters of a network, one behind the other in one list of values, so that optimisers, sums and files take them
/// in one pass.
public struct ParameterStore: Sendable {
  /// In the order in which they were added.
  public private(set) var parameters: [Parameter] = []
  /// The values of all parameters, one behind the other.
  public var values: [Float] = []
  private var places: [String: Int] = [:]
  /// What stands before the names of parameters that are added.
  private var prefix = ""

  /// A store without parameters.
  public init() {}

  /// Adds a parameter.
  ///
  /// - Parameters:
  ///   - name: Not used before.
  ///   - shape: As in PyTorch.
  ///   - value: Called once a value, in order.
  public mutating func add(_ name: String, shape: [Int], value: () -> Float) -> Parameter {
    let name = prefix + name
    precondition(shape.allSatisfy { $0 > 0 }, "\(name) has a positive number of values along each axis")
    precondition(places[name] == nil, "there is a parameter \(name) already")
    let parameter = Parameter(name: name, shape: shape, offset: values.count)
    places[name] = parameters.count
    parameters.append(parameter)
    values.reserveCapacity(values.count + parameter.count)
    for _ in 0..<parameter.count { values.append(value()) }
    return parameter
  }

  /// Builds a part of a network whose parameters have a text before their names, such as `member.0.`.
  public mutating func prefixing<Part, Failure: Error>(
    _ text: String, _ build: (inout ParameterStore) throws(Failure) -> Part
  ) throws(Failure) -> Part {
    let before = prefix
    prefix += text
    defer { prefix = before }
    return try build(&self)
  }

  /// The parameter of a name.
  public subscript(name: String) -> Parameter? { places[name].map { parameters[$0] } }

  /// The values of a parameter, row after row.
  public func values(of parameter: Parameter) -> [Float] { Array(values[parameter.range]) }

  /// Replaces the values of a parameter.
  public mutating func setValues(_ newValues: [Float], of parameter: Parameter) {
    precondition(newValues.count == parameter.count, "\(parameter.name) has \(parameter.count) values")
    values.replaceSubrange(parameter.range, with: newValues)
  }

  /// Replaces all values by stored ones.
  ///
  /// - Parameter stored: Values by name, row after row; names that the network lacks are ignored.
  /// - Throws: ``NetworkError``, code `parametersDiffer`, if one is missing or has another number of values. Then nothing
  ///   is replaced.
  public mutating func load(_ stored: [String: [Float]]) throws(NetworkError) {
    var replaced = values
    for parameter in parameters {
      guard let found = stored[parameter.name] else {
        throw NetworkError(
          code: .parametersDiffer,
          message: "the stored network has no parameter \(parameter.name); is it one of another model or preset?")
      }
      guard found.count == parameter.count else {
        throw NetworkError(
          code: .parametersDiffer,
          message: "\(parameter.name) has shape \(parameter.shape), \(parameter.count) values, and the stored one "
            + "has \(found.count); is it of a network with other settings?")
      }
      replaced.replaceSubrange(parameter.range, with: found)
    }
    values = replaced
  }
}
