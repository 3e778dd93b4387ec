import Foundation
import TestSupport

/// One run of the command, as a shell would run it.
struct EvokeRun {
  let status: Int32
  let output: String
  let errors: String

  /// The command built beside this test.
  static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("evoke")

  /// Runs `evoke` with arguments and waits for it.
  init(_ arguments: [String], in folder: TemporaryFolder) throws {
    let process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    // Files, not pipes, so that no stream can fill up.
    let names = [folder.path(".output-\(UUID())"), folder.path(".errors-\(UUID())")]
    for name in names { try Data().write(to: URL(fileURLWithPath: name)) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: names[0]))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: names[1]))
    try process.run()
    process.waitUntilExit()
    // A signal counts as a failure of its own kind, never as a status.
    status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    output = try String(contentsOfFile: names[0], encoding: .utf8)
    errors = try String(contentsOfFile: names[1], encoding: .utf8)
    for name in names { try FileManager.default.removeItem(atPath: name) }
  }

  /// The JSON on standard output.
  func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(output.utf8)) }
}
