import EEGCore

/// Turns the first bytes of a file into an ``EDFHeader``.
struct HeaderParser {
  /// Bytes of the fixed part of the header, and of each signal's part.
  static let blockLength = 256

  private let path: String
  private let fileLength: Int
  private var fields: HeaderFields
  private let signalCount: Int

  /// The number of signals in a header's fixed part; the caller reads `256 * (count + 1)` bytes and parses those.
  ///
  /// - Throws: ``EDFError``, codes `notEDF` and `invalidHeader`.
  static func signalCount(fixedPart: [UInt8], path: String) throws -> Int {
    guard isEDF(fixedPart) || isBDF(fixedPart) else {
      throw EDFError(
        .notEDF, path: path, byteOffset: 0,
        "is not an EDF or BDF file: the first eight bytes are neither '0' and blanks nor 255 and 'BIOSEMI'")
    }
    var fields = HeaderFields(bytes: fixedPart)
    let field = FixedField.signalCount.field
    guard let count = fields.integer(field), (0...9999).contains(count) else {
      throw EDFError(
        .invalidHeader, path: path, byteOffset: field.offset,
        "the number of signals is \(fields.quoted(field)), which is no number from 0 to 9999; the header is damaged, or "
          + "shifted by a missing or additional character before this place")
    }
    return count
  }

  /// Parses a whole header.
  ///
  /// - Throws: ``EDFError``, code `invalidHeader`, when the samples cannot be found safely.
  static func parse(
    _ bytes: [UInt8], signalCount: Int, fileLength: Int, path: String
  ) throws -> (header: EDFHeader, deviations: [EDFDeviation]) {
    var parser = HeaderParser(
      path: path, fileLength: fileLength, fields: HeaderFields(bytes: bytes), signalCount: signalCount)
    let header = try parser.parse()
    return (header, parser.fields.log.deviations)
  }

  private static func isEDF(_ bytes: [UInt8]) -> Bool {
    bytes[0] == UInt8(ascii: "0") && bytes[1..<8].allSatisfy { $0 == UInt8(ascii: " ") || $0 == 0 }
  }

  private static func isBDF(_ bytes: [UInt8]) -> Bool {
    bytes[0] == 255 && Array(bytes[1..<8]) == Array("BIOSEMI".utf8)
  }

  private mutating func parse() throws -> EDFHeader {
    if fields.bytes[0] != 255, fields.bytes[1..<8].contains(0) {
      fields.log.add(.version, field: "version", at: 0, "is filled up with NUL instead of blanks")
    }
    let patient = fields.text(FixedField.patient.field)
    let recording = fields.text(FixedField.recording.field)
    let variant = variant()
    if variant.isPlus { checkPatient(patient) }
    let start = StartFields.read(
      date: FixedField.startDate.field, time: FixedField.startTime.field, recording: FixedField.recording.field,
      isPlus: variant.isPlus, from: &fields)
    let (signals, recordLength) = try signals(variant)
    let recordDuration = try recordDuration(signals)
    let headerLength = headerLength(recordLength)
    let recordCount = recordCount(headerLength: headerLength, recordLength: recordLength)
    checkLayout(variant, signals, recordLength)
    return EDFHeader(
      variant: variant, patientIdentification: patient, recordingIdentification: recording, start: start,
      headerLength: headerLength, recordCount: recordCount, recordDuration: recordDuration, recordLength: recordLength,
      signals: signals)
  }

  private mutating func variant() -> EDFVariant {
    let isBDF = fields.bytes[0] == 255
    let field = FixedField.reserved.field
    let text = fields.text(field)
    let key = text.prefix(5).uppercased()
    let expected: EDFVariant? =
      switch key {
      case "EDF+C", "BDF+C": isBDF ? .bdfPlusC : .edfPlusC
      case "EDF+D", "BDF+D": isBDF ? .bdfPlusD : .edfPlusD
      case "", "24BIT": isBDF ? .bdf : .edf
      default: nil
      }
    if let expected {
      let family = isBDF ? "BDF" : "EDF"
      if expected.isPlus, !text.hasPrefix(family) {
        fields.log.add(
          .reservedField, field: field.name, at: field.offset,
          "'\(key)' in a file of the \(family) family; read as \(expected.rawValue)")
      } else if key == "24BIT", !isBDF {
        fields.log.add(.reservedField, field: field.name, at: field.offset, "'24BIT' in a 16-bit file; ignored")
      }
      return expected
    }
    if key.hasPrefix("EDF+") || key.hasPrefix("BDF+") {
      fields.log.add(
        .reservedField, field: field.name, at: field.offset, "does not say C or D after the plus; read as contiguous")
      return isBDF ? .bdfPlusC : .edfPlusC
    }
    fields.log.add(
      .reservedField, field: field.name, at: field.offset,
      "has a text that is not the standard's; read as plain \(isBDF ? "BDF" : "EDF")")
    return isBDF ? .bdf : .edf
  }

  private mutating func checkPatient(_ text: String) {
    let field = FixedField.patient.field
    let words = text.split(separator: " ")
    guard words.count >= 4, ["F", "M", "X"].contains(words[1]) else {
      fields.log.add(
        .patientSubfields, field: field.name, at: field.offset,
        "is not of the form code, sex (F, M or X), birth date, name; kept as free text")
      return
    }
  }

  private mutating func signals(_ variant: EDFVariant) throws -> (signals: [EDFSignalHeader], recordLength: Int) {
    var signals: [EDFSignalHeader] = []
    signals.reserveCapacity(signalCount)
    var offsetInRecord = 0
    for index in 0..<signalCount {
      let label = fields.text(field(.label, index))
      let transducer = fields.text(field(.transducer, index))
      let unit = PhysicalUnit(fields.text(field(.unit, index)))
      let isAnnotation = ["EDF Annotations", "BDF Annotations"].contains(label)
      let calibration = calibration(index, label: label, isAnnotation: isAnnotation, variant)
      let prefilter = fields.text(field(.prefilter, index))
      let samplesField = field(.samplesPerRecord, index)
      guard let samplesPerRecord = fields.integer(samplesField), samplesPerRecord >= 0 else {
        throw EDFError(
          .invalidHeader, path: path, byteOffset: samplesField.offset,
          "the samples per record of signal \(index + 1) are \(fields.quoted(samplesField)), which is no number from 0 up; "
            + "the data records cannot be taken apart")
      }
      if samplesPerRecord == 0 {
        fields.log.add(
          .samplesPerRecord, field: samplesField.name, at: samplesField.offset, "is 0; the signal has no samples")
      }
      signals.append(
        EDFSignalHeader(
          label: label, transducer: transducer, unit: unit, calibration: calibration, prefilter: prefilter,
          samplesPerRecord: samplesPerRecord, offsetInRecord: offsetInRecord, isAnnotation: isAnnotation))
      // At most 9999 signals of 99,999,999 samples: far from overflow.
      offsetInRecord += samplesPerRecord * variant.bytesPerSample
    }
    return (signals, offsetInRecord)
  }

  private mutating func calibration(
    _ index: Int, label: String, isAnnotation: Bool, _ variant: EDFVariant
  ) -> Calibration {
    let physicalFields = [field(.physicalMinimum, index), field(.physicalMaximum, index)]
    let digitalFields = [field(.digitalMinimum, index), field(.digitalMaximum, index)]
    let physical = physicalFields.map { fields.number($0) }
    let digital = digitalFields.map { fields.integer($0) }
    var ignoresLimits = false
    if isAnnotation { return .identity }
    for (number, value) in zip(physicalFields + digitalFields, (physical.map { $0 != nil }) + digital.map { $0 != nil })
    where !value {
      fields.log.add(
        .limitsPresent, field: number.name, at: number.offset,
        "is \(fields.quoted(number)), which is no usable number; digital values are given as they are, without a unit's scale"
      )
    }
    let span = variant.isBDF ? -8_388_608...8_388_607 : -32_768...32_767
    let outside = digital.indices.filter { index in digital[index].map { !span.contains($0) } ?? false }
    for index in outside {
      fields.log.add(
        .digitalLimitsInRange, field: digitalFields[index].name, at: digitalFields[index].offset,
        "\(fields.quoted(digitalFields[index])) does not fit \(variant.isBDF ? 24 : 16) bits")
    }
    if let minimum = digital[0], let maximum = digital[1] {
      if minimum == maximum {
        fields.log.add(
          .digitalLimitsDiffer, field: digitalFields[0].name, at: digitalFields[0].offset,
          "equals the digital maximum; digital values are given as they are, without a unit's scale")
      } else if minimum > maximum, outside.isEmpty {
        fields.log.add(
          .digitalLimitsOrdered, field: digitalFields[0].name, at: digitalFields[0].offset,
          "is above the digital maximum; the line through both is used as it stands")
      } else if minimum > maximum {
        fields.log.add(
          .digitalLimitsOrdered, field: digitalFields[0].name, at: digitalFields[0].offset,
          "is above the digital maximum and does not fit the sample size, so the limits cannot be meant; digital values "
            + "are given as they are, without a unit's scale")
        ignoresLimits = true
      }
    }
    if let minimum = physical[0], let maximum = physical[1], minimum == maximum {
      fields.log.add(
        .physicalLimitsDiffer, field: physicalFields[0].name, at: physicalFields[0].offset,
        "equals the physical maximum; digital values are given as they are, without a unit's scale")
    }
    return Calibration(
      physicalMinimum: physical[0], physicalMaximum: physical[1], digitalMinimum: digital[0],
      digitalMaximum: digital[1], ignoresLimits: ignoresLimits)
  }

  private mutating func recordDuration(_ signals: [EDFSignalHeader]) throws -> Double {
    let field = FixedField.recordDuration.field
    // Outside these bounds (EDFlib's resolution of time, and what eight digits can write) times cannot be told.
    guard let duration = fields.number(field), duration == 0 || (1e-7...1e8).contains(duration) else {
      throw EDFError(
        .invalidHeader, path: path, byteOffset: field.offset,
        "the duration of a data record is \(fields.quoted(field)), which is no sensible number of seconds")
    }
    if duration == 0, let signal = signals.first(where: { !$0.isAnnotation && $0.samplesPerRecord > 0 }) {
      throw EDFError(
        .invalidHeader, path: path, byteOffset: field.offset,
        "the duration of a data record is 0, so the sampling rate of '\(signal.label)' is unknown; only files with "
          + "nothing but annotations may have it")
    }
    return duration
  }

  private mutating func headerLength(_ recordLength: Int) -> Int {
    let field = FixedField.headerLength.field
    let computed = Self.blockLength * (signalCount + 1)
    let stated = fields.integer(field)
    if stated == computed { return computed }
    // A longer header is believed only when the file's length proves it.
    let records = FixedField.recordCount.field
    var silent = HeaderFields(bytes: fields.bytes)
    if let stated, stated > computed, stated < fileLength, recordLength > 0, let count = silent.integer(records),
      count >= 0, case let (dataLength, overflow) = count.multipliedReportingOverflow(by: recordLength), !overflow,
      fileLength - stated == dataLength
    {
      fields.log.add(
        .headerLength, field: field.name, at: field.offset,
        "is \(stated), more than the \(computed) that \(signalCount) signals take; the file's length agrees with "
          + "\(stated), which is used")
      return stated
    }
    fields.log.add(
      .headerLength, field: field.name, at: field.offset,
      "is \(fields.quoted(field)), not the \(computed) that \(signalCount) signals take; \(computed) is used")
    return computed
  }

  private mutating func recordCount(headerLength: Int, recordLength: Int) -> Int {
    let field = FixedField.recordCount.field
    let stated = fields.integer(field)
    let dataLength = max(0, fileLength - headerLength)
    guard recordLength > 0 else { return 0 }
    let whole = dataLength / recordLength
    let rest = dataLength % recordLength
    guard let stated, stated >= 0 else {
      let reason = stated == -1 ? "is -1: the recorder did not finish" : "is \(fields.quoted(field))"
      fields.log.add(
        .recordCountKnown, field: field.name, at: field.offset,
        "\(reason); \(whole) whole records are taken from the file's length")
      if rest > 0 { noteRest(rest, at: headerLength + whole * recordLength) }
      return whole
    }
    if stated > whole {
      fields.log.add(
        .recordCount, field: field.name, at: field.offset,
        "is \(stated), but the file has \(whole) whole records; \(whole) are read")
    } else if stated < whole {
      fields.log.add(
        .recordCount, field: field.name, at: field.offset,
        "is \(stated), but the file has \(whole) whole records; all \(whole) are read")
    }
    if rest > 0 {
      if stated > whole {
        noteRest(rest, at: headerLength + whole * recordLength)
      } else {
        fields.log.add(
          .noExtraBytes, field: "end of file", at: headerLength + whole * recordLength,
          "\(rest) bytes follow the last record; ignored")
      }
    }
    return whole
  }

  private mutating func noteRest(_ rest: Int, at offset: Int) {
    fields.log.add(
      .wholeRecords, field: "last data record", at: offset, "has only \(rest) bytes; it is left out")
  }

  private mutating func checkLayout(_ variant: EDFVariant, _ signals: [EDFSignalHeader], _ recordLength: Int) {
    let annotations = signals.indices.filter { signals[$0].isAnnotation }
    if variant.isPlus, annotations.isEmpty {
      fields.log.add(
        .annotationSignal, field: "labels", at: Self.blockLength,
        "an \(variant.rawValue) file needs an annotation signal; records are taken to follow each other without a gap")
    }
    if !variant.isPlus, let first = annotations.first {
      let label = field(.label, first)
      fields.log.add(
        .annotationSignal, field: label.name, at: label.offset,
        "a plain \(variant.rawValue) file has an annotation signal; it is read as annotations")
    }
    let expectedLabel = variant.isBDF ? "BDF Annotations" : "EDF Annotations"
    for index in annotations {
      if signals[index].label != expectedLabel {
        let label = field(.label, index)
        fields.log.add(
          .annotationSignal, field: label.name, at: label.offset, "is '\(signals[index].label)', not '\(expectedLabel)'"
        )
      }
      for (part, text) in [
        (SignalField.transducer, signals[index].transducer), (.unit, signals[index].unit.text),
        (.prefilter, signals[index].prefilter),
      ] where !text.isEmpty {
        let place = field(part, index)
        fields.log.add(
          .annotationSignalFields, field: place.name, at: place.offset,
          "an annotation signal has no such text; '\(text.prefix(20))' is ignored")
      }
    }
    if recordLength > 61_440, !variant.isBDF {
      fields.log.add(
        .recordSize, field: "data records", at: Self.blockLength * (signalCount + 1),
        "have \(recordLength) bytes each, more than the recommended 61440")
    }
    var seen: Set<String> = []
    for index in signals.indices where !signals[index].isAnnotation {
      if !seen.insert(signals[index].label).inserted {
        let label = field(.label, index)
        fields.log.add(.uniqueLabels, field: label.name, at: label.offset, "'\(signals[index].label)' occurs before")
      }
    }
  }

  private func field(_ part: SignalField, _ index: Int) -> HeaderFields.Field {
    part.field(of: index, signalCount: signalCount)
  }
}

/// Fields of the fixed part; EDF specification, "header record".
enum FixedField {
  case version, patient, recording, startDate, startTime, headerLength, reserved, recordCount, recordDuration,
    signalCount

  var field: HeaderFields.Field {
    switch self {
    case .version: .init(name: "version", offset: 0, length: 8)
    case .patient: .init(name: "patient identification", offset: 8, length: 80)
    case .recording: .init(name: "recording identification", offset: 88, length: 80)
    case .startDate: .init(name: "start date", offset: 168, length: 8)
    case .startTime: .init(name: "start time", offset: 176, length: 8)
    case .headerLength: .init(name: "header length", offset: 184, length: 8)
    case .reserved: .init(name: "reserved field", offset: 192, length: 44)
    case .recordCount: .init(name: "number of data records", offset: 236, length: 8)
    case .recordDuration: .init(name: "duration of a data record", offset: 244, length: 8)
    case .signalCount: .init(name: "number of signals", offset: 252, length: 4)
    }
  }
}

/// Fields of the signals' part: each field of all signals, then the next field.
enum SignalField: CaseIterable {
  case label, transducer, unit, physicalMinimum, physicalMaximum, digitalMinimum, digitalMaximum, prefilter,
    samplesPerRecord, reserved

  private var layout: (name: String, before: Int, length: Int) {
    switch self {
    case .label: ("label", 0, 16)
    case .transducer: ("transducer", 16, 80)
    case .unit: ("physical dimension", 96, 8)
    case .physicalMinimum: ("physical minimum", 104, 8)
    case .physicalMaximum: ("physical maximum", 112, 8)
    case .digitalMinimum: ("digital minimum", 120, 8)
    case .digitalMaximum: ("digital maximum", 128, 8)
    case .prefilter: ("prefiltering", 136, 80)
    case .samplesPerRecord: ("samples per record", 216, 8)
    case .reserved: ("reserved", 224, 32)
    }
  }

  func field(of signal: Int, signalCount: Int) -> HeaderFields.Field {
    HeaderFields.Field(
      name: "\(layout.name) of signal \(signal + 1)",
      offset: HeaderParser.blockLength + layout.before * signalCount + signal * layout.length, length: layout.length)
  }
}
