/// Connections between columns: column i gets, in its equation of y1, the sum over j of
/// `weights[i][j]` S_j(y1_j - y2_j), as it was `delays[i][j]` seconds ago.
public struct ColumnCoupling: Hashable, Codable, Sendable {
  /// Mean numbers of synapses, `[target, source]`.
  public var weights: [[Double]]
  /// Travelling times, `[target, source]` [s]: zero, or one step of the calculation at least.
  public var delays: [[Double]]

  /// Connections; square tables of one size.
  public init(weights: [[Double]], delays: [[Double]]) {
    precondition(
      weights.count == delays.count && (weights + delays).allSatisfy { $0.count == weights.count },
      "weights and delays are square tables of one size")
    precondition(delays.joined().allSatisfy { $0 >= 0 }, "delays are not negative")
    self.weights = weights
    self.delays = delays
  }

  /// The longest delay [s].
  var longestDelay: Double { delays.joined().max() ?? 0 }
}
