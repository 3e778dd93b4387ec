import EEGCore
import Synchronization

/// An EDF, EDF+, BDF or BDF+ file, mapped into memory and read as it is asked for.
///
/// Opening reads the header only. Samples come from ``read(signals:time:threads:)`` or through the ``Recording`` of
/// ``recording()``; annotations and gaps are looked for when ``recording()``, ``annotations()`` or ``segments()`` are
/// first called, which takes one look at every record. Several threads may use one object.
public final class EDFFile: Sendable {
  /// The file.
  public let path: String
  /// The header as it was understood.
  public let header: EDFHeader
  /// The signals that carry samples, in file order; `sampleCount` and `rate` follow from the header.
  public let signals: [Signal]

  private let headerDeviations: [EDFDeviation]
  let file: MappedFile
  private let cachedScan = Mutex<AnnotationScan?>(nil)
  private let isStrict: Bool

  /// Opens a file and reads its header.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - strict: Refuse what the standard forbids, of every severity above a note, here and in the annotations.
  /// - Throws: ``EDFError``: `cannotOpen`, `notEDF`, `truncatedHeader`, `invalidHeader`; `notConformant` when strict.
  public init(path: String, strict: Bool = false) throws {
    let file = try MappedFile(path: path)
    let block = HeaderParser.blockLength
    guard file.count >= block else {
      throw EDFError(
        .truncatedHeader, path: path, byteOffset: file.count,
        file.count == 0 ? "is empty" : "ends after \(file.count) bytes; a header has at least \(block)")
    }
    let count = try HeaderParser.signalCount(fixedPart: file.copy(0..<block), path: path)
    let length = block * (count + 1)
    guard file.count >= length else {
      throw EDFError(
        .truncatedHeader, path: path, byteOffset: file.count,
        "ends after \(file.count) bytes, inside the header of \(length) bytes that \(count) signals take")
    }
    let (header, deviations) = try HeaderParser.parse(
      file.copy(0..<length), signalCount: count, fileLength: file.count, path: path)
    self.path = path
    self.file = file
    self.header = header
    headerDeviations = deviations
    isStrict = strict
    signals = header.dataSignals.map { index in
      let signal = header.signals[index]
      return Signal(
        label: signal.label, unit: signal.unit,
        rate: header.recordDuration > 0 ? Double(signal.samplesPerRecord) / header.recordDuration : 0,
        sampleCount: signal.samplesPerRecord * header.recordCount,
        encoding: header.variant.isBDF ? .int24 : .int16, calibration: signal.calibration,
        transducer: signal.transducer, prefilter: signal.prefilter)
    }
    if strict { try Self.refuse(deviations, path: path) }
  }

  /// Everything that differs from the standard, in the header and (after a look at every record) in the annotations.
  ///
  /// - Throws: ``EDFError``, code `fileChanged`.
  public func deviations() throws -> [EDFDeviation] { try headerDeviations + scan().deviations }

  /// The annotations of all records in file order, onsets in seconds from the start of the first record.
  ///
  /// - Throws: ``EDFError``: `fileChanged`; `notConformant` when strict.
  public func annotations() throws -> [Annotation] { try scan().annotations }

  /// Stretches without a gap: one for a contiguous file.
  ///
  /// - Throws: ``EDFError``: `fileChanged`; `notConformant` when strict.
  public func segments() throws -> [Segment] {
    // A contiguous file needs no look at its records.
    if !header.variant.isDiscontinuous {
      let duration = header.recordDuration * Double(header.recordCount)
      return duration > 0 ? [Segment(onset: 0, duration: duration)] : []
    }
    return try scan().segments
  }

  /// The file as a ``Recording``; its samples are read from the file when asked for.
  ///
  /// - Throws: ``EDFError``: `fileChanged`; `notConformant` when strict.
  public func recording() throws -> Recording {
    let scan = try scan()
    return Recording(
      signals: signals, annotations: scan.annotations, segments: try segments(),
      start: header.start.map { $0.advanced(byNanoseconds: scan.startOffset) },
      patientIdentification: header.patientIdentification, recordingIdentification: header.recordingIdentification,
      source: self)
  }

  private func scan() throws -> AnnotationScan {
    try cachedScan.withLock { cached in
      if let cached { return cached }
      var scanner = AnnotationScanner(header: header, file: file)
      let scan = try scanner.scan()
      if isStrict { try Self.refuse(scan.deviations, path: path) }
      cached = scan
      return scan
    }
  }

  private static func refuse(_ deviations: [EDFDeviation], path: String) throws {
    let broken = deviations.filter { $0.severity > .note }
    guard let first = broken.first else { return }
    let more = broken.count > 1 ? ", and \(broken.count - 1) more" : ""
    throw EDFError(
      .notConformant, path: path, byteOffset: first.byteOffset,
      "breaks the standard: \(first.field) \(first.message)\(more); read it without strict checking, or see evoke check"
    )
  }
}
