import EvokeNumerics
import Foundation
import Networks

/// A network with two hidden layers of ReLUs that gives the log odds of one of two labels: scikit-learn's
/// `MLPClassifier(solver="adam")` for two classes.
///
/// The differences are random numbers, and Adam's epsilon, which is added behind the correction of its bias and not
/// before it.
struct BinaryClassifier {
  private let settings: ClassifierTest.Settings
  private let dimensions: Int
  private let layers: [(weight: Parameter, bias: Parameter)]
  private var store = ParameterStore()
  private var optimizer: OptimizerState
  private var order: RandomStream

  /// A network with random weights and biases: uniform on ±√(6 / (inputs + outputs)), Glorot and Bengio 2010.
  init(dimensions: Int, settings: ClassifierTest.Settings, seed: UInt64, number: Int) {
    let hidden = settings.unitsPerDimension * dimensions
    let sizes = [dimensions, hidden, hidden, 1]
    var stream = RandomStream(seed: seed, simulation: number, purpose: .classifierValues)
    var store = ParameterStore()
    layers = (0..<3).map { layer in
      let (inputs, outputs) = (sizes[layer], sizes[layer + 1])
      let limit = (6 / Float(inputs + outputs)).squareRoot()
      func value() -> Float { (2 * stream.uniformFloat() - 1) * limit }
      return (
        store.add("layers.\(layer).weight", shape: [outputs, inputs], value: value),
        store.add("layers.\(layer).bias", shape: [outputs], value: value)
      )
    }
    (self.settings, self.dimensions, self.store) = (settings, dimensions, store)
    optimizer = OptimizerState(count: store.values.count)
    order = RandomStream(seed: seed, simulation: number, purpose: .classifierOrder)
  }

  /// Log odds of the second label, shape `[samples, 1]`.
  private func logOdds(of inputs: Node, on tape: Tape) -> Node {
    layers.enumerated().reduce(inputs) { x, layer in
      tape.linear(
        x, weight: tape.node(layer.element.weight), bias: tape.node(layer.element.bias),
        activation: layer.offset < 2 ? .relu : .identity)
    }
  }

  /// Trains until the loss of an epoch stops falling.
  ///
  /// - Returns: Number of epochs.
  mutating func train(_ samples: LabelledSamples, rows: [Int]) -> Int {
    let (tape, adam) = (Tape(), OptimizerSettings(learningRate: settings.learningRate))
    let batchSize = min(settings.batchSize, rows.count)
    var rows = rows
    var gradients = [Float](repeating: 0, count: store.values.count)
    var (inputs, labels) = (
      [Float](repeating: 0, count: batchSize * dimensions), [Float](repeating: 0, count: batchSize)
    )
    var (best, waited) = (Double.infinity, 0)
    for epoch in 1...settings.epochs {
      order.shuffle(&rows)
      var loss = 0.0
      for start in stride(from: 0, to: rows.count, by: batchSize) {
        let batch = start..<min(start + batchSize, rows.count)
        samples.copy(rows[batch], to: &inputs, &labels)
        loss += differentiate(inputs, labels, count: batch.count, on: tape, into: &gradients)
        optimizer.update(&store.values, gradients: gradients, settings: adam)
      }
      loss /= Double(rows.count)
      waited = loss > best - settings.tolerance ? waited + 1 : 0
      best = min(best, loss)
      if waited > settings.patience || !loss.isFinite { return epoch }
    }
    return settings.epochs
  }

  /// The gradient of a batch's mean loss with the penalty, and its sum of losses.
  private func differentiate(
    _ inputs: [Float], _ labels: [Float], count: Int, on tape: Tape, into gradients: inout [Float]
  ) -> Double {
    let share = 1 / Float(count)
    let penalty = Float(settings.weightPenalty) * share
    var sum = 0.0
    gradients.withUnsafeMutableBufferPointer { gradients in
      store.values.withUnsafeBufferPointer { values in
        inputs.withUnsafeBufferPointer { inputs in
          // scikit-learn divides the penalty by the samples of the batch, and leaves biases alone.
          gradients.update(repeating: 0)
          var squares = 0.0
          for layer in layers {
            for place in layer.weight.range {
              gradients[place] = penalty * values[place]
              squares += Double(values[place] * values[place])
            }
          }
          tape.start(parameters: values.baseAddress, gradients: gradients.baseAddress, training: nil)
          let x = tape.constant(inputs.extracting(0..<count * dimensions), rows: count, columns: dimensions)
          let losses = tape.logisticLoss(logOdds(of: x, on: tape), labels: labels)
          for row in 0..<count { sum += Double(losses.values[row]) }
          tape.backward(from: losses, scaledBy: share)
          sum += 0.5 * settings.weightPenalty * squares
        }
      }
    }
    return sum
  }

  /// How many samples are told right.
  func countCorrect(_ samples: LabelledSamples, rows: [Int]) -> Int {
    let tape = Tape()
    var inputs = [Float](repeating: 0, count: rows.count * dimensions)
    var labels = [Float](repeating: 0, count: rows.count)
    samples.copy(rows[...], to: &inputs, &labels)
    return store.values.withUnsafeBufferPointer { values in
      tape.start(parameters: values.baseAddress, gradients: nil, training: nil)
      let odds = logOdds(of: tape.constant(inputs, rows: rows.count, columns: dimensions), on: tape)
      return labels.indices.count { (odds.values[$0] > 0) == (labels[$0] == 1) }
    }
  }
}

extension LabelledSamples {
  /// Copies some samples, one behind the other.
  fileprivate func copy(_ rows: ArraySlice<Int>, to inputs: inout [Float], _ labels: inout [Float]) {
    let d = self.inputs.count / count
    inputs.withUnsafeMutableBufferPointer { target in
      self.inputs.withUnsafeBufferPointer { source in
        var place = 0
        for row in rows {
          for k in 0..<d { target[place + k] = source[row * d + k] }
          place += d
        }
      }
    }
    for (place, row) in rows.enumerated() { labels[place] = self.labels[row] }
  }
}

extension Tape {
  /// The negative logarithm of the probability that a logistic model gives to labels.
  ///
  /// - Parameters:
  ///   - logOdds: Of label 1, shape `[samples, 1]`.
  ///   - labels: 0 or 1, as many or more.
  /// - Returns: Shape `[samples, 1]`: log(1 + e^z) - label z.
  func logisticLoss(_ logOdds: Node, labels: [Float]) -> Node {
    let rows = logOdds.rows
    precondition(logOdds.columns == 1 && labels.count >= rows, "there is one log odds and one label a sample")
    let y = matrix(rows: rows, columns: 1, needsGradient: needsGradient(logOdds))
    for row in 0..<rows {
      let z = logOdds.values[row]
      y.values[row] = max(z, 0) + log1p(exp(-abs(z))) - labels[row] * z
    }
    record(y) { [unowned self] dy in
      guard let (dz, adds) = gradient(of: logOdds) else { return }
      for row in 0..<rows {
        let value = dy[row] * (1 / (1 + exp(-logOdds.values[row])) - labels[row])
        dz[row] = adds ? dz[row] + value : value
      }
    }
    return y
  }
}

extension RandomPurpose {
  /// Initial weights of a classifier.
  static let classifierValues = RandomPurpose("classifier values")
  /// The order of samples in training of a classifier.
  static let classifierOrder = RandomPurpose("classifier order")
}
