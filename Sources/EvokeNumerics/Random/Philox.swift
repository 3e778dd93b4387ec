/// Philox4x32-10: 128 random bits for every counter and key.
///
/// There is no state. Whoever knows the numbers of a place can compute its bits, in any order and on any machine, which
/// is what lets shards of a data set be made apart. Neighbouring counters and keys give independent bits.
///
/// Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11. Random123,
/// `numpy.random.Philox` (its 64-bit variant), JAX, PyTorch and cuRAND use the same family.
public enum Philox {
  /// Four words of 32 bits: a counter or the random bits at it.
  public typealias Block = (UInt32, UInt32, UInt32, UInt32)

  /// The random bits of a counter under a key.
  public static func block(_ counter: Block, key: (UInt32, UInt32)) -> Block {
    var (x, key) = (counter, key)
    for _ in 0..<10 {
      let first = (0xD251_1F53 as UInt64) &* UInt64(x.0)
      let second = (0xCD9E_8D57 as UInt64) &* UInt64(x.2)
      x = (
        UInt32(truncatingIfNeeded: second >> 32) ^ x.1 ^ key.0, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ x.3 ^ key.1, UInt32(truncatingIfNeeded: first)
      )
      // The key walks along a Weyl sequence: the golden ratio and the square root of three less one.
      key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
    }
    return x
  }
}
