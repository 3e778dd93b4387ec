/// Strang's splitting for damped oscillators that kick each other: half a kick, the exact flow of every oscillator with
/// its noise, half a kick.
///
/// Kicks depend on positions and time alone. Means and variances in the long run stay close to the true ones at steps
/// at which the method of Euler and Maruyama has long lost them.
///
/// Source: Ableidinger, Buckwar and Hinterleitner 2017; the order of the parts as in Buckwar, Tamborrino and Tubikanec
/// 2020, "Spectral density-based and measure-preserving ABC".
public struct StrangSplitting: Sendable {
  /// An oscillator and where it stands in the state.
  public struct Oscillator: Hashable, Sendable {
    /// Place of its position.
    public var position: Int
    /// Place of its velocity.
    public var velocity: Int
    /// Inverse time constant [1/s].
    public var rate: Double
    /// Square root of the density of the noise on its velocity.
    public var noise: Double

    /// An oscillator.
    public init(position: Int, velocity: Int, rate: Double, noise: Double) {
      self.position = position
      self.velocity = velocity
      self.rate = rate
      self.noise = noise
    }
  }

  private let oscillators: [Oscillator]
  private let flows: [DampedOscillatorFlow]
  private let factors: [(y: Double, vy: Double, v: Double)]
  private let dt: Double
  private var kick: [Double]

  /// A method for oscillators, at one length of the step [s].
  public init(_ oscillators: [Oscillator], dt: Double) {
    self.oscillators = oscillators
    self.dt = dt
    flows = oscillators.map { DampedOscillatorFlow(rate: $0.rate, dt: dt) }
    factors = flows.map(\.noiseFactors)
    kick = Array(repeating: 0, count: oscillators.count)
  }

  /// Takes one step and allocates nothing.
  ///
  /// - Parameters:
  ///   - normals: Two independent ones for each oscillator.
  ///   - kicks: Acceleration of each oscillator at a time and a state. The time is always the middle of the step, which
  ///     suits an input that jumps between steps.
  public mutating func step(_ state: inout [Double], time: Double, normals: [Double], kicks: Derivative) {
    precondition(normals.count == 2 * oscillators.count, "two normals an oscillator")
    kicks(time + dt / 2, state, &kick)
    for (index, oscillator) in oscillators.enumerated() {
      let next = flows[index].advance(
        position: state[oscillator.position], velocity: state[oscillator.velocity] + dt / 2 * kick[index])
      let factor = factors[index]
      let (n1, n2) = (oscillator.noise * normals[2 * index], oscillator.noise * normals[2 * index + 1])
      state[oscillator.position] = next.position + factor.y * n1
      state[oscillator.velocity] = next.velocity + factor.vy * n1 + factor.v * n2
    }
    kicks(time + dt / 2, state, &kick)
    for (index, oscillator) in oscillators.enumerated() { state[oscillator.velocity] += dt / 2 * kick[index] }
  }
}
