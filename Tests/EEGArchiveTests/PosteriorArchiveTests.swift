import EEGArchive
import EvokeNumerics
import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Posteriors in archives")
struct PosteriorArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  enum Extent: CaseIterable { case all, least }

  private func example(_ extent: Extent = .all) -> PosteriorArchive {
    var generator = SplitMix64(seed: 3)
    func values(_ count: Int) -> [Double] { (0..<count).map { _ in .random(in: -2...9, using: &generator) } }
    let parameters = [Prior.Parameter("A_e", unit: "mV"), Prior.Parameter("a_1")]
    guard extent == .all else {
      return PosteriorArchive(parameters: parameters, observationCount: 1, samples: values(8), settings: "{}")
    }
    var diagnostics = PosteriorArchive.Diagnostics()
    diagnostics.mahalanobisDistance = [0.5, .infinity, 3]
    diagnostics.outOfDistributionP = [0.9, 0.01, 0.2]
    diagnostics.predictiveP = [0.5, 1, 0.005]
    diagnostics.predictiveInsideShare = [0.9, 1, 0]
    let bands = (0..<16).map { Double($0) }
    return PosteriorArchive(
      parameters: parameters, observationCount: 3, samples: values(3 * 5 * 2), logDensities: values(15),
      map: .init(values: values(6), logDensities: values(3)),
      observation: ObservedData(shape: [3, 2, 4], values: .single((0..<24).map { Float($0) / 3 })), truth: values(6),
      prior: .box(lower: [-2, -2], upper: [9, 9]), diagnostics: diagnostics,
      predictive: .init(level: 0.9, lower: bands.map { $0 - 1 }, median: bands, upper: bands.map { $0 + 1 }),
      settings: #"{"draws":5,"seed":4,"verb":"sample"}"#)
  }

  @Test("A posterior comes back equal, and the same content makes the same bytes", arguments: Extent.allCases)
  func roundTrip(extent: Extent) throws {
    let archive = example(extent)
    let paths = [folder.path("first.h5"), folder.path("second.h5")]
    for path in paths { try archive.write(to: path) }
    #expect(try PosteriorArchive(reading: paths[0]) == archive)
    #expect(try Data(contentsOf: URL(fileURLWithPath: paths[0])) == Data(contentsOf: URL(fileURLWithPath: paths[1])))
    #expect(try ArchiveKind.detect(paths[0]) == .posterior)
    #expect(!PosteriorArchive.isOfAnotherProgram(paths[0]))
  }

  @Test("Arrays have the shapes, types, names and units that the layout says")
  func layout() throws {
    try example().write(to: folder.path("p.h5"))
    let file = try HDF5File(reading: folder.path("p.h5"))
    let expected: [(name: String, shape: [Int], axes: String)] = [
      ("samples", [3, 5, 2], "observation,draw,parameter"), ("map", [3, 2], "observation,parameter"),
      ("truth", [3, 2], "observation,parameter"), ("log_prob", [3, 5], "observation,draw"),
      ("map_log_prob", [3], "observation"), ("observation", [3, 2, 4], "observation,axis_0,axis_1"),
      ("diagnostics/mahalanobis_distance", [3], "observation"), ("diagnostics/predictive_p", [3], "observation"),
      ("predictive/lower", [2, 2, 4], "observation,axis_0,axis_1"), ("predictive/level", [], ""),
    ]
    for (name, shape, axes) in expected {
      let dataset = try file.dataset(name)
      #expect(dataset.shape == shape)
      #expect(try dataset.attributeText("axes") == axes)
      #expect(dataset.type == .float(bits: name == "observation" ? 32 : 64))
      guard ["samples", "map", "truth"].contains(name) else { continue }
      #expect(try dataset.attributeTexts("names").values == ["A_e", "a_1"])
      #expect(try dataset.attributeTexts("units").values == ["mV", ""])
    }
    #expect(try file.group("prior").attributeText("kind") == "box")
    #expect(
      try file.links() == [
        "diagnostics", "log_prob", "map", "map_log_prob", "observation", "predictive", "prior", "samples", "truth",
      ])
  }

  @Test("Data stay in the precision in which they are given")
  func precision() throws {
    let values = [0.1, 1e300, -2]
    let archive = PosteriorArchive(
      parameters: [.init("a")], observationCount: 3, samples: [1, 2, 3],
      observation: ObservedData(shape: [3], values: .double(values)), settings: "{}")
    try archive.write(to: folder.path("p.h5"))
    #expect(try PosteriorArchive(reading: folder.path("p.h5")).observation?.doubles == values)
    #expect(try HDF5File(reading: folder.path("p.h5")).dataset("observation").type == .float(bits: 64))
  }

  @Test("Draws of an observation are its part of the samples")
  func draws() {
    let archive = example()
    #expect(Array(archive.draws(of: 1)) == Array(archive.samples[10..<20]))
    #expect(archive.drawCount == 5 && archive.parameterCount == 2)
  }

  /// Files by hand, each with one thing wrong.
  static let faults: [(code: ArchiveError.Code, object: String, write: @Sendable (HDF5File) throws -> Void)] = [
    (.missingObject, "/samples", { _ in }),
    (.wrongLayout, "/samples", { try $0.write([1.0, 2], to: "samples") }),
    (.wrongLayout, "/samples", { try $0.write([1.0], to: "samples", shape: [1, 1, 1, 1]) }),
    (.wrongLayout, "/samples", { try $0.write([Double](), to: "samples", shape: [2, 0, 3]) }),
    (.wrongLayout, "/samples", { try $0.write(["a", "b"], to: "samples", shape: [1, 1, 2]) }),
    (.invalidValue, "/samples", { try fill($0, value: .nan) }),
    (
      .wrongLayout, "/samples@names",
      {
        try fill($0); try $0.dataset("samples").setAttribute("names", ["a"])
      }
    ),
    (
      .wrongLayout, "/log_prob",
      {
        try fill($0); try add($0, "log_prob", [2, 4])
      }
    ),
    (
      .invalidValue, "/log_prob",
      {
        try fill($0); try add($0, "log_prob", [2, 3], .nan)
      }
    ),
    (
      .invalidValue, "/log_prob",
      {
        try fill($0); try add($0, "log_prob", [2, 3], .infinity)
      }
    ),
    (
      .wrongLayout, "/map",
      {
        try fill($0); try add($0, "map", [2])
      }
    ),
    (
      .invalidValue, "/map",
      {
        try fill($0); try add($0, "map", [2, 2], .infinity)
      }
    ),
    (
      .wrongLayout, "/map_log_prob",
      {
        try fill($0); try add($0, "map", [2, 2]); try add($0, "map_log_prob", [3])
      }
    ),
    (
      .wrongLayout, "/truth",
      {
        try fill($0); try add($0, "truth", [2, 1])
      }
    ),
    (
      .invalidValue, "/truth",
      {
        try fill($0); try add($0, "truth", [2, 2], .nan)
      }
    ),
    (
      .wrongLayout, "/observation",
      {
        try fill($0); try add($0, "observation", [3, 2])
      }
    ),
    (
      .wrongLayout, "/observation",
      {
        try fill($0); try $0.write(["a", "b"], to: "observation")
      }
    ),
    (
      .missingObject, "/prior@kind",
      {
        try fill($0); _ = try $0.createGroup("prior")
      }
    ),
    (
      .invalidValue, "/prior",
      {
        try fill($0)
        let prior = try $0.createGroup("prior")
        try prior.setAttribute("kind", "box")
        for name in ["lower", "upper"] { try prior.write([1.0, 2, 3], to: name) }
      }
    ),
    (
      .wrongLayout, "/diagnostics/predictive_p",
      {
        try fill($0); try add($0, "diagnostics/predictive_p", [3])
      }
    ),
    (
      .invalidValue, "/diagnostics/out_of_distribution_p",
      {
        try fill($0); try add($0, "diagnostics/out_of_distribution_p", [2], 1.5)
      }
    ),
    (
      .invalidValue, "/diagnostics/mahalanobis_distance",
      {
        try fill($0); try add($0, "diagnostics/mahalanobis_distance", [2], .nan)
      }
    ),
    (
      .missingObject, "/predictive",
      {
        try fill($0); try add($0, "predictive/lower", [2, 3])
      }
    ),
    (
      .wrongLayout, "/predictive/median",
      {
        try fill($0); try add($0, "observation", [2, 3])
        for (name, shape) in [("lower", [2, 3]), ("median", [2, 4]), ("upper", [2, 3])] {
          try add($0, "predictive/\(name)", shape)
        }
      }
    ),
    (
      .wrongLayout, "/predictive",
      {
        try fill($0); try add($0, "observation", [2, 3])
        for name in ["lower", "median", "upper"] { try add($0, "predictive/\(name)", [2, 3]) }
        try add($0, "predictive/level", [1], 1.5)
      }
    ),
  ]

  @Test("Observations that nobody predicted have no number, and files say so")
  func unpredicted() throws {
    var diagnostics = PosteriorArchive.Diagnostics()
    diagnostics.predictiveP = [0.5, .nan]
    let archive = PosteriorArchive(
      parameters: [.init("a")], observationCount: 2, samples: [1, 2],
      observation: ObservedData(shape: [2], values: .double([1, 2])), diagnostics: diagnostics,
      predictive: .init(level: 0.8, lower: [0], median: [.nan], upper: [2]), settings: "{}")
    try archive.write(to: folder.path("p.h5"))
    let found = try PosteriorArchive(reading: folder.path("p.h5"))
    let p = try #require(found.diagnostics.predictiveP)
    #expect(p[0] == 0.5 && p[1].isNaN && found.diagnostics.mahalanobisDistance == nil)
    #expect(found.predictive?.lower == [0] && found.predictive?.median[0].isNaN == true)
  }

  private static func fill(_ file: HDF5File, value: Double = 1) throws { try add(file, "samples", [2, 3, 2], value) }

  private static func add(_ file: HDF5File, _ name: String, _ shape: [Int], _ value: Double = 1) throws {
    var values = [Double](repeating: 1, count: shape.reduce(1, *))
    values[values.count - 1] = value
    try file.write(values, to: name, shape: shape)
  }

  @Test("What is missing, mistyped or contradictory has its own error", arguments: faults.indices)
  func fault(index: Int) throws {
    let path = folder.path("p.h5")
    let file = try HDF5File(creating: path)
    try file.setAttribute("evoke_kind", "posterior")
    try file.setAttribute("evoke_version", 1)
    try file.setAttribute("evoke_settings", "{}")
    try Self.faults[index].write(file)
    try file.commit()
    let error = #expect(throws: ArchiveError.self) { try PosteriorArchive(reading: path) }
    #expect(error?.code == Self.faults[index].code, "\(error?.description ?? "")")
    #expect(error?.object == Self.faults[index].object)
  }

  @Test("The place of a value that is no number is named")
  func place() throws {
    let file = try HDF5File(creating: folder.path("p.h5"))
    var values = [Double](repeating: 0, count: 24)
    values[17] = .nan
    try file.write(values, to: "samples", shape: [2, 4, 3])
    try file.commit()
    let error = #expect(throws: ArchiveError.self) { try PosteriorArchive(reading: folder.path("p.h5")) }
    #expect(error?.message.contains("nan at [1, 1, 2]") == true, "\(error?.message ?? "")")
  }

  @Test("Another kind of archive is refused by name, and a posterior by those who want another")
  func otherKind() throws {
    let file = try HDF5File(creating: folder.path("other.h5"))
    try file.setAttribute("evoke_kind", "weights")
    try file.setAttribute("evoke_version", 1)
    try file.commit()
    #expect(throws: ArchiveError.self) { try PosteriorArchive(reading: folder.path("other.h5")) }
    try example().write(to: folder.path("p.h5"))
    let error = #expect(throws: ArchiveError.self) { try EstimatesArchive(reading: folder.path("p.h5")) }
    #expect(error?.code == .wrongKind)
  }

  @Test("A file that was cut anywhere is an error and no crash", arguments: 0..<20)
  func cut(_ number: Int) throws {
    try example().write(to: folder.path("p.h5"))
    try folder.cut("p.h5", to: Double(number) / 20)
    #expect(throws: (any Error).self) { try PosteriorArchive(reading: folder.path("p.h5")) }
  }

  @Test("A file with changed bytes is read or refused, never a crash", arguments: 0..<60)
  func changed(_ seed: Int) throws {
    try example().write(to: folder.path("p.h5"))
    try folder.changeBytes(of: "p.h5", seed: seed)
    do {
      #expect(try PosteriorArchive(reading: folder.path("p.h5")).samples.allSatisfy(\.isFinite))
    } catch let error as ArchiveError {
      #expect(!error.message.isEmpty)
    } catch let error as HDF5Error {
      #expect(!error.message.isEmpty)
    }
  }
}

/// What this module wrote, kept for the tests of `python/`.
@Suite("Stored posterior")
struct StoredPosteriorTests {
  /// Parameter j of draw i of observation k is k + i / 8 + 100 j, and so on.
  static let archive = PosteriorArchive(
    parameters: [.init("A_e", unit: "mV"), .init("\u{3B1}")], observationCount: 3,
    samples: (0..<24).map { StoredPosteriorTests.sample($0) },
    logDensities: (0..<12).map { -Double($0) },
    map: .init(values: [0.5, 100.5, 1.5, 101.5, 2.5, 102.5], logDensities: [1, 2, 3]),
    observation: ObservedData(shape: [3, 2, 2], values: .single((0..<12).map { Float($0) })),
    truth: [0, 100, 1, 101, 2, 102], prior: .box(lower: [0, 0], upper: [10, 200]),
    settings: #"{"draws":4,"observation":"x.h5","seed":9,"verb":"sample","weights":"w.h5"}"#)

  private static func sample(_ place: Int) -> Double {
    let (observation, draw, parameter) = (place / 8, place / 2 % 4, place % 2)
    return Double(observation) + Double(draw) / 8 + Double(100 * parameter)
  }

  @Test("It holds what is written today; EVOKE_WRITE_FIXTURES makes it anew")
  func stored() throws {
    let path = TestFiles.fixture("posteriors/archive.h5")
    if ProcessInfo.processInfo.environment["EVOKE_WRITE_FIXTURES"] != nil { try Self.archive.write(to: path) }
    #expect(try PosteriorArchive(reading: path) == Self.archive)
  }
}
