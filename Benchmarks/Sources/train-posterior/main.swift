// Trains a posterior on pairs of a file and says how long it took and how good it is; our side of
// peers/compare_posteriors.py.
//
//   train-posterior PAIRS --parameters D [--shape N,...] --training N [--estimator nsf|maf|mdn]
//     [--embedding identity|fc|cnn|...] [--sbi] [--epochs N] [--seed N] [--draws OUT]
//
// PAIRS: float32, rows of D parameters and the data. The first N rows are trained on, the mean log density of the others
// is the figure of merit. The prior is uniform on -1 ... 1. With --sbi, sizes and training are those of sbi 0.27. With
// --draws, 10,000 draws for the data of each of the first five rows that were not trained on are written, as float64.
import EvokeNumerics
import Foundation
import InverseModels
import PosteriorEstimation

func usage() -> Never {
  FileHandle.standardError.write(
    Data("usage: train-posterior PAIRS --parameters D [--shape N,...] --training N [OPTION...]\n".utf8))
  exit(64)
}

/// CPU time of the process so far [s].
func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

var options: [String: String] = [:]
var (path, likeSBI) = ("", false)
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  if argument == "--sbi" {
    likeSBI = true
  } else if argument.hasPrefix("--") {
    guard let value = arguments.popFirst() else { usage() }
    options[String(argument.dropFirst(2))] = value
  } else {
    path = argument
  }
}
guard let d = options["parameters"].flatMap({ Int($0) }), let count = options["training"].flatMap({ Int($0) }),
  let estimator = DensitySettings.Kind(rawValue: options["estimator"] ?? "nsf"),
  let embedding = EmbeddingSettings.Kind(rawValue: options["embedding"] ?? "identity"),
  let seed = UInt64(options["seed"] ?? "1")
else { usage() }

let values = try Data(contentsOf: URL(filePath: path)).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
let shape = options["shape"]?.split(separator: ",").compactMap { Int($0) } ?? []
let width = shape.reduce(1, *)
let rows = values.count / (d + width)
guard !shape.isEmpty, rows > count, rows * (d + width) == values.count else { usage() }

func pairs(_ rows: Range<Int>) -> (theta: [Double], data: [Float]) {
  var (theta, data) = ([Double](), [Float]())
  for row in rows {
    let first = row * (d + width)
    theta += values[first..<first + d].map(Double.init)
    data += values[first + d..<first + d + width]
  }
  return (theta, data)
}

var configuration = PosteriorConfiguration(estimator, embedding: embedding)
configuration.training.seed = seed
if likeSBI {
  (configuration.training.batch, configuration.training.learningRate) = (200, 5e-4)
  (configuration.training.averageEpochs, configuration.training.patience) = (0, 20)
  (configuration.training.shards, configuration.training.hasCosine) = (1, false)
  if case .splineFlow(var sizes) = configuration.density {
    (sizes.bins, sizes.bound) = (10, 3)
    configuration.density = .splineFlow(sizes)
  }
}
if let epochs = options["epochs"].flatMap({ Int($0) }) {
  (configuration.training.epochs, configuration.training.patience) = (epochs, 0)
}
let prior = try Prior(
  (0..<d).map { Prior.Parameter("p\($0)") }, Array(repeating: .single(.box(lower: -1, upper: 1)), count: d))
let (theta, data) = pairs(0..<count)
let start = seconds()
var training = try PosteriorTraining(
  configuration, prior: prior, pairs: InMemoryPairs(parameters: theta, data: data, shape: shape))
while try training.advance() != nil {}
let trained = seconds() - start
let model = training.model

let test = pairs(count..<rows)
let density = try model.logDensity(of: test.theta, given: test.data).reduce(0, +) / Double(rows - count)
let observations = Array(test.data.prefix(5 * width))
_ = try model.draws(1000, given: Array(test.data.prefix(width)), seed: seed)
let before = seconds()
let draws = try model.draws(10_000, given: observations, seed: seed)
let drawn = (seconds() - before) / 5
if let out = options["draws"] {
  try draws.values.withUnsafeBytes { try Data($0).write(to: URL(filePath: out)) }
}
let epochs = training.checkpoint.epochs.count
let report: [String: Any] = [
  "epochs": epochs, "parameters": model.parameters.values.count, "train_cpu": trained,
  "epoch_cpu": trained / Double(epochs), "test_loss": -density, "draws_cpu": drawn,
]
print(String(decoding: try JSONSerialization.data(withJSONObject: report, options: [.sortedKeys]), as: UTF8.self))
