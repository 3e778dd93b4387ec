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
    var sum = 0.0
    for place in 0..<length { sum += row[unchecked: place] - offset }
    let mean = offset + sum / Double(length)
    let centred = workspace.centred.extracting((slot * length)..<((slot + 1) * length))
    let sums = workspace.sums.extracting((slot * (length + 1))..<((slot + 1) * (length + 1)))
    var squares = 0.0
    sums[0] = 0
    for place in 0..<length {
      let value = row[unchecked: place] - mean
      centred[place] = value
      sums[place + 1] = sums[place] + value
      squares += value * value
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
  private func largestCovariance(_ slot: Int, _ workspace: Workspace) -> Double {
    let products = workspace.products.extracting((slot * (shiftCount + 1))..<((slot + 1) * (shiftCount + 1)))
    let sums = workspace.sums.extracting((slot * (length + 1))..<((slot + 1) * (length + 1)))
    let isOdd = width % 2 == 1
    let end = width - 1
    var largest = 0.0
    // A window that begins at sample p of the row has its sum of products at place `p + end`; the mean of the template
    // takes away its share of the samples that both rows cover.
    func window(_ place: Int) -> Double {
      isOdd ? products[place] : products[place] + (place > 0 ? products[place - 1] : 0)
    }
    for shift in 0..<length {
      let place = shift + start + end
      let product = place < length + end ? window(place) : 0
      largest = max(largest, abs(product - mean * (sums[length] - sums[shift])))
    }
    for shift in 1..<length {
      let place = start + end - shift
      let product = place >= 0 ? window(place) : 0
      largest = max(largest, abs(product - mean * sums[length - shift]))
    }
    return largest
  }
}
