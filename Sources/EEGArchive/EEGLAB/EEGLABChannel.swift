import EEGCore
import Glibc
import HDF5

/// One element of `chanlocs`: a channel and the unit of its samples.
///
/// EEGLAB's coordinates are x to the nose, y to the left ear, z upwards, in millimetres by custom.
struct EEGLABChannel: Hashable, Sendable {
  var channel: Channel
  /// Unit of the stored samples; microvolts unless the file says something else.
  var unit: PhysicalUnit

  // MARK: - Reading

  /// Reads `chanlocs`; channels are called `EEG 000` and so on, as MNE-Python calls them, when it is empty.
  static func read(_ reader: MATLABReader, count: Int) throws -> [EEGLABChannel] {
    let table = try reader.structArray("chanlocs", fields: ["labels", "type", "X", "Y", "Z", "unit"])
    guard table.count > 0 else {
      return (0..<count).map { index in
        let digits = String(index)
        let name = "EEG " + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        return EEGLABChannel(channel: Channel(name: name), unit: .microvolts)
      }
    }
    guard table.count == count else {
      throw reader.error(.invalidValue, "chanlocs", "describes \(table.count) channels, and nbchan is \(count)")
    }
    let positions = positions(table)
    return try (0..<count).map { index in
      guard let name = table["labels", index].text ?? (table["labels", index] == .empty ? "" : nil) else {
        throw reader.error(.wrongLayout, "chanlocs", "channel \(index + 1) has a label that is no text")
      }
      let kind = SignalKind(eeglabType: table["type", index].text ?? "")
      let unit = table["unit", index].text.map { PhysicalUnit($0) } ?? (kind == .status ? .none : .microvolts)
      return EEGLABChannel(channel: Channel(name: name, kind: kind, position: positions[index]), unit: unit)
    }
  }

  /// Positions in metres, which EEGLAB's may not be.
  ///
  /// The unit is guessed from the mean distance to the origin, with the limits of MNE-Python's `read_raw_eeglab`,
  /// `montage_units="auto"`.
  private static func positions(_ table: MATLABStructArray) -> [Position?] {
    let raw: [Position?] = (0..<table.count).map { index in
      guard let x = table["X", index].number, let y = table["Y", index].number, let z = table["Z", index].number,
        x.isFinite, y.isFinite, z.isFinite
      else { return nil }
      return Position(x: -y, y: x, z: z)
    }
    let known = raw.compactMap(\.self)
    let sum = known.reduce(0) { $0 + ($1.x * $1.x + $1.y * $1.y + $1.z * $1.z).squareRoot() }
    let metresPerUnit =
      switch sum / Double(max(known.count, 1)) {
      case ..<0.25: 1.0
      case ..<2.5: 0.1
      case ..<25: 0.01
      default: 0.001
      }
    return raw.map { position in
      position.map { Position(x: $0.x * metresPerUnit, y: $0.y * metresPerUnit, z: $0.z * metresPerUnit) }
    }
  }

  // MARK: - Writing

  /// Writes `chanlocs` with Cartesian, spherical and polar coordinates, which EEGLAB's plots want all.
  static func write(_ channels: [EEGLABChannel], to eeg: HDF5Group, with writer: MATLABWriter) throws {
    let coordinates = channels.map { $0.channel.position.map(EEGLABCoordinates.init) }
    func field(_ name: String, _ value: (EEGLABCoordinates) -> Double) -> (String, [MATLABValue]) {
      (name, coordinates.map { $0.map { .number(value($0)) } ?? .empty })
    }
    try writer.writeStructArray(
      [
        ("labels", channels.map { .text($0.channel.name) }),
        ("type", channels.map { .text($0.channel.kind.eeglabType) }),
        field("theta") { -$0.azimuth },
        field("radius") { 0.5 - $0.elevation / 180 },
        field("X", \.x), field("Y", \.y), field("Z", \.z),
        field("sph_theta", \.azimuth), field("sph_phi", \.elevation), field("sph_radius", \.radius),
        ("urchan", channels.indices.map { .number(Double($0 + 1)) }),
        ("ref", channels.map { _ in .text("") }),
        ("unit", channels.map { .text($0.unit.text) }),
      ], to: "chanlocs", in: eeg)
  }
}

/// A position in EEGLAB's axes.
private struct EEGLABCoordinates {
  /// Millimetres to the nose, to the left ear, upwards.
  let x, y, z: Double

  init(_ position: Position) {
    (x, y, z) = (position.y * 1000, -position.x * 1000, position.z * 1000)
  }

  var radius: Double { (x * x + y * y + z * z).squareRoot() }
  /// Degrees from the nose towards the left ear.
  var azimuth: Double { atan2(y, x) * 180 / .pi }
  /// Degrees above the horizontal plane.
  var elevation: Double { atan2(z, (x * x + y * y).squareRoot()) * 180 / .pi }
}

extension SignalKind {
  /// The kind that `chanlocs.type` names; types that mean nothing are EEG, as in MNE-Python.
  init(eeglabType type: String) {
    switch type.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") {
    case "eog": self = .eog
    case "ecg", "ekg": self = .ecg
    case "emg": self = .emg
    case "stim", "trig", "trigger", "status": self = .status
    case "misc", "resp", "bio", "gsr", "temperature", "syst", "exci", "ias", "aux", "ext", "eyegaze", "pupil":
      self = .other
    default: self = .eeg
    }
  }

  /// What `chanlocs.type` says; each is a type of MNE-Python too.
  var eeglabType: String {
    switch self {
    case .eeg: "EEG"
    case .eog: "EOG"
    case .ecg: "ECG"
    case .emg: "EMG"
    case .status: "STIM"
    case .other: "MISC"
    }
  }
}
