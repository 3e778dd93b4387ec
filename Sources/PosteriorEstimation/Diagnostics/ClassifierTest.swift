import EvokeNumerics
import ParallelLoops

/// Classifier two-sample test (C2ST): how often a trained network tells which of two sets a sample comes from.
///
/// That is 0.5 for sets of one law and 1 for sets that never meet.
///
/// This is the metric of the benchmark sbibm, with scikit-learn's classifier rebuilt on our engine: both sets scaled by
/// mean and standard deviation of the first, two hidden layers of 10 units a dimension, cross-validation in five
/// shuffled folds, mean accuracy over folds. Figures scatter from seed to seed; random numbers are not scikit-learn's.
///
/// Sources: Lopez-Paz and Oquab 2017, "Revisiting classifier two-sample tests", ICLR; Lueckmann et al. 2021,
/// "Benchmarking simulation-based inference", AISTATS, PMLR 130, 343-351, and its `sbibm/metrics/c2st.py`.
public struct ClassifierTest: Hashable, Sendable {
  /// How the classifier is trained; the defaults are sbibm's.
  public struct Settings: Hashable, Codable, Sendable {
    /// Parts of the samples, each of which is judged by a network that was trained on the others.
    public var folds = 5
    /// Units of each of both hidden layers, for every dimension of the samples.
    public var unitsPerDimension = 10
    /// Passes over the training samples, at most.
    public var epochs = 10_000
    /// Samples of a step.
    public var batchSize = 200
    /// Rate of Adam.
    public var learningRate = 1e-3
    /// How strongly weights are drawn to 0, for each batch.
    public var weightPenalty = 1e-4
    /// An epoch counts as better if its loss is lower by more than this.
    public var tolerance = 1e-4
    /// Training ends behind more than so many epochs in a row that were not better.
    public var patience = 10

    /// The settings of sbibm.
    public init() {}

    func check() throws(DiagnosticError) {
      guard folds > 1, unitsPerDimension > 0, epochs > 0, batchSize > 0, patience >= 0 else {
        throw DiagnosticError(
          code: .invalidSetting,
          message: "a classifier test wants two folds or more, and units, epochs and a batch "
            + "size above 0")
      }
      guard learningRate > 0, learningRate.isFinite, weightPenalty >= 0, tolerance >= 0 else {
        throw DiagnosticError(
          code: .invalidSetting,
          message: "a classifier test wants a learning rate above 0, and a penalty and a "
            + "tolerance from 0 on")
      }
    }
  }

  /// Mean share of samples that were told right, over folds.
  public let accuracy: Double
  /// That share, fold by fold.
  public let foldAccuracies: [Double]
  /// Epochs for which each fold's network was trained.
  public let epochs: [Int]

  /// Trains and judges.
  ///
  /// - Parameters:
  ///   - first: The reference; its mean and deviation scale both sets.
  ///   - second: Samples of as many dimensions.
  ///   - settings: How the classifier is trained.
  ///   - seed: Of folds, initial values and the order of samples.
  ///   - threads: Threads that share the folds; the result does not depend on them.
  /// - Throws: ``DiagnosticError``, code `shapeDiffers`, `tooFewSamples` for fewer samples than folds in a set,
  ///   `noSpread` for a dimension that is constant in the first set, `invalidSetting`.
  public init(
    _ first: SampleSet, _ second: SampleSet, settings: Settings = Settings(), seed: UInt64 = 0, threads: Int = 1
  ) throws(DiagnosticError) {
    try settings.check()
    try SampleSet.checkPair(first, second, least: settings.folds)
    let samples = try Self.scaled(first, second)
    var order = Array(0..<samples.count)
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .folds)
    stream.shuffle(&order)
    let (folds, count) = (settings.folds, order.count)
    let results = mapPieces(folds, threads: threads) { [order] fold in
      // scikit-learn's KFold: the first folds take one more where the count is no multiple.
      let start = fold * (count / folds) + min(fold, count % folds)
      let end = start + count / folds + (fold < count % folds ? 1 : 0)
      var classifier = BinaryClassifier(
        dimensions: first.dimensions, settings: settings, seed: seed, number: fold)
      let epochs = classifier.train(samples, rows: Array(order[..<start] + order[end...]))
      let correct = classifier.countCorrect(samples, rows: Array(order[start..<end]))
      return (accuracy: Double(correct) / Double(end - start), epochs: epochs)
    }
    foldAccuracies = results.map(\.accuracy)
    epochs = results.map(\.epochs)
    accuracy = foldAccuracies.reduce(0, +) / Double(folds)
  }

  /// Both sets, one behind the other, in standard deviations from the mean of the first.
  private static func scaled(
    _ first: SampleSet, _ second: SampleSet
  ) throws(DiagnosticError) -> LabelledSamples {
    let (means, deviations) = first.moments()
    if let dimension = deviations.firstIndex(where: { !($0 > 0) }) {
      throw DiagnosticError(
        code: .noSpread,
        message: "value \(dimension) (counted from 0) is the same in all samples of the first set, so it has no scale; "
          + "leave it out")
    }
    let d = first.dimensions
    let inputs = [first, second].flatMap { set in
      set.values.indices.map { Float((set.values[$0] - means[$0 % d]) / deviations[$0 % d]) }
    }
    return LabelledSamples(
      inputs: inputs, labels: Array(repeating: 0, count: first.count) + Array(repeating: 1, count: second.count))
  }
}

/// Samples of two sets.
struct LabelledSamples: Sendable {
  /// Shape `[sample, dimension]`.
  let inputs: [Float]
  /// 0 for the first set, 1 for the second one.
  let labels: [Float]

  var count: Int { labels.count }
}

extension RandomPurpose {
  /// Which samples a classifier is judged on.
  static let folds = RandomPurpose("folds")
}
