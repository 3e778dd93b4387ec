import Synchronization

/// Adds up the parts of a long work that several threads finish, and reports the sum.
final class ProgressMeter: Sendable {
  private let done = Mutex<Double>(0)
  private let report: @Sendable (Double) -> Void

  /// Reports to a closure; the fraction it gets grows from 0 to 1, and calls never overlap.
  init(_ report: @escaping @Sendable (Double) -> Void) { self.report = report }

  /// Notes that another part, as a fraction of the whole, is done.
  func advance(by fraction: Double) {
    done.withLock { done in
      done = min(1, done + fraction)
      report(done)
    }
  }
}
