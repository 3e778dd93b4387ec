import EEGArchive
import EvokeNumerics
import TestSupport
import Testing

/// Files that h5py wrote: fixtures/generate/simulations.py.
@Suite("Simulations of other programs")
struct ForeignSimulationsTests {
  struct Expected: Sendable {
    let name: String
    let parameters: [Prior.Parameter]
    let prior: PriorGroup
    let count: Int
    let dataShape: [Int]
    var statuses: [SimulationStatus]?
    var noiseLevels: [Double?] = [nil]
  }

  static let files = [
    Expected(
      name: "box", parameters: [.init("theta_0"), .init("theta_1")], prior: .box(lower: [0, -1], upper: [10, 2]),
      count: 5, dataShape: [4]),
    Expected(
      name: "normal", parameters: [.init("A"), .init("\u{3B1}")],
      prior: .normal(mean: [1, 2], covariance: [[2, 0.5], [0.5, 1]]), count: 3, dataShape: [2, 4],
      statuses: [.good, .failed, .good]),
    Expected(
      name: "lognormal", parameters: [.init("theta_0")], prior: .logNormal(location: [4.5], scale: [0.25]), count: 4,
      dataShape: [2, 3, 2]),
    Expected(
      name: "truncated", parameters: [.init("C1"), .init("C2", unit: "mV"), .init("C3", unit: "1/s")],
      prior: .truncatedNormal(
        mean: [1, 2, 3], scale: [1, 1, 0.5], lower: [0, -.infinity, 1], upper: [5, 4, .infinity]),
      count: 4, dataShape: [2, 3], statuses: [.good, .failed, .missing, .good], noiseLevels: [0.5, 1.5]),
    Expected(
      name: "independent", parameters: (0..<5).map { .init("theta_\($0)") },
      prior: .independent([
        .box(lower: [0, 3], upper: [1, 3]), .independent([.logNormal(location: [1], scale: [0.5])]),
        .normal(mean: [0, 1], covariance: [[1, -0.25], [-0.25, 2]]),
      ]),
      count: 2, dataShape: [1]),
  ]

  @Test("theta, x and each kind of prior are read, of any number type, rank and storage", arguments: files)
  func read(file: Expected) throws {
    let archive = try SimulationsArchive(TestFiles.fixture("simulations/\(file.name).h5"))
    #expect(archive.layout == nil)
    #expect(archive.count == file.count)
    #expect(archive.parameters == file.parameters)
    #expect(archive.prior == file.prior)
    #expect(archive.dataShape == file.dataShape)
    #expect(archive.noiseLevels == file.noiseLevels)
    #expect(try archive.statuses() == file.statuses ?? Array(repeating: .good, count: file.count))
    #expect(try archive.source() == nil)
    let theta = (0..<file.count).flatMap { row in file.parameters.indices.map { Double(row) + Double($0) / 8 } }
    #expect(try archive.theta() == theta)
    #expect(try archive.theta(1..<2) == Array(theta[file.parameters.count..<(2 * file.parameters.count)]))
    let row = file.dataShape.reduce(1, *)
    #expect(try archive.x() == (0..<(file.count * row)).map { Float($0) / 4 })
    #expect(try archive.x(1..<2) == (row..<(2 * row)).map { Float($0) / 4 })
    if file.noiseLevels.count == 2 {
      #expect(try archive.x(1..<2, level: 1) == (row..<(2 * row)).map { -Float($0) / 4 })
    }
    var span = [Float](repeating: 0, count: row)
    var values = span.mutableSpan
    try archive.readX(0..<1, into: &values)
    #expect(span == (0..<row).map { Float($0) / 4 })
  }

  @Test("They cannot be merged, and say so")
  func merge() {
    let error = #expect(throws: ArchiveError.self) {
      try SimulationsMerge.check([TestFiles.fixture("simulations/box.h5")])
    }
    #expect(error?.code == .notAnArchive)
  }
}
