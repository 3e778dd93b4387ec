import InverseModels

extension DataPreparation {
  /// Finds what becomes of data, on the training split alone.
  ///
  /// - Parameters:
  ///   - training: Numbers of the pairs of the training split.
  /// - Throws: ``PosteriorError``, codes `notFinite` and `shapeDiffers`; what reading throws.
  init(
    fitting configuration: PosteriorConfiguration, to pairs: some SimulatedPairs, training: [Int],
    description: InputDescription?
  ) throws {
    let hasRecords = configuration.records != nil
    let recordShape = Self.recordShape(of: pairs.shape, hasRecords: hasRecords)
    if hasRecords { try Self.check(recordShape, is: description) }
    if case .model(let settings) = configuration.embedding {
      do {
        let potentials = PairedPotentials(pairs, hasRecords: hasRecords)
        let plan = try InputPreparation(
          fitting: settings.configuration(seed: configuration.training.seed), to: potentials,
          description: description, simulations: potentials.simulations(of: training))
        self.init(shape: pairs.shape, steps: .potentials(plan), isTimeFirst: false, hasRecords: hasRecords)
        return
      } catch let error as InverseModelError {
        throw PosteriorError(code: error.code == .notFinite ? .notFinite : .shapeDiffers, message: error.message)
      }
    }
    var scaling: Standardization?
    if configuration.scaling != .none {
      let (count, width) = (pairs.valueCount, recordShape.reduce(1, *))
      var moments = RunningMoments(count: width)
      var data = [Float](repeating: 0, count: count)
      for pair in training {
        try data.withUnsafeMutableBufferPointer { try pairs.read(pair..<pair + 1, into: $0) }
        for first in stride(from: 0, to: count, by: width) {
          let record = data[first..<first + width]
          if hasRecords, record.allSatisfy(\.isNaN) { continue }
          moments.add(record.lazy.map(Double.init))
        }
      }
      scaling = configuration.scaling == .structured ? moments.structured : moments.independent
    }
    var isTimeFirst = false
    if case .convolution = configuration.embedding { isTimeFirst = true }
    self.init(shape: pairs.shape, steps: .scaled(scaling), isTimeFirst: isTimeFirst, hasRecords: hasRecords)
  }

  /// Throws unless records have the channels and times of the data: channels of one record are no records.
  private static func check(_ recordShape: [Int], is description: InputDescription?) throws(PosteriorError) {
    guard let description else { return }
    let shape = [description.channels.count, description.times.count]
    guard recordShape == shape else {
      throw PosteriorError(
        code: .shapeDiffers,
        message: "records are wanted, and data of \(shape[0]) channels and \(shape[1]) samples have none: a record "
          + "would be of shape \(recordShape); give data [record, channel, time], or train without records")
    }
  }
}
