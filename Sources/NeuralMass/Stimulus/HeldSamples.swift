/// An input given by numbers, each of which holds for the same time; zero before the first and after the last.
public struct HeldSamples: Hashable, Codable, Sendable {
  /// Input [1/s].
  public var values: [Double]
  /// How long each holds [s].
  public var interval: Double

  /// Numbers from time 0 on.
  public init(_ values: [Double], every interval: Double) {
    precondition(interval > 0, "a positive interval")
    self.values = values
    self.interval = interval
  }

  func value(at time: Double, _ side: Stimulus.Side) -> Double {
    let place = ((time + side.offset) / interval).rounded(.down)
    return place >= 0 && place < Double(values.count) ? values[Int(place)] : 0
  }
}
