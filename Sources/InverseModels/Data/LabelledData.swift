import EEGCore
import EvokeNumerics

/// Potentials with the parameters that they were made from, which may lie in a file larger than memory.
public protocol LabelledData {
  /// Number of simulations.
  var count: Int { get }
  /// The parameters, in the order of ``theta()``.
  var parameters: [Prior.Parameter] { get }
  /// Channels of a simulation.
  var channelCount: Int { get }
  /// Samples of a channel.
  var timeCount: Int { get }
  /// Levels of noise, each with data of its own; nil where it is not known.
  var noiseLevels: [Double?] { get }

  /// Parameters of all simulations, shape `[simulation, parameter]`.
  func theta() throws -> [Double]
  /// Whether simulations are usable.
  func isGood() throws -> [Bool]
  /// Reads potentials in volts, shape `[simulation, channel, time]`.
  ///
  /// - Parameters:
  ///   - simulations: Their numbers.
  ///   - level: Which of ``noiseLevels``.
  ///   - destination: Is filled.
  func read(_ simulations: Range<Int>, level: Int, into destination: UnsafeMutableBufferPointer<Float>) throws
}

extension LabelledData {
  /// The number of a level of noise.
  ///
  /// - Parameter factor: One of ``noiseLevels``; the first one when nil.
  /// - Throws: ``InverseModelError``, code `invalidSetting`, if there is none.
  public func level(_ factor: Double?) throws(InverseModelError) -> Int {
    guard let factor else { return 0 }
    guard let place = noiseLevels.firstIndex(of: factor) else {
      let known = noiseLevels.map { $0.map { "\($0)" } ?? "unknown" }.joined(separator: ", ")
      throw InverseModelError(
        code: .invalidSetting, message: "the data have no noise level \(factor); they have \(known)")
    }
    return place
  }
}

/// What is known of the channels and times of potentials.
public struct InputDescription: Hashable, Sendable {
  /// The channels, with places where they are known.
  public var channels: [Channel]
  /// Times of the samples [s].
  public var times: [Double]
  /// Samples a second [Hz].
  public var rate: Double

  /// A description.
  public init(channels: [Channel], times: [Double], rate: Double) {
    (self.channels, self.times, self.rate) = (channels, times, rate)
  }
}
