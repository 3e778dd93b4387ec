import CKernels
import Foundation

/// The random numbers of a simulation's background input: normals that seed, simulation, column and position decide.
///
/// The kernels draw the same ones, in single precision. Counter: block, column of a network, simulation, purpose. Source:
/// `Philox.h`.
struct NeuralNoise {
  /// What the random numbers are for, the fourth word of the counter: CRC-32 of "neural noise".
  static let purpose: UInt32 = 0x3970043a

  private let seed: UInt64
  private let simulation: UInt32
  private let column: UInt32
  private var block: UInt32?
  private var normals: SIMD4<Double> = .zero

  /// The stream of a column in a simulation, whose number is below 2^32.
  init(seed: UInt64, simulation: Int, column: Int = 0) {
    precondition(simulation >= 0 && simulation <= Int(UInt32.max), "simulations have numbers from 0 to 2^32 - 1")
    self.seed = seed
    self.simulation = UInt32(simulation)
    self.column = UInt32(column)
  }

  /// Normal number `position` of the stream.
  mutating func normal(_ position: Int) -> Double {
    let block = UInt32(position / 4)
    if block != self.block {
      let words = ck_philox(
        block, column, simulation, Self.purpose,
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
