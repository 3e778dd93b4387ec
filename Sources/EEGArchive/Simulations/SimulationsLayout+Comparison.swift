import EEGCore
import EvokeNumerics

extension SimulationsLayout {
  /// What first tells two files of one job apart, if they are not: settings by their JSON key, then everything else.
  ///
  /// Which simulations a file has, and on what processor they were made, is left to the caller.
  func firstDifference(from other: SimulationsLayout) -> SettingsDifference? {
    let documents = [settings, other.settings].map { JSONDocument(settings: $0).withoutShard }
    if let difference = documents[0].firstDifference(from: documents[1]) { return difference }
    for (name, aspect) in Self.aspects {
      let (mine, others) = (aspect(self), aspect(other))
      if mine != others { return SettingsDifference(name, Self.text(mine), Self.text(others)) }
    }
    return firstExtraDifference(from: other)
  }

  private static var aspects: KeyValuePairs<String, (SimulationsLayout) -> AnyHashable> {
    [
      "seed": { $0.seed }, "total": { $0.total }, "parameters": { $0.parameters.map(\.name) },
      "units": { $0.parameters.map(\.unit) }, "prior": { $0.prior }, "channels": { $0.channels },
      "rate_hz": { $0.rate }, "times_s": { $0.times }, "noise_level": { $0.noiseLevels },
      "columns of source": { $0.columnCount ?? 0 }, "arithmetic": { $0.arithmetic },
    ]
  }

  /// Arrays of the caller's: equal in every bit, or, when they were calculated on different processors without portable
  /// arithmetic, to 1e-6 of the largest value.
  private func firstExtraDifference(from other: SimulationsLayout) -> SettingsDifference? {
    let names = [extras, other.extras].map { $0.map(\.name) }
    guard names[0] == names[1] else {
      return SettingsDifference("arrays", names[0].joined(separator: ", "), names[1].joined(separator: ", "))
    }
    let isExact = isPortable || instructionSet == other.instructionSet
    for (mine, others) in zip(extras, other.extras) {
      let name = "/" + mine.name
      guard mine.shape == others.shape else { return SettingsDifference(name, "\(mine.shape)", "\(others.shape)") }
      guard mine.unit == others.unit, mine.axes == others.axes else {
        return SettingsDifference(
          name, "[\(mine.axes)] in \(mine.unit ?? "1")", "[\(others.axes)] in \(others.unit ?? "1")")
      }
      let largest = mine.values.reduce(0) { max($0, abs($1)) }
      for (value, another) in zip(mine.values, others.values) where value.bitPattern != another.bitPattern {
        if isExact || !(abs(value - another) <= 1e-6 * largest) {
          return SettingsDifference(name, "\(value)", "\(another)")
        }
      }
    }
    return nil
  }

  private static func text(_ value: some Any) -> String {
    let text = String(describing: value)
    return text.count > 80 ? text.prefix(77) + "..." : text
  }
}

/// Ranges in words, the first five of them: `100...199, 400...499`.
func rangeText(_ ranges: [Range<Int>]) -> String {
  let words = ranges.prefix(5).map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)...\($0.upperBound - 1)" }
  return words.joined(separator: ", ") + (ranges.count > 5 ? " and \(ranges.count - 5) more" : "")
}
