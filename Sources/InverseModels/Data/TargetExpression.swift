import EvokeNumerics

/// What a model estimates: a parameter, or a product of some, such as `A_i*a_4*C`.
///
/// Where only a product enters a model, it can be known although none of its factors can.
public struct TargetExpression: Hashable, Sendable {
  /// The product as it was written, without spaces.
  public let name: String
  /// The product of the units, in the same order.
  public let unit: String
  /// Columns of the parameters whose product it is.
  private let columns: [Int]
  /// What the product is multiplied by: factors that are fixed in the data.
  private let constant: Double

  /// Reads a product.
  ///
  /// - Parameters:
  ///   - text: Names with `*` between them.
  ///   - parameters: The parameters that were drawn.
  ///   - constants: Parameters that are fixed, by name.
  /// - Throws: ``InverseModelError``, code `unknownTarget`.
  public init(
    _ text: String, parameters: [Prior.Parameter], constants: [String: Double] = [:]
  ) throws(InverseModelError) {
    let factors = text.split(separator: "*", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
    var (columns, constant, units) = ([Int](), 1.0, [String]())
    for factor in factors {
      if let column = parameters.firstIndex(where: { $0.name == factor }) {
        columns.append(column)
        if !parameters[column].unit.isEmpty { units.append(parameters[column].unit) }
      } else if let value = constants[factor] {
        constant *= value
      } else {
        throw InverseModelError(
          code: .unknownTarget,
          message: "the data have no parameter '\(factor)'; they have \(parameters.map(\.name).joined(separator: ", "))"
            + ", and products such as \(parameters.prefix(2).map(\.name).joined(separator: "*"))")
      }
    }
    guard !columns.isEmpty else {
      throw InverseModelError(code: .unknownTarget, message: "'\(text)' is the same in all simulations")
    }
    name = factors.joined(separator: "*")
    unit = units.joined(separator: " ")
    (self.columns, self.constant) = (columns, constant)
  }

  /// Its value for one simulation.
  ///
  /// - Parameter theta: The parameters of the simulation.
  func value(_ theta: ArraySlice<Double>) -> Double {
    columns.reduce(constant) { $0 * theta[theta.startIndex + $1] }
  }
}
