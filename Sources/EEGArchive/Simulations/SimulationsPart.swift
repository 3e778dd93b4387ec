/// Some neighbouring simulations of a job, as they go into a file.
public struct SimulationsPart: Sendable {
  /// Their numbers in the whole job; k of them.
  public var numbers: Range<Int>
  /// Shape `[k, d]`.
  public var theta: [Double]
  /// One array a level of noise, shape `[k, channel, time]` [V].
  public var x: [[Float]]
  /// Shape `[k, column, time]` [mV], when the layout keeps sources.
  public var source: [Float]?
  /// False for simulations that failed, whose `x` is NaN where it is not finite; shape `[k]`.
  public var ok: [Bool]

  /// A part by its arrays.
  public init(numbers: Range<Int>, theta: [Double], x: [[Float]], source: [Float]? = nil, ok: [Bool]) {
    (self.numbers, self.theta, self.x, self.source, self.ok) = (numbers, theta, x, source, ok)
  }

  /// Stops the program when the arrays are not those of the layout.
  func validate(for layout: SimulationsLayout) {
    let points = numbers.count * layout.times.count
    precondition(
      numbers.lowerBound >= layout.numbers.lowerBound && numbers.upperBound <= layout.numbers.upperBound,
      "simulations \(numbers) are not of this file")
    precondition(theta.count == numbers.count * layout.parameters.count, "theta needs one row a simulation")
    precondition(
      x.count == layout.noiseLevels.count && x.allSatisfy { $0.count == points * layout.channels.count },
      "x needs one array a level of noise, with one value a simulation, channel and time")
    precondition(
      (source?.count ?? 0) == points * (layout.columnCount ?? 0), "source needs one value a simulation, column and time"
    )
    precondition(ok.count == numbers.count, "ok needs one value a simulation")
  }
}
