/// A stimulus as input of a column [1/s]: a sum of parts.
///
///     let stimulus = Stimulus.pulses(PulseTrain()) + .tonic(60)
public struct Stimulus: Hashable, Codable, Sendable {
  /// One part of a stimulus.
  public enum Part: Hashable, Codable, Sendable {
    /// A constant [1/s].
    case tonic(Double)
    /// Square pulses.
    case pulses(PulseTrain)
    /// Gaussian bumps.
    case bump(GaussianBump)
    /// Numbers that hold for a while each.
    case held(HeldSamples)
  }

  /// What is added up.
  public var parts: [Part]

  /// A sum of parts; none is no input.
  public init(_ parts: [Part] = []) { self.parts = parts }

  /// No input.
  public static let none = Stimulus()
  /// A constant [1/s].
  public static func tonic(_ rate: Double) -> Stimulus { Stimulus([.tonic(rate)]) }
  /// Square pulses.
  public static func pulses(_ train: PulseTrain) -> Stimulus { Stimulus([.pulses(train)]) }
  /// Gaussian bumps.
  public static func bump(_ bump: GaussianBump) -> Stimulus { Stimulus([.bump(bump)]) }
  /// Numbers that hold for a while each.
  public static func held(_ samples: HeldSamples) -> Stimulus { Stimulus([.held(samples)]) }
  /// Both together.
  public static func + (first: Stimulus, second: Stimulus) -> Stimulus { Stimulus(first.parts + second.parts) }

  /// From which side a time is looked at, where the input jumps.
  public enum Side: Sendable {
    /// Just before.
    case before
    /// Just after.
    case after

    /// Times closer than this to a jump are taken for it [s], since steps add up with rounding errors.
    var offset: Double { self == .after ? 1e-9 : -1e-9 }
  }

  /// Input at a time [1/s].
  public func value(at time: Double, _ side: Side = .after) -> Double {
    parts.reduce(0) { sum, part in
      switch part {
      case .tonic(let rate): sum + rate
      case .pulses(let train): sum + train.value(at: time, side)
      case .bump(let bump): sum + bump.value(at: time)
      case .held(let samples): sum + samples.value(at: time, side)
      }
    }
  }
}
