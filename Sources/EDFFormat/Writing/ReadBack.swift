import EEGCore

/// Reads a file that was just written and compares it with the recording.
///
/// EDFlib judges what it can read: an independent program is the better witness. EDF+D, more than 640 signals and what
/// else it refuses for reasons that are no fault (a free-text identification) are read by this module's own reader.
struct ReadBack {
  let recording: Recording
  let quantizers: [SampleQuantizer]
  /// The name that errors give.
  let target: String

  /// - Throws: ``EDFWritingError``, code `verificationFailed`; the sources' errors.
  func verify(
    _ path: String, variant: EDFVariant, progress: (Double) -> Void
  ) throws -> EDFWritingReport.Verification {
    if !variant.isDiscontinuous, recording.signals.count + 1 <= EDFlibReferee.largestSignalCount {
      let hasOutliers = try EDFlibReferee.withFile(path) { file in
        let hasOutliers = try compareSamples(isClipped: true, progress) { signal, first, values in
          file.read(signal: signal, from: first, into: &values)
        }
        try compareAnnotations(file.annotations(), isExact: false)
        return hasOutliers
      }
      // Of samples that EDFlib clips it cannot tell whether they are right.
      if hasOutliers == false { return .edflib }
    }
    let file = try EDFFile(path: path)
    try compareSamples(isClipped: false, progress) { signal, first, values in
      guard signal < file.signals.count, first + values.count <= file.signals[signal].sampleCount else { return false }
      var span = values.mutableSpan
      return (try? file.readDigital(signal: signal, from: first, into: &span)) != nil
    }
    try compareAnnotations(file.annotations(), isExact: true)
    let segments = try file.segments()
    guard segments.count == recording.segments.count || recording.segments.allSatisfy({ $0.duration == 0 }) else {
      throw failure("it has \(segments.count) segments, the recording \(recording.segments.count)")
    }
    return .ownReader
  }

  private func failure(_ message: String) -> EDFWritingError {
    EDFWritingError(
      .verificationFailed, path: target,
      "was written and read again, and \(message); nothing was kept. Please report this")
  }

  /// - Parameter isClipped: True when `read` gives values outside the digital limits as the limits, as EDFlib does.
  /// - Returns: True when there are such values.
  @discardableResult
  private func compareSamples(
    isClipped: Bool, _ progress: (Double) -> Void, _ read: (Int, Int, inout [Int32]) -> Bool
  ) throws -> Bool {
    var hasOutliers = false
    var done = 0
    let total = recording.signals.reduce(0) { $0 + $1.sampleCount }
    for block in SampleSweep(recording: recording, signals: Array(recording.signals.indices)).blocks {
      for (signal, samples) in block.enumerated() where !samples.isEmpty {
        var values = [Int32](repeating: 0, count: samples.count)
        guard read(signal, samples.lowerBound, &values) else {
          throw failure("samples \(samples) of '\(recording.signals[signal].label)' are missing")
        }
        var expected = try expected(signal, samples)
        if isClipped {
          let limits = Int32(quantizers[signal].digitalMinimum)...Int32(quantizers[signal].digitalMaximum)
          for place in expected.indices where !limits.contains(expected[place]) {
            hasOutliers = true
            expected[place] = min(max(expected[place], limits.lowerBound), limits.upperBound)
          }
        }
        if let place = values.indices.first(where: { values[$0] != expected[$0] }) {
          throw failure(
            "sample \(samples.lowerBound + place) of '\(recording.signals[signal].label)' is \(values[place]), "
              + "not \(expected[place])")
        }
        done += samples.count
      }
      progress(Double(done) / Double(total))
    }
    return hasOutliers
  }

  /// What was meant to be written.
  private func expected(_ signal: Int, _ samples: Range<Int>) throws -> [Int32] {
    var values = [Int32](repeating: 0, count: samples.count)
    var physical = [Double](repeating: 0, count: quantizers[signal].passesThrough ? 0 : samples.count)
    try values.withUnsafeMutableBufferPointer { values in
      try physical.withUnsafeMutableBufferPointer { physical in
        try quantizers[signal].read(signal, of: recording, samples: samples, into: values, physical: physical)
      }
    }
    return values
  }

  private struct Key: Hashable, Comparable {
    let onset: Int
    let duration: Int?
    let text: String

    static func < (left: Key, right: Key) -> Bool {
      (left.onset, left.duration ?? -1, left.text) < (right.onset, right.duration ?? -1, right.text)
    }
  }

  /// - Parameter isExact: False for EDFlib, whose times are multiples of 100 ns and whose texts end after 512 bytes.
  private func compareAnnotations(_ found: [Annotation], isExact: Bool) throws {
    func keys(_ annotations: [Annotation]) -> [Key] {
      annotations.flatMap { annotation in
        let texts =
          annotation.channels.isEmpty ? [annotation.text] : annotation.channels.map { "\(annotation.text)@@\($0)" }
        return texts.map { text in
          Key(
            onset: AnnotationEncoder.nanoseconds(annotation.onset) / (isExact ? 1 : 1000),
            duration: annotation.duration.map { AnnotationEncoder.nanoseconds($0) / (isExact ? 1 : 1000) },
            text: isExact ? text : String(decoding: text.utf8.prefix(500), as: UTF8.self))
        }
      }.sorted()
    }
    let (written, read) = (keys(recording.annotations), keys(found))
    guard written.count == read.count else {
      throw failure("it has \(read.count) annotations, not \(written.count)")
    }
    for (expected, actual) in zip(written, read) where expected != actual {
      // Rounding to EDFlib's clock may fall either way.
      let isClose =
        !isExact && abs(expected.onset - actual.onset) <= 1 && expected.text == actual.text
        && abs((expected.duration ?? -1) - (actual.duration ?? -1)) <= 1
      guard isClose else {
        throw failure("an annotation at \(Double(expected.onset) / (isExact ? 1e9 : 1e6)) s came back changed")
      }
    }
  }
}
