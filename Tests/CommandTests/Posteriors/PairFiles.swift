import Foundation
import HDF5
import TestSupport

/// Pairs as another program writes them: data are the parameters, normal with mean 0 and deviation 2 in a box, and noise.
struct PairFiles {
  let folder: TemporaryFolder

  /// Writes pairs.
  ///
  /// - Parameters:
  ///   - half: Half the width of the prior, a box around 0; nil leaves the prior out.
  ///   - spoilt: Pairs whose data are not numbers.
  ///   - failed: Pairs that `/ok` says are no good; nil leaves it out.
  func write(
    _ name: String, count: Int, seed: UInt64, half: Double? = 3, spoilt: Set<Int> = [], failed: Set<Int>? = nil
  ) throws {
    var generator = SplitMix64(seed: seed)
    let theta = (0..<2 * count).map { _ in Double.random(in: -3...3, using: &generator) }
    let x = (0..<3 * count).map { place -> Float in
      let pair = place / 3
      if spoilt.contains(pair) { return .nan }
      let parts = [theta[2 * pair], theta[2 * pair + 1], theta[2 * pair] - theta[2 * pair + 1]]
      // Three uniform numbers are nearly normal.
      let noise = (0..<3).reduce(0.0) { sum, _ in sum + Double.random(in: -0.5...0.5, using: &generator) }
      return Float(parts[place % 3] + noise)
    }
    let file = try HDF5File(creating: folder.path(name))
    try file.createDataset("theta", of: Double.self, shape: [count, 2]).write(theta)
    try file.dataset("theta").setAttribute("names", ["a", "b"])
    try file.createDataset("x", of: Float.self, shape: [count, 3]).write(x)
    if let half {
      let prior = try file.createGroup("prior")
      try prior.setAttribute("kind", "box")
      try prior.createDataset("lower", of: Double.self, shape: [2]).write([-half, -half])
      try prior.createDataset("upper", of: Double.self, shape: [2]).write([half, half])
    }
    if let failed {
      let ok = try file.createDataset("ok", of: UInt8.self, shape: [count])
      try ok.write((0..<count).map { failed.contains($0) ? UInt8(0) : 1 })
    }
    try file.commit()
  }

  /// Writes pairs whose data are records, `[pair, records, 2]`: the parameters and normal noise of deviation 1, and NaN
  /// behind those of a pair that has fewer.
  func writeRecords(_ name: String, count: Int, records: Int, seed: UInt64, fewer: [Int: Int] = [:]) throws {
    var generator = SplitMix64(seed: seed)
    let theta = (0..<2 * count).map { _ in Double.random(in: -3...3, using: &generator) }
    let x = (0..<count * records * 2).map { place -> Float in
      let (pair, record) = (place / (2 * records), place / 2 % records)
      // Twelve uniform numbers of variance 1/12 each.
      let noise = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: -0.5...0.5, using: &generator) }
      return record < fewer[pair] ?? records ? Float(theta[2 * pair + place % 2] + noise) : .nan
    }
    let file = try HDF5File(creating: folder.path(name))
    try file.createDataset("theta", of: Double.self, shape: [count, 2]).write(theta)
    try file.dataset("theta").setAttribute("names", ["a", "b"])
    try file.createDataset("x", of: Float.self, shape: [count, records, 2]).write(x)
    let prior = try file.createGroup("prior")
    try prior.setAttribute("kind", "box")
    try prior.createDataset("lower", of: Double.self, shape: [2]).write([-3.0, -3.0])
    try prior.createDataset("upper", of: Double.self, shape: [2]).write([3.0, 3.0])
    try file.commit()
  }

  /// Writes observations without parameters.
  func writeObservations(_ values: [Float], _ name: String, shape: [Int]) throws {
    let file = try HDF5File(creating: folder.path(name))
    try file.createDataset("x", of: Float.self, shape: shape).write(values)
    try file.commit()
  }
}
