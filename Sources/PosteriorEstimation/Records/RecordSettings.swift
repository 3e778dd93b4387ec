/// How observations of several records are read: records of one pair are independent, of the same parameters, and their
/// order says nothing.
///
/// The embedding makes a context of each record. Their mean, with the number of records beside it, goes through linear
/// layers with ReLU between them. Sources: Zaheer et al. 2017, "Deep sets"; sbi's `PermutationInvariantEmbedding`.
public struct RecordSettings: Hashable, Codable, Sendable {
  /// Values of the context of all records together.
  public var outputs = 20
  /// Units of a hidden layer behind the mean.
  public var hidden = 50
  /// Linear layers behind the mean.
  public var layers = 2
  /// Whether each epoch takes some records of a pair, from one to all of them, so that any number is learnt from pairs
  /// that all have the same.
  public var varies = true

  enum CodingKeys: String, CodingKey {
    case outputs, hidden, layers
    case varies = "varies_records"
  }

  /// The defaults.
  public init() {}

  func check() throws(PosteriorError) {
    guard outputs > 0, hidden > 0, layers > 0 else {
      throw PosteriorError(code: .invalidSetting, message: "outputs, hidden and layers of records are above 0")
    }
  }
}
