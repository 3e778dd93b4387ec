/// How the rows of a matrix are grouped: the tokens of every sample stand one behind the other.
public struct Sequences: Hashable, Sendable {
  /// First row of every sample, and behind the last one; nil if all have the same length.
  private let bounds: [Int]?
  private let length: Int
  /// Number of samples.
  public let count: Int

  /// Samples of one length.
  public init(count: Int, length: Int) {
    precondition(count >= 0 && length > 0, "a sequence has tokens")
    (self.count, self.length, bounds) = (count, length, nil)
  }

  /// Samples of any lengths.
  public init(lengths: [Int]) {
    precondition(lengths.allSatisfy { $0 > 0 }, "a sequence has tokens")
    var bounds = [0]
    for length in lengths { bounds.append(bounds[bounds.count - 1] + length) }
    (count, length, self.bounds) = (lengths.count, lengths.max() ?? 0, bounds)
  }

  /// Rows of all samples together.
  public var rowCount: Int { bounds?[count] ?? count * length }
  /// Rows of the longest sample.
  public var longest: Int { length }
  /// Rows of a sample.
  public func rows(of sample: Int) -> Range<Int> {
    if let bounds { return bounds[sample]..<bounds[sample + 1] }
    return sample * length..<(sample + 1) * length
  }
}
