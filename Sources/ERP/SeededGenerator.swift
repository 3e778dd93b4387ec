/// A small random number generator that a seed decides: SplitMix64.
///
/// Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// A generator; every stream of a seed is a sequence of its own.
  ///
  /// States advance by a constant, so streams must not begin at multiples of it: one would repeat the other, shifted.
  init(seed: UInt64, stream: Int = 0) {
    state = seed
    state = next() ^ (UInt64(truncatingIfNeeded: stream) &* 0xD134_2543_DE82_EF95)
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
