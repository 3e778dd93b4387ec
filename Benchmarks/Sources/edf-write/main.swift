// Writes a file of 64 channels from samples in memory, for the comparison with EDFlib; time as JSON on standard output.
//
//   edf-write FILE edf|bdf BYTES digital|physical
//
// The file is flushed to the disk and renamed, as always, but not read again.
import EDFFormat
import EEGCore
import Foundation

let channels = 64

/// CPU time of this process so far, all threads, user and system [s].
func cpuSeconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    + 1e-6 * Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
}

/// Seeded noise, as peers/edflib_write.c makes it; limits that are exact in binary, because EDFlib cuts off others.
func recording(isBDF: Bool, bytes: Int, isPhysical: Bool) -> Recording {
  let rate = isBDF ? 512 : 256
  let limit = isBDF ? 8_388_608 : 32_768
  let records = bytes / (channels * rate * (isBDF ? 3 : 2))
  let calibration = Calibration(
    physicalMinimum: -4096, physicalMaximum: 4095.875, digitalMinimum: -limit, digitalMaximum: limit - 1)
  var state: UInt64 = 1
  func next() -> Int32 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int32(Int(state >> 40) % (2 * limit) - limit)
  }
  let signals = (0..<channels).map {
    Signal(
      label: "EEG \($0 + 1)", unit: .microvolts, rate: Double(rate), sampleCount: records * rate,
      encoding: isPhysical ? .float64 : isBDF ? .int24 : .int16, calibration: isPhysical ? .identity : calibration)
  }
  let source: any SampleSource =
    isPhysical
    ? InMemorySamples(signals.map { signal in (0..<signal.sampleCount).map { _ in calibration.physical(next()) } })
    : InMemoryDigitalSamples(
      signals.map { signal in (0..<signal.sampleCount).map { _ in next() } },
      calibrations: signals.map { _ in calibration })
  return Recording(signals: signals, segments: [Segment(onset: 0, duration: Double(records))], source: source)
}

func run() throws -> Int32 {
  let arguments = CommandLine.arguments
  guard arguments.count == 5, let bytes = Int(arguments[3]) else {
    FileHandle.standardError.write(Data("usage: edf-write FILE edf|bdf BYTES digital|physical\n".utf8))
    return 64
  }
  let isBDF = arguments[2] == "bdf"
  let recording = recording(isBDF: isBDF, bytes: bytes, isPhysical: arguments[4] == "physical")
  let clock = ContinuousClock()
  let start = clock.now
  let cpuStart = cpuSeconds()
  try EDFWriter.write(recording, to: arguments[1], options: .init(isBDF: isBDF, verifies: false))
  let elapsed = (clock.now - start) / .seconds(1)
  let samples = recording.signals.reduce(0) { $0 + $1.sampleCount }
  print("{\"seconds\": \(elapsed), \"cpu\": \(cpuSeconds() - cpuStart), \"samples\": \(samples)}")
  return 0
}

do {
  exit(try run())
} catch {
  FileHandle.standardError.write(Data("edf-write: \(error)\n".utf8))
  exit(1)
}
