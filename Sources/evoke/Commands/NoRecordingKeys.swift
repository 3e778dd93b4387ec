/// The keys of every file that `info` reports, as they are for one that holds no recording.
struct NoRecordingKeys: Encodable {
  /// From the first to the last sample [s].
  let duration: Double

  private enum CodingKeys: String, CodingKey {
    case start, duration_s, signals, annotations, segments, warnings
  }

  init(duration: Double = 0) { self.duration = duration }

  /// Adds them to the object that an encoder has begun.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeNil(forKey: .start)
    try container.encode(duration, forKey: .duration_s)
    try container.encode([String](), forKey: .signals)
    try container.encode(0, forKey: .annotations)
    try container.encode([String](), forKey: .segments)
    try container.encode([String](), forKey: .warnings)
  }
}
