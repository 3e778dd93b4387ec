import EvokeNumerics
import Testing

@Suite("Sobol sequences")
struct SobolTests {
  @Test("Unscrambled points are SciPy's, bit for bit, in 256 dimensions")
  func scipy() throws {
    let reference = try StreamReference.load()
    let sequence = try SobolSequence(dimensions: 256, scrambling: .none)
    for (index, point) in reference.sobol.enumerated() {
      #expect(Array(sequence.point(index).prefix(24)) == point.map { Double($0) * 0x1p-32 })
    }
    #expect(reference.sobol.count == 64)
    for dimension in 0..<256 {
      var sum: UInt64 = 0
      for index in 0..<4096 {
        sum += UInt64(index + 1) * UInt64(sequence.digits(index, dimension: dimension))
      }
      #expect(sum == reference.sobolSums[dimension], "dimension \(dimension)")
    }
    #expect((0..<256).map { sequence.digits(1_234_567, dimension: $0) } == reference.sobolFar)
  }

  @Test("Scrambled points have the bits that Python computes from the description", arguments: 0..<3)
  func scrambledKnownAnswers(number: Int) throws {
    let expected = try StreamReference.load().owen[number]
    let sequence = try SobolSequence(dimensions: 256, scrambling: .owen(seed: expected.seed))
    for (index, point) in zip([0, 1, 2, 3, 100, 4095], expected.points) {
      #expect([0, 1, 2, 7, 40, 255].map { sequence.coordinate(index, dimension: $0) } == point)
    }
  }

  private static let scramblings: [SobolSequence.Scrambling] = [.none, .owen(seed: 0), .owen(seed: 99)]

  @Test(
    "Any 2^m points from a multiple on fall one into each of 2^m intervals, in every dimension", arguments: scramblings)
  func stratified(scrambling: SobolSequence.Scrambling) throws {
    let sequence = try SobolSequence(dimensions: 256, scrambling: scrambling)
    for (start, count) in [(0, 64), (64, 64), (1 << 20, 128), ((1 << 32) - 256, 256)] {
      for dimension in 0..<256 {
        let cells = Set(
          (start..<(start + count)).map { Int(sequence.coordinate($0, dimension: dimension) * Double(count)) })
        #expect(cells.count == count && cells.max() == count - 1, "dimension \(dimension), from \(start)")
      }
    }
  }

  @Test("The first two dimensions are (0, m, 2)-nets and the first three (1, m, 3)-nets", arguments: scramblings)
  func nets(scrambling: SobolSequence.Scrambling) throws {
    let sequence = try SobolSequence(dimensions: 3, scrambling: scrambling)
    let m = 10
    for block in [0, 5] {
      let points = (0..<(1 << m)).map { sequence.point(block << m + $0) }
      for first in 0...m {
        expectEqualCounts(points, [first, m - first, 0])
        for second in 0...(m - first) where first + second < m {
          expectEqualCounts(points, [first, second, m - 1 - first - second])
        }
      }
    }
  }

  /// Boxes of 2^-bits in each dimension hold the same number of points.
  private func expectEqualCounts(_ points: [[Double]], _ bits: [Int], sourceLocation: SourceLocation = #_sourceLocation)
  {
    let cells = 1 << bits.reduce(0, +)
    var counts = [Int](repeating: 0, count: cells)
    for point in points {
      let cell = zip(point, bits).reduce(0) { $0 << $1.1 | Int($1.0 * Double(1 << $1.1)) }
      counts[cell] += 1
    }
    #expect(counts.allSatisfy { $0 == points.count / cells }, "\(bits)", sourceLocation: sourceLocation)
  }

  /// The centred L2 discrepancy, squared (Hickernell 1998).
  private func discrepancy(_ points: [[Double]]) -> Double {
    let (count, dimensions) = (Double(points.count), points[0].count)
    var (single, double) = (0.0, 0.0)
    for point in points {
      single += point.reduce(1) { $0 * (1 + 0.5 * abs($1 - 0.5) - 0.5 * ($1 - 0.5) * ($1 - 0.5)) }
      for other in points {
        var product = 1.0
        for k in 0..<dimensions {
          product *= 1 + 0.5 * abs(point[k] - 0.5) + 0.5 * abs(other[k] - 0.5) - 0.5 * abs(point[k] - other[k])
        }
        double += product
      }
    }
    var constant = 1.0
    for _ in 0..<dimensions { constant *= 13.0 / 12 }
    return constant - 2 * single / count + double / (count * count)
  }

  @Test("Discrepancy is several times below that of random points", arguments: scramblings)
  func lowDiscrepancy(scrambling: SobolSequence.Scrambling) throws {
    let sequence = try SobolSequence(dimensions: 5, scrambling: scrambling)
    let sobol = discrepancy((0..<256).map { sequence.point($0) })
    for seed in 0..<4 as Range<UInt64> {
      let random = discrepancy(
        (0..<256).map { index in
          let stream = RandomStream(seed: seed, simulation: index, purpose: .parameters)
          return (0..<5).map { stream.uniform(at: $0) }
        })
      #expect(sobol < random / 5, "\(sobol) and \(random)")
    }
  }

  @Test("Each scrambled point is uniform over seeds, and coordinates and points are uncorrelated")
  func unbiased() throws {
    let seeds = 4000
    var coordinates = [[Double]](repeating: [], count: 6)
    for seed in 0..<seeds {
      let sequence = try SobolSequence(dimensions: 3, scrambling: .owen(seed: UInt64(seed)))
      let (first, later) = (sequence.point(0), sequence.point(77))
      for (place, value) in (first + later).enumerated() { coordinates[place].append(value) }
    }
    let error = 1 / Double(seeds).squareRoot()
    for (place, values) in coordinates.enumerated() {
      let measured = moments(values)
      #expect(abs(measured.mean - 0.5) < 4.5 * error / 12.0.squareRoot())
      #expect(abs(measured.variance - 1.0 / 12) < 4.5 * error / 180.0.squareRoot())
      var counts = [Double](repeating: 0, count: 64)
      for value in values { counts[Int(value * 64)] += 1 }
      let statistic = counts.reduce(0) { $0 + ($1 - 62.5) * ($1 - 62.5) / 62.5 }
      // 63 degrees of freedom: mean 63, standard deviation 11.2.
      #expect(statistic < 63 + 4.5 * 11.2)
      for other in 0..<place where other / 3 == place / 3 {
        #expect(abs(correlation(values, coordinates[other])) < 4.5 * error)
      }
    }
  }

  @Test("Owen's variance: the mean of a smooth function over 2^m points is far more exact than over random ones")
  func varianceOfMeans() throws {
    func squaredError(points: Int) throws -> Double {
      var sum = 0.0
      for seed in 0..<200 as Range<UInt64> {
        let sequence = try SobolSequence(dimensions: 3, scrambling: .owen(seed: seed))
        var mean = 0.0
        for index in 0..<points { mean += sequence.point(index).reduce(1) { $0 * 2 * $1 } / Double(points) }
        sum += (mean - 1) * (mean - 1)
      }
      return sum / 200
    }
    // Random points: variance (4/3)^3 - 1 over the number of points.
    let (few, many) = (try squaredError(points: 16), try squaredError(points: 256))
    #expect(few < 1.37 / 16 / 5)
    #expect(many < 1.37 / 256 / 300)
    // Sixteen times the points: a sixteenth for random ones, nearly 16^-3 here.
    #expect(few / many > 600)
  }

  @Test("Scrambled points differ by seed and dimension, and prefixes stay shared as far as the originals' are")
  func nested() throws {
    let plain = try SobolSequence(dimensions: 4, scrambling: .none)
    let (one, two) = (
      try SobolSequence(dimensions: 4, scrambling: .owen(seed: 1)),
      try SobolSequence(dimensions: 4, scrambling: .owen(seed: 2))
    )
    #expect(Set((0..<4).map { one.coordinate(0, dimension: $0) }).count == 4)
    for (a, b) in [(0, 1), (3, 4099), (17, 17 + 1 << 16), (5, 5 + 1 << 25), (1000, 1001)] {
      for dimension in 0..<4 {
        #expect(one.coordinate(a, dimension: dimension) != two.coordinate(a, dimension: dimension))
        let shared = (plain.digits(a, dimension: dimension) ^ plain.digits(b, dimension: dimension)).leadingZeroBitCount
        let scrambled = [a, b].map { UInt32(one.coordinate($0, dimension: dimension) * 0x1p32) }
        #expect((scrambled[0] ^ scrambled[1]).leadingZeroBitCount == shared)
      }
    }
  }

  @Test("More dimensions than there are numbers for are refused")
  func refused() {
    let error = #expect(throws: NumericsError.self) { try SobolSequence(dimensions: 257, scrambling: .none) }
    #expect(error?.code == .tooManyDimensions)
  }
}
