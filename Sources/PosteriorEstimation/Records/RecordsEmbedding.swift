import EvokeNumerics
import Foundation
import InverseModels
import Networks

/// A context of several records, whatever their order: the mean of each one's, with the number of records beside it,
/// through linear layers.
///
/// Rows of data are a number of records and room for the most that there may be, of which the first ones count. Records
/// of all rows that are there go through the inner embedding together, so those that are not cost nothing.
public struct RecordsEmbedding: Embedding {
  /// Values of a row: the number of records, then ``records`` of them.
  public var inputCount: Int { 1 + records * record.inputCount }
  /// Values of a context.
  public var outputCount: Int { layers.outputCount }
  /// Records of a row, at most.
  public let records: Int
  private let record: any Embedding
  private let layers: FullyConnectedEmbedding

  /// Adds `embedding.records.0` and so on.
  ///
  /// - Parameters:
  ///   - record: Makes a context of one record.
  ///   - records: Records of a row, at most.
  public init(
    _ record: any Embedding, records: Int, settings: RecordSettings, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) {
    precondition(records > 0, "there is room for a record")
    (self.record, self.records) = (record, records)
    layers = FullyConnectedEmbedding(
      name: "embedding.records", inputCount: record.outputCount + 1, outputCount: settings.outputs,
      hidden: settings.hidden, layers: settings.layers, in: &store, using: &stream)
  }

  /// Records that go through together, at most, whatever the inner embedding can take: memory stays small.
  private static let mostRecordsPerPass = 8192

  /// As many as keep the records in the inner embedding's limit.
  public var samplesPerPass: Int { max(1, min(record.samplesPerPass, Self.mostRecordsPerPass) / records) }

  /// The last linear layer's outputs.
  public func contexts(of data: Node, on tape: Tape) -> Node {
    let (width, stride) = (record.inputCount, inputCount)
    let counts = (0..<data.rows).map { Int(data.values[$0 * stride]) }
    precondition(counts.allSatisfy { (1...records).contains($0) }, "a row has from one to \(records) records")
    let sequences = Sequences(lengths: counts)
    let present = tape.matrix(rows: sequences.rowCount, columns: width, needsGradient: false)
    let logarithms = tape.matrix(rows: data.rows, columns: 1, needsGradient: false)
    for (row, count) in counts.enumerated() {
      (present.values + sequences.rows(of: row).lowerBound * width)
        .update(from: data.values + row * stride + 1, count: count * width)
      logarithms.values[row] = standardized(count)
    }
    let mean = tape.mean(record.contexts(of: present, on: tape), over: sequences)
    return layers.contexts(of: tape.concatenate([mean, logarithms]), on: tape)
  }

  /// The logarithm of a number of records, from -1 for one to 1 for the most that there may be: deviations of means go
  /// with powers of the number.
  private func standardized(_ count: Int) -> Float {
    records > 1 ? Float(2 * log(Double(count)) / log(Double(records)) - 1) : 0
  }
}

extension PosteriorConfiguration {
  /// Builds the embedding of prepared data, of one record or of several, and adds its parameters, with
  /// initial values of a seed.
  ///
  /// - Throws: ``PosteriorError``, codes `invalidSetting` and `shapeDiffers`.
  func embedding(
    preparation: DataPreparation, description: InputDescription?, seed: UInt64, in store: inout ParameterStore
  ) throws(PosteriorError) -> any Embedding {
    guard let records, let most = preparation.records else {
      return try embedding.embedding(preparation: preparation, description: description, seed: seed, in: &store)
    }
    // The mean of the data as they are would tell of nothing but their mean.
    let ofRecord: EmbeddingSettings = embedding == .identity ? .fullyConnected(FullyConnectedSettings()) : embedding
    let record = try ofRecord.embedding(preparation: preparation, description: description, seed: seed, in: &store)
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .recordLayers)
    return RecordsEmbedding(record, records: most, settings: records, in: &store, using: &stream)
  }
}

extension RandomPurpose {
  /// Initial values of the layers behind the mean over records.
  static let recordLayers = RandomPurpose("record layers")
}
