// Reads EDF or BDF files for the comparison with other readers: time and a checksum, as JSON on standard output.
//
//   edf-read all FILE THREADS         every sample of every signal
//   edf-read window FILE START END    some seconds of every signal
import EDFFormat
import Foundation

/// Sum of every 1009th sample of each signal, which every reader of the comparison computes alike.
func checksum(_ samples: PhysicalSamples) -> Double {
  samples.signals.indices.reduce(0.0) { sum, position in
    samples.withValues(position) { values in
      stride(from: 0, to: values.count, by: 1009).reduce(sum) { $0 + Double(values[$1]) }
    }
  }
}

/// CPU time of this process so far, all threads, user and system [s].
func cpuSeconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    + 1e-6 * Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
}

func run() throws -> Int32 {
  let arguments = CommandLine.arguments
  let clock = ContinuousClock()
  let start = clock.now
  let cpuStart = cpuSeconds()
  let samples: PhysicalSamples
  if arguments.count == 4, arguments[1] == "all", let threads = Int(arguments[3]), threads > 0 {
    samples = try EDFFile(path: arguments[2]).readAll(threads: threads)
  } else if arguments.count == 5, arguments[1] == "window", let first = Double(arguments[3]),
    let end = Double(arguments[4]), first < end
  {
    samples = try EDFFile(path: arguments[2]).read(time: first..<end, threads: 1)
  } else {
    FileHandle.standardError.write(Data("usage: edf-read all FILE THREADS | edf-read window FILE START END\n".utf8))
    return 64
  }
  let elapsed = (clock.now - start) / .seconds(1)
  let cpu = cpuSeconds() - cpuStart
  let count = samples.signals.indices.reduce(0) { $0 + samples.count($1) }
  print("{\"seconds\": \(elapsed), \"cpu\": \(cpu), \"samples\": \(count), \"checksum\": \(checksum(samples))}")
  return 0
}

do {
  exit(try run())
} catch {
  FileHandle.standardError.write(Data("edf-read: \(error)\n".utf8))
  exit(1)
}
