import CKernels
import Foundation
import ParallelLoops

/// How parameters follow their gradients: Adam (Kingma and Ba 2015), as PyTorch computes it.
public struct OptimizerSettings: Hashable, Codable, Sendable {
  /// The highest learning rate.
  public var learningRate: Double
  /// How much of the running mean of gradients stays from step to step.
  public var firstDecay: Double
  /// How much of the running mean of squared gradients stays.
  public var secondDecay: Double
  /// Is added to the root of the mean square.
  public var epsilon: Double
  /// How strongly parameters are drawn to 0.
  public var weightDecay: Double
  /// Whether the decay is apart from the gradient (AdamW: Loshchilov and Hutter 2019) and not part of it.
  public var isDecayDecoupled: Bool
  /// Longest gradient, as the root of the sum of squares over all parameters; longer ones are shortened to it.
  public var longestGradient: Double?
  /// Equal parts of the parameters, one behind the other, whose gradients are shortened each by its own length: networks
  /// that learn side by side and know nothing of each other.
  public var parts: Int
  /// How much of the running mean of parameters stays from step to step (Polyak and Juditsky 1992); 0 keeps no mean.
  public var averageDecay: Double

  /// Settings; the defaults are PyTorch's, without clipping.
  public init(
    learningRate: Double = 1e-3, firstDecay: Double = 0.9, secondDecay: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, isDecayDecoupled: Bool = false, longestGradient: Double? = nil, averageDecay: Double = 0,
    parts: Int = 1
  ) {
    (self.learningRate, self.firstDecay, self.secondDecay) = (learningRate, firstDecay, secondDecay)
    (self.epsilon, self.weightDecay, self.isDecayDecoupled) = (epsilon, weightDecay, isDecayDecoupled)
    (self.longestGradient, self.averageDecay, self.parts) = (longestGradient, averageDecay, parts)
  }

  func check() throws(NetworkError) {
    guard learningRate > 0, (0..<1).contains(firstDecay), (0..<1).contains(secondDecay), epsilon > 0, weightDecay >= 0,
      (0..<1).contains(averageDecay), longestGradient.map({ $0 > 0 }) ?? true, learningRate.isFinite,
      parts > 0
    else {
      throw NetworkError(
        code: .invalidSettings,
        message:
          "an optimiser wants a learning rate and parts above 0, decays from 0 to below 1, epsilon above 0 and a "
          + "weight decay from 0 on; these are \(self)")
    }
  }
}

/// What the optimiser remembers of gradients, and of parameters.
public struct OptimizerState: Hashable, Codable, Sendable {
  /// Running mean of gradients, one a parameter value.
  public var first: [Float]
  /// Running mean of squared gradients.
  public var second: [Float]
  /// Running mean of the parameters; empty if none is kept.
  public var average: [Float] = []
  /// Steps made so far.
  public var step = 0

  /// The state before the first step.
  public init(count: Int) {
    first = Array(repeating: 0, count: count)
    second = Array(repeating: 0, count: count)
  }

  /// Makes a step.
  ///
  /// - Parameters:
  ///   - values: The parameters.
  ///   - gradients: As many.
  ///   - settings: Rates and decays.
  ///   - factor: What the learning rate is multiplied by, see ``LearningRateSchedule``.
  ///   - threads: Threads that share the work; the result does not depend on them.
  /// - Returns: The length of the gradient before it was shortened.
  @discardableResult
  public mutating func update(
    _ values: inout [Float], gradients: [Float], settings: OptimizerSettings, factor: Double = 1, threads: Int = 1,
    kernels: NetworkKernels = .best
  ) -> Double {
    let count = values.count
    precondition(gradients.count == count && first.count == count, "there is one gradient a value")
    precondition(count % settings.parts == 0, "\(count) values are no \(settings.parts) equal parts")
    step += 1
    var squares = 0.0
    let size = count / settings.parts
    for part in 0..<settings.parts {
      let blocks = Blocks(part * size..<(part + 1) * size)
      let square = gradients.withUnsafeBufferPointer { gradients in
        let source = SharedMemory(UnsafeMutableBufferPointer(mutating: gradients))
        return blocks.map(threads: threads) { range in
          kernels.functions.sum_of_squares(source.start(of: range), range.count)
        }.reduce(0, +)
      }
      var shortening = 1.0
      // PyTorch's clip_grad_norm_ adds the millionth.
      if let longest = settings.longestGradient { shortening = min(1, longest / (square.squareRoot() + 1e-6)) }
      move(
        &values, along: gradients, in: blocks, settings: settings, factor: factor, shortening: shortening,
        threads: threads, kernels: kernels)
      squares += square
    }
    if settings.averageDecay > 0 { moveAverage(to: values, decay: settings.averageDecay) }
    return squares.squareRoot()
  }

  /// Moves some parameters by Adam's rule.
  private mutating func move(
    _ values: inout [Float], along gradients: [Float], in blocks: Blocks, settings: OptimizerSettings, factor: Double,
    shortening: Double, threads: Int, kernels: NetworkKernels
  ) {
    let arguments = ck_adam(
      rate: Float(settings.learningRate * factor), beta1: Float(settings.firstDecay),
      beta2: Float(settings.secondDecay), epsilon: Float(settings.epsilon), decay: Float(settings.weightDecay),
      factor: Float(shortening), first_correction: Float(1 - pow(settings.firstDecay, Double(step))),
      second_correction: Float(1 - pow(settings.secondDecay, Double(step))),
      decoupled: settings.isDecayDecoupled ? 1 : 0)
    values.withUnsafeMutableBufferPointer { values in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          gradients.withUnsafeBufferPointer { gradients in
            let memory = [SharedMemory(values), SharedMemory(first), SharedMemory(second)]
            let source = SharedMemory(UnsafeMutableBufferPointer(mutating: gradients))
            blocks.forEach(threads: threads) { range in
              var arguments = arguments
              kernels.functions.adam(
                memory[0].start(of: range), source.start(of: range), memory[1].start(of: range),
                memory[2].start(of: range), range.count, &arguments)
            }
          }
        }
      }
    }
  }

  /// Moves the running mean of the parameters, which begins with those after the first step.
  ///
  /// It follows quickly at first, so that those do not stay in it for long.
  private mutating func moveAverage(to values: [Float], decay: Double) {
    if average.isEmpty { average = values }
    precondition(average.count == values.count, "there is one mean a value")
    let share = Float(1 - min(decay, Double(step) / Double(step + 9)))
    average.withUnsafeMutableBufferPointer { average in
      values.withUnsafeBufferPointer { values in
        for place in values.indices { average[place] += share * (values[place] - average[place]) }
      }
    }
  }
}
