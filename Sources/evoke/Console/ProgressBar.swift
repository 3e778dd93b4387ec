import Foundation
import Synchronization

/// Shows how far long work has come: a bar on a terminal, plain lines elsewhere, nothing below a second.
final class ProgressBar: Sendable {
  private struct State {
    var lastShown = 0.0
    var hasLine = false
    /// Things that are done, where things are counted.
    var done = 0
    /// What is said behind the rest.
    var remark = ""
  }

  private let task: String
  /// How many things there are to do, and what they are called.
  private let things: (total: Int, unit: String)?
  private let start = ProgressBar.now()
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let state = Mutex(State())

  /// A bar named after what is being done, such as "reading".
  init(_ task: String) { (self.task, things) = (task, nil) }

  /// A bar that counts things, such as "simulations", and tells how many are done a second.
  init(_ task: String, total: Int, unit: String) { (self.task, things) = (task, (total, unit)) }

  /// Tells that some more things are done; may be called from any thread.
  func advance(by count: Int) {
    guard let things else { return }
    let done = state.withLock { state in
      state.done += count
      return state.done
    }
    update(Double(done) / Double(max(1, things.total)))
  }

  /// Tells how much is done, from 0 to 1; may be called from any thread and as often as one likes.
  func update(_ fraction: Double) {
    let elapsed = Self.now() - start
    guard elapsed > 1, fraction > 0 else { return }
    state.withLock { state in
      // A terminal is redrawn five times a second; a log gets a line every ten seconds.
      guard elapsed - state.lastShown > (isTerminal ? 0.2 : 10) else { return }
      state.lastShown = elapsed
      state.hasLine = true
      let percent = Int((min(fraction, 1) * 100).rounded())
      let rate = things.map { ", \(Self.rate(fraction * Double($0.total) / elapsed)) \($0.unit)/s" } ?? ""
      let left = Self.clock(elapsed * (1 - fraction) / fraction)
      if isTerminal {
        let filled = Int((min(fraction, 1) * 30).rounded())
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
        write("\r\(task) [\(bar)] \(percent) %\(rate)  \(left) left\(state.remark) \u{1B}[K")
      } else {
        write("evoke: \(task): \(percent) %\(rate), \(left) left\(state.remark)\n")
      }
    }
  }

  /// Says something behind the rest from now on, such as a score.
  func describe(_ remark: String) { state.withLock { $0.remark = "  " + remark } }

  /// Clears the bar.
  func finish() {
    state.withLock { state in
      if state.hasLine, isTerminal { write("\r\u{1B}[K") }
      state.hasLine = false
    }
  }

  private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  private static func rate(_ rate: Double) -> String {
    rate < 10 ? Formatting.number((rate * 10).rounded() / 10) : "\(Int(rate.rounded()))"
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 360_000).rounded())
    let rest = whole % 60
    return whole < 3600
      ? "\(whole / 60):\(rest < 10 ? "0" : "")\(rest)" : "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  private static func now() -> Double { ProcessInfo.processInfo.systemUptime }
}
