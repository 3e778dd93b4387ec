/// Reads fixed-width header fields and notes what is not as the standard has it.
struct HeaderFields {
  /// One field: its name for messages and where it is.
  struct Field {
    let name: String
    let offset: Int
    let length: Int
  }

  /// The header's bytes, from byte 0 of the file.
  let bytes: [UInt8]
  var log = DeviationLog()

  /// The bytes of a field.
  func raw(_ field: Field) -> ArraySlice<UInt8> { bytes[field.offset..<(field.offset + field.length)] }

  /// The text of a field without the blanks around it.
  ///
  /// Bytes above 126 are read as UTF-8 where they are that, else as latin-1; NUL counts as a blank.
  mutating func text(_ field: Field) -> String {
    let raw = raw(field)
    if raw.contains(0) {
      log.add(.leftAligned, field: field.name, at: field.offset, "filled up with NUL instead of blanks")
    }
    let body = Self.trimmed(raw)
    if body.contains(where: { $0 < 32 || $0 > 126 }) {
      log.add(
        .asciiHeader, field: field.name, at: field.offset,
        "has bytes outside US-ASCII; read as \(Self.isUTF8(body) ? "UTF-8" : "latin-1")")
    }
    return TextDecoding.decode(body).text
  }

  /// The integer of a field, or nil (without a deviation) when there is none.
  mutating func integer(_ field: Field) -> Int? {
    guard let value = number(field) else { return nil }
    guard let integer = Int(exactly: value) else { return nil }
    if Self.trimmed(raw(field)).contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") }) {
      log.add(.numberForm, field: field.name, at: field.offset, "is not written as a whole number; read as \(integer)")
    }
    return integer
  }

  /// The number of a field, or nil (without a deviation) when there is none.
  mutating func number(_ field: Field) -> Double? {
    let raw = raw(field)
    let body = Self.trimmed(raw)
    guard !body.isEmpty else { return nil }
    var text = String(decoding: body, as: UTF8.self)
    let hasComma = text.contains(",")
    if hasComma { text.replace(",", with: ".") }
    guard body.allSatisfy(Self.isNumberByte), let value = Double(text), value.isFinite else { return nil }
    if hasComma {
      log.add(.numberForm, field: field.name, at: field.offset, "has a decimal comma; read as \(value)")
    }
    if let first = raw.first, first == UInt8(ascii: " ") {
      log.add(.leftAligned, field: field.name, at: field.offset, "is not left-aligned; read as \(value.shortText)")
    }
    return value
  }

  /// A field's text in quotes for messages; control characters do not reach a terminal.
  func quoted(_ field: Field) -> String {
    let printable = raw(field).map { (32...126).contains($0) ? Character(UnicodeScalar($0)) : "?" }
    return "'" + String(printable).trimmingBlanks() + "'"
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isFill(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == 0 }
    guard let first = bytes.firstIndex(where: { !isFill($0) }), let last = bytes.lastIndex(where: { !isFill($0) })
    else { return [] }
    return bytes[first...last]
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: ","), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool { TextDecoding.decode(bytes).encoding == .utf8 }
}

/// Turns bytes into text when their encoding is not known.
enum TextDecoding {
  enum Encoding: Sendable { case ascii, utf8, latin1 }

  /// Reads UTF-8 where the bytes are valid UTF-8, else latin-1.
  ///
  /// A fixed-width field may cut a UTF-8 character in two: an incomplete last character is left out.
  static func decode(_ bytes: some BidirectionalCollection<UInt8>) -> (text: String, encoding: Encoding) {
    if bytes.allSatisfy({ $0 < 128 }) { return (String(decoding: bytes, as: UTF8.self), .ascii) }
    if let text = String(validating: bytes, as: UTF8.self) { return (text, .utf8) }
    for cut in 1...3 where bytes.count > cut {
      let shorter = bytes.dropLast(cut)
      // Only a lead byte with too few followers may be cut off.
      guard let lead = bytes.dropLast(cut - 1).last, lead >= 0xC2 else { continue }
      if shorter.contains(where: { $0 >= 128 }), let text = String(validating: shorter, as: UTF8.self) {
        return (text, .utf8)
      }
    }
    return (String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) })), .latin1)
  }
}

extension StringProtocol {
  /// Without blanks at either end.
  func trimmingBlanks() -> String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

extension Double {
  /// Without a fraction when there is none: "3" rather than "3.0".
  var shortText: String { Int(exactly: self).map(String.init) ?? String(self) }
}
