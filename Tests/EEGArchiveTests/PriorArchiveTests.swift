import EEGArchive
import EvokeNumerics
import HDF5
import TestSupport
import Testing

@Suite("Priors in archives")
struct PriorArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func random(using generator: inout SplitMix64) -> PriorDistribution {
    let mean = Double.random(in: -5...5, using: &generator)
    let scale = Double.random(in: 0.1...3, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: return .box(lower: mean, upper: mean + scale)
    case 1: return .normal(mean: mean, scale: scale)
    case 2: return .logNormal(location: mean, scale: scale)
    case 3: return .fixed(mean)
    default:
      return .truncatedNormal(
        mean: mean, scale: scale, lower: Bool.random(using: &generator) ? mean - scale : -.infinity,
        upper: Bool.random(using: &generator) ? mean + 2 * scale : .infinity)
    }
  }

  @Test("Any prior comes back equal", arguments: 0..<100)
  func roundTrip(seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    var components = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
      Prior.Component.single(random(using: &generator))
    }
    if components.isEmpty || Bool.random(using: &generator) {
      let normal = try CorrelatedNormal(mean: [1, 2], covariance: [[2, 0.5], [0.5, 1]])
      components.insert(.correlated(normal), at: Int.random(in: 0...components.count, using: &generator))
    }
    let parameters = (0..<components.reduce(0) { $0 + $1.count }).map { Prior.Parameter("p\($0)") }
    let prior = try Prior(parameters, components).group
    let path = folder.path("prior.h5")
    let file = try HDF5File(creating: path)
    try PriorArchive.write(prior, to: file)
    try PriorArchive.write(prior, to: file.createGroup("elsewhere"), name: "another")
    try file.commit()
    let input = try HDF5File(reading: path)
    #expect(try PriorArchive.read(of: parameters, from: input) == prior)
    #expect(try PriorArchive.read("another", of: parameters, from: input.group("elsewhere")) == prior)
  }

  /// What is wrong with a prior of two parameters, and its error.
  static let faults: [(code: ArchiveError.Code, write: @Sendable (HDF5File) throws -> Void)] = [
    (.missingObject, { _ in }),
    (.missingObject, { try $0.createGroup("prior") }),
    (.wrongLayout, { try $0.createGroup("prior").setAttribute("kind", 1) }),
    (.invalidValue, { try $0.createGroup("prior").setAttribute("kind", "uniform") }),
    (.missingObject, { try prior($0, "box", ["lower": [0, 0]]) }),
    (.invalidValue, { try prior($0, "box", ["lower": [0, 0], "upper": [1, 1, 1]]) }),
    (.invalidValue, { try prior($0, "box", ["lower": [0, 0, 0], "upper": [1, 1, 1]]) }),
    (.invalidValue, { try prior($0, "box", ["lower": [0, 2], "upper": [1, 1]]) }),
    (.invalidValue, { try prior($0, "box", ["lower": [0, .nan], "upper": [1, 1]]) }),
    (.invalidValue, { try prior($0, "lognormal", ["location": [0, 0], "scale": [1, -1]]) }),
    (.wrongLayout, { try prior($0, "normal", ["mean": [0, 0], "covariance": [1, 0, 0, 1]]) }),
    (
      .wrongLayout,
      {
        try $0.write(["0"], to: "prior/lower"); try $0.group("prior").setAttribute("kind", "box")
      }
    ),
    (.wrongLayout, { try $0.write([0.0], to: "prior") }),
    (.invalidValue, { try prior($0, "independent", [:]) }),
    (
      .invalidValue,
      { file in
        for depth in 0..<40 {
          let name = "prior" + String(repeating: "/0", count: depth)
          try file.createGroup(name).setAttribute("kind", "independent")
        }
      }
    ),
  ]

  private static func prior(_ file: HDF5File, _ kind: String, _ properties: [String: [Double]]) throws {
    let group = try file.createGroup("prior")
    try group.setAttribute("kind", kind)
    for (name, values) in properties { try group.write(values, to: name) }
  }

  @Test("What is missing, mistyped or no distribution has its own error", arguments: faults.indices)
  func fault(index: Int) throws {
    let path = folder.path("prior.h5")
    let file = try HDF5File(creating: path)
    try Self.faults[index].write(file)
    try file.commit()
    let error = #expect(throws: ArchiveError.self) {
      try PriorArchive.read(of: [.init("a"), .init("b")], from: HDF5File(reading: path))
    }
    #expect(error?.code == Self.faults[index].code)
    #expect(error?.object.hasPrefix("/prior") == true)
  }
}
