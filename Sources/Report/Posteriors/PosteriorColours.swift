/// Colours of figures of posteriors.
enum PosteriorColours {
  static let line = ConditionColours.colour(0)
  /// Half of the draws, and nine tenths: lighter than the line, of its hue.
  static let (half, most) = ("#5b9fcc", "#bfd9eb")
  static let prior = Ink.zero
  static let truth = ConditionColours.colour(1)
  static let map = Ink.text
  static let paper = "#ffffff"
}
