// Averages a recording around its events for the comparison with MNE-Python; time as JSON on standard output.
//
//   erp-average FILE OUTPUT THREADS
//
// OUTPUT becomes little-endian float64 of shape [condition, channel, time] in volts: `standard`, then `target`.
import EDFFormat
import EEGCore
import ERP
import Foundation

/// CPU time of this process so far, all threads, user and system [s].
func cpuSeconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    + 1e-6 * Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
}

/// The same steps as peers/python_average.py and the command of peers/compare_averaging.py; epochs of -0.2 to 0.8 s and
/// their baseline are the defaults.
func settings() -> EpochSettings {
  var settings = EpochSettings()
  settings.events = ["standard", "target"]
  settings.filter = FilterSettings(low: 0.1, high: 40)
  settings.reference = .average
  settings.peakToPeakLimit = 150e-6
  return settings
}

func run() throws -> Int32 {
  let arguments = CommandLine.arguments
  guard arguments.count == 4, let threads = Int(arguments[3]), threads > 0 else {
    FileHandle.standardError.write(Data("usage: erp-average FILE OUTPUT THREADS\n".utf8))
    return 64
  }
  let clock = ContinuousClock()
  let start = clock.now
  let cpuStart = cpuSeconds()
  let result = try ERPPipeline(settings()).epochs(of: EDFFile(path: arguments[1]).recording(), threads: threads)
  let cut = clock.now
  let evoked = try result.epochs.averages(of: result.conditions, threads: threads)
  let end = clock.now
  let cpu = cpuSeconds() - cpuStart

  let values = evoked.conditions.flatMap(\.average.values)
  let bytes = values.withUnsafeBufferPointer { Data(buffer: $0) }
  try bytes.write(to: URL(fileURLWithPath: arguments[2]))
  let dropped = evoked.dropLog.indices.filter { !evoked.dropLog[$0].isKept }
  print(
    """
    {"seconds": \((end - start) / .seconds(1)), "cpu": \(cpu), "averaging": \((end - cut) / .seconds(1)), \
    "events": \(evoked.dropLog.count), "dropped": \(dropped)}
    """)
  return 0
}

do {
  exit(try run())
} catch {
  FileHandle.standardError.write(Data("erp-average: \(error)\n".utf8))
  exit(1)
}
