import ERP
import HDF5
import TestSupport
import Testing

/// What SciPy and MNE-Python make of filters: `fixtures/filters.h5`, from `fixtures/generate/filters.py`.
struct FilterReference {
  private let file: HDF5File

  init() throws { file = try HDF5File(reading: TestFiles.fixture("filters.h5")) }

  /// A group of the file.
  struct Group {
    let group: HDF5Group

    func values(_ name: String) throws -> [Double] { try group.dataset(name).read(Double.self).values }
    func has(_ name: String) -> Bool { group.exists(name) }
    func number(_ name: String) throws -> Double { try group.attribute(name) }

    /// A frequency, or nil where there is none.
    func frequency(_ name: String) throws -> Double? {
      let value = try number(name)
      return value.isNaN ? nil : value
    }

    /// The samples that were filtered.
    func samples() throws -> [Double] {
      FilterReference.noise(Int(try number("count")), seed: UInt64(try number("seed")))
    }
  }

  func group(_ name: String) throws -> Group { Group(group: try file.group(name)) }

  /// `noise` of the generating script, to the last bit.
  static func noise(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed)
    var level = 0.0
    return (0..<count).map { _ in
      let uniform = Double(generator.next() >> 11) * 0x1p-53 - 0.5
      level += 0.125 * uniform
      return 1000 + level + 32 * uniform
    }
  }

  /// The places of a filtered signal that the script keeps.
  static func kept(_ values: [Double]) -> [Double] {
    let (ends, step) = (24, 997)
    guard values.count > 4 * ends else { return values }
    return values[..<ends] + stride(from: ends, to: values.count - ends, by: step).map { values[$0] }
      + values[(values.count - ends)...]
  }
}

/// Largest difference relative to the largest value expected.
func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
  guard values.count == expected.count, let largest = expected.map(abs).max() else { return .infinity }
  let worst = zip(values, expected).map { abs($0 - $1) }.max() ?? .infinity
  return worst.isNaN ? .infinity : worst / largest
}
