// Times draws of sensor noise on one thread: CPU time of an epoch.
//
//   draw-noise [ROUNDS]     best of some rounds, 15 unless told otherwise
import EEGCore
import ERP
import Foundation
import NeuralMass
import Simulation

/// CPU time of this thread so far [s], which other programs on the machine lengthen little.
func cpuSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 15
guard rounds > 0 else {
  FileHandle.standardError.write(Data("usage: draw-noise [ROUNDS]\n".utf8))
  exit(64)
}

/// Best CPU time of some work [s].
func best(_ repeats: Int, _ work: (_ number: Int) throws -> Void) rethrows -> Double {
  var least = Double.infinity
  for round in 0..<rounds {
    let start = cpuSeconds()
    for number in 0..<repeats { try work(round * repeats + number) }
    least = min(least, (cpuSeconds() - start) / Double(repeats))
  }
  return least
}

let montage = try StandardMontage.named("biosemi64")
let head = try SphericalHeadModel(
  headRadius: 0.09, origin: HeadSphere(fitting: montage.electrodes.map(\.position)).center)
let names = montage.channels.map(\.name)
let white = SensorNoise.white(standardDeviation: 0.2e-6, channels: names)

func report(_ name: String, _ noise: SensorNoise, samples: Int, rate: Double, filter: [Double] = [1]) throws {
  for arithmetic in Arithmetic.allCases {
    let start = cpuSeconds()
    let epochs = try EpochNoise(noise, sampleCount: samples, rate: rate, filter: filter, arithmetic: arithmetic)
    let preparing = cpuSeconds() - start
    var scratch = epochs.makeScratch()
    var values = [Float](repeating: 0, count: epochs.channelCount * samples)
    let seconds = best(50) { number in
      var span = values.mutableSpan
      epochs.draw(simulation: number, seed: 1, into: &span, scratch: &scratch)
    }
    let label = name.padding(toLength: 46, withPad: " ", startingAt: 0)
    let kind = arithmetic.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
    print("\(label)\(kind)" + String(format: "%8.3f ms  prepared in %7.1f ms", seconds * 1e3, preparing * 1e3))
  }
}

print("instruction set \(InstructionSet.current)")
var noise = white
let making = try best(1) { _ in noise = try .realistic(channels: montage.channels, head: head, rate: 256) }
print(String(format: "realistic noise of 64 channels made in %.1f ms", making * 1e3))
try report("realistic, 64 x 257 at 256 Hz", noise, samples: 257, rate: 256)
let fir = try FIRFilter(FilterSettings(low: 0.1, high: 30), rate: 256).coefficients
try report("the same, 0.1 to 30 Hz (\(fir.count) coefficients)", noise, samples: 257, rate: 256, filter: fir)
try report("white, 64 x 1201", white, samples: 1201, rate: 1000)
try report("white, average reference, 64 x 1201", white.referenced(to: .average), samples: 1201, rate: 1000)
let fast = try SensorNoise.realistic(channels: montage.channels, head: head, rate: 1000)
try report("realistic, 64 x 1201 at 1000 Hz", fast, samples: 1201, rate: 1000)

for arithmetic in Arithmetic.allCases {
  let seconds = try best(1) { number in
    var continuous = try ContinuousNoise(noise, seed: 1, simulation: number, arithmetic: arithmetic)
    var block = [Float](repeating: 0, count: 64 * 2560)
    var span = block.mutableSpan
    continuous.next(into: &span)
  }
  print(String(format: "continuous, 10 s of 64 channels, %@: %.1f ms", arithmetic.rawValue, seconds * 1e3))
}
