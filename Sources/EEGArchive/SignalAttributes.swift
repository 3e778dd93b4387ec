import EEGCore
import HDF5

/// A ``Signal`` as the attributes of its dataset `/signals/<n>/samples`.
enum SignalAttributes {
  static func write(_ signal: Signal, to dataset: HDF5Dataset) throws {
    try dataset.setAttribute("label", signal.label.storable)
    try dataset.setAttribute("kind", signal.kind.rawValue)
    try dataset.setAttribute("unit", signal.unit.text.storable)
    if let scale = signal.voltsPerUnit { try dataset.setAttribute("volts_per_unit", scale) }
    try dataset.setAttribute("rate_hz", signal.rate)
    try dataset.setAttribute("encoding", signal.encoding.rawValue)
    try dataset.setAttribute("transducer", signal.transducer.storable)
    try dataset.setAttribute("prefilter", signal.prefilter.storable)
    try dataset.setAttribute("axes", "time")
    let calibration = signal.calibration
    // For readers without a calibration of their own: physical = gain * digital + offset.
    try dataset.setAttribute("gain", calibration.gain)
    try dataset.setAttribute("offset", calibration.offset)
    // Limits may be there and not be meant: samples are then the physical values.
    try dataset.setAttribute("calibrated", UInt8(calibration.isRaw ? 0 : 1))
    // A limit that the source does not give is left out.
    if let value = calibration.physicalMinimum { try dataset.setAttribute("physical_min", value) }
    if let value = calibration.physicalMaximum { try dataset.setAttribute("physical_max", value) }
    if let value = calibration.digitalMinimum { try dataset.setAttribute("digital_min", value) }
    if let value = calibration.digitalMaximum { try dataset.setAttribute("digital_max", value) }
    if let position = signal.position {
      try dataset.setAttribute("position_m", [position.x, position.y, position.z])
    }
  }

  static func read(_ dataset: HDF5Dataset) throws -> Signal {
    guard dataset.shape.count == 1 else {
      throw ArchiveError(.wrongLayout, dataset, "has shape \(dataset.shape) where one axis, time, is wanted")
    }
    let rate: Double = try dataset.attribute("rate_hz")
    guard rate.isFinite, rate >= 0 else {
      throw ArchiveError(.invalidValue, dataset, attribute: "rate_hz", "\(rate) Hz is no sampling rate")
    }
    let kind: SignalKind = try read("kind", of: dataset)
    let encoding: SampleEncoding = try read("encoding", of: dataset)
    guard encoding.canBeStored(as: dataset.type) else {
      throw ArchiveError(.wrongLayout, dataset, "holds \(dataset.type), which is no \(encoding.rawValue)")
    }
    return Signal(
      label: try dataset.attributeText("label"), kind: kind, unit: PhysicalUnit(try dataset.attributeText("unit")),
      rate: rate, sampleCount: dataset.shape[0], encoding: encoding,
      calibration: Calibration(
        physicalMinimum: try optional("physical_min", of: dataset),
        physicalMaximum: try optional("physical_max", of: dataset),
        digitalMinimum: try optional("digital_min", of: dataset),
        digitalMaximum: try optional("digital_max", of: dataset),
        ignoresLimits: try optional("calibrated", of: dataset) as UInt8? == 0),
      transducer: try dataset.attributeText("transducer"), prefilter: try dataset.attributeText("prefilter"),
      position: try position(dataset))
  }

  private static func position(_ dataset: HDF5Dataset) throws -> Position? {
    guard dataset.hasAttribute("position_m") else { return nil }
    let values: [Double] = try dataset.attributeArray("position_m").values
    guard values.count == 3, values.allSatisfy(\.isFinite) else {
      throw ArchiveError(.invalidValue, dataset, attribute: "position_m", "\(values) is no position of three numbers")
    }
    return Position(x: values[0], y: values[1], z: values[2])
  }

  private static func optional<Number: HDF5Number>(_ name: String, of dataset: HDF5Dataset) throws -> Number? {
    dataset.hasAttribute(name) ? try dataset.attribute(name) : nil
  }

  private static func read<Value: RawRepresentable<String>>(_ name: String, of dataset: HDF5Dataset) throws -> Value {
    let text = try dataset.attributeText(name)
    guard let value = Value(rawValue: text) else {
      throw ArchiveError(.invalidValue, dataset, attribute: name, "'\(text)' is not known")
    }
    return value
  }
}

extension SampleEncoding {
  /// True when a stored type holds samples of this encoding exactly.
  func canBeStored(as type: HDF5DataType) -> Bool {
    switch (self, type) {
    case (.int16, .integer(let bits, true)): bits <= 16
    case (.int24, .integer(let bits, true)), (.int32, .integer(let bits, true)): bits <= 32
    case (.float32, .float(let bits)): bits <= 32
    case (.float64, .float(let bits)): bits <= 64
    default: false
    }
  }

  /// Number of bytes of a stored sample.
  var storedSize: Int {
    switch self {
    case .int16: 2
    case .int24, .int32, .float32: 4
    case .float64: 8
    }
  }
}
