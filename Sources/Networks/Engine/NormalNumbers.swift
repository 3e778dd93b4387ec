import CKernels
import EvokeNumerics

/// Standard normal numbers in single precision, many at once, each by its place.
///
/// Number n of (seed, simulation, purpose) is normal n of stream 0 of `NormalFill.h`. Last bits differ between processors.
package enum NormalNumbers {
  /// Numbers of a place that ``fill(_:seed:simulation:purpose:from:)`` may begin at are multiples of this.
  package static let blockSize = 4

  /// Fills memory with the numbers from a place on.
  ///
  /// - Parameters:
  ///   - simulation: Below 2³².
  ///   - place: A multiple of ``blockSize``, below 2³⁴.
  package static func fill(
    _ numbers: UnsafeMutableBufferPointer<Float>, seed: UInt64, simulation: Int, purpose: RandomPurpose, from place: Int
  ) {
    precondition(place % blockSize == 0 && place >> 34 == 0, "numbers begin at a block")
    guard let base = numbers.baseAddress else { return }
    let whole = numbers.count / blockSize
    let first = UInt32(place / blockSize)
    ck_fill_normals(seed, 0, UInt32(simulation), purpose.code, first, whole, base)
    let rest = numbers.count - whole * blockSize
    guard rest > 0 else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: blockSize) { block in
      guard let start = block.baseAddress else { return }
      ck_fill_normals(seed, 0, UInt32(simulation), purpose.code, first + UInt32(whole), 1, start)
      (base + whole * blockSize).update(from: start, count: rest)
    }
  }
}
