/// Outputs of many simulated networks of columns.
public struct NetworkSimulations: Sendable {
  /// Outputs y1 - y2, `[simulation, column, sample]` [mV].
  public let samples: [Float]
  /// Columns of a network.
  public let columnCount: Int
  /// Samples of a column.
  public let sampleCount: Int
  /// Samples per second [Hz].
  public let rate: Double
  /// Whether all columns of a simulation stayed finite; the samples of others end in infinities or values that are no
  /// numbers.
  public let isFinite: [Bool]
  /// How they were calculated.
  public let arithmetic: Arithmetic
  /// The instruction set that was used, see ``InstructionSet``.
  public let instructionSet: String

  /// Number of simulations.
  public var count: Int { isFinite.count }

  /// The samples of a column in a simulation [mV].
  public subscript(simulation: Int, column: Int) -> ArraySlice<Float> {
    precondition(column >= 0 && column < columnCount, "a column of the network")
    let start = (simulation * columnCount + column) * sampleCount
    return samples[start..<start + sampleCount]
  }
}
