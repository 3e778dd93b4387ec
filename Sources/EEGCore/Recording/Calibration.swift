/// The straight line from digital samples to physical values.
///
/// Source: EDF specification, Kemp et al. 1992, "physical minimum/maximum, digital minimum/maximum". The order of
/// operations, `gain * (digital + digitalOffset)`, is EDFlib's, so that float64 values are equal to its bit for bit.
public struct Calibration: Hashable, Sendable {
  /// Physical value at `digitalMinimum`, in the signal's unit; nil when the file gives no usable number.
  public let physicalMinimum: Double?
  /// Physical value at `digitalMaximum`, in the signal's unit; nil when the file gives no usable number.
  public let physicalMaximum: Double?
  /// Smallest digital value the signal may take; nil when the file gives no usable number.
  public let digitalMinimum: Int?
  /// Largest digital value the signal may take; nil when the file gives no usable number.
  public let digitalMaximum: Int?

  /// Physical units per digital step.
  public let gain: Double
  /// What is added to a digital value before the gain.
  public let digitalOffset: Double
  /// True when the limits define no line, so that physical values are the digital ones.
  public let isRaw: Bool

  /// Derives gain and offset; limits that are missing, equal or not finite make a raw calibration.
  ///
  /// - Parameter ignoresLimits: True when the limits are there but cannot be meant: they are kept, and not used.
  public init(
    physicalMinimum: Double?, physicalMaximum: Double?, digitalMinimum: Int?, digitalMaximum: Int?,
    ignoresLimits: Bool = false
  ) {
    self.physicalMinimum = physicalMinimum
    self.physicalMaximum = physicalMaximum
    self.digitalMinimum = digitalMinimum
    self.digitalMaximum = digitalMaximum
    if !ignoresLimits, let physicalMinimum, let physicalMaximum, let digitalMinimum, let digitalMaximum,
      digitalMinimum != digitalMaximum
    {
      let gain = (physicalMaximum - physicalMinimum) / (Double(digitalMaximum) - Double(digitalMinimum))
      let digitalOffset = physicalMaximum / gain - Double(digitalMaximum)
      if gain != 0, gain.isFinite, digitalOffset.isFinite {
        self.gain = gain
        self.digitalOffset = digitalOffset
        isRaw = false
        return
      }
    }
    gain = 1
    digitalOffset = 0
    isRaw = true
  }

  /// Samples that are physical values already (floating-point sources).
  public static let identity = Calibration(
    physicalMinimum: nil, physicalMaximum: nil, digitalMinimum: nil, digitalMaximum: nil)

  /// The constant term of `physical = gain * digital + offset`, in the signal's unit.
  public var offset: Double { gain * digitalOffset }

  /// The physical value of a digital one, in the signal's unit.
  @inlinable public func physical(_ digital: Int32) -> Double { gain * (Double(digital) + digitalOffset) }
}
