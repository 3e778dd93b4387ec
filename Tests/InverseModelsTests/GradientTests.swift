import HDF5
import InverseModels
import Networks
import TestSupport
import Testing

/// Gradients of whole networks along their own direction, against central differences.
@Suite struct GradientTests {
  @Test(arguments: TwinTests.cases, [false, true])
  func gradientsAreSlopesOfTheLoss(_ name: String, _ isTraining: Bool) throws {
    let file = try HDF5File(reading: TestFiles.fixture("inverse_models.h5")).group(name)
    let data = try StoredPotentials(file)
    let model = try TwinTests.model(file, data)
    let (network, count) = (model.network, data.count)
    var generator = SplitMix64(seed: 3)
    // Prepared potentials have a size near 1.
    let inputs = (0..<count * network.inputCount).map { _ in Float.random(in: -2...2, using: &generator) }
    let targets = (0..<count * network.targetCount).map { _ in Float.random(in: -2...2, using: &generator) }
    let step = BatchStep(network: network, parameterCount: model.parameters.values.count, shards: 2, threads: 1)
    func loss(_ values: [Float]) -> Double {
      inputs.withUnsafeBufferPointer { inputs in
        targets.withUnsafeBufferPointer { targets in
          step.differentiate(
            values, inputs: inputs, targets: targets, count: count,
            // In training, electrodes are left out and elements dropped: the same ones in every call.
            training: isTraining ? TrainingPass(seed: 5, step: 7) : nil)
        }
      }
    }
    let values = model.parameters.values
    _ = loss(values)
    let gradient = step.gradients
    let square = gradient.reduce(0.0) { $0 + Double($1 * $1) }
    let reach = 1e-2 / square.squareRoot()
    func moved(_ factor: Double) -> [Float] { zip(values, gradient).map { $0 + Float(factor * reach) * $1 } }
    let slope = (loss(moved(1)) - loss(moved(-1))) / (2 * reach)
    #expect(abs(slope / square - 1) < 1e-2, "slope \(slope), gradient \(square)")
  }
}
