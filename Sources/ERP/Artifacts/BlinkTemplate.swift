import Foundation

/// How much a row looks like a blink: the largest absolute normalised cross-covariance with a bell-shaped template.
///
/// The template is a Dolph-Chebyshev window in the middle of a row of zeros as long as the epoch. Both rows lose their
/// means, and the sum of products at every shift is divided by the root of the product of their sums of squares.
/// Source: ERPLAB's `pop_artblink`, which calls MATLAB's `xcov(epoch, template, 'coeff')`.
struct BlinkTemplate: Sendable {
  /// Rows that are worked on at once.
  static let rowCount = BlockConvolver.blockCount

  /// Samples of a row.
  private let length: Int
  /// Samples of the window.
  private let width: Int
  /// Place of its first sample in the row of zeros.
  private let start: Int
  /// Mean of the row of zeros with the window in it.
  private let mean: Double
  /// Root of the sum of squares of that row without its mean.
  private let norm: Double
  /// Correlates with the window; of an even one with half of it, see `init`.
  private let convolver: BlockConvolver
  private let reach: Int

  /// A template for rows of `length` samples.
  ///
  /// - Parameter width: Samples of the blink, three or more and fewer than `length`.
  init(width: Int, length: Int) {
    precondition(width >= 3 && width < length, "a blink is shorter than the epoch")
    let window = ChebyshevWindow.values(count: width)
    self.width = width
    self.length = length
    // MATLAB rounds half away from zero, counts from one, and of two largest values takes the second.
    start = (length + 1) / 2 - width / 2 - 1
    let sum = window.reduce(0, +)
    mean = sum / Double(length)
    norm = (window.reduce(0) { $0 + $1 * $1 } - sum * mean).squareRoot()
    // The convolver takes odd numbers of coefficients. A symmetric row of an even number is the sum of two copies, one
    // sample apart, of a symmetric row with one coefficient less, because its z-transform is zero at -1.
    var coefficients = window
    if width % 2 == 0 {
      for place in 1..<width { coefficients[place] -= coefficients[place - 1] }
      coefficients.removeLast()
    }
    reach = coefficients.count / 2
    convolver = BlockConvolver(coefficients: coefficients, longest: length + 2 * reach)
  }

  /// Buffers of one thread; those of a row begin at its number times the length of such a row.
  final class Workspace {
    fileprivate let blocks: BlockConvolver.Workspace
    /// The row without its mean.
    fileprivate let centred: UnsafeMutableBufferPointer<Double>
    /// Its sums from the start, one more than it has samples.
    fileprivate let sums: UnsafeMutableBufferPointer<Double>
    /// Sums of products with the convolver's coefficients at every shift, and a zero.
    fileprivate let products: UnsafeMutableBufferPointer<Double>
    /// The root of its sum of squares.
    fileprivate let norms: UnsafeMutableBufferPointer<Double>

    fileprivate init(_ template: BlinkTemplate) {
      func zeros(_ count: Int) -> UnsafeMutableBufferPointer<Double> {
        let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: count * BlinkTemplate.rowCount)
        buffer.initialize(repeating: 0)
        return buffer
      }
      blocks = BlockConvolver.Workspace(size: template.convolver.size)
      centred = zeros(template.length)
      sums = zeros(template.length + 1)
      products = zeros(template.shiftCount + 1)
      norms = zeros(1)
    }

    deinit {
      centred.deallocate()
      sums.deallocate()
      products.deallocate()
      norms.deallocate()
    }
  }

  /// Buffers for a thread.
  func makeWorkspace() -> Workspace { Workspace(self) }

  /// Shifts at which a row and the convolver's coefficients share a sample.
  private var shiftCount: Int { length + 2 * reach }

  /// Measures up to ``rowCount`` rows.
  ///
  /// - Parameters:
  ///   - values: Shape `[row, time]`.
  ///   - rows: Numbers of the rows that are measured.
  ///   - stride: Samples of a row.
  ///   - offset: Where the part that is measured begins in a row.
  ///   - report: Gets the number of a row and its likeness, 0 to 1; 0 for a row of equal values.
  func measure(
    _ values: Span<Double>, rows: ArraySlice<Int>, stride: Int, offset: Int, _ workspace: Workspace,
    report: (_ row: Int, _ likeness: Double) -> Void
  ) {
    precondition(rows.count <= Self.rowCount, "more rows than the workspace has")
    for (slot, row) in rows.enumerated() {
      let first = row * stride + offset
      center(values.extracting(first..<(first + length)), slot, workspace)
    }
    correlate(rows.count, workspace)
    for (slot, row) in rows.enumerated() {
      let norms = workspace.norms[slot] * norm
      report(row, norms > 0 ? largestCovariance(slot, workspace) / norms : 0)
    }
  }

  /// Takes the mean from a row and sums it up.
  private func center(_ row: Span<Double>, _ slot: Int, _ workspace: Workspace) {
    let offset = row[0]
    // Two sums at a time, because each addition waits for the one before.
    var (even, odd) = (0.0, 0.0)
    for place in stride(from: 0, to: length - 1, by: 2) {
      even += row[unchecked: place] - offset
      odd += row[unchecked: place + 1] - offset
    }
    if length % 2 == 1 { even += row[unchecked: length - 1] - offset }
    let mean = offset + (even + odd) / Double(length)
    let centred = workspace.centred.extracting((slot * length)..<((slot + 1) * length))
    let sums = workspace.sums.extracting((slot * (length + 1))..<((slot + 1) * (length + 1)))
    var (sum, squares) = (0.0, 0.0)
    sums[0] = 0
    for place in 0..<length {
      let value = row[unchecked: place] - mean
      sum += value
      squares += value * value
      centred[place] = value
      sums[place + 1] = sum
    }
    workspace.norms[slot] = squares.squareRoot()
  }

  /// Fills the products of all rows.
  private func correlate(_ rows: Int, _ workspace: Workspace) {
    let blocks = workspace.blocks
    for block in stride(from: 0, to: shiftCount, by: convolver.yield) {
      // The first sample of the row stands where the last coefficient first meets it, `2 * reach` places on.
      let lead = 2 * reach - block
      for slot in 0..<rows {
        let row = UnsafeMutableBufferPointer(start: blocks.rows + slot * blocks.stride, count: convolver.size)
        let inside = max(0, lead)..<max(0, min(convolver.size, lead + length))
        for place in 0..<min(inside.lowerBound, convolver.size) { row[place] = 0 }
        for place in inside { row[place] = workspace.centred[slot * length + place - lead] }
        for place in max(inside.upperBound, 0)..<convolver.size { row[place] = 0 }
      }
      convolver.filter(blocks)
      let count = min(convolver.yield, shiftCount - block)
      for slot in 0..<rows {
        let (source, target) = (blocks.rows + slot * blocks.stride, slot * (shiftCount + 1) + block)
        for place in 0..<count { workspace.products[target + place] = source[place] }
      }
    }
  }

  /// The largest absolute sum of products with the template without its mean, at any shift.
  ///
  /// A window that begins at sample p of the row has its sum of products at place `p + width - 1`. The mean of the
  /// template takes away its share of the samples that both rows cover; since all samples add up to zero, those after a
  /// place are minus those before it.
  private func largestCovariance(_ slot: Int, _ workspace: Workspace) -> Double {
    let products = workspace.products.extracting((slot * (shiftCount + 1))..<((slot + 1) * (shiftCount + 1)))
    let sums = workspace.sums.extracting((slot * (length + 1))..<((slot + 1) * (length + 1)))
    let first = start + width - 1
    // To the right, as far as the window still meets the row, and then to the left.
    let right = min(length, length - start)
    var largest = largest(products, from: first, sums, from: 0, count: right, share: mean)
    let left = min(length - 1, first)
    largest = max(
      largest, self.largest(products, from: first - left, sums, from: length - left, count: left, share: -mean))
    // Farther away only the mean of the template meets the row.
    for place in right..<length { largest = max(largest, abs(mean * sums[place])) }
    for place in 1..<(length - left) { largest = max(largest, abs(mean * sums[place])) }
    return largest
  }

  /// The largest absolute `product + share * sum` of some places, four at a time.
  private func largest(
    _ products: UnsafeMutableBufferPointer<Double>, from first: Int, _ sums: UnsafeMutableBufferPointer<Double>,
    from firstSum: Int, count: Int, share: Double
  ) -> Double {
    guard count > 0 else { return 0 }
    // Of an even window every product is the sum of two; before the first there is none.
    let isEven = width % 2 == 0
    func one(_ place: Int) -> Double {
      let other = isEven && first + place > 0 ? products[first + place - 1] : 0
      return abs(products[first + place] + other + share * sums[firstSum + place])
    }
    var result = one(0)
    var place = 1
    if count > 4, let products = products.baseAddress, let sums = sums.baseAddress {
      let before = UnsafeRawPointer(products + first - 1)
      let size = MemoryLayout<Double>.stride
      let weight = isEven ? 1.0 : 0.0
      var (high, low) = (SIMD4<Double>(repeating: 0), SIMD4<Double>(repeating: 0))
      while place + 4 <= count {
        var value = (before + (place + 1) * size).loadUnaligned(as: SIMD4<Double>.self)
        value += weight * (before + place * size).loadUnaligned(as: SIMD4<Double>.self)
        value += share * UnsafeRawPointer(sums + firstSum + place).loadUnaligned(as: SIMD4<Double>.self)
        high.replace(with: value, where: value .> high)
        low.replace(with: value, where: value .< low)
        place += 4
      }
      result = max(result, high.max(), -low.min())
    }
    while place < count {
      result = max(result, one(place))
      place += 1
    }
    return result
  }
}
