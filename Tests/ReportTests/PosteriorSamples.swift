import Foundation
import TestSupport

/// Seeded draws.
enum PosteriorSamples {
  /// Standard normals by Box and Muller.
  static func normals(_ count: Int, using generator: inout SplitMix64) -> [Double] {
    (0..<count).map { _ in
      let (u, v) = (Double.random(in: 1e-12..<1, using: &generator), Double.random(in: 0..<1, using: &generator))
      return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
  }
}
