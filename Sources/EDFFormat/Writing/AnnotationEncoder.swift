import EEGCore

/// The bytes of the annotation signal: every record's own onset, and all annotations, shared out over the records.
///
/// Any record may hold any annotation (EDF+ specification 2.2.4), so the signal is made just wide enough for all of
/// them, and none is lost.
struct AnnotationEncoder {
  /// Bytes of the annotation signal in a record.
  let bytesPerRecord: Int
  private let onsets: [[UInt8]]
  private let lists: [[UInt8]]
  /// Which lists each record holds.
  private let shares: [Range<Int>]

  /// Prepares the lists.
  ///
  /// - Parameters:
  ///   - recordOnsets: Of each record, seconds from the first.
  ///   - startOffset: What the header's whole seconds lack [ns].
  ///   - width: Bytes of a sample; the signal has whole samples.
  /// - Throws: ``EDFWritingError``, code `notRepresentable`.
  init(_ annotations: [Annotation], recordOnsets: [Double], startOffset: Int, width: Int, path: String) throws {
    onsets = recordOnsets.map { onset in
      // Onset, separator, empty text, separator, end.
      Array(Self.time(Self.nanoseconds(onset) + startOffset, signed: true).utf8) + [20, 20, 0]
    }
    lists = try annotations.flatMap { try Self.lists(of: $0, startOffset: startOffset, path: path) }
    let widest = onsets.map(\.count).max() ?? 0
    let total = lists.reduce(0) { $0 + $1.count }
    let longest = lists.map(\.count).max() ?? 0
    // Filling records to this size leaves at most one list's room empty in each.
    let even = (total + max(1, onsets.count) - 1) / max(1, onsets.count)
    var room = max(longest, even)
    var shares = Self.share(lists, room: room, records: onsets.count)
    while shares == nil {
      room += max(1, longest)
      shares = Self.share(lists, room: room, records: onsets.count)
    }
    self.shares = shares ?? []
    let bytes = widest + room
    bytesPerRecord = (bytes + width - 1) / width * width
  }

  /// Writes the annotation signal of a record; the rest of its place stays zero.
  func write(record: Int, into bytes: UnsafeMutableRawBufferPointer) {
    var position = 0
    for part in [onsets[record]] + lists[shares[record]] {
      for byte in part {
        bytes[position] = byte
        position += 1
      }
    }
    while position < bytes.count {
      bytes[position] = 0
      position += 1
    }
  }

  /// Fills record after record, in order.
  private static func share(_ lists: [[UInt8]], room: Int, records: Int) -> [Range<Int>]? {
    var shares: [Range<Int>] = []
    shares.reserveCapacity(records)
    var next = 0
    for _ in 0..<records {
      let first = next
      var used = 0
      while next < lists.count, used + lists[next].count <= room {
        used += lists[next].count
        next += 1
      }
      shares.append(first..<next)
    }
    return next == lists.count ? shares : nil
  }

  /// One list for the recording, or one for every channel that the annotation belongs to.
  private static func lists(of annotation: Annotation, startOffset: Int, path: String) throws -> [[UInt8]] {
    guard !annotation.text.isEmpty else {
      throw EDFWritingError(
        .notRepresentable, path: path,
        "the annotation at \(annotation.onset) s has no text, which EDF+ cannot hold; give it one or remove it")
    }
    guard annotation.onset.isFinite, abs(annotation.onset) < 3e9,
      annotation.duration.map({ $0 >= 0 && $0 < 3e9 }) ?? true
    else {
      throw EDFWritingError(
        .notRepresentable, path: path,
        "the annotation at \(annotation.onset) s has a time or a negative duration that EDF+ cannot hold")
    }
    var time = Self.time(nanoseconds(annotation.onset) + startOffset, signed: true)
    if let duration = annotation.duration { time += "\u{15}" + Self.time(nanoseconds(duration), signed: false) }
    let texts =
      annotation.channels.isEmpty ? [annotation.text] : annotation.channels.map { "\(annotation.text)@@\($0)" }
    return try texts.map { text in
      let bytes = Array(text.utf8)
      guard !bytes.contains(where: { $0 == 0 || $0 == 20 || $0 == 21 }) else {
        throw EDFWritingError(
          .notRepresentable, path: path,
          "the annotation at \(annotation.onset) s has a control character (0, 20 or 21) that separates texts in EDF+")
      }
      return Array(time.utf8) + [20] + bytes + [20, 0]
    }
  }

  /// Seconds as the nearest whole number of nanoseconds, which no sum of times can blur.
  static func nanoseconds(_ seconds: Double) -> Int { Int((seconds * 1e9).rounded()) }

  /// `+12.5`: a sign, whole seconds, and as many decimals as are not zero.
  private static func time(_ nanoseconds: Int, signed: Bool) -> String {
    let magnitude = nanoseconds.magnitude
    var text = signed ? (nanoseconds < 0 ? "-" : "+") : ""
    text += String(magnitude / 1_000_000_000)
    let fraction = magnitude % 1_000_000_000
    if fraction > 0 {
      var digits = String(fraction)
      digits = String(repeating: "0", count: 9 - digits.count) + digits
      while digits.hasSuffix("0") { digits.removeLast() }
      text += "." + digits
    }
    return text
  }
}
