/// One sample of BioSemi's Status channel, 24 bits.
///
/// Source: BioSemi, "Which status information is available in the Status channel", biosemi.com/faq/trigger_signals.htm.
public struct BioSemiStatus: Hashable, Sendable {
  /// The 24 bits.
  public let bits: UInt32

  /// From a digital value, which 24-bit files store with a sign.
  public init(digital: Int32) { bits = UInt32(bitPattern: digital) & 0xFF_FFFF }

  /// Trigger inputs, bits 0...15.
  public var triggers: Int { Int(bits & 0xFFFF) }
  /// Bit 16: a new epoch begins here.
  public var isNewEpoch: Bool { bits & (1 << 16) != 0 }
  /// Bits 17, 18, 19 and 21: the speed mode.
  public var speedMode: Int { Int((bits >> 17) & 0b111) | Int((bits >> 21) & 1) << 3 }
  /// Bit 20: the common-mode sense electrode is in range.
  public var isCMSInRange: Bool { bits & (1 << 20) != 0 }
  /// Bit 22: the battery is low.
  public var isBatteryLow: Bool { bits & (1 << 22) != 0 }
  /// Bit 23: the recorder is an ActiveTwo MK2.
  public var isMK2: Bool { bits & (1 << 23) != 0 }

  /// The bits without the triggers, in words.
  public var summary: String {
    "\(isMK2 ? "ActiveTwo MK2" : "ActiveTwo MK1"), speed mode \(speedMode), CMS \(isCMSInRange ? "in" : "out of") range, "
      + "battery \(isBatteryLow ? "low" : "good")"
  }
}
