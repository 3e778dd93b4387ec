import EEGArchive
import EvokeNumerics
import PosteriorEstimation

/// An archive of simulations, or a file of another program, as pairs that a posterior is trained on.
struct SimulationPairs: SimulatedPairs {
  let data: SimulationsData
  /// Which level of noise.
  let level: Int
  /// What the parameters were drawn from.
  let prior: Prior

  /// Takes a file that is open.
  ///
  /// - Parameter noiseLevel: A level of the file; the first one when nil.
  /// - Throws: ``PosteriorError``, code `invalidSetting`, for a level that is not there and without a prior.
  init(_ data: SimulationsData, noiseLevel: Double?) throws {
    self.data = data
    level = try data.level(noiseLevel)
    guard let group = data.archive.prior else {
      throw PosteriorError(
        code: .invalidSetting,
        message: "there is no /prior; write what the parameters were drawn from into the file, as docs/archives.md says"
      )
    }
    prior = try Prior(data.parameters, group: group)
  }

  var count: Int { data.count }
  var shape: [Int] { data.archive.dataShape.isEmpty ? [1] : data.archive.dataShape }

  func parameters() throws -> [Double] { try data.theta() }
  func isGood() throws -> [Bool] { try data.isGood() }
  func read(_ pairs: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>) throws {
    try data.read(pairs, level: level, into: destination)
  }

  /// The level without noise, beside that of these pairs.
  private var cleanLevel: Int? { data.noiseLevels.firstIndex(of: 0).flatMap { $0 == level ? nil : $0 } }
  var hasDataWithoutNoise: Bool { cleanLevel != nil }
  func readWithoutNoise(_ pairs: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>) throws {
    guard let cleanLevel else { preconditionFailure("there is no level without noise") }
    try data.read(pairs, level: cleanLevel, into: destination)
  }
}
