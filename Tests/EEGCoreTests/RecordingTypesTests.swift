import EEGCore
import TestSupport
import Testing

/// The types that readers and analysis share.
@Suite("Recording types")
struct RecordingTypesTests {
  @Test("Every usual spelling of a voltage is known", arguments: [
    ("V", 1), ("mV", 1e-3), ("uV", 1e-6), ("\u{B5}V", 1e-6), ("\u{3BC}V", 1e-6), ("nV", 1e-9), ("UV", 1e-6),
  ])
  func voltages(text: String, scale: Double) {
    #expect(PhysicalUnit(text).voltsPerUnit == scale)
    #expect(PhysicalUnit(text).text == text)
  }

  @Test("What is no voltage, or could be two, is not scaled", arguments: ["", "MV", "DegC", "%", "Boolean", "uA", "u V"])
  func otherUnits(text: String) {
    #expect(PhysicalUnit(text).voltsPerUnit == nil)
  }

  @Test("Limits define gain and offset; both ends of the line are met exactly enough")
  func calibration() {
    let line = Calibration(
      physicalMinimum: -3276.8, physicalMaximum: 3276.7, digitalMinimum: -32768, digitalMaximum: 32767)
    #expect(abs(line.gain - 0.1) < 1e-16)
    #expect(abs(line.physical(-32768) + 3276.8) < 1e-12)
    #expect(abs(line.physical(32767) - 3276.7) < 1e-12)
    #expect(!line.isRaw)
  }

  @Test("Limits that define no line give digital values", arguments: [
    Calibration(physicalMinimum: 0, physicalMaximum: 0, digitalMinimum: -5, digitalMaximum: 5),
    Calibration(physicalMinimum: 0, physicalMaximum: 1, digitalMinimum: 5, digitalMaximum: 5),
    Calibration(physicalMinimum: nil, physicalMaximum: 1, digitalMinimum: -5, digitalMaximum: 5),
    Calibration(physicalMinimum: -1e308, physicalMaximum: 1e308, digitalMinimum: 0, digitalMaximum: 1),
  ])
  func rawCalibration(calibration: Calibration) {
    #expect(calibration.isRaw)
    #expect(calibration.physical(-7) == -7)
  }

  @Test("A raw signal is not in volts even when its unit is", arguments: [(true, nil), (false, 1e-6)] as [(Bool, Double?)])
  func rawSignal(isRaw: Bool, volts: Double?) {
    let calibration = Calibration(
      physicalMinimum: -1, physicalMaximum: isRaw ? -1 : 1, digitalMinimum: -5, digitalMaximum: 5)
    let signal = Signal(
      label: "Cz", unit: PhysicalUnit("uV"), rate: 100, sampleCount: 0, encoding: .int16, calibration: calibration)
    #expect(signal.voltsPerUnit == volts)
  }

  @Test("Kinds come from the standard's own labels only", arguments: [
    ("EEG Fpz-Cz", "uV", SignalKind.eeg), ("EOG horizontal", "uV", .eog), ("ECG", "uV", .eeg), ("ECG V2-MA", "mV", .ecg),
    ("EMG Chin", "uV", .emg), ("EOG1", "uV", .eeg), ("Fc5.", "uV", .eeg), ("Status", "Boolean", .status),
    ("STATUS", "uV", .status), ("Temp rectal", "DegC", .other), ("Resp nasal", "uV", .other), ("SaO2", "%", .other),
  ])
  func kinds(label: String, unit: String, kind: SignalKind) {
    #expect(SignalKind(label: label, unit: PhysicalUnit(unit)) == kind)
  }

  @Test("A start advances over midnight, month and year, and back", arguments: [
    (1_500_000_000, "2020-03-01T00:00:00.5"), (0, "2020-02-29T23:59:59"), (-86_400_000_000_000, "2020-02-28T23:59:59"),
    (86_400_000_000_000 * 366, "2021-03-01T23:59:59"), (-1, "2020-02-29T23:59:58.999999999"),
  ])
  func advancing(nanoseconds: Int, expected: String) throws {
    let start = try #require(StartTime(year: 2020, month: 2, day: 29, hour: 23, minute: 59, second: 59))
    #expect(start.advanced(byNanoseconds: nanoseconds).iso8601 == expected)
    #expect(start.advanced(byNanoseconds: nanoseconds).advanced(byNanoseconds: -nanoseconds) == start)
  }

  @Test("ISO 8601 is read back as it was written", arguments: 0..<200)
  func isoRoundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let start = try #require(
      StartTime(
        year: .random(in: 1...9999, using: &random), month: .random(in: 1...12, using: &random),
        day: .random(in: 1...28, using: &random), hour: .random(in: 0...23, using: &random),
        minute: .random(in: 0...59, using: &random), second: .random(in: 0...59, using: &random),
        nanosecond: .random(in: 0..<1_000_000_000, using: &random)))
    #expect(StartTime(iso8601: start.iso8601) == start)
  }

  @Test("Dates that no calendar has are refused", arguments: [(2021, 2, 29), (2020, 13, 1), (2020, 4, 31), (2020, 1, 0)])
  func impossibleDates(year: Int, month: Int, day: Int) {
    #expect(StartTime(year: year, month: month, day: day, hour: 0, minute: 0, second: 0) == nil)
  }

  @Test("BioSemi's status bits have their names")
  func status() {
    let status = BioSemiStatus(digital: Int32(bitPattern: 0xFF90_0105))
    #expect(status.triggers == 0x0105)
    #expect(!status.isNewEpoch)
    #expect(status.isCMSInRange)
    #expect(status.isMK2)
    #expect(!status.isBatteryLow)
    #expect(status.speedMode == 0)
    #expect(BioSemiStatus(digital: 0b0010_1101 << 16).speedMode == 14)
  }
}
