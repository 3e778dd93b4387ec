/// Outputs of many simulated columns.
public struct ColumnSimulations: Sendable {
  /// Outputs y1 - y2, `[simulation, sample]` [mV].
  public let samples: [Float]
  /// Samples of a simulation.
  public let sampleCount: Int
  /// Samples per second [Hz].
  public let rate: Double
  /// Whether a simulation stayed finite; the samples of others end in infinities or values that are no numbers.
  public let isFinite: [Bool]
  /// How they were calculated.
  public let arithmetic: Arithmetic
  /// The instruction set that was used, see ``InstructionSet``.
  public let instructionSet: String

  /// Number of simulations.
  public var count: Int { isFinite.count }

  /// The samples of a simulation [mV].
  public subscript(simulation: Int) -> ArraySlice<Float> {
    samples[simulation * sampleCount..<(simulation + 1) * sampleCount]
  }
}
