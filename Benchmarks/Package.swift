// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who depends on Evoke builds the benchmark library.
let package = Package(
  name: "evoke-benchmarks",
  dependencies: [
    .package(name: "evoke", path: ".."),
    // Without its traits it measures time and memory, not allocations, and needs nothing installed.
    .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "SyntheticRecordings"),
    .executableTarget(
      name: "Recordings",
      dependencies: [
        "SyntheticRecordings",
        .product(name: "EEGCore", package: "evoke"),
        .product(name: "EDFFormat", package: "evoke"),
        .product(name: "EEGArchive", package: "evoke"),
        .product(name: "ERP", package: "evoke"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Recordings",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    // Our side of the comparison with other programs, see peers/.
    .executableTarget(name: "edf-read", dependencies: [.product(name: "EDFFormat", package: "evoke")]),
    .executableTarget(
      name: "edf-write",
      dependencies: [
        .product(name: "EDFFormat", package: "evoke"), .product(name: "EEGCore", package: "evoke"),
      ]),
    .executableTarget(
      name: "erp-average",
      dependencies: [
        .product(name: "EDFFormat", package: "evoke"), .product(name: "EEGCore", package: "evoke"),
        .product(name: "ERP", package: "evoke"),
      ]),
    .executableTarget(name: "peer-columns", dependencies: [.product(name: "NeuralMass", package: "evoke")]),
    // Figure and speed of docs/model.md.
    .executableTarget(name: "column-regimes", dependencies: [.product(name: "NeuralMass", package: "evoke")]),
    .executableTarget(name: "simulate-columns", dependencies: [.product(name: "NeuralMass", package: "evoke")]),
    // Speed of docs/noise.md.
    .executableTarget(
      name: "draw-noise",
      dependencies: [
        .product(name: "EEGCore", package: "evoke"), .product(name: "ERP", package: "evoke"),
        .product(name: "NeuralMass", package: "evoke"), .product(name: "Simulation", package: "evoke"),
      ]),
    // Our side of peers/compare_networks.py, and the speed of docs/engine.md.
    .executableTarget(
      name: "network-step",
      dependencies: [
        .product(name: "Networks", package: "evoke"), .product(name: "InverseModels", package: "evoke"),
        .product(name: "EvokeNumerics", package: "evoke"), .product(name: "EEGCore", package: "evoke"),
      ]),
    // Speed of docs/posteriors.md.
    .executableTarget(
      name: "flow-step",
      dependencies: [
        .product(name: "Networks", package: "evoke"), .product(name: "EvokeNumerics", package: "evoke"),
        .product(name: "PosteriorEstimation", package: "evoke"),
      ]),
    // Our side of peers/compare_posteriors.py.
    .executableTarget(
      name: "train-posterior",
      dependencies: [
        .product(name: "EvokeNumerics", package: "evoke"), .product(name: "InverseModels", package: "evoke"),
        .product(name: "PosteriorEstimation", package: "evoke"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
