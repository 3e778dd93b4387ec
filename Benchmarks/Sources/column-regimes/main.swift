// Prints what a Jansen-Rit column does by itself at six connectivities, for the figure of docs/model.md: time [s] and
// y1 - y2 [mV], one column a connectivity.
import Foundation
import NeuralMass

let connectivities = [68.0, 128, 135, 270, 675, 1350]
let columns = connectivities.map { connectivity in
  var parameters = JansenRitParameters()
  parameters.connectivity = connectivity
  return parameters
}
// p is uniform between 120 and 320 1/s, drawn every millisecond, as in Jansen and Rit 1995.
var state: UInt64 = 11
let input = (0..<6000).map { _ in
  state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  return 120 + 200 * Double(state >> 11) * 0x1p-53
}
let batch = JansenRitBatch(
  method: .rungeKutta4, plan: SimulationPlan(dt: 1e-4, duration: 6, every: 50),
  stimulus: .held(HeldSamples(input, every: 1e-3)))
let result = batch.run(columns)
for sample in 0..<result.sampleCount where sample >= 400 {
  let values = columns.indices.map { String(format: "%.3f", result[$0][$0 * result.sampleCount + sample]) }
  print(String(format: "%.3f", Double(sample) / result.rate - 2), values.joined(separator: " "))
}
