import CKernels
import Foundation

/// The random numbers of a simulation's background input: normals that seed, simulation, column and position decide.
///
/// The kernels draw the same ones, in single precision. Source: `Philox.h`.
struct NeuralNoise {
  /// What the random numbers are for: the fourth word of the counter. A further column adds its number times 256.
  static let purpose: UInt32 = 1

  private let seed: UInt64
  private let simulation: UInt64
  private let purpose: UInt32
  private var block: UInt32?
  private var normals: SIMD4<Double> = .zero

  init(seed: UInt64, simulation: UInt64, column: Int = 0) {
    self.seed = seed
    self.simulation = simulation
    purpose = Self.purpose + UInt32(column) << 8
  }

  /// Normal number `position` of the stream.
  mutating func normal(_ position: Int) -> Double {
    let block = UInt32(position / 4)
    if block != self.block {
      let words = ck_philox(
        block, UInt32(truncatingIfNeeded: simulation), UInt32(truncatingIfNeeded: simulation >> 32), purpose,
        UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
      let first = Self.pair(words.w0, words.w1)
      let second = Self.pair(words.w2, words.w3)
      normals = SIMD4(first.0, first.1, second.0, second.1)
      self.block = block
    }
    return normals[position % 4]
  }

  /// Two normals by the method of Box and Muller.
  private static func pair(_ first: UInt32, _ second: UInt32) -> (Double, Double) {
    let radius = (-2 * log((Double(first / 2) + 0.5) * 0x1p-31)).squareRoot()
    let angle = 2 * Double.pi * Double(second) * 0x1p-32
    return (radius * cos(angle), radius * sin(angle))
  }
}
