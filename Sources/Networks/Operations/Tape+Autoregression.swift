import CKernels

/// Hidden units of a masked autoregressive network, in order of their degrees.
///
/// A unit of degree m sees the first m values; parameters of value i are made of units of degrees up to i. So each value
/// depends on those before it alone. Source: Germain, Gregor, Murray and Larochelle 2015, "MADE: masked autoencoder for
/// distribution estimation". Degrees begin with 0 here: such units see the context alone, so that it decides the first
/// value's parameters too.
public struct AutoregressiveMasks: Hashable, Sendable {
  /// Values, d.
  public let count: Int
  /// Hidden units of a layer.
  public let hidden: Int

  /// Units whose degrees 0 ..< `count` are shared out evenly.
  public init(count: Int, hidden: Int) {
    precondition(count > 0 && hidden > 0, "there is a value and a unit")
    (self.count, self.hidden) = (count, hidden)
  }

  /// Units of a degree; empty for some if there are fewer units than values.
  public func units(ofDegree degree: Int) -> Range<Int> {
    (degree * hidden + count - 1) / count..<((degree + 1) * hidden + count - 1) / count
  }

  /// The degree of a unit.
  public func degree(ofUnit unit: Int) -> Int { unit * count / hidden }

  /// From values to units, shape `[hidden, d]`: 1 where there is a connection.
  public var ofValues: [Float] {
    (0..<hidden * count).map { degree(ofUnit: $0 / count) > $0 % count ? 1 : 0 }
  }

  /// From units to units, shape `[hidden, hidden]`.
  public var ofUnits: [Float] {
    (0..<hidden * hidden).map { degree(ofUnit: $0 / hidden) >= degree(ofUnit: $0 % hidden) ? 1 : 0 }
  }

  /// From units to parameters, so many for each value, shape `[d * parameters, hidden]`.
  public func ofParameters(_ parameters: Int) -> [Float] {
    (0..<count * parameters * hidden).map { $0 / hidden / parameters >= degree(ofUnit: $0 % hidden) ? 1 : 0 }
  }
}

/// A layer of a masked autoregressive network.
public struct AutoregressiveLayer {
  /// Shape `[output, input]`, with zeros where the mask has them.
  public let weight: Node
  /// `output` values.
  public let bias: Node

  /// A layer.
  public init(weight: Node, bias: Node) { (self.weight, self.bias) = (weight, bias) }
}

extension Tape {
  /// The state from which ``affineFlow(_:parameters:)`` makes another, where the parameters come from a network of these
  /// layers, with hyperbolic tangents between them.
  ///
  /// Value after value: each unit is computed once, when all that it sees is known, so that this costs no more than the
  /// other direction. It has no gradient.
  ///
  /// - Parameters:
  ///   - state: Shape `[d + 1, samples]`.
  ///   - layers: From values to units, between units, from units to two parameters a value.
  ///   - term: What is added in the first layer, shape `[hidden, samples]` or `[hidden, 1]`.
  public func affineAutoregressionInverse(
    _ state: Node, layers: [AutoregressiveLayer], term: Node, masks: AutoregressiveMasks
  ) -> Node {
    let (d, samples) = (state.rows - 1, state.columns)
    precondition(masks.count == d && layers.count >= 2, "a network has a layer of units, and one of parameters")
    let y = matrix(rows: d + 1, columns: samples, needsGradient: false)
    (y.values + d * samples).update(from: state.values + d * samples, count: samples)
    let hidden = (1..<layers.count).map { _ in scratch(masks.hidden * samples) }
    let parameters = scratch(2 * samples)
    for value in 0..<d {
      let units = masks.units(ofDegree: value)
      for (number, result) in hidden.enumerated() {
        multiply(
          layers[number], rows: units, by: number == 0 ? y.values : hidden[number - 1],
          inner: number == 0 ? value : units.upperBound, samples: samples, term: number == 0 ? term : nil,
          into: result + units.lowerBound * samples)
      }
      multiply(
        layers[layers.count - 1], rows: 2 * value..<2 * value + 2, by: hidden[hidden.count - 1],
        inner: units.upperBound, samples: samples, term: nil, isLast: true, into: parameters)
      kernels.functions.affine_inverse(
        state.values + value * samples, parameters, parameters + samples, Self.smallestAffineScale, samples,
        y.values + value * samples, y.values + d * samples)
    }
    for piece in hidden { release(piece, masks.hidden * samples) }
    release(parameters, 2 * samples)
    return y
  }

  /// Some rows of a layer, of which the first `inner` inputs matter.
  private func multiply(
    _ layer: AutoregressiveLayer, rows: Range<Int>, by x: UnsafePointer<Float>, inner: Int, samples: Int, term: Node?,
    isLast: Bool = false, into y: UnsafeMutablePointer<Float>
  ) {
    if rows.isEmpty { return }
    var arguments = ck_dense(
      outputs: rows.count, inputs: inner, samples: samples,
      w: UnsafePointer(layer.weight.values + rows.lowerBound * layer.weight.columns), w_output: layer.weight.columns,
      w_input: 1, x: x, x_stride: samples, y: y, y_stride: samples,
      bias: UnsafePointer(layer.bias.values + rows.lowerBound),
      added: term.map { UnsafePointer($0.values + rows.lowerBound * $0.columns) }, added_stride: term?.columns ?? 0,
      added_is_column: term?.columns == 1 ? 1 : 0,
      activation: (isLast ? Activation.identity : .tanh).kernel, adds: 0)
    kernels.functions.dense(&arguments)
  }
}
