/// As an object with the key `kind` and one key a number; an infinite limit is left out, since JSON has no infinity.
extension PriorDistribution: Codable {
  private enum Key: String, CodingKey { case kind, lower, upper, mean, scale, location, value }

  private enum Kind: String, Codable {
    case box, normal, fixed
    case truncatedNormal = "truncated-normal"
    case logNormal = "lognormal"
  }

  /// Reads and validates a distribution.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func number(_ key: Key) throws -> Double { try values.decode(Double.self, forKey: key) }
    func limit(_ key: Key) throws -> Double? { try values.decodeIfPresent(Double.self, forKey: key) }
    switch try values.decode(Kind.self, forKey: .kind) {
    case .box: self = .box(lower: try number(.lower), upper: try number(.upper))
    case .normal: self = .normal(mean: try number(.mean), scale: try number(.scale))
    case .logNormal: self = .logNormal(location: try number(.location), scale: try number(.scale))
    case .fixed: self = .fixed(try number(.value))
    case .truncatedNormal:
      self = .truncatedNormal(
        mean: try number(.mean), scale: try number(.scale), lower: try limit(.lower) ?? -.infinity,
        upper: try limit(.upper) ?? .infinity)
    }
    try validate()
  }

  /// Writes the distribution.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    func write(_ kind: Kind, _ numbers: [(Key, Double)]) throws {
      try values.encode(kind, forKey: .kind)
      for (key, number) in numbers where number.isFinite { try values.encode(number, forKey: key) }
    }
    switch self {
    case .box(let lower, let upper): try write(.box, [(.lower, lower), (.upper, upper)])
    case .normal(let mean, let scale): try write(.normal, [(.mean, mean), (.scale, scale)])
    case .logNormal(let location, let scale): try write(.logNormal, [(.location, location), (.scale, scale)])
    case .fixed(let value): try write(.fixed, [(.value, value)])
    case .truncatedNormal(let mean, let scale, let lower, let upper):
      try write(.truncatedNormal, [(.mean, mean), (.scale, scale), (.lower, lower), (.upper, upper)])
    }
  }
}
