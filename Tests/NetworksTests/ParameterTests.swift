import EvokeNumerics
import Testing

@testable import Networks

@Suite("Parameters")
struct ParameterTests {
  /// What PyTorch draws: all parameters of these layers, their shapes, and limits of the uniform distributions.
  @Test("Initial values have PyTorch's names, shapes and distributions")
  func initialValues() throws {
    var store = ParameterStore()
    var stream = RandomStream(seed: 1, simulation: 0, purpose: .initialValues)
    _ = LSTM("lstm", input: 30, hidden: 64, layers: 2, isBidirectional: true, in: &store, using: &stream)
    _ = TransformerEncoderLayer(
      "encoder", settings: .init(width: 48, heads: 4, feedForward: 100), in: &store, using: &stream)
    _ = Convolution1D("conv", input: 10, output: 40, window: ConvolutionWindow(width: 7), in: &store, using: &stream)
    var expected: [(name: String, shape: [Int], limit: Float)] = []
    for layer in 0..<2 {
      for suffix in ["", "_reverse"] {
        let end = "l\(layer)\(suffix)"
        expected.append(("lstm.weight_ih_\(end)", [256, layer == 0 ? 30 : 128], 0.125))
        expected.append(("lstm.weight_hh_\(end)", [256, 64], 0.125))
        expected.append(("lstm.bias_ih_\(end)", [256], 0.125))
        expected.append(("lstm.bias_hh_\(end)", [256], 0.125))
      }
    }
    func inverseRoot(_ count: Float) -> Float { 1 / count.squareRoot() }
    // Xavier's limit: the root of 6 / (48 + 144).
    expected.append(("encoder.self_attn.in_proj_weight", [144, 48], inverseRoot(32)))
    expected.append(("encoder.self_attn.out_proj.weight", [48, 48], inverseRoot(48)))
    expected.append(("encoder.linear1.weight", [100, 48], inverseRoot(48)))
    expected.append(("encoder.linear1.bias", [100], inverseRoot(48)))
    expected.append(("encoder.linear2.weight", [48, 100], inverseRoot(100)))
    expected.append(("encoder.linear2.bias", [48], inverseRoot(100)))
    expected.append(("conv.weight", [40, 10, 7], inverseRoot(70)))
    expected.append(("conv.bias", [40], inverseRoot(70)))
    for (name, shape, limit) in expected {
      let parameter = try #require(store[name])
      #expect(parameter.shape == shape)
      let values = store.values(of: parameter).map { Double($0 / limit) }
      #expect(values.allSatisfy { abs($0) < 1 })
      // Mean 0 and variance 1/3 of the uniform distribution, within four standard deviations.
      let count = Double(values.count)
      #expect(abs(values.reduce(0, +) / count) < 4 * (1 / 3 / count).squareRoot())
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / count - 1.0 / 3) < 4 * (4 / 45 / count).squareRoot())
    }
    let constants: [(String, Float)] = [
      ("encoder.self_attn.in_proj_bias", 0), ("encoder.self_attn.out_proj.bias", 0), ("encoder.norm1.weight", 1),
      ("encoder.norm1.bias", 0), ("encoder.norm2.weight", 1), ("encoder.norm2.bias", 0),
    ]
    for (name, value) in constants {
      #expect(store.values(of: try #require(store[name])).allSatisfy { $0 == value })
    }
    #expect(store.parameters.count == expected.count + constants.count)
    #expect(store.values.count == store.parameters.reduce(0) { $0 + $1.count })
  }

  @Test("The study's EEGTransformer has its 1,100,041 parameters")
  func studyCount() {
    var store = ParameterStore()
    var stream = RandomStream(seed: 1, simulation: 0, purpose: .initialValues)
    _ = Linear("projection", input: 1201, output: 256, in: &store, using: &stream)
    _ = SigmoidGate("gate", columns: 256, in: &store)
    let settings = TransformerEncoderLayer.Settings(
      width: 256, heads: 8, feedForward: 1024, dropout: 0.2, hasAttentionResidual: false)
    _ = TransformerEncoderLayer("encoder", settings: settings, in: &store, using: &stream)
    _ = Linear("head", input: 256, output: 9, in: &store, using: &stream)
    #expect(store.values.count == 1_100_041)
  }

  @Test("Stored values are refused as a whole if one parameter does not fit")
  func load() throws {
    var store = ParameterStore()
    let (a, b) = (store.add("a", shape: [2, 3]) { 1 }, store.add("b", shape: [4]) { 2 })
    let before = store.values
    for stored in [["a": [Float](repeating: 5, count: 6)], ["a": [5, 5, 5, 5, 5, 5], "b": [1, 2, 3]]] {
      let error = #expect(throws: NetworkError.self) { try store.load(stored) }
      #expect(error?.code == .parametersDiffer)
      #expect(store.values == before)
    }
    try store.load(["b": [1, 2, 3, 4], "a": [5, 6, 7, 8, 9, 10], "other": [1]])
    #expect(store.values(of: a) == [5, 6, 7, 8, 9, 10] && store.values(of: b) == [1, 2, 3, 4])
  }

  @Test("Positions are sines and cosines of falling frequencies")
  func positions() {
    let table = SinusoidalPositions.table(length: 3, width: 4)
    // sin(t), cos(t), sin(t / 100), cos(t / 100).
    let expected: [Float] = [
      0, 1, 0, 1, 0.84147098, 0.54030231, 0.0099998333, 0.99995, 0.90929743, -0.41614684, 0.019998667, 0.99980001,
    ]
    #expect(zip(table, expected).allSatisfy { abs($0 - $1) < 1e-7 })
  }
}
