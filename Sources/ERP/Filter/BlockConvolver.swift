import CKernels
import Foundation

/// Circular convolution of sixteen blocks of samples at a time with one impulse response.
///
/// The tables are made once and shared by all threads; each thread brings its own ``Workspace``.
struct BlockConvolver: Sendable {
  /// Blocks of one call: real and imaginary parts of the kernel's lanes.
  static let blockCount = 2 * Int(CK_FFT_LANES)

  /// Samples of a block, a power of two.
  let size: Int
  /// Samples at the start of a block that the circular convolution spoils: those before the first one that is wanted.
  let lead: Int
  /// New samples that each block yields.
  let yield: Int
  /// In the order of the kernel, see `CKernels.h`.
  private let twiddles: [Double]
  /// Frequency response in the order of the kernel, divided by `size`: real parts, or real and imaginary parts.
  private let response: [Double]
  private let isReal: Bool

  /// Makes the tables for an impulse response of odd length, symmetric about its middle.
  ///
  /// - Parameters:
  ///   - coefficients: The impulse response.
  ///   - longest: Samples of the longest stretch that will be filtered; larger blocks than that needs are not made.
  init(coefficients: [Double], longest: Int) {
    self.init(
      coefficients: coefficients, lookahead: coefficients.count / 2, isSymmetric: true,
      size: Self.bestSize(filterLength: coefficients.count, longest: longest))
  }

  /// Makes the tables for any impulse response.
  ///
  /// - Parameters:
  ///   - coefficients: The impulse response.
  ///   - lookahead: How many of the coefficients stand before time zero.
  ///   - isSymmetric: True when it is symmetric about time zero, which makes the transform real.
  ///   - size: Of a block, a power of two, no less than the number of coefficients.
  init(coefficients: [Double], lookahead: Int, isSymmetric: Bool, size: Int) {
    self.size = size
    lead = coefficients.count - 1 - lookahead
    yield = size - coefficients.count + 1
    let twiddles = Self.twiddles(size: size)
    self.twiddles = twiddles
    isReal = isSymmetric

    let workspace = Workspace(size: size)
    let points = workspace.points
    for (index, value) in coefficients.enumerated() {
      points[(index - lookahead + size) % size * Self.blockCount] = value
    }
    twiddles.withUnsafeBufferPointer { ck_fft_forward(points, $0.baseAddress, size) }
    // The first lane's real and imaginary parts.
    let parts = isSymmetric ? [0] : [0, Int(CK_FFT_LANES)]
    response = (0..<size).flatMap { point in
      parts.map { points[point * Self.blockCount + $0] / Double(size) }
    }
  }

  /// Buffers of one thread: sixteen rows of samples, and the same interleaved.
  ///
  /// `@unchecked Sendable`: it is memory that one thread at a time works on, which those who share it see to.
  final class Workspace: @unchecked Sendable {
    /// Row r is `rows[r * stride ..< r * stride + size]`: a block on the way in, filtered samples on the way out.
    let rows: UnsafeMutablePointer<Double>
    /// Doubles from the start of one row to the next; not a power of two, which would crowd a few cache sets.
    let stride: Int
    fileprivate let points: UnsafeMutablePointer<Double>
    private static let alignment = 64

    init(size: Int) {
      stride = size + 8
      rows = Self.allocate(stride * BlockConvolver.blockCount)
      points = Self.allocate(size * BlockConvolver.blockCount)
    }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Double> {
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: count * MemoryLayout<Double>.stride, alignment: alignment)
      let doubles = memory.bindMemory(to: Double.self, capacity: count)
      doubles.initialize(repeating: 0, count: count)
      return doubles
    }

    deinit {
      rows.deallocate()
      points.deallocate()
    }
  }

  /// Filters the rows of the workspace in place.
  ///
  /// Row r must hold `size` samples, of which the first `lead` come before the ones that are wanted. Afterwards its
  /// first `yield` places hold the filtered values of samples `lead ..< lead + yield`.
  func filter(_ workspace: Workspace) {
    precondition(workspace.stride == size + 8, "a workspace belongs to convolvers of its size")
    ck_fft_pack(workspace.points, workspace.rows, workspace.stride, size)
    twiddles.withUnsafeBufferPointer { twiddles in
      response.withUnsafeBufferPointer { response in
        let filter = isReal ? ck_fft_filter : ck_fft_filter_complex
        filter(workspace.points, response.baseAddress, twiddles.baseAddress, size)
      }
    }
    ck_fft_unpack(workspace.rows, workspace.stride, workspace.points, lead, yield)
  }

  /// The power of two with the least estimated work per filtered sample.
  ///
  /// The work of a transform is proportional to `size * (log2(size) + 4)`, where the 4 stands for reading, packing and
  /// unpacking. From 2^16 points on, sizes beyond the first that is four times the filter gain too little for their
  /// memory, 256 bytes a point and thread.
  ///
  /// - Parameter smallest: Sizes below it are not considered.
  static func bestSize(filterLength: Int, longest: Int, smallest: Int = 0) -> Int {
    let needed = longest + filterLength - 1
    var best = 0
    var leastWork = Double.infinity
    var exponent = 3
    while true {
      let size = 1 << exponent
      let yield = size - filterLength + 1
      if yield > 0, size >= smallest {
        let work = Double(size) * Double(exponent + 4) / Double(min(yield, longest))
        if work < leastWork { (best, leastWork) = (size, work) }
        if size >= needed || (exponent >= 16 && size >= 4 * filterLength) { return best }
      }
      exponent += 1
    }
  }

  private static func twiddles(size: Int) -> [Double] {
    var table: [Double] = []
    table.reserveCapacity(2 * size)
    var length = size
    while length > 4 {
      for index in 0..<(length / 4) {
        for power in 1...3 {
          let angle = -2 * Double.pi * Double(index * power) / Double(length)
          table.append(cos(angle))
          table.append(sin(angle))
        }
      }
      length /= 4
    }
    return table
  }
}
