import EEGArchive
import EvokeNumerics
import Foundation
import PosteriorEstimation

/// A program of any language that reads parameters from an HDF5 file and writes data to another one.
///
/// It is called once a round, as `COMMAND theta.h5 x.h5`; docs/sequential.md has the files.
struct ExternalSimulator: Simulator {
  /// One line for the shell.
  let command: String
  /// Names and units of all parameters.
  let parameters: [Prior.Parameter]
  /// Handed on to the program.
  let seed: UInt64

  /// A program that failed, or wrote something else than data.
  struct Failure: Error, CustomStringConvertible {
    let command: String
    let reason: String

    var description: String { "simulator '\(command)': \(reason)" }
  }

  func simulate(_ theta: [Double], first: Int, progress: @Sendable (Double) -> Void) throws -> SimulatedData {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("evoke-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appendingPathComponent("theta.h5").path, folder.appendingPathComponent("x.h5").path)
    let count = theta.count / parameters.count
    try SimulatorFiles.writeParameters(theta, of: parameters, first: first, seed: seed, to: input)
    try run([input, output], messages: folder.appendingPathComponent("messages"))
    guard FileManager.default.fileExists(atPath: output) else {
      throw failure("ended well, but did not write the file that its last argument names; write /x there")
    }
    let data: SimulatorFiles.Output
    do { data = try SimulatorFiles.readData(output, count: count) } catch let error as ArchiveError {
      throw failure("what it wrote cannot be used: \(error.object): \(error.message)")
    } catch {
      throw failure("what it wrote cannot be read: \(error)")
    }
    return SimulatedData(
      shape: data.dataShape.isEmpty ? [1] : data.dataShape, values: data.values, isGood: data.isGood)
  }

  private func run(_ arguments: [String], messages: URL) throws {
    // Files, not pipes, so that no stream can fill up.
    try Data().write(to: messages)
    let stream = try FileHandle(forWritingTo: messages)
    defer { try? stream.close() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command + " \"$@\"", "evoke"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = stream
    try process.run()
    process.waitUntilExit()
    guard process.terminationReason != .exit || process.terminationStatus != 0 else { return }
    // The shell hands on a signal as 128 more.
    let status = process.terminationStatus
    let how =
      process.terminationReason != .exit
      ? "signal \(status)" : status > 128 ? "signal \(status - 128)" : "status \(status)"
    let text = String(decoding: (try? Data(contentsOf: messages)) ?? Data(), as: UTF8.self)
    let lines = text.split(separator: "\n").suffix(20).map { "\n  \(Formatting.printable(String($0)))" }
    throw failure(
      "ended with \(how); it said"
        + (lines.isEmpty ? " nothing on standard error" : ":" + lines.joined()))
  }

  private func failure(_ reason: String) -> Failure { Failure(command: command, reason: reason) }
}
