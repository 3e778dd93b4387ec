import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import InverseModels

/// An archive of simulations as data to train on.
struct SimulationsData: LabelledData {
  let archive: SimulationsArchive
  /// Channels and times; nil for a file of another program.
  let description: InputDescription?
  /// Parameters that are fixed in the settings of the file.
  let constants: [String: Double]

  /// Opens an archive.
  ///
  /// - Throws: The errors of the archive; ``InverseModelError`` without simulations.
  init(_ path: String) throws {
    archive = try SimulationsArchive(path)
    guard archive.count > 0 else {
      throw InFile(
        path: path, error: InverseModelError(code: .tooFewSimulations, message: "there are no simulations in it"))
    }
    description = archive.layout.map { InputDescription(channels: $0.channels, times: $0.times, rate: $0.rate) }
    constants = archive.layout.map { Self.constants(in: $0.settings) } ?? [:]
  }

  /// The data as potentials.
  ///
  /// - Throws: ``InverseModelError``, code `dataDiffer`, for data of three axes or more.
  func requirePotentials() throws(InverseModelError) {
    guard archive.dataShape.count <= 2 else {
      throw InverseModelError(
        code: .dataDiffer,
        message: "/x has the shape \(archive.dataShape) for a simulation; [channel, time] is wanted")
    }
  }

  var count: Int { archive.count }
  var parameters: [Prior.Parameter] { archive.parameters }
  var channelCount: Int { archive.dataShape.count == 2 ? archive.dataShape[0] : 1 }
  var timeCount: Int { archive.dataShape.last ?? 1 }
  var noiseLevels: [Double?] { archive.noiseLevels }

  func theta() throws -> [Double] { try archive.theta() }

  func isGood() throws -> [Bool] { try archive.statuses().map { $0 == .good } }

  func read(_ simulations: Range<Int>, level: Int, into destination: UnsafeMutableBufferPointer<Float>) throws {
    var span = destination.mutableSpan
    try archive.readX(simulations, level: level, into: &span)
  }

  /// Numbers among the parameters of settings: `C` in the protocol that fixes it.
  private static func constants(in settings: String) -> [String: Double] {
    guard let root = try? JSONDocument(json: Data(settings.utf8)),
      case .object(let parameters)? = root["settings"]?["parameters"]
    else { return [:] }
    return parameters.compactMapValues(\.numberValue)
  }

  /// A code of what is in the file: parameters, statuses, settings, and the potentials of three simulations.
  ///
  /// It tells another file from this one; it is no proof against intent.
  func fingerprint() throws -> String {
    var code = Fingerprint()
    let texts = parameters.map(\.name) + ["\(count) \(archive.dataShape)", archive.layout?.settings ?? ""]
    for text in texts { code.add(text) }
    code.add(try theta())
    code.add(try isGood().map { $0 ? UInt8(1) : 0 })
    for row in Set([0, count / 2, count - 1]).sorted() {
      for level in noiseLevels.indices { code.add(try archive.x(row..<row + 1, level: level)) }
    }
    return code.text
  }
}
