import AtomicFiles
import Foundation

/// The program gnuplot, which draws every figure, as a child process.
public struct Gnuplot: Hashable, Sendable {
  /// The program file.
  public let program: URL

  /// Finds gnuplot.
  ///
  /// - Parameter searchPath: Folders separated by colons; the environment's `PATH` when nil.
  /// - Throws: ``FigureError``, code `gnuplotMissing`.
  public init(searchPath: String? = nil) throws {
    let folders = (searchPath ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
    let candidates = folders.split(separator: ":").map { "\($0)/gnuplot" }
    guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      throw FigureError(.gnuplotMissing, "gnuplot is not installed: apt-get install gnuplot-nox")
    }
    program = URL(fileURLWithPath: found)
  }

  /// Draws a figure into a file, in the format that its name ends in.
  ///
  /// The file appears when it is whole; the same figure gives the same bytes on every run. In PNG and PDF, characters
  /// that no installed font has are drawn as a small box.
  ///
  /// - Throws: ``FigureError``, codes `unknownFormat` and `gnuplotFailed`; `FileOutputError` when the file cannot be
  ///   written.
  public func draw(_ figure: some Figure, to path: String) throws {
    let format = try FigureFormat(path: path)
    let script = figure.script(for: format)
    var bytes = try run(format == .svg ? script : FontCoverage.replacingMissing(in: script))
    switch format {
    case .svg: bytes = CompactSVG.compact(bytes)
    case .pdf: Self.fixCreationDate(in: &bytes)
    case .png: break
    }
    try AtomicFile.write(bytes, to: path)
  }

  /// Runs a script and returns what it writes to standard output.
  ///
  /// - Throws: ``FigureError``, code `gnuplotFailed`, with what gnuplot says.
  public func run(_ script: String) throws -> Data {
    // Files instead of pipes: no stream can fill up while this process waits at another one.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("evoke-\(UUID().uuidString)")
    let (input, output, messages) = (
      folder.appendingPathComponent("script"), folder.appendingPathComponent("output"),
      folder.appendingPathComponent("messages")
    )
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      try Data(script.utf8).write(to: input)
      try Data().write(to: output)
      try Data().write(to: messages)

      let process = Process()
      process.executableURL = program
      // Ignores the user's own start-up files, which could restyle the figure.
      process.arguments = ["-d"]
      var environment = ProcessInfo.processInfo.environment
      environment["LC_ALL"] = "C.UTF-8"
      environment["TZ"] = "UTC"
      process.environment = environment
      process.standardInput = try FileHandle(forReadingFrom: input)
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: messages)
      try process.run()
      process.waitUntilExit()

      let complaints = String(decoding: try Data(contentsOf: messages), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      guard process.terminationReason == .exit, process.terminationStatus == 0 else {
        throw FigureError(
          .gnuplotFailed, "gnuplot failed with status \(process.terminationStatus): \(Self.brief(complaints))")
      }
      let drawn = try Data(contentsOf: output)
      guard !drawn.isEmpty else {
        throw FigureError(.gnuplotFailed, "gnuplot drew nothing: \(Self.brief(complaints))")
      }
      return drawn
    } catch let error as FigureError {
      throw error
    } catch {
      throw FigureError(.gnuplotFailed, "\(program.path) could not be run: \(error.localizedDescription)")
    }
  }

  /// The last lines of what gnuplot says: the message, without the data that led to it.
  private static func brief(_ complaints: String) -> String {
    let lines = complaints.split(separator: "\n").suffix(3).map { $0.trimmingCharacters(in: .whitespaces) }
    return lines.isEmpty ? "it says nothing about why" : lines.joined(separator: " ")
  }

  /// Replaces the time of drawing, which cairo writes into every PDF, by a fixed one of the same length.
  static func fixCreationDate(in pdf: inout Data) {
    let mark = Data("/CreationDate (D:".utf8)
    guard let found = pdf.range(of: mark, options: .backwards) else { return }
    let date = Data("20000101000000".utf8)
    guard pdf.endIndex - found.upperBound >= date.count else { return }
    pdf.replaceSubrange(found.upperBound..<(found.upperBound + date.count), with: date)
  }
}
