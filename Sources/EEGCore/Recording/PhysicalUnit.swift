/// The unit of a signal as its file spells it, and what it means in volts where that is known.
///
/// Unknown units ("DegC", "%", "Boolean", an empty field) are kept as they are and never scaled.
public struct PhysicalUnit: Hashable, Sendable, CustomStringConvertible {
  /// The text of the file, without surrounding blanks.
  public let text: String

  /// How many volts one unit is, or nil when the unit is not a known spelling of a voltage.
  public let voltsPerUnit: Double?

  /// Recognises `V`, `mV`, `uV`, `nV` and their spellings with either Unicode micro sign.
  public init(_ text: String) {
    self.text = text
    voltsPerUnit = Self.voltsPerUnit(spelling: text)
  }

  /// The text of the file.
  public var description: String { text }

  /// Volts.
  public static let volts = PhysicalUnit("V")
  /// Microvolts.
  public static let microvolts = PhysicalUnit("uV")
  /// No unit: a count, a code, or unknown.
  public static let none = PhysicalUnit("")

  private static func voltsPerUnit(spelling: String) -> Double? {
    switch spelling {
    // U+00B5 MICRO SIGN is what latin-1 has; U+03BC GREEK SMALL LETTER MU is what Unicode recommends.
    case "uV", "UV", "uv", "\u{B5}V", "\u{3BC}V", "\u{B5}v", "\u{3BC}v", "microV", "microvolt", "microvolts": 1e-6
    // "MV" is left out: megavolts and careless millivolts cannot be told apart.
    case "mV", "mv", "millivolt", "millivolts": 1e-3
    case "nV", "nv", "NV", "nanovolt", "nanovolts": 1e-9
    case "V", "v", "Volt", "Volts", "volt", "volts": 1
    default: nil
    }
  }
}
