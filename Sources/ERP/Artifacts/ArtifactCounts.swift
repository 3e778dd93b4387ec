import EEGCore

/// How many epochs each detector found fault with, by condition; the table that ERPLAB prints after detection.
public struct ArtifactCounts: Hashable, Sendable, Codable {
  /// One condition, or all of them together.
  public struct Row: Hashable, Sendable, Codable {
    /// Name of the condition; nil for the sum over all.
    public var condition: String?
    /// Epochs that were looked at: those that lie in the recording and touch no mark of bad data.
    public var examined = 0
    /// Epochs without an artifact, also those with rejected channels or left out to equalise the conditions.
    public var accepted = 0
    /// Epochs that were dropped for an artifact.
    public var rejected = 0
    /// Epochs that were kept without some of their channels.
    public var withRejectedChannels = 0
    /// Epochs in which each detector found something, in the order of ``ArtifactCounts/detectors``; an epoch may count
    /// for several.
    public var found: [Int] = []

    /// A number of epochs in percent of those that were examined; 0 when there are none.
    public func percentage(_ count: Int) -> Double { examined > 0 ? 100 * Double(count) / Double(examined) : 0 }
  }

  /// The detectors that found something, in the order of ``ArtifactDetector``.
  public var detectors: [ArtifactDetector]
  /// The conditions, in order.
  public var conditions: [Row]
  /// All conditions together.
  public var total: Row

  /// Counts.
  ///
  /// - Parameters:
  ///   - dropLog: What became of every event.
  ///   - conditions: The order of the rows; conditions that are not listed come after them, in order of appearance.
  public init(_ dropLog: [DropLogEntry], conditions: [String] = []) {
    var found: Set<ArtifactDetector> = []
    for entry in dropLog { found.formUnion(Self.detectors(entry)) }
    let detectors = ArtifactDetector.allCases.filter(found.contains)
    self.detectors = detectors

    var rowOfCondition: [String: Int] = [:]
    var rows: [Row] = []
    for condition in conditions + dropLog.map(\.event.condition) where rowOfCondition[condition] == nil {
      rowOfCondition[condition] = rows.count
      rows.append(Row(condition: condition, found: detectors.map { _ in 0 }))
    }
    var total = Row(found: detectors.map { _ in 0 })
    for entry in dropLog where Self.isExamined(entry) {
      let hit = Self.detectors(entry)
      func add(to row: inout Row) {
        row.examined += 1
        if entry.reasons.contains(where: { if case .artifact = $0 { true } else { false } }) {
          row.rejected += 1
        } else {
          row.accepted += 1
        }
        if !entry.rejectedChannels.isEmpty { row.withRejectedChannels += 1 }
        for (place, detector) in detectors.enumerated() where hit.contains(detector) { row.found[place] += 1 }
      }
      add(to: &total)
      if let row = rowOfCondition[entry.event.condition] { add(to: &rows[row]) }
    }
    self.conditions = rows
    self.total = total
  }

  /// True when the epoch was cut and looked at.
  private static func isExamined(_ entry: DropLogEntry) -> Bool {
    entry.reasons.allSatisfy { reason in
      switch reason {
      case .artifact, .equalized: true
      case .outsideRecording, .segmentBoundary, .badAnnotation: false
      }
    }
  }

  private static func detectors(_ entry: DropLogEntry) -> Set<ArtifactDetector> {
    var result = Set(entry.rejectedChannels.map(\.detector))
    for case .artifact(let finding) in entry.reasons { result.insert(finding.detector) }
    return result
  }
}
