import Simulation
import Testing

@Suite("Errors of simulations")
struct SimulationErrorTests {
  @Test("An error reads as its message and keeps its kind")
  func describes() {
    let error = SimulationError(code: .mismatch, message: "64 channels and 32 gains")
    #expect("\(error)" == "64 channels and 32 gains" && error.code == .mismatch && error.code != .tooLittleData)
  }
}
