import EEGCore
import EvokeNumerics

/// A trained network in a file: its parameters by their PyTorch names, and all that is needed to use them.
///
/// This module knows files and no networks: the configuration is JSON, and scalings are arrays with names.
public struct WeightsArchive: Hashable, Sendable {
  /// A parameter of a network.
  public struct Parameter: Hashable, Sendable {
    /// Its name as in PyTorch: `lstm.weight_ih_l0`.
    public var name: String
    /// Its shape as in PyTorch.
    public var shape: [Int]
    /// Row after row.
    public var values: [Float]

    /// A parameter with its values.
    public init(name: String, shape: [Int], values: [Float]) {
      precondition(shape.reduce(1, *) == values.count, "a shape of \(shape) does not hold \(values.count) values")
      (self.name, self.shape, self.values) = (name, shape, values)
    }
  }

  /// Channels and times of the potentials that the network sees.
  public struct Input: Hashable, Sendable {
    /// Channels with their places.
    public var channels: [Channel]
    /// Times [s].
    public var times: [Double]
    /// Samples a second [Hz].
    public var rate: Double

    /// A description.
    public init(channels: [Channel], times: [Double], rate: Double) {
      (self.channels, self.times, self.rate) = (channels, times, rate)
    }
  }

  /// The simulations that were trained on.
  public struct Data: Hashable, Sendable {
    /// A code of their parameters, settings and some of their potentials.
    public var fingerprint: String
    /// JSON of the settings that they were made with; empty if they are of another program.
    public var settings: String
    /// For each of them 0 (training), 1 (validation), 2 (test) or 255 (left out).
    public var split: [UInt8]
    /// The level of noise that a posterior was trained on; nil where there is none, and for networks, whose configuration
    /// says it.
    public var noiseLevel: Double?

    /// A description.
    public init(fingerprint: String, settings: String, split: [UInt8], noiseLevel: Double? = nil) {
      (self.fingerprint, self.settings, self.split, self.noiseLevel) = (fingerprint, settings, split, noiseLevel)
    }
  }

  /// What the epochs came to.
  public struct Curve: Hashable, Sendable {
    /// Mean loss of each epoch.
    public var trainingLoss: [Double] = []
    /// Loss of the validation simulations after each epoch.
    public var validationLoss: [Double] = []
    /// Learning rate at the end of each epoch.
    public var learningRate: [Double] = []
    /// Number of the epoch whose parameters are stored, from 0 on; nil before the first one.
    public var bestEpoch: Int?

    /// A curve without epochs.
    public init() {}
  }

  /// What a run needs to go on, besides ``Curve``.
  public struct Checkpoint: Hashable, Sendable {
    /// All parameter values after the last step, in the order of the network.
    public var values: [Float]
    /// Running mean of the gradients.
    public var first: [Float]
    /// Running mean of the squared gradients.
    public var second: [Float]
    /// Running mean of the parameter values; empty if none is kept.
    public var average: [Float]
    /// Steps made.
    public var step: Int
    /// Batches of the current epoch that are done.
    public var batch: Int
    /// Sum of the losses of the current epoch.
    public var lossSum: Double
    /// Rows of training.
    public var rowCount: Int

    /// A state.
    public init(
      values: [Float], first: [Float], second: [Float], average: [Float] = [], step: Int, batch: Int, lossSum: Double,
      rowCount: Int
    ) {
      (self.values, self.first, self.second, self.average, self.step) = (values, first, second, average, step)
      (self.batch, self.lossSum, self.rowCount) = (batch, lossSum, rowCount)
    }
  }

  /// What the parameters of the simulations were drawn from.
  public struct StoredPrior: Hashable, Sendable {
    /// All parameters, also those that are fixed.
    public var parameters: [Prior.Parameter]
    /// Their distributions.
    public var group: PriorGroup

    /// A prior.
    public init(parameters: [Prior.Parameter], group: PriorGroup) {
      (self.parameters, self.group) = (parameters, group)
    }
  }

  /// What observations of the training looked like to a posterior: contexts, d values each, v of which vary.
  public struct Typicality: Hashable, Sendable {
    /// Means of training contexts, shape `[d]`.
    public var mean: [Double]
    /// Standard deviations, shape `[d]`; 0 for a value that is the same in all.
    public var deviation: [Double]
    /// Lower triangle L, where L Lᵀ is the covariance of the varying values in standard deviations, shape `[v, v]`.
    public var factor: [Double]
    /// Weight with which the covariance was drawn towards the identity.
    public var shrinkage: Double
    /// Mahalanobis distances of held-out contexts, in ascending order.
    public var heldOutDistances: [Double]
    /// Some held-out contexts, shape `[context, d]`.
    public var heldOutContexts: [Float]

    /// A description.
    public init(
      mean: [Double], deviation: [Double], factor: [Double], shrinkage: Double, heldOutDistances: [Double],
      heldOutContexts: [Float]
    ) {
      (self.mean, self.deviation, self.factor, self.shrinkage) = (mean, deviation, factor, shrinkage)
      (self.heldOutDistances, self.heldOutContexts) = (heldOutDistances, heldOutContexts)
    }
  }

  /// JSON of the model's configuration.
  public var configuration: String
  /// What the network estimates: names and units.
  public var targets: [Prior.Parameter]
  /// The network's parameters, best epoch, in its order.
  public var parameters: [Parameter]
  /// Arrays with names, such as `factor`: how potentials and targets are scaled.
  public var scaling: [NamedArray]
  /// Channels and times; nil if the data did not say.
  public var input: Input?
  /// The prior of a posterior; nil for other networks.
  public var prior: StoredPrior?
  /// What the training looked like to a posterior; nil for other networks, in unfinished and in older files.
  public var typicality: Typicality?
  /// What was trained on.
  public var data: Data
  /// What the epochs came to.
  public var curve: Curve
  /// The state of a run that has not ended; nil in a finished file.
  public var checkpoint: Checkpoint?

  /// A file's content.
  public init(
    configuration: String, targets: [Prior.Parameter], parameters: [Parameter], scaling: [NamedArray], input: Input?,
    prior: StoredPrior? = nil, typicality: Typicality? = nil, data: Data, curve: Curve, checkpoint: Checkpoint? = nil
  ) {
    (self.configuration, self.targets, self.parameters, self.scaling) = (configuration, targets, parameters, scaling)
    (self.input, self.prior, self.typicality) = (input, prior, typicality)
    (self.data, self.curve, self.checkpoint) = (data, curve, checkpoint)
  }

  /// How many numbers were learnt.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.values.count } }

  /// Name of the file of a run that has not ended.
  public static func partialPath(of path: String) -> String { path + ".partial" }

  /// An array of ``scaling`` with one axis more or less of any length.
  public func scaling(_ name: String) -> NamedArray? { scaling.first { $0.name == name } }
}
