import EEGArchive
import EvokeNumerics
import Foundation
import HDF5
import TestSupport

/// Files of seeded draws.
struct SampleFiles {
  let folder: TemporaryFolder

  /// Standard normals by Box and Muller, moved.
  static func normals(_ count: Int, shift: Double = 0, seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let (u, v) = (Double.random(in: 1e-12..<1, using: &generator), Double.random(in: 0..<1, using: &generator))
      return shift + (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
  }

  /// An HDF5 file with draws, and names where they are given.
  func write(_ values: [Double], _ name: String, shape: [Int], dataset: String = "samples", names: [String]? = nil)
    throws
  {
    let file = try HDF5File(creating: folder.path(name))
    try file.write(values, to: dataset, shape: shape)
    if let names { try file.dataset(dataset).setAttribute("names", names) }
    try file.commit()
  }

  /// A table with a line of names.
  func writeTable(_ values: [Double], _ name: String, names: [String]) throws {
    let rows = stride(from: 0, to: values.count, by: names.count).map { start in
      values[start..<start + names.count].map { "\($0)" }.joined(separator: ",")
    }
    try ([names.joined(separator: ",")] + rows).joined(separator: "\n")
      .write(toFile: folder.path(name), atomically: true, encoding: .utf8)
  }

  /// An archive of two observations, with all that it may have.
  func writeArchive(_ name: String, draws: Int = 400) throws {
    let values = Self.normals(2 * draws * 2, seed: 8)
    try PosteriorArchive(
      parameters: [.init("A_e", unit: "mV"), .init("a_1")], observationCount: 2,
      samples: values, logDensities: values.indices.filter { $0 % 2 == 0 }.map { -values[$0] * values[$0] },
      map: .init(values: [0.1, -0.1, 0.2, -0.2], logDensities: [-1, -2]),
      observation: ObservedData(shape: [2, 3], values: .single([1, 2, 3, 4, 5, 6])), truth: [0.5, -0.5, 1, -1],
      prior: .box(lower: [-6, -6], upper: [6, 6]),
      settings: #"{"draws":400,"observation":"x.h5","seed":3,"verb":"sample","weights":"w.h5"}"#
    ).write(to: folder.path(name))
  }
}
