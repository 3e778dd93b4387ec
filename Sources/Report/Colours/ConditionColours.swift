/// Colours of lines that stand for conditions.
///
/// Source: Okabe and Ito 2008, "Color universal design"; told apart with every common colour vision deficiency. Yellow is
/// left out, because a thin line of it is not seen on white; grey takes its place.
enum ConditionColours {
  /// Eight colours; the ninth condition has the first colour again, and dashes.
  static let all = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c8c8c"]

  static func colour(_ index: Int) -> String { all[index % all.count] }
  static func isDashed(_ index: Int) -> Bool { index / all.count % 2 == 1 }
  static let dropped = "#d55e00"
  static let kept = "#0072b2"
}
