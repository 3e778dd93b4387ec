// swift-tools-version: 6.2
import PackageDescription

// Continuous integration sets EVOKE_STRICT: every warning of this package, and of no dependency, is then an error.
let strict: [SwiftSetting] = Context.environment["EVOKE_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

/// A Swift library target under Sources/, with its imports named one by one.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A test target; all of them may open the public recordings and the fixtures.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let package = Package(
  name: "evoke",
  products: [
    .executable(name: "evoke", targets: ["evoke"]),
    .library(name: "EEGCore", targets: ["EEGCore"]),
    .library(name: "EDFFormat", targets: ["EDFFormat"]),
    .library(name: "HDF5", targets: ["HDF5"]),
    .library(name: "EEGArchive", targets: ["EEGArchive"]),
    .library(name: "ERP", targets: ["ERP"]),
    .library(name: "EvokeNumerics", targets: ["EvokeNumerics"]),
    .library(name: "NeuralMass", targets: ["NeuralMass"]),
    .library(name: "Simulation", targets: ["Simulation"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "InverseModels", targets: ["InverseModels"]),
    .library(name: "PosteriorEstimation", targets: ["PosteriorEstimation"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C libraries of the system.
    .systemLibrary(name: "CEDFlib", providers: [.apt(["libedf-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),

    // Implementation only.
    .target(name: "CKernels"),
    library("AtomicFiles"),
    library("ParallelLoops"),

    // Public libraries; an arrow of docs/architecture.md is a dependency here, and there is no other.
    library("EEGCore"),
    library("EDFFormat", ["EEGCore", "AtomicFiles", "CEDFlib", "CKernels"]),
    library("HDF5", ["CHDF5", "CDeflate", "AtomicFiles"]),
    library("EEGArchive", ["HDF5", "EEGCore", "EvokeNumerics", "AtomicFiles"]),
    library("Resampling", ["EEGCore", "CSoxr"]),
    library("ERP", ["EEGCore", "CKernels", "ParallelLoops"]),
    library("NeuralMass", ["CKernels", "EEGCore", "ParallelLoops"]),
    library("Simulation", ["NeuralMass", "EvokeNumerics", "ERP", "EEGCore", "CKernels", "ParallelLoops"]),
    library("Report", ["EEGCore", "AtomicFiles"]),
    library("EvokeNumerics"),
    library("Networks", ["EvokeNumerics", "CKernels", "COpenBLAS", "ParallelLoops"]),
    library("InverseModels", ["Networks", "EvokeNumerics", "EEGCore", "ERP"]),
    library("PosteriorEstimation", ["InverseModels", "Networks", "EvokeNumerics", "EEGCore", "ParallelLoops"]),

    .executableTarget(
      name: "evoke",
      dependencies: [
        "AtomicFiles", "EEGCore", "EDFFormat", "EEGArchive", "Resampling", "ERP", "Report", "Simulation",
        "NeuralMass", "EvokeNumerics", "Networks", "InverseModels", "PosteriorEstimation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    tests("EEGCoreTests", ["EEGCore", "EDFFormat"]),
    tests("EDFFormatTests", ["EDFFormat", "EEGCore"]),
    tests("HDF5Tests", ["HDF5"]),
    tests("EEGArchiveTests", ["EEGArchive", "HDF5", "EDFFormat", "ERP", "EEGCore", "EvokeNumerics"]),
    tests("ERPTests", ["ERP", "EDFFormat", "HDF5", "EEGCore"]),
    tests("NeuralMassTests", ["NeuralMass", "CKernels", "EEGCore"]),
    tests("SimulationTests", ["Simulation", "NeuralMass", "EvokeNumerics", "ERP", "EEGCore", "EDFFormat", "CKernels"]),
    tests("ResamplingTests", ["Resampling", "EDFFormat", "EEGCore"]),
    tests("ReportTests", ["Report", "EEGCore"]),
    tests("EvokeNumericsTests", ["EvokeNumerics"]),
    tests("NetworksTests", ["Networks", "EvokeNumerics", "CKernels", "HDF5"]),
    tests("InverseModelsTests", ["InverseModels", "Networks", "EvokeNumerics", "EEGCore", "HDF5"]),
    tests("PosteriorDiagnosticsTests", ["PosteriorEstimation", "EvokeNumerics", "HDF5"]),
    tests(
      "PosteriorEstimationTests",
      ["PosteriorEstimation", "InverseModels", "Networks", "EvokeNumerics", "EEGCore", "HDF5"]),
    tests("CommandTests", ["evoke", "EDFFormat", "EEGArchive", "EEGCore", "EvokeNumerics", "HDF5"]),
  ],
  swiftLanguageModes: [.v6]
)
