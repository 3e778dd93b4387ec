/// A text at a time.
public struct Annotation: Hashable, Sendable {
  /// Seconds from the start of the recording; may be negative or lie past the end.
  public var onset: Double
  /// Seconds, or nil when the file gives none.
  public var duration: Double?
  /// The text, without any channel suffix.
  public var text: String
  /// Labels of the signals it belongs to; empty when it belongs to all.
  public var channels: [String]

  /// An annotation; see the properties for units.
  public init(onset: Double, duration: Double? = nil, text: String, channels: [String] = []) {
    self.onset = onset
    self.duration = duration
    self.text = text
    self.channels = channels
  }
}
