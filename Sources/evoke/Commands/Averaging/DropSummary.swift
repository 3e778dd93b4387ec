import EEGCore

/// Why epochs were dropped, in a few lines: each kind of reason with its number and the channels most often behind it.
struct DropSummary {
  private var counts: [(kind: String, epochs: Int, channels: [String])] = []

  init(_ dropLog: [DropLogEntry]) {
    for reason in dropLog.flatMap(\.reasons) {
      let (kind, channels) = reason.parts
      if let index = counts.firstIndex(where: { $0.kind == kind }) {
        counts[index].epochs += 1
        counts[index].channels += channels
      } else {
        counts.append((kind, 1, channels))
      }
    }
    counts.sort { $0.epochs > $1.epochs }
  }

  /// Each kind in words, such as `peak-to-peak above limit (Fp1 7, Fp2 6)`, the most frequent first.
  var reasons: [(epochs: Int, text: String)] {
    counts.map { kind, epochs, channels in
      let all = Formatting.counts(channels)
      let shown = all.prefix(5).map { "\(Formatting.printable($0.text)) \($0.count)" }.joined(separator: ", ")
      let more = all.count > 5 ? " and \(all.count - 5) other channels" : ""
      return (epochs, Formatting.printable(kind) + (all.isEmpty ? "" : " (\(shown)\(more))"))
    }
  }
}
