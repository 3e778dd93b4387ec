import EvokeNumerics
import Foundation

/// What a token gets for its place in a sequence, by fixed waves (Vaswani et al. 2017).
public enum SinusoidalPositions {
  /// Shape `[length, width]`: column 2i has sin(t / 10000^(2i / width)), column 2i + 1 the cosine.
  public static func table(length: Int, width: Int) -> [Float] {
    (0..<length * width).map { place in
      let (step, column) = (place / width, place % width)
      let angle = Double(step) * exp(-Double(column / 2 * 2) / Double(width) * log(10_000))
      return Float(column % 2 == 0 ? sin(angle) : cos(angle))
    }
  }
}

/// What a token gets for a place in space, or for other properties, by a small network with one hidden layer.
public struct PositionEmbedding: Sendable {
  /// `name.0`.
  public let first: Linear
  /// `name.2`, as in PyTorch's `Sequential(Linear, GELU, Linear)`.
  public let second: Linear

  /// Adds the parameters of both layers.
  ///
  /// - Parameter properties: Numbers that describe a place: 3 for positions in space.
  public init(
    _ name: String, properties: Int = 3, hidden: Int, width: Int, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) {
    first = Linear("\(name).0", input: properties, output: hidden, in: &store, using: &stream)
    second = Linear("\(name).2", input: hidden, output: width, in: &store, using: &stream)
  }

  /// Shape `[rows, width]` for places of shape `[rows, properties]`.
  public func callAsFunction(_ places: Node, on tape: Tape) -> Node {
    second(first(places, on: tape, activation: .gelu), on: tape)
  }
}
