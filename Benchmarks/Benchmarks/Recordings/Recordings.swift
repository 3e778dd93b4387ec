import Benchmark
import EDFFormat
import Foundation
import SyntheticRecordings

/// An hour of 64 channels at 256 Hz, made once for all benchmarks and removed at the end of the process.
private let hour: String = {
  let folder = FileManager.default.temporaryDirectory
  let path = folder.appendingPathComponent("evoke-benchmark-\(ProcessInfo.processInfo.processIdentifier).edf").path
  do {
    try SyntheticEDF(channels: 64, rate: 256, seconds: 3600).write(to: path)
  } catch {
    fatalError("the benchmark's recording cannot be written: \(error)")
  }
  return path
}()

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .cpuTotal, .peakMemoryResident], maxDuration: .seconds(10), maxIterations: 50)
  Benchmark.shutdownHook = { try? FileManager.default.removeItem(atPath: hour) }

  for threads in [1, 2] {
    Benchmark("Read an hour of 64 channels, \(threads) thread\(threads == 1 ? "" : "s")") { benchmark in
      let path = hour
      benchmark.startMeasurement()
      blackHole(try EDFFile(path: path).readAll(threads: threads))
      benchmark.stopMeasurement()
    }
  }

  Benchmark("Open a recording and read 10 s of it") { benchmark in
    let path = hour
    benchmark.startMeasurement()
    blackHole(try EDFFile(path: path).read(time: 1800..<1810, threads: 1))
    benchmark.stopMeasurement()
  }
}
