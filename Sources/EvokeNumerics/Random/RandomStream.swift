/// Random numbers of one purpose in one simulation, the same on every machine and in any order.
///
/// Draw number p takes 64 bits of ``Philox``: words 0 and 1 of the block when p is even, 2 and 3 when it is odd, low
/// word first. The key is the seed, low word first; the counter is the 64-bit block number p / 2, low word first, then
/// the simulation number and the purpose's code. Every method states how many draws it takes, so each number of a
/// stream has a place that can be computed alone. `fixtures/generate/random_streams.py` does so in Python.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private let simulation: UInt32
  private let purpose: UInt32
  private var place: UInt64 = 0
  /// The draw at `place` when it is odd and its block has just been computed.
  private var spare: UInt64?

  /// The stream of a purpose in a simulation.
  ///
  /// - Parameters:
  ///   - seed: The seed of the whole run.
  ///   - simulation: Number of the simulation, or of whatever else is repeated; below 2³².
  ///   - purpose: What the numbers are for.
  public init(seed: UInt64, simulation: Int, purpose: RandomPurpose) {
    precondition(UInt64(bitPattern: Int64(simulation)) >> 32 == 0, "simulations have numbers from 0 up to 2^32 - 1")
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.simulation = UInt32(truncatingIfNeeded: simulation)
    self.purpose = purpose.code
  }

  /// Number of the next draw; it may be set to any place of the stream.
  public var position: UInt64 {
    get { place }
    set {
      place = newValue
      spare = nil
    }
  }

  /// The next 64 random bits: one draw.
  public mutating func next() -> UInt64 {
    defer { place &+= 1 }
    if let spare {
      self.spare = nil
      return spare
    }
    let draws = draws(ofBlock: place >> 1)
    if place & 1 == 1 { return draws.1 }
    spare = draws.1
    return draws.0
  }

  /// The 64 random bits of a draw, wherever the stream stands.
  public func bits(at position: UInt64) -> UInt64 {
    let draws = draws(ofBlock: position >> 1)
    return position & 1 == 0 ? draws.0 : draws.1
  }

  private func draws(ofBlock number: UInt64) -> (UInt64, UInt64) {
    let counter = (UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32), simulation, purpose)
    let words = Philox.block(counter, key: key)
    return (UInt64(words.1) << 32 | UInt64(words.0), UInt64(words.3) << 32 | UInt64(words.2))
  }
}

extension RandomStream {
  /// A number in (0, 1): one draw.
  ///
  /// The upper 52 bits b of the draw make (b + 1/2) / 2⁵², which is exact and never 0 or 1.
  public mutating func uniform() -> Double { unitInterval(next()) }

  /// The number that ``uniform()`` gives at a draw, wherever the stream stands.
  public func uniform(at position: UInt64) -> Double { unitInterval(bits(at: position)) }

  /// A number in (0, 1) in single precision: one draw.
  ///
  /// The upper 23 bits b of the draw make (b + 1/2) / 2²³.
  public mutating func uniformFloat() -> Float { (Float(next() >> 41) + 0.5) * 0x1p-23 }

  /// A standard normal number: one draw.
  ///
  /// It is ``StandardNormal/quantile(_:)`` of a uniform number. Unlike the polar and the Box-Muller method this takes one
  /// draw a number, so places stay known; it grows with the uniform number, so points of a ``SobolSequence`` go the
  /// same way; and it needs no function of the C library, whose last digit differs between systems.
  public mutating func normal() -> Double { StandardNormal.quantile(uniform()) }

  /// The number that ``normal()`` gives at a draw, wherever the stream stands.
  public func normal(at position: UInt64) -> Double { StandardNormal.quantile(uniform(at: position)) }

  /// A whole number in 0 ..< `bound`, all equally likely: one draw, seldom more.
  ///
  /// The upper half of bits times bound; draws whose lower half is below 2⁶⁴ mod bound are thrown away. Source: Lemire
  /// 2019, "Fast random integer generation in an interval". The standard library's own way may change with its version.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "there is no number below zero")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let surplus = (0 &- bound) % bound
      while product.low < surplus { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// Shuffles elements, all orders equally likely (Fisher and Yates, from the last element down).
  @inlinable
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(last, integer(below: last + 1)) }
  }

}

/// The middle of the cell of width 2⁻⁵² that the upper 52 bits number.
func unitInterval(_ bits: UInt64) -> Double { (Double(bits >> 12) + 0.5) * 0x1p-52 }
