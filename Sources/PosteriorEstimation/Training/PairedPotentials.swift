import EvokeNumerics
import InverseModels

/// Pairs, or their records, as the networks of `InverseModels` read potentials.
struct PairedPotentials<Source: SimulatedPairs>: LabelledData {
  private let pairs: Source
  /// Of a pair, at most.
  private let records: Int
  private let hasRecords: Bool
  private let shape: [Int]

  init(_ pairs: Source, hasRecords: Bool = false) {
    (self.pairs, self.hasRecords) = (pairs, hasRecords)
    shape = DataPreparation.recordShape(of: pairs.shape, hasRecords: hasRecords)
    records = hasRecords ? pairs.shape[0] : 1
  }

  /// Simulations are records: those of pair p have the numbers from `p * records` on.
  var count: Int { pairs.count * records }
  var parameters: [Prior.Parameter] { [] }
  var channelCount: Int { DataPreparation.channelsAndTimes(of: shape).channels }
  var timeCount: Int { DataPreparation.channelsAndTimes(of: shape).times }
  var noiseLevels: [Double?] { [nil] }

  func theta() throws -> [Double] { try pairs.parameters().repeated(records, of: pairs.count) }
  func isGood() throws -> [Bool] { try pairs.isGood().repeated(records, of: pairs.count) }

  func read(_ simulations: Range<Int>, level: Int, into destination: UnsafeMutableBufferPointer<Float>) throws {
    guard hasRecords else { return try pairs.read(simulations, into: destination) }
    let width = shape.reduce(1, *)
    var (data, last) = ([Float](repeating: 0, count: pairs.valueCount), -1)
    for (place, simulation) in simulations.enumerated() {
      let pair = simulation / records
      if pair != last {
        try data.withUnsafeMutableBufferPointer { try pairs.read(pair..<pair + 1, into: $0) }
        last = pair
      }
      let first = simulation % records * width
      data.withUnsafeBufferPointer {
        _ = destination.extracting(place * width..<(place + 1) * width)
          .update(fromContentsOf: $0.extracting(first..<first + width))
      }
    }
  }

  /// Numbers of the simulations that are there, of some pairs.
  func simulations(of chosen: [Int]) throws -> [Int] {
    guard hasRecords else { return chosen }
    let content = RecordData(records: records, width: shape.reduce(1, *))
    var data = [Float](repeating: 0, count: pairs.valueCount)
    return try chosen.flatMap { pair -> [Int] in
      try data.withUnsafeMutableBufferPointer { try pairs.read(pair..<pair + 1, into: $0) }
      guard case .records(let present) = content.content(of: data) else { return [] }
      return present.map { pair * records + $0 }
    }
  }
}

extension Array {
  /// Rows, `count` of them, each so many times.
  fileprivate func repeated(_ times: Int, of count: Int) -> [Element] {
    guard times > 1, count > 0 else { return self }
    let width = self.count / count
    return (0..<count).flatMap { row in (0..<times).flatMap { _ in self[row * width..<(row + 1) * width] } }
  }
}
