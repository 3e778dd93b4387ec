import Foundation

/// Square pulses, all alike.
public struct PulseTrain: Hashable, Codable, Sendable {
  /// Input during a pulse [1/s].
  public var amplitude: Double
  /// Length of a pulse [s].
  public var width: Double
  /// Pulses per second [Hz].
  public var rate: Double
  /// When the first begins [s].
  public var firstOnset: Double
  /// How many there are.
  public var count: Int

  /// A train; the default is the one of Tilwani and O'Reilly 2024: 60 pulses of 50 ms, one a second, from 1 s on.
  public init(
    amplitude: Double = 60, width: Double = 0.05, rate: Double = 1, firstOnset: Double = 1, count: Int = 60
  ) {
    precondition(width > 0 && rate > 0 && count >= 0, "a pulse train of positive width and rate")
    self.amplitude = amplitude
    self.width = width
    self.rate = rate
    self.firstOnset = firstOnset
    self.count = count
  }

  /// When each pulse begins [s].
  public var onsets: [Double] { (0..<count).map { firstOnset + Double($0) / rate } }

  /// Input just before or just after a time.
  func value(at time: Double, _ side: Stimulus.Side) -> Double {
    let elapsed = time - firstOnset + side.offset
    guard elapsed >= 0 else { return 0 }
    let pulse = (elapsed * rate).rounded(.down)
    return pulse < Double(count) && elapsed - pulse / rate < width ? amplitude : 0
  }
}
