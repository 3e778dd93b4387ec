import HDF5

/// Writes variables of a MATLAB file of version 7.3.
///
/// The layout is what MATLAB itself writes, as far as MNE-Python, EEGLAB and this program look at it.
final class MATLABWriter {
  let file: HDF5File
  private let referred: HDF5Group
  private var referredCount = 0

  /// Creates a file that gets its name with `HDF5File.commit()`.
  init(creating path: String) throws {
    // HDF5 1.8 is what MATLAB had until 2021.
    file = try HDF5File(creating: path, userBlock: Self.header, oldestReader: .v18)
    referred = try file.createGroup("#refs#")
  }

  /// MATLAB's header: 116 bytes of text, 8 zeros, version 0x0200 and the mark of little-endian files.
  ///
  /// MATLAB's own text has the date; equal content shall make equal bytes.
  private static var header: [UInt8] {
    let text = Array("MATLAB 7.3 MAT-file, written by evoke, HDF5 schema 1.00 .".utf8)
    var bytes = text + [UInt8](repeating: UInt8(ascii: " "), count: 116 - text.count)
    bytes += [UInt8](repeating: 0, count: 8) + [0x00, 0x02, UInt8(ascii: "I"), UInt8(ascii: "M")]
    return bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
  }

  /// Creates a struct.
  func createStruct(_ name: String, in container: some HDF5Container) throws -> HDF5Group {
    let group = try container.createGroup(name)
    try group.setASCIIAttribute("MATLAB_class", "struct")
    return group
  }

  /// Writes a variable or a field of a struct: a number, numbers, a text, or an empty array of numbers.
  @discardableResult
  func write(_ value: MATLABValue, to name: String, in container: some HDF5Container) throws -> HDF5Dataset {
    switch value {
    case .number(let number): return try write([number], shape: [1, 1], className: "double", to: name, in: container)
    case .numbers(let numbers) where !numbers.isEmpty:
      return try write(numbers, shape: [numbers.count, 1], className: "double", to: name, in: container)
    case .text(let text) where !text.isEmpty:
      let units = Array(text.utf16)
      let dataset = try write(units, shape: [units.count, 1], className: "char", to: name, in: container)
      try dataset.setAttribute("MATLAB_int_decode", Int32(2))
      return dataset
    case .text: return try writeEmpty("char", to: name, in: container)
    case .empty, .numbers: return try writeEmpty("double", to: name, in: container)
    case .cell, .other: preconditionFailure("cells and unknown values are only read")
    }
  }

  /// Writes an array of 0 rows and 0 columns.
  @discardableResult
  func writeEmpty(_ className: String, to name: String, in container: some HDF5Container) throws -> HDF5Dataset {
    let dataset = try write([0, 0] as [UInt64], shape: [2], className: className, to: name, in: container)
    try dataset.setAttribute("MATLAB_empty", UInt8(1))
    return dataset
  }

  /// Writes a struct array: nothing but an empty array for no element, and a plain struct for one, as MATLAB does.
  func writeStructArray(
    _ fields: [(name: String, values: [MATLABValue])], to name: String, in container: some HDF5Container
  ) throws {
    let count = fields.first?.values.count ?? 0
    precondition(fields.allSatisfy { $0.values.count == count }, "the fields of a struct array are equally many")
    guard count > 0 else {
      try writeEmpty("double", to: name, in: container)
      return
    }
    let group = try createStruct(name, in: container)
    for (field, values) in fields {
      if count == 1 {
        try write(values[0], to: field, in: group)
      } else {
        let elements = try values.map { value in
          referredCount += 1
          return try write(value, to: String(referredCount), in: referred)
        }
        try group.write(references: elements, to: field, shape: [count, 1])
      }
    }
  }

  private func write<Number: HDF5Number>(
    _ values: [Number], shape: [Int], className: String, to name: String, in container: some HDF5Container
  ) throws -> HDF5Dataset {
    let dataset = try container.write(values, to: name, shape: shape)
    try dataset.setASCIIAttribute("MATLAB_class", className)
    return dataset
  }
}
