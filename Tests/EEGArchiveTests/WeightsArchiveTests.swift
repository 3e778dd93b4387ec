import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Weights in archives")
struct WeightsArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func example(hasCheckpoint: Bool = true) -> WeightsArchive {
    var curve = WeightsArchive.Curve()
    (curve.trainingLoss, curve.validationLoss) = ([0.9, 0.5], [1, 0.75])
    (curve.learningRate, curve.bestEpoch) = ([1e-3, 5e-4], 1)
    let values = (0..<8).map { Float($0) / 3 }
    return WeightsArchive(
      configuration: #"{"model":"lstm"}"#,
      targets: [Prior.Parameter("A_e", unit: "mV"), Prior.Parameter("A_i*a_4*C", unit: "mV")],
      parameters: [
        .init(name: "lstm.weight_ih_l0", shape: [2, 3], values: Array(values[..<6])),
        .init(name: "output.bias", shape: [2], values: Array(values[6...])),
      ],
      scaling: [NamedArray(name: "factor", shape: [], values: [1e6], unit: "1/V", axes: "")],
      input: .init(
        channels: [Channel(name: "Cz", position: Position(x: 0, y: 0, z: 0.1)), Channel(name: "Pz")],
        times: [-0.1, 0, 0.1], rate: 10),
      typicality: .init(
        mean: [1, 2, 3], deviation: [0.5, 0, 2], factor: [1, 0, 0.5, 0.75], shrinkage: 0.125,
        heldOutDistances: [0.5, 1, .infinity], heldOutContexts: [1, 2, 3, 4, 5, 6]),
      data: .init(fingerprint: "00ff", settings: "{}", split: [0, 1, 2, 255, 0]), curve: curve,
      checkpoint: hasCheckpoint
        ? .init(
          values: values, first: values.reversed(), second: values, step: 17, batch: 2, lossSum: 0.125, rowCount: 3)
        : nil)
  }

  @Test("Weights come back equal, and the same content makes the same bytes", arguments: [true, false])
  func roundTrip(hasCheckpoint: Bool) throws {
    let archive = example(hasCheckpoint: hasCheckpoint)
    let paths = [folder.path("first.h5"), folder.path("second.h5")]
    for path in paths { try archive.write(to: path) }
    #expect(try WeightsArchive(reading: paths[0]) == archive)
    #expect(try Data(contentsOf: URL(fileURLWithPath: paths[0])) == Data(contentsOf: URL(fileURLWithPath: paths[1])))
    #expect(try ArchiveKind.detect(paths[0]) == .weights)
  }

  @Test("Data without channels and epochs without validation are stored")
  func withoutChannels() throws {
    var archive = example()
    (archive.input, archive.typicality) = (nil, nil)
    archive.curve.bestEpoch = nil
    try archive.write(to: folder.path("w.h5"))
    #expect(try WeightsArchive(reading: folder.path("w.h5")) == archive)
  }

  @Test("Values that are not finite are refused", arguments: ["state", "scaling", "checkpoint", "typicality"])
  func notFinite(_ place: String) throws {
    var archive = example()
    switch place {
    case "state": archive.parameters[0].values[3] = .nan
    case "scaling": archive.scaling = [NamedArray(name: "factor", shape: [], values: [.infinity], axes: "")]
    case "typicality": archive.typicality?.factor[2] = .nan
    default: archive.checkpoint?.second[0] = .nan
    }
    try archive.write(to: folder.path("w.h5"))
    let error = #expect(throws: ArchiveError.self) { try WeightsArchive(reading: folder.path("w.h5")) }
    #expect(error?.code == .invalidValue)
  }

  @Test("A checkpoint of another network, and a best epoch that there is not, are refused")
  func contradictions() throws {
    var other = example()
    other.checkpoint = .init(values: [1], first: [1], second: [1], step: 1, batch: 0, lossSum: 0, rowCount: 1)
    var best = example()
    best.curve.bestEpoch = 2
    for archive in [other, best] {
      try archive.write(to: folder.path("w.h5"))
      let error = #expect(throws: ArchiveError.self) { try WeightsArchive(reading: folder.path("w.h5")) }
      #expect(error?.code == .invalidValue)
    }
  }

  @Test("Contexts of the training that contradict each other are refused")
  func typicality() throws {
    let changes: [(inout WeightsArchive.Typicality) -> Void] = [
      { $0.deviation = [-1, 1, 1] }, { $0.heldOutDistances[1] = .nan }, { $0.heldOutDistances[0] = -1 },
      { $0.heldOutContexts = [] }, { $0.heldOutContexts[4] = .infinity }, { $0.shrinkage = .nan },
    ]
    for change in changes {
      var archive = example()
      guard var typicality = archive.typicality else { return }
      change(&typicality)
      // A negative deviation counts as none that varies.
      typicality.factor = Array(repeating: 1, count: typicality.deviation.count { $0 > 0 } * 2)
      archive.typicality = typicality
      try archive.write(to: folder.path("w.h5"))
      #expect(throws: ArchiveError.self) { try WeightsArchive(reading: folder.path("w.h5")) }
    }
  }

  @Test("A file that was cut anywhere is an error and no crash", arguments: 0..<40)
  func cut(_ number: Int) throws {
    try example().write(to: folder.path("w.h5"))
    try folder.cut("w.h5", to: Double(number) / 40)
    #expect(throws: (any Error).self) { try WeightsArchive(reading: folder.path("w.h5")) }
  }

  @Test("A file with a changed byte is read or refused, never a crash", arguments: 0..<60)
  func changed(_ seed: Int) throws {
    try example().write(to: folder.path("w.h5"))
    try folder.changeBytes(of: "w.h5", seed: seed)
    if let archive = try? WeightsArchive(reading: folder.path("w.h5")) { #expect(archive.parameters.count > 0) }
  }

  @Test("Another kind of archive is refused by name")
  func otherKind() throws {
    let file = try HDF5File(creating: folder.path("other.h5"))
    try file.setAttribute("evoke_kind", "evoked")
    try file.setAttribute("evoke_version", 1)
    try file.commit()
    let error = #expect(throws: ArchiveError.self) { try WeightsArchive(reading: folder.path("other.h5")) }
    #expect(error?.code == .wrongKind)
  }
}
