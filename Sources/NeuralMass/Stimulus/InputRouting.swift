/// How much of a stimulus arrives in each of a column's three equations.
public struct InputRouting: Hashable, Codable, Sendable {
  /// In the equation of y0.
  public var pyramidal: Double
  /// In the equation of y1.
  public var excitatory: Double
  /// In the equation of y2.
  public var inhibitory: Double

  /// Weights of the three equations.
  public init(pyramidal: Double, excitatory: Double, inhibitory: Double) {
    self.pyramidal = pyramidal
    self.excitatory = excitatory
    self.inhibitory = inhibitory
  }

  /// As Jansen and Rit 1995: y1 only.
  public static let canonical = InputRouting(pyramidal: 0, excitatory: 1, inhibitory: 0)

  /// As Tilwani and O'Reilly 2024: I_p into y1 and y2, and I_i = 33.6/60 I_p into y0.
  public static let threeWay = InputRouting(pyramidal: 0.56, excitatory: 1, inhibitory: 1)

  /// The weights in the order of the equations.
  var weights: SIMD4<Double> { SIMD4(pyramidal, excitatory, inhibitory, 0) }
}
