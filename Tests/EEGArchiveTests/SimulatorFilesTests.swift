import EvokeNumerics
import Foundation
import HDF5
import TestSupport
import Testing

@testable import EEGArchive

@Suite("Files between a simulator and us")
struct SimulatorFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ body: (HDF5File) throws -> Void) throws -> String {
    let file = try HDF5File(creating: folder.path(name))
    try body(file)
    try file.commit()
    return folder.path(name)
  }

  @Test("Parameters are written with names, units, seed and the first number")
  func parameters() throws {
    let path = folder.path("theta.h5")
    try SimulatorFiles.writeParameters(
      [1, 2, 3, 4, 5, 6], of: [.init("A_e", unit: "mV"), .init("\u{3B1}")], first: 40, seed: .max, to: path)
    let file = try HDF5File(reading: path)
    let theta = try file.dataset("theta")
    #expect(theta.shape == [3, 2])
    #expect(try theta.read(Double.self).values == [1, 2, 3, 4, 5, 6])
    #expect(try theta.attributeTexts("names").values == ["A_e", "\u{3B1}"])
    #expect(try theta.attributeTexts("units").values == ["mV", ""])
    for object in [file, theta] as [any HDF5Object] {
      #expect(try object.attribute("seed", as: UInt64.self) == .max)
      #expect(try object.attribute("first", as: Int.self) == 40)
    }
  }

  @Test("Data of any type are read, with what failed and what is not finite")
  func data() throws {
    let doubles = try write("a.h5") { file in
      try file.write([1, 2, .nan, 4, 5, 6] as [Double], to: "x", shape: [3, 2])
      try file.write([1, 1, 0] as [UInt8], to: "ok", shape: [3])
    }
    let found = try SimulatorFiles.readData(doubles, count: 3)
    #expect(found.dataShape == [2] && found.isGood == [true, true, false])
    #expect(found.values[2].isNaN && found.values[3...] == [4, 5, 6])
    let integers = try write("b.h5") { file in
      try file.write([7, 8] as [Int32], to: "x", shape: [2])
      try file.write([1, 1] as [Int64], to: "ok", shape: [2])
    }
    let scalars = try SimulatorFiles.readData(integers, count: 2)
    #expect(scalars.dataShape == [] && scalars.values == [7, 8] && scalars.isGood == [true, true])
  }

  @Test("Files without data, or with other rows, are refused by name")
  func mistakes() throws {
    let empty = try write("empty.h5") { try $0.write([1.0], to: "y", shape: [1]) }
    var error = #expect(throws: ArchiveError.self) { try SimulatorFiles.readData(empty, count: 1) }
    #expect(error?.code == .missingObject && error?.message.contains("/y") == true)
    let short = try write("short.h5") { try $0.write([1, 2, 3, 4] as [Float], to: "x", shape: [2, 2]) }
    error = #expect(throws: ArchiveError.self) { try SimulatorFiles.readData(short, count: 3) }
    #expect(error?.code == .wrongLayout && error?.message.contains("3 rows") == true)
    let ok = try write("ok.h5") { file in
      try file.write([1, 2] as [Float], to: "x", shape: [2, 1])
      try file.write([1] as [UInt8], to: "ok", shape: [1])
    }
    error = #expect(throws: ArchiveError.self) { try SimulatorFiles.readData(ok, count: 2) }
    #expect(error?.code == .wrongLayout)
    error = #expect(throws: ArchiveError.self) { try SimulatorFiles.readPrior(ok) }
    #expect(error?.code == .missingObject && error?.object == "/prior")
  }

  @Test("A prior has the names that it has itself, those of /theta, or numbers", arguments: ["own", "theta", "none"])
  func prior(names: String) throws {
    let group = PriorGroup.independent([
      .box(lower: [0, 1], upper: [1, 1]), .normal(mean: [0, 0], covariance: [[2, 1], [1, 2]]),
    ])
    let path = try write("prior.h5") { file in
      try PriorArchive.write(group, to: file)
      if names == "own" { try file.group("prior").setAttribute("names", ["a", "b", "c", "d"]) }
      if names == "theta" {
        try file.write([1, 2, 3, 4] as [Double], to: "theta", shape: [1, 4])
        try file.dataset("theta").setAttribute("names", ["p", "q", "r", "s"])
      }
    }
    let found = try SimulatorFiles.readPrior(path)
    let expected = ["own": ["a", "b", "c", "d"], "theta": ["p", "q", "r", "s"]][names]
    #expect(found.parameters.map(\.name) == expected ?? (0..<4).map { "theta_\($0)" })
    #expect(found.group == group)
  }

  @Test("Pairs that are written can be trained on, and say what they were drawn from")
  func pairs() throws {
    let path = folder.path("pairs.h5")
    let prior = WeightsArchive.StoredPrior(
      parameters: [.init("a", unit: "mV"), .init("b")], group: .box(lower: [0, 0], upper: [9, 9]))
    try SimulatorFiles.writePairs(
      theta: [1, 2, 3, 4], x: (0..<12).map(Float.init), shape: [2, 3], isGood: [true, false], prior: prior,
      proposal: "{}", to: path)
    let found = try SimulationsArchive(path)
    #expect(SimulationsArchive.isOfAnotherProgram(path))
    #expect(found.parameters == prior.parameters && found.prior == prior.group && found.dataShape == [2, 3])
    #expect(try found.theta() == [1, 2, 3, 4])
    #expect(try found.x() == (0..<12).map(Float.init))
    #expect(try found.statuses() == [.good, .failed])
  }
}
