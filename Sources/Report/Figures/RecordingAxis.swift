import EEGCore

/// The time of a recording as an axis, with a tick an event.
struct RecordingAxis: Hashable, Sendable {
  private let onsets: ClosedRange<Double>

  /// From the start of the recording, or an event before it, to a little after the last of the onsets [s]; onsets that
  /// are not finite do not count.
  init(_ onsets: [Double]) {
    let finite = onsets.filter(\.isFinite)
    let (first, last) = (min(finite.min() ?? 0, 0), finite.max() ?? 0)
    self.onsets = first...max(last + 0.02 * (last - first), first + 1)
  }

  /// The axis below a box, in seconds, or in minutes where it is longer than 20 of them.
  func axes(in box: PixelBox) -> PanelAxes {
    let inMinutes = onsets.upperBound > 1200
    let unit = inMinutes ? 60.0 : 1
    return PanelAxes(
      box: box, x: (onsets.lowerBound / unit)...(onsets.upperBound / unit), y: 0...1,
      xLabel: "Time in the recording (\(inMinutes ? "min" : "s"))", hasYAxis: false, hasZeroLines: false)
  }

  /// Lines at onsets from one height to another.
  func ticks(_ onsets: [Double], in box: PixelBox, from top: Double, to bottom: Double, colour: String) -> [Shape] {
    let span = self.onsets.upperBound - self.onsets.lowerBound
    // Events closer than a quarter of a pixel are one line.
    let places = Set(
      onsets.filter(\.isFinite).map { ((($0 - self.onsets.lowerBound) / span * box.width) * 4).rounded() / 4 })
    return places.sorted().map { place in
      let x = box.left + place
      return .line([Point(x, top), Point(x, bottom)], colour: colour, width: 1.1)
    }
  }
}
