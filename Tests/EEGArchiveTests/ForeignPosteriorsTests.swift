import EEGArchive
import EvokeNumerics
import Foundation
import HDF5
import TestSupport
import Testing

/// Files that h5py wrote: fixtures/generate/posteriors.py.
@Suite("Posteriors and observations of other programs")
struct ForeignPosteriorsTests {
  private func path(_ name: String) -> String { TestFiles.fixture("posteriors/\(name).h5") }

  private func eighths(_ count: Int) -> [Double] { (0..<count).map { Double($0) / 8 } }

  private func whole(_ shape: [Int]) -> ObservedData {
    ObservedData(shape: shape, values: .single((0..<shape.reduce(1, *)).map { Float($0) }))
  }

  @Test("A file with nothing but /samples is a posterior of one observation")
  func single() throws {
    #expect(PosteriorArchive.isOfAnotherProgram(path("single")))
    let archive = try PosteriorArchive(reading: path("single"))
    #expect(archive.observationCount == 1)
    #expect(archive.drawCount == 6)
    #expect(archive.parameters == [.init("theta_0"), .init("theta_1")])
    #expect(archive.samples == eighths(12))
    #expect(archive.map == nil)
    #expect(archive.truth == nil)
    #expect(archive.prior == nil)
    #expect(archive.observation == nil)
  }

  @Test("The axis of one observation may be absent everywhere")
  func flat() throws {
    let archive = try PosteriorArchive(reading: path("flat"))
    #expect(archive.observationCount == 1)
    #expect(archive.drawCount == 4)
    #expect(archive.parameters.map(\.name) == ["A", "\u{3B1}", "C"])
    #expect(archive.samples == eighths(12))
    #expect(archive.logDensities == [-1.5, -.infinity, 0, 2])
    #expect(archive.map == .init(values: [1, 2, 3], logDensities: [2.5]))
    #expect(archive.truth == [0, 1, 2])
    #expect(archive.observation == ObservedData(shape: [1, 5], values: .double([0, 1, 2, 3, 4])))
    #expect(archive.prior == nil)
  }

  @Test("Several observations, with units, truth, data and prior")
  func several() throws {
    let archive = try PosteriorArchive(reading: path("several"))
    #expect(archive.observationCount == 2)
    #expect(archive.drawCount == 5)
    #expect(archive.parameters == [.init("A_e", unit: "mV"), .init("b_e", unit: "1/s")])
    #expect(archive.samples == eighths(20))
    #expect(archive.truth == eighths(4))
    #expect(archive.observation == whole([2, 3, 4]))
    #expect(archive.prior == .box(lower: [-1, -1], upper: [9, 9]))
  }

  @Test("Sample sets are found at /samples, or where the name says", arguments: ["", ":/samples"])
  func sets(suffix: String) throws {
    let sets = try SampleSets(reading: path("several") + suffix)
    #expect(sets.observationCount == 2)
    #expect(sets.drawCount == 5)
    #expect(sets.hasNames)
    #expect(sets.samples == eighths(20))
    #expect(sets.draws(of: 1).elementsEqual(eighths(20)[10...]))
    #expect(sets.columns([1, 0]).parameters.map(\.name) == ["b_e", "A_e"])
    #expect(sets.columns([1]).samples == stride(from: 1, to: 20, by: 2).map { eighths(20)[$0] })
  }

  @Test("A dataset of any name holds samples, with or without observations")
  func named() throws {
    let sets = try SampleSets(reading: path("chains") + ":/posterior/theta")
    #expect(sets.observationCount == 3)
    #expect(sets.drawCount == 4)
    #expect(sets.parameterCount == 2)
    #expect(!sets.hasNames)
    let flat = try SampleSets(reading: path("chains") + ":/posterior/lp")
    #expect(flat.observationCount == 1)
    #expect(flat.drawCount == 3)
    #expect(flat.parameterCount == 4)
    #expect(flat.parameters.map(\.name) == ["theta_0", "theta_1", "theta_2", "theta_3"])
  }

  @Test("What is there instead is said", arguments: [("chains", "/posterior"), ("chains:/posterior", "/posterior")])
  func missing(name: String, hint: String) throws {
    let parts = name.split(separator: ":", maxSplits: 1)
    let error = #expect(throws: ArchiveError.self) {
      try SampleSets(reading: path(String(parts[0])) + (parts.count > 1 ? ":\(parts[1])" : ""))
    }
    #expect(error?.code == .missingObject)
    #expect(error?.message.contains("the file holds \(hint)") == true, "\(error?.message ?? "")")
  }

  @Test("A file that is not there, or no HDF5, is an error of the file", arguments: ["nosuch.h5", "oddball.edf"])
  func noFile(name: String) {
    #expect(throws: HDF5Error.self) { try SampleSets(reading: TestFiles.fixture(name)) }
    #expect(throws: HDF5Error.self) { try ObservationFile(reading: TestFiles.fixture(name)) }
  }

  @Test("Observations have any rank and number type, and their parameters where the file has them")
  func observations() throws {
    let file = try ObservationFile(reading: path("observations"))
    #expect(file.data == whole([3, 4]))
    #expect(file.rows == [0, 1, 2])
    #expect(file.count == 3)
    #expect(file.input == nil)
    #expect(file.parameters == [.init("a"), .init("b")])
    #expect(file.theta == eighths(6))
    let numbers = try ObservationFile(reading: path("numbers"))
    #expect(numbers.data == ObservedData(shape: [4], values: .double([0, 1, 2, 3])))
    #expect(numbers.data.dataShape.isEmpty)
    #expect(numbers.theta == nil)
    #expect(numbers.parameters == nil)
    let booleans = try ObservationFile(reading: path("booleans"))
    #expect(booleans.data == ObservedData(shape: [2, 3], values: .double([0, 1, 0, 1, 0, 1])))
  }

  @Test("Observations that /ok calls no good are left out, at the level of noise that is asked for")
  func failed() throws {
    let file = try ObservationFile(reading: path("failed"))
    #expect(file.rows == [0, 2])
    #expect(file.theta == [0, 0.25])
    #expect(file.data.doubles == [0, 1, 4, 5])
    #expect(try ObservationFile(reading: path("failed"), noiseLevel: 1.5).data.doubles == [0, -1, -4, -5])
    let error = #expect(throws: ArchiveError.self) { try ObservationFile(reading: path("failed"), noiseLevel: 2) }
    #expect(error?.code == .invalidValue && error?.message.contains("0.5, 1.5") == true)
  }

  @Test("An archive of simulations is read like any file, with channels and times")
  func simulations() throws {
    let folder = try TemporaryFolder()
    let job = SimulationsJob(seed: 4, total: 12)
    try job.write(to: folder.path("sims.h5"))
    let archive = try SimulationsArchive(folder.path("sims.h5"))
    let file = try ObservationFile(reading: folder.path("sims.h5"))
    let good = try archive.statuses().enumerated().filter { $0.element == .good }.map(\.offset)
    #expect(file.rows == good)
    #expect(file.parameters == archive.parameters)
    #expect(file.data.shape == [good.count] + archive.dataShape)
    #expect(try file.data.rows([0]).floats == archive.x(good[0]..<good[0] + 1))
    #expect(file.input?.times == archive.layout?.times)
    #expect(file.input?.channels == archive.layout?.channels)
  }

  /// Files by hand, each with one thing wrong.
  static let faults: [(code: ArchiveError.Code, hint: String, write: @Sendable (HDF5File) throws -> Void)] = [
    (
      .missingObject, "the file holds /samples, /y", { for name in ["y", "samples"] { try $0.write([1.0], to: name) } }
    ),
    (.missingObject, "the file is empty", { _ in }),
    (.missingObject, "the file holds /x", { _ = try $0.createGroup("x") }),
    (.wrongLayout, "[observation, …]", { try $0.write([1.0], to: "x", shape: []) }),
    (.wrongLayout, "[observation, …]", { try $0.write([Double](), to: "x", shape: [0, 3]) }),
    (.wrongLayout, "text", { try $0.write(["a"], to: "x") }),
    (.invalidValue, "nan at [1, 0]", { try $0.write([1, 2, .nan, 3], to: "x", shape: [2, 2]) }),
    (.invalidValue, "inf at [0]", { try $0.write([Float.infinity, 1], to: "x") }),
    (
      .wrongLayout, "[2, 3]",
      {
        try $0.write([1.0], to: "x"); try $0.write([Double](repeating: 1, count: 6), to: "theta", shape: [2, 3])
      }
    ),
    (
      .invalidValue, "nan at [0, 0]",
      {
        try $0.write([1.0], to: "x"); try $0.write([Double.nan], to: "theta", shape: [1, 1])
      }
    ),
    (
      .invalidValue, "none",
      {
        try $0.write([1.0], to: "x"); try $0.write([UInt8(0)], to: "ok")
      }
    ),
    (
      .wrongKind, "'evoked'",
      {
        try $0.setAttribute("evoke_kind", "evoked")
        try $0.setAttribute("evoke_version", 1)
      }
    ),
  ]

  @Test(
    "Observations that are missing, mistyped or no numbers are refused with what is there", arguments: faults.indices)
  func fault(index: Int) throws {
    let folder = try TemporaryFolder()
    let file = try HDF5File(creating: folder.path("x.h5"))
    try Self.faults[index].write(file)
    try file.commit()
    let error = #expect(throws: ArchiveError.self) { try ObservationFile(reading: folder.path("x.h5")) }
    #expect(error?.code == Self.faults[index].code, "\(error?.description ?? "")")
    #expect(error?.description.contains(Self.faults[index].hint) == true, "\(error?.description ?? "")")
  }
}
