// Times one training step (forward, backward, Adam) and one inference of networks.
//
//   network-step [--json] [--rounds N] [--threads N] [--shards N] [--level baseline|v3|v4] [NETWORK...]
//   network-step --export FOLDER [PRESET...]
//
// Networks: lstm, cnn-bilstm, transformer, transformer-no-dropout (64 samples of 200 steps by 64 channels), and presets,
// which are those of `evoke train`: eegtransformer, lstm, cnn-bilstm, each with -study or -default behind its name;
// without one, all of them. With --json, one line of results: for each network the median, the least and the greatest wall time and
// the least CPU time, in milliseconds. With --export, presets are written for their twins in PyTorch and not timed; a
// line of JSON has the number of parameters and the loss of the first batch, without dropout.
import Foundation
import Networks

var (json, rounds, threads) = (false, 15, [1, 2])
var shards: Int?
var level: NetworkKernels?
var folder: URL?
var names: [String] = []
let engineNames = ComparedNetwork.Kind.allCases.map(\.rawValue)

func usage() -> Never {
  FileHandle.standardError.write(
    Data(
      """
      usage: network-step [--json] [--rounds N] [--threads N] [--shards N] [--level LEVEL] [NETWORK...]
             network-step --export FOLDER [PRESET...]
      networks: \((engineNames + PresetNetwork.names).joined(separator: ", "))

      """.utf8))
  exit(64)
}

func printJSON(_ report: [String: Any]) throws {
  let data = try JSONSerialization.data(withJSONObject: report, options: [.sortedKeys])
  print(String(decoding: data, as: UTF8.self))
}

var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  func number() -> Int {
    guard let value = arguments.popFirst().flatMap({ Int($0) }), value > 0 else { usage() }
    return value
  }
  switch argument {
  case "--json": json = true
  case "--rounds": rounds = number()
  case "--threads": threads = [number()]
  case "--shards": shards = number()
  case "--level":
    let levels: [String: NetworkKernels.Level] = ["baseline": .baseline, "v3": .v3, "v4": .v4]
    guard let name = arguments.popFirst().flatMap({ levels[$0] }), let found = NetworkKernels(name) else { usage() }
    level = found
  case "--export":
    guard let path = arguments.popFirst() else { usage() }
    folder = URL(filePath: path)
  default:
    guard PresetNetwork.names.contains(argument) || folder == nil && engineNames.contains(argument) else { usage() }
    names.append(argument)
  }
}

let kernels = level ?? .best
if let folder {
  var results: [[String: Any]] = []
  for name in names.isEmpty ? PresetNetwork.names : names {
    guard let preset = try PresetNetwork(name) else { usage() }
    try preset.export(to: folder)
    results.append([
      "network": name, "parameters": preset.model.parameters.values.count,
      "loss": preset.timed.firstLoss(kernels: kernels),
    ])
  }
  try printJSON(["results": results])
  exit(0)
}

let peak = productPeak()
if !json {
  print("kernels \(kernels.name), \(MatrixProduct.description)")
  print(String(format: "sgemm peak %.0f GFLOP/s on one thread", peak))
  print("network                 threads  training [ms]              inference [ms]             share of peak")
}

var results: [[String: Any]] = []
for name in names.isEmpty ? engineNames + PresetNetwork.names : names {
  guard let timed = try ComparedNetwork.Kind(rawValue: name).map(TimedNetwork.init) ?? PresetNetwork(name)?.timed else {
    usage()
  }
  let shards = shards ?? timed.shards
  for count in threads {
    let (training, inference) = timed.time(rounds: rounds, shards: shards, threads: count, kernels: kernels)
    // Of CPU time, which other programs lengthen little.
    let rate = 1e-6 * timed.trainingOperations * Double(timed.batch) / (training.cpu.min() ?? .infinity)
    if json {
      results.append([
        "network": name, "threads": count, "shards": shards, "batch": timed.batch, "training": training.figures,
        "inference": inference.figures, "share_of_peak": rate / peak,
      ])
    } else {
      func text(_ timing: Timing) -> String {
        String(format: "%8.2f (CPU %8.2f)", timing.median, timing.cpu.min() ?? 0)
      }
      let share = String(format: "%3.0f %%", 100 * rate / peak)
      print(
        name.padding(toLength: 24, withPad: " ", startingAt: 0)
          + "\(count)        \(text(training))    \(text(inference))    \(share)")
    }
  }
}
if json {
  try printJSON([
    "kernels": kernels.name, "blas": MatrixProduct.description, "peak_gflops": peak, "results": results,
  ])
}
