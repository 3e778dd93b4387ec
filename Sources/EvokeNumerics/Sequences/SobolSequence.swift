/// Sobol's low-discrepancy sequence, with each point computed from its number alone.
///
/// Direction numbers are those of Joe and Kuo, the order is the Gray code's, so unscrambled points are those of
/// `scipy.stats.qmc.Sobol(d, scramble=False)` from the first on. Any 2^m points from a multiple of 2^m on are a digital
/// net. Sources: Sobol' 1967, USSR Computational Mathematics and Mathematical Physics 7, 86-112; Joe and Kuo 2008, SIAM
/// Journal on Scientific Computing 30, 2635-2654.
public struct SobolSequence: Sendable {
  /// How the digits of the points are randomised.
  public enum Scrambling: Hashable, Sendable {
    /// Not at all: the first point is zero and all are multiples of 2⁻³², so most quantile functions are no use.
    case none
    /// Owen's nested uniform scrambling, see ``OwenScrambling``.
    case owen(seed: UInt64)
  }

  /// Most dimensions there are.
  public static let maximumDimensions = 256

  /// Number of coordinates of a point, d.
  public let dimensions: Int
  /// How the digits of the points are randomised.
  public let scrambling: Scrambling
  /// Column k of the generating matrix of each dimension, first digit in the highest bit; shape `[d, 32]`.
  private let directions: [UInt32]
  private let owen: OwenScrambling?

  /// A sequence of points in d dimensions.
  ///
  /// - Throws: ``NumericsError``, code `tooManyDimensions`, above ``maximumDimensions``.
  public init(dimensions: Int, scrambling: Scrambling) throws(NumericsError) {
    precondition(dimensions > 0, "points have at least one coordinate")
    guard dimensions <= Self.maximumDimensions else {
      throw NumericsError(
        code: .tooManyDimensions,
        message: "\(dimensions) dimensions were asked for, Sobol sequences go up to \(Self.maximumDimensions)")
    }
    self.dimensions = dimensions
    self.scrambling = scrambling
    directions = SobolDirections.columns(dimensions: dimensions)
    owen = if case .owen(let seed) = scrambling { OwenScrambling(seed: seed) } else { nil }
  }

  /// The first 32 binary digits of an unscrambled coordinate, the first in the highest bit.
  public func digits(_ index: Int, dimension: Int) -> UInt32 {
    precondition(UInt64(bitPattern: Int64(index)) >> 32 == 0, "points have numbers from 0 up to 2^32 - 1")
    precondition(dimension >= 0 && dimension < dimensions, "dimensions have numbers from 0 on")
    var code = UInt32(truncatingIfNeeded: index ^ index >> 1)
    var digits: UInt32 = 0
    while code != 0 {
      digits ^= directions[dimension << 5 | code.trailingZeroBitCount]
      code &= code &- 1
    }
    return digits
  }

  /// A coordinate of a point: in [0, 1) and a multiple of 2⁻³² unscrambled, in (0, 1) scrambled.
  public func coordinate(_ index: Int, dimension: Int) -> Double {
    let digits = digits(index, dimension: dimension)
    return owen?.uniform(digits, dimension: dimension) ?? Double(digits) * 0x1p-32
  }

  /// A point, shape `[d]`.
  public func point(_ index: Int) -> [Double] { (0..<dimensions).map { coordinate(index, dimension: $0) } }

  /// Writes a point, shape `[d]`, without allocating.
  public func point(_ index: Int, into values: inout [Double]) {
    precondition(values.count == dimensions, "a point has one coordinate a dimension")
    for dimension in values.indices { values[dimension] = coordinate(index, dimension: dimension) }
  }
}
