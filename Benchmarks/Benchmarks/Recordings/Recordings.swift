import Benchmark
import EDFFormat
import EEGArchive
import EEGCore
import ERP
import Foundation
import SyntheticRecordings

/// A folder for this process with an hour of 64 channels at 256 Hz, made for the first benchmark that needs it.
private let folder: URL = {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("evoke-benchmark-\(ProcessInfo.processInfo.processIdentifier)")
  do {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try SyntheticEDF(channels: 64, rate: 256, seconds: 3600).write(to: folder.appendingPathComponent("hour.edf").path)
  } catch {
    fatalError("the benchmark's recording cannot be written: \(error)")
  }
  return folder
}()

private var hour: String { folder.appendingPathComponent("hour.edf").path }

/// The hour as a recording with an event every 1.5 s, between samples.
private func recordingWithEvents() throws -> Recording {
  var recording = try EDFFile(path: hour).recording()
  recording.annotations = (0..<2398).map {
    Annotation(onset: 1 + 1.5003 * Double($0), duration: 0.1, text: $0.isMultiple(of: 4) ? "target" : "standard")
  }
  return recording
}

/// Epochs from -0.2 to 0.8 s, baseline before the event.
private func epochSettings(filter: FilterSettings?) -> EpochSettings {
  var settings = EpochSettings()
  settings.filter = filter
  return settings
}

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .cpuTotal, .peakMemoryResident], maxDuration: .seconds(10), maxIterations: 50)
  Benchmark.shutdownHook = { try? FileManager.default.removeItem(at: folder) }

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

  for (name, compress) in [("archive", false), ("compressed archive", true)] {
    Benchmark("Convert an hour of 64 channels to an HDF5 \(name)") { benchmark in
      let recording = try EDFFile(path: hour).recording()
      let path = folder.appendingPathComponent("hour.h5").path
      benchmark.startMeasurement()
      try RecordingArchive.write(recording, to: path, settings: "{}", options: .init(compress: compress))
      benchmark.stopMeasurement()
    }
  }

  for (name, filter) in [("Average", nil), ("Filter 1-30 Hz and average", FilterSettings(low: 1, high: 30))] {
    Benchmark("\(name) 2398 epochs of an hour of 64 channels") { benchmark in
      let recording = try recordingWithEvents()
      let pipeline = ERPPipeline(epochSettings(filter: filter))
      benchmark.startMeasurement()
      blackHole(try pipeline.epochs(of: recording).epochs.averages())
      benchmark.stopMeasurement()
    }
  }
}
