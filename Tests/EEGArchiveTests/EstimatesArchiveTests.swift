import EEGArchive
import EvokeNumerics
import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Estimates in archives")
struct EstimatesArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func example(count: Int = 5, hasCovariance: Bool = true) -> EstimatesArchive {
    var generator = SplitMix64(seed: 3)
    func values(_ count: Int) -> [Double] { (0..<count).map { _ in .random(in: -2...9, using: &generator) } }
    return EstimatesArchive(
      targets: [Prior.Parameter("A_e", unit: "mV"), Prior.Parameter("A_i*a_4*C", unit: "mV"), Prior.Parameter("a_1")],
      simulations: (0..<count).map { 7 * $0 + 2 }, estimate: values(3 * count), truth: values(3 * count),
      covariance: hasCovariance ? values(9 * count) : nil, settings: #"{"data":"sims.h5","seed":4}"#)
  }

  @Test("Estimates come back equal, and the same content makes the same bytes", arguments: [true, false])
  func roundTrip(hasCovariance: Bool) throws {
    let archive = example(hasCovariance: hasCovariance)
    let paths = [folder.path("first.h5"), folder.path("second.h5")]
    for path in paths { try archive.write(to: path) }
    #expect(try EstimatesArchive(reading: paths[0]) == archive)
    #expect(try Data(contentsOf: URL(fileURLWithPath: paths[0])) == Data(contentsOf: URL(fileURLWithPath: paths[1])))
    #expect(try ArchiveKind.detect(paths[0]) == .estimates)
  }

  @Test("Arrays have the shapes, types, names and units that the layout says")
  func layout() throws {
    try example().write(to: folder.path("e.h5"))
    let file = try HDF5File(reading: folder.path("e.h5"))
    for name in ["estimate", "truth"] {
      let dataset = try file.dataset(name)
      #expect(dataset.shape == [5, 3])
      #expect(try dataset.attributeTexts("names").values == ["A_e", "A_i*a_4*C", "a_1"])
      #expect(try dataset.attributeTexts("units").values == ["mV", "mV", ""])
      #expect(try dataset.attributeText("axes") == "simulation,target")
    }
    #expect(try file.dataset("covariance").shape == [5, 3, 3])
    #expect(try file.dataset("simulation").read(UInt32.self).values == [2, 9, 16, 23, 30])
  }

  @Test("Deviations are the roots of the covariances' diagonals")
  func deviations() {
    let archive = EstimatesArchive(
      targets: [Prior.Parameter("a"), Prior.Parameter("b")], simulations: [0, 1], estimate: [0, 0, 0, 0],
      truth: [0, 0, 0, 0], covariance: [4, 1, 1, 9, 16, 2, 2, -1], settings: "{}")
    let deviation = archive.deviation ?? []
    #expect(deviation.prefix(3) == [2, 3, 4])
    #expect(deviation.last?.isNaN == true)
    #expect(example(hasCovariance: false).deviation == nil)
  }

  /// Files by hand, each with one thing wrong.
  static let faults: [(code: ArchiveError.Code, object: String, write: @Sendable (HDF5File) throws -> Void)] = [
    (.missingObject, "/estimate", { _ in }),
    (.wrongLayout, "/estimate", { try fill($0, estimate: [3]) }),
    (.wrongLayout, "/estimate", { try fill($0, estimate: [0, 2], truth: [0, 2], simulations: 0) }),
    (.wrongLayout, "/truth", { try fill($0, truth: [2, 2]) }),
    (.wrongLayout, "/simulation", { try fill($0, simulations: 2) }),
    (
      .wrongLayout, "/covariance",
      {
        try fill($0); try $0.write([Double](repeating: 1, count: 6), to: "covariance", shape: [3, 2])
      }
    ),
    (
      .wrongLayout, "/estimate@names",
      {
        try fill($0); try $0.dataset("estimate").setAttribute("names", ["a"])
      }
    ),
  ]

  private static func fill(
    _ file: HDF5File, estimate: [Int] = [3, 2], truth: [Int] = [3, 2], simulations: Int = 3
  ) throws {
    for (name, shape) in [("estimate", estimate), ("truth", truth)] {
      try file.write([Double](repeating: 1, count: shape.reduce(1, *)), to: name, shape: shape)
    }
    try file.write([UInt32](repeating: 1, count: simulations), to: "simulation")
  }

  @Test("What is missing, mistyped or contradictory has its own error", arguments: faults.indices)
  func fault(index: Int) throws {
    let path = folder.path("e.h5")
    let file = try HDF5File(creating: path)
    try file.setAttribute("evoke_kind", "estimates")
    try file.setAttribute("evoke_version", 1)
    try file.setAttribute("evoke_settings", "{}")
    try Self.faults[index].write(file)
    try file.commit()
    let error = #expect(throws: ArchiveError.self) { try EstimatesArchive(reading: path) }
    #expect(error?.code == Self.faults[index].code, "\(error?.description ?? "")")
    #expect(error?.object == Self.faults[index].object)
  }

  @Test("Another kind of archive is refused by name")
  func otherKind() throws {
    let file = try HDF5File(creating: folder.path("other.h5"))
    try file.setAttribute("evoke_kind", "weights")
    try file.setAttribute("evoke_version", 1)
    try file.commit()
    let error = #expect(throws: ArchiveError.self) { try EstimatesArchive(reading: folder.path("other.h5")) }
    #expect(error?.code == .wrongKind)
  }

  @Test("A file that was cut anywhere is an error and no crash", arguments: 0..<20)
  func cut(_ number: Int) throws {
    try example().write(to: folder.path("e.h5"))
    try folder.cut("e.h5", to: Double(number) / 20)
    #expect(throws: (any Error).self) { try EstimatesArchive(reading: folder.path("e.h5")) }
  }

  @Test("A file with changed bytes is read or refused, never a crash", arguments: 0..<60)
  func changed(_ seed: Int) throws {
    try example().write(to: folder.path("e.h5"))
    try folder.changeBytes(of: "e.h5", seed: seed)
    do {
      #expect(try EstimatesArchive(reading: folder.path("e.h5")).simulations.count > 0)
    } catch let error as ArchiveError {
      #expect(!error.message.isEmpty)
    } catch let error as HDF5Error {
      #expect(!error.message.isEmpty)
    }
  }
}
