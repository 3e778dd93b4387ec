/// Owen's nested uniform scrambling: each binary digit is flipped, or not, by a random bit that belongs to the digits
/// before it.
///
/// Scrambled points stay a net, each is uniform in (0, 1), so means are unbiased, and the variance of a mean over 2^m
/// points is never far above that of random points and for smooth functions falls nearly as 2^-3m. Every node of the tree of
/// digits has a true random bit: hashes that only resemble such trees (Laine and Karras) are faster, but their quality
/// is a matter of experience, and six blocks of Philox a coordinate cost less than any simulation. A linear matrix
/// scramble with a digital shift needs whole generating matrices a seed, and its variance is known for fewer functions.
///
/// The bits of dimension j are those of ``RandomStream`` with simulation number j and purpose `scrambling`. Block
/// number depth 2³² + p holds the subtree below the first `depth` unscrambled digits p, for depths 0, 7, 14, 21 and 28:
/// bit number 2^l + q (word 0 first, low bit first) flips the digit after the l digits q. Digits 33 to 52 are the upper
/// 20 bits of word 0 at depth 32.
///
/// Source: Owen 1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", Lecture Notes in Statistics 106, 299-317.
struct OwenScrambling: Sendable {
  private let key: (UInt32, UInt32)

  init(seed: UInt64) { key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)) }

  /// The scrambled coordinate, the middle of a cell of width 2⁻⁵².
  func uniform(_ digits: UInt32, dimension: Int) -> Double {
    var flips: UInt32 = 0
    for depth in stride(from: 0 as UInt32, to: 32, by: 7) {
      let block = bits(depth, prefix: UInt64(digits) >> (32 - depth), dimension: dimension)
      // The path of the subtree: a leading one, then the digits passed.
      var node: UInt32 = 1
      for place in depth..<min(depth + 7, 32) {
        let word = node < 64 ? block.low : block.high
        flips = flips << 1 | UInt32(truncatingIfNeeded: word >> UInt64(node & 63)) & 1
        node = node << 1 | digits >> (31 - place) & 1
      }
    }
    let rest = bits(32, prefix: UInt64(digits), dimension: dimension).low & 0xFFFF_FFFF
    return unitInterval(UInt64(digits ^ flips) << 32 | rest)
  }

  private func bits(_ depth: UInt32, prefix: UInt64, dimension: Int) -> (low: UInt64, high: UInt64) {
    let counter = (
      UInt32(truncatingIfNeeded: prefix), depth, UInt32(truncatingIfNeeded: dimension), RandomPurpose.scrambling.code
    )
    let words = Philox.block(counter, key: key)
    return (UInt64(words.1) << 32 | UInt64(words.0), UInt64(words.3) << 32 | UInt64(words.2))
  }
}
