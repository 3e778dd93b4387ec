import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import HDF5
import TestSupport

/// A job whose simulations follow from their numbers alone, like those of the model.
struct SimulationsJob {
  var layout: SimulationsLayout

  /// A layout of a random shape.
  init(seed: Int, total: Int? = nil, settings: String = #"{"count":40,"protocol":{"rate_hz":250.0},"seed":7}"#) {
    var generator = SplitMix64(seed: UInt64(seed))
    let channels = Int.random(in: 1...5, using: &generator)
    let times = Int.random(in: 1...9, using: &generator)
    let levels = Int.random(in: 1...3, using: &generator)
    let columns = Int.random(in: 0...3, using: &generator)
    layout = SimulationsLayout(
      parameters: [.init("A", unit: "mV"), .init("C"), .init("\u{3B1}", unit: "1/s")],
      prior: .independent([
        .truncatedNormal(mean: [3.25], scale: [0.5], lower: [0], upper: [.infinity]),
        .box(lower: [65], upper: [1350]), .logNormal(location: [4.6], scale: [0.2]),
      ]),
      channels: (0..<channels).map {
        Channel(name: "E\($0)", position: $0 % 2 == 0 ? Position(x: 0.01 * Double($0), y: 0.05, z: 0.08) : nil)
      },
      times: (0..<times).map { Double($0) / 250 - 0.1 }, rate: 250, noiseLevels: (0..<levels).map { 0.5 * Double($0) },
      columnCount: columns == 0 ? nil : columns, total: total ?? Int.random(in: 1...60, using: &generator),
      seed: .max - UInt64(seed), settings: settings, instructionSet: "x86-64-v3", arithmetic: "fast",
      extras: [
        NamedArray(
          name: "noise/covariance", shape: [channels, channels],
          values: (0..<(channels * channels)).map { Double($0) * 1e-12 }, unit: "V^2", axes: "channel,channel"),
        NamedArray(
          name: "leadfield", shape: [channels, 2], values: (0..<(2 * channels)).map { Double($0) + 0.25 },
          unit: "V/(A m)", axes: "channel,column"),
      ])
  }

  /// The same job, some of its simulations.
  func shard(_ numbers: Range<Int>) -> SimulationsJob {
    var shard = self
    shard.layout.numbers = numbers
    return shard
  }

  var xCount: Int { layout.channels.count * layout.times.count }

  func theta(_ number: Int) -> [Double] { (0..<3).map { Double(number) + Double($0) / 8 } }
  func x(_ number: Int, level: Int) -> [Float] {
    (0..<xCount).map { isGood(number) || $0 % 2 == 0 ? Float(number) + Float($0) / 1024 + Float(level) * 1000 : .nan }
  }
  func source(_ number: Int) -> [Float] {
    (0..<((layout.columnCount ?? 0) * layout.times.count)).map { Float(number) - Float($0) / 1024 }
  }
  func isGood(_ number: Int) -> Bool { number % 7 != 3 }

  func part(_ numbers: Range<Int>) -> SimulationsPart {
    SimulationsPart(
      numbers: numbers, theta: numbers.flatMap(theta),
      x: layout.noiseLevels.indices.map { level in numbers.flatMap { x($0, level: level) } },
      source: layout.columnCount == nil ? nil : numbers.flatMap(source), ok: numbers.map(isGood))
  }

  /// Writes all simulations at once.
  func write(to path: String) throws {
    let writer = try SimulationsWriter(creating: path, layout: layout)
    try writer.write(part(layout.numbers))
    try writer.finish()
  }

  /// Cuts the numbers into ranges of random lengths.
  static func cut(_ numbers: Range<Int>, longest: Int, using generator: inout SplitMix64) -> [Range<Int>] {
    var cuts: [Range<Int>] = []
    var first = numbers.lowerBound
    while first < numbers.upperBound {
      let end = min(numbers.upperBound, first + Int.random(in: 1...longest, using: &generator))
      cuts.append(first..<end)
      first = end
    }
    return cuts
  }

  /// Writes the job as shards of random lengths, in random order.
  func writeShards(to folder: TemporaryFolder, longest: Int, using generator: inout SplitMix64) throws -> [String] {
    let shards = Self.cut(0..<layout.total, longest: longest, using: &generator)
    return try shards.enumerated().map { index, numbers in
      let path = folder.path("shard-\(index).h5")
      try shard(numbers).write(to: path)
      return path
    }.shuffled(using: &generator)
  }
}

func bytes(of path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
