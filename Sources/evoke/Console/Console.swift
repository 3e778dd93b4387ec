import ArgumentParser
import Foundation

/// What the command says on its two streams.
enum Console {
  /// Prints a line of results on standard output.
  static func print(_ line: String) {
    write(line + "\n", to: .standardOutput)
  }

  /// Prints a remark about the work on standard error.
  static func note(_ line: String) {
    write("evoke: " + line + "\n", to: .standardError)
  }

  /// Says what went wrong, in one line, as `evoke: FILE: what is wrong and what to do`.
  static func report(_ error: any Error) {
    note(describe(error))
  }

  /// Ends the program with the status and the message that belong to an error.
  static func exit(with error: any Error) -> Never {
    if let status = error as? ExitCode { Foundation.exit(status.rawValue) }
    let status = Evoke.exitCode(for: error)
    // Help, version and usage messages come from the parser; everything else is ours.
    if status == .success {
      Console.print(Evoke.fullMessage(for: error))
    } else if let mistake = error as? ValidationError {
      // Found after parsing, when the parser no longer knows which verb it was.
      note(mistake.message)
    } else if status == .validationFailure {
      var message = Evoke.fullMessage(for: error)
      if message.hasPrefix("Error: ") { message.removeFirst("Error: ".count) }
      note(message)
    } else {
      report(error)
    }
    Foundation.exit(status.rawValue)
  }

  private static func describe(_ error: any Error) -> String {
    "\(error)"
  }

  private static func write(_ text: String, to handle: FileHandle) {
    // A reader that closed the pipe (as `head` does) is no error of ours.
    try? handle.write(contentsOf: Data(text.utf8))
  }
}

/// A mistake in how the command was called, found after parsing: ends with status 64.
func usageError(_ message: String) -> any Error { ValidationError(message) }

/// An error of a module that knows no files, with the file it happened in.
struct InFile: Error, CustomStringConvertible {
  let path: String
  let error: any Error

  var description: String { "\(path): \(error)" }
}
