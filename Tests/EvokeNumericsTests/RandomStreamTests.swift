import EvokeNumerics
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  struct Vector: Sendable {
    let counter: [UInt32]
    let key: [UInt32]
    let bits: [UInt32]
  }

  @Test(
    "Philox gives the bits of Random123's test vectors",
    arguments: [
      Vector(
        counter: [0, 0, 0, 0], key: [0, 0], bits: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      Vector(
        counter: [.max, .max, .max, .max], key: [.max, .max],
        bits: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
      Vector(
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0],
        bits: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
    ])
  func vectors(vector: Vector) {
    let counter = (vector.counter[0], vector.counter[1], vector.counter[2], vector.counter[3])
    let bits = Philox.block(counter, key: (vector.key[0], vector.key[1]))
    #expect([bits.0, bits.1, bits.2, bits.3] == vector.bits)
  }

  /// The purposes of the fixture, whose names the initialiser wants as literals.
  private static let purposes: [String: RandomPurpose] = [
    "parameters": .parameters, "scrambling": .scrambling, "noise": RandomPurpose("noise"),
    "training order": RandomPurpose("training order"),
  ]

  @Test("Draws of every kind have the bits that Python computes from the description", arguments: 0..<6)
  func knownAnswers(number: Int) throws {
    let expected = try StreamReference.load().streams[number]
    let purpose = try #require(Self.purposes[expected.purpose])
    let start = RandomStream(seed: expected.seed, simulation: expected.simulation, purpose: purpose)
    for (index, position) in expected.positions.enumerated() {
      #expect(start.bits(at: position) == expected.bits[index])
      #expect(start.uniform(at: position) == expected.uniform[index])
      #expect(start.normal(at: position) == expected.normal[index])
      var stream = start
      stream.position = position
      #expect(stream.uniformFloat() == expected.float[index])
      #expect(stream.position == position &+ 1)
    }
    for (bound, value) in zip([1, 2, 6, 1000, 1 << 62 + 1, Int.max], expected.integers) {
      var stream = start
      #expect(stream.integer(below: bound) == value)
    }
    var (stream, order) = (start, Array(0..<20))
    stream.shuffle(&order)
    #expect(order == expected.order)
  }

  @Test("A purpose's code is the CRC-32 of its name")
  func purposeCode() {
    #expect(RandomPurpose("123456789").code == 0xCBF4_3926)
    #expect(RandomPurpose("").code == 0)
  }

  @Test("Draws in any order are those drawn one after another", arguments: [1, 2, 3] as [UInt64])
  func randomAccess(seed: UInt64) {
    var stream = RandomStream(seed: seed, simulation: 7, purpose: .parameters)
    let sequential = (0..<301).map { _ in stream.next() }
    var order = Array(0..<301)
    stream.shuffle(&order)
    for place in order {
      stream.position = UInt64(place)
      #expect(stream.next() == sequential[place])
      #expect(stream.bits(at: UInt64(place)) == sequential[place])
      if place < 300 { #expect(stream.next() == sequential[place + 1]) }
    }
  }

  @Test("Uniform numbers stay inside (0, 1) at either end of the bits")
  func openInterval() {
    var stream = RandomStream(seed: 5, simulation: 0, purpose: .parameters)
    var (low, high) = (1 as Float, 0 as Float)
    for _ in 0..<200_000 {
      let value = stream.uniformFloat()
      low = min(low, value)
      high = max(high, value)
    }
    #expect(low > 0 && low < 1e-4 && high < 1 && high > 1 - 1e-4)
  }

  @Test(
    "Uniform and normal numbers have the moments of theirs within 4.5 standard errors",
    arguments: 0..<8 as Range<UInt64>)
  func momentsOfDraws(seed: UInt64) {
    let count = 100_000
    let error = 1 / Double(count).squareRoot()
    var stream = RandomStream(seed: seed, simulation: 3, purpose: .parameters)
    let uniform = moments((0..<count).map { _ in stream.uniform() })
    #expect(abs(uniform.mean - 0.5) < 4.5 * error / 12.0.squareRoot())
    #expect(abs(uniform.variance - 1.0 / 12) < 4.5 * error / 180.0.squareRoot())
    let normal = moments((0..<count).map { _ in stream.normal() })
    #expect(abs(normal.mean) < 4.5 * error)
    #expect(abs(normal.variance - 1) < 4.5 * error * 2.0.squareRoot())
    #expect(abs(normal.skewness) < 4.5 * error * 6.0.squareRoot())
    #expect(abs(normal.kurtosis) < 4.5 * error * 24.0.squareRoot())
  }

  @Test(
    "Cells of [0, 1) and of pairs of successive draws are hit alike: chi-square over seeds",
    arguments: 0..<8 as Range<UInt64>)
  func chiSquare(seed: UInt64) {
    let (count, cells) = (65_536, 16)
    var stream = RandomStream(seed: seed << 32 | seed, simulation: 1, purpose: .scrambling)
    var (single, pairs) = ([Int](repeating: 0, count: 256), [Int](repeating: 0, count: cells * cells))
    for _ in 0..<count {
      let (first, second) = (stream.uniform(), stream.uniform())
      single[Int(first * 256)] += 1
      pairs[Int(first * Double(cells)) * cells + Int(second * Double(cells))] += 1
    }
    for counts in [single, pairs] {
      let expected = Double(count) / 256
      let statistic = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
      // 255 degrees of freedom: mean 255, standard deviation 22.6.
      #expect(abs(statistic - 255) < 4.5 * 22.6)
    }
  }

  @Test("Neither draws some places apart nor streams of neighbouring numbers are correlated", arguments: 0..<6)
  func independence(seed: Int) {
    let count = 20_000
    let limit = 4.5 / Double(count).squareRoot()
    func draws(_ seed: Int, _ simulation: Int, _ purpose: RandomPurpose, from start: UInt64 = 0) -> [Double] {
      var stream = RandomStream(seed: UInt64(seed), simulation: simulation, purpose: purpose)
      stream.position = start
      return (0..<count).map { _ in stream.normal() }
    }
    let base = draws(seed, 0, .parameters)
    for lag in [1, 2, 3, 4, 8, 1024] as [UInt64] {
      #expect(abs(correlation(base, draws(seed, 0, .parameters, from: lag))) < limit)
    }
    #expect(abs(correlation(base, draws(seed + 1, 0, .parameters))) < limit)
    #expect(abs(correlation(base, draws(seed, 1, .parameters))) < limit)
    #expect(abs(correlation(base, draws(seed, 1 << 31, .parameters))) < limit)
    #expect(abs(correlation(base, draws(seed, 0, .scrambling))) < limit)
    // The first draws of successive simulations are a sequence too.
    let first = (0...count).map { RandomStream(seed: UInt64(seed), simulation: $0, purpose: .parameters).normal(at: 0) }
    #expect(abs(correlation(Array(first.dropLast()), Array(first.dropFirst()))) < limit)
    #expect(abs(moments(first).variance - 1) < limit * 2.0.squareRoot())
  }

  @Test("All orders of four elements come up alike")
  func shuffle() {
    var counts: [[Int]: Int] = [:]
    var stream = RandomStream(seed: 11, simulation: 0, purpose: .parameters)
    for _ in 0..<24_000 {
      var order = [0, 1, 2, 3]
      stream.shuffle(&order)
      counts[order, default: 0] += 1
    }
    #expect(counts.count == 24)
    let statistic = counts.values.reduce(0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    // 23 degrees of freedom: mean 23, standard deviation 6.8.
    #expect(statistic < 23 + 4.5 * 6.8 && statistic > 3)
  }

  @Test("Whole numbers below a bound that divides no power of two come up alike")
  func integers() {
    var stream = RandomStream(seed: 12, simulation: 0, purpose: .parameters)
    // Without rejection, numbers that leave 2 after division by 3 would have two products to themselves, others three.
    let bound = 3 << 61
    var counts = [0, 0, 0]
    for _ in 0..<30_000 { counts[stream.integer(below: bound) % 3] += 1 }
    for count in counts { #expect(abs(Double(count) - 10_000) < 4.5 * 81.6) }
  }
}
