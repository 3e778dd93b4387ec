import EvokeNumerics
import InverseModels

/// Pairs as the networks of `InverseModels` read potentials.
struct PairedPotentials<Source: SimulatedPairs>: LabelledData {
  private let pairs: Source

  init(_ pairs: Source) { self.pairs = pairs }

  var count: Int { pairs.count }
  var parameters: [Prior.Parameter] { [] }
  var channelCount: Int { DataPreparation.channelsAndTimes(of: pairs.shape).channels }
  var timeCount: Int { DataPreparation.channelsAndTimes(of: pairs.shape).times }
  var noiseLevels: [Double?] { [nil] }

  func theta() throws -> [Double] { try pairs.parameters() }
  func isGood() throws -> [Bool] { try pairs.isGood() }
  func read(_ simulations: Range<Int>, level: Int, into destination: UnsafeMutableBufferPointer<Float>) throws {
    try pairs.read(simulations, into: destination)
  }
}
