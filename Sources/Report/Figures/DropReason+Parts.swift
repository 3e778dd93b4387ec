import EEGCore

extension DropReason {
  /// The kind of reason in words, and the channels behind it: all that figures count.
  var parts: (kind: String, channels: [String]) {
    switch self {
    case .peakToPeak(let channels): ("peak-to-peak above limit", channels)
    case .flat(let channels): ("flat", channels)
    case .outsideRecording, .segmentBoundary, .badAnnotation: (description, [])
    }
  }
}
