import Foundation

/// Time of a clock [s].
func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// CPU time of this thread, which other programs on the machine lengthen little.
let threadTime = CLOCK_THREAD_CPUTIME_ID

/// The shortest times of some pieces of work, which take turns, so that all of them meet the same disturbances [s].
func bestTimes(rounds: Int, repeats: Int = 1, _ work: [() -> Void]) -> [Double] {
  var best = work.map { _ in Double.infinity }
  for _ in 0..<rounds {
    for (index, piece) in work.enumerated() {
      let start = seconds(threadTime)
      for _ in 0..<repeats { piece() }
      best[index] = min(best[index], (seconds(threadTime) - start) / Double(repeats))
    }
  }
  return best
}

extension String {
  /// At least so wide, spaces behind.
  func left(_ width: Int) -> String { padding(toLength: max(width, count), withPad: " ", startingAt: 0) }
}
