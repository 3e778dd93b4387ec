import CHDF5

/// The type of a stored element, as far as this module reads it.
public enum HDF5DataType: Hashable, Sendable, CustomStringConvertible {
  /// Two's complement or unsigned, of either byte order.
  case integer(bits: Int, isSigned: Bool)
  /// Floating point, of either byte order.
  case float(bits: Int)
  /// Text of a fixed number of bytes.
  case fixedString(bytes: Int)
  /// Text of any length.
  case variableString
  /// A pointer to a group or dataset of the same file.
  case objectReference
  /// NumPy's booleans: an enumeration of FALSE, 0, and TRUE, 1, in 8 bits; read as integers.
  case boolean
  /// Compound, any other enumeration, reference to a region and so on.
  case unsupported(String)

  /// The type in words, for messages.
  public var description: String {
    switch self {
    case .integer(let bits, let isSigned): "\(isSigned ? "" : "un")signed \(bits)-bit integer"
    case .float(let bits): "\(bits)-bit floating point"
    case .fixedString(let bytes): "text of \(bytes) bytes"
    case .variableString: "text"
    case .objectReference: "object reference"
    case .boolean: "boolean"
    case .unsupported(let name): name
    }
  }

  /// True for text of either kind.
  public var isString: Bool {
    switch self {
    case .fixedString, .variableString: true
    default: false
    }
  }

  /// The library's identifier of the number type, or nil for other types; it needs no closing.
  ///
  /// The project runs on x86-64, where the native types are the standard little-endian ones.
  var nativeType: hid_t? {
    switch self {
    case .integer(8, true): chdf5_native_int8()
    case .integer(16, true): chdf5_native_int16()
    case .integer(32, true): chdf5_native_int32()
    case .integer(64, true): chdf5_native_int64()
    case .integer(8, false): chdf5_native_uint8()
    case .integer(16, false): chdf5_native_uint16()
    case .integer(32, false): chdf5_native_uint32()
    case .integer(64, false): chdf5_native_uint64()
    case .float(32): chdf5_native_float()
    case .float(64): chdf5_native_double()
    default: nil
    }
  }

  /// Describes a type of the library; call it inside the lock.
  init(describing type: hid_t) {
    let bytes = H5Tget_size(type)
    switch H5Tget_class(type) {
    case H5T_INTEGER where Self.hasAllBits(type, bytes):
      self = .integer(bits: bytes * 8, isSigned: H5Tget_sign(type) == H5T_SGN_2)
    case H5T_FLOAT where Self.hasAllBits(type, bytes): self = .float(bits: bytes * 8)
    case H5T_INTEGER, H5T_FLOAT: self = .unsupported("number whose bits lie outside its bytes")
    case H5T_STRING: self = H5Tis_variable_str(type) > 0 ? .variableString : .fixedString(bytes: bytes)
    case H5T_COMPOUND: self = .unsupported("compound")
    case H5T_ENUM: self = Self.isBoolean(type, bytes) ? .boolean : .unsupported("enumeration")
    case H5T_REFERENCE where H5Tequal(type, chdf5_object_reference()) > 0: self = .objectReference
    case H5T_REFERENCE: self = .unsupported("reference")
    case H5T_BITFIELD: self = .unsupported("bit field")
    case H5T_OPAQUE: self = .unsupported("opaque")
    case H5T_VLEN: self = .unsupported("variable-length sequence")
    case H5T_ARRAY: self = .unsupported("array")
    default: self = .unsupported("unknown type")
    }
  }

  /// True for an enumeration whose values are exactly those of NumPy's booleans.
  private static func isBoolean(_ type: hid_t, _ bytes: Int) -> Bool {
    guard bytes == 1, H5Tget_nmembers(type) == 2 else { return false }
    return ["FALSE", "TRUE"].enumerated().allSatisfy { value, name in
      var stored: UInt8 = .max
      return H5Tenum_valueof(type, name, &stored) >= 0 && stored == UInt8(value)
    }
  }

  /// True when the bits of a number lie within its bytes, which the library's conversions take for granted.
  private static func hasAllBits(_ type: hid_t, _ bytes: Int) -> Bool {
    let precision = H5Tget_precision(type)
    let offset = Int(H5Tget_offset(type))
    guard (1...16).contains(bytes), precision > 0, offset >= 0, precision <= 8 * bytes - offset else { return false }
    guard H5Tget_class(type) == H5T_FLOAT else { return true }
    var (sign, exponent, exponentSize, mantissa, mantissaSize) = (0, 0, 0, 0, 0)
    guard H5Tget_fields(type, &sign, &exponent, &exponentSize, &mantissa, &mantissaSize) >= 0 else { return false }
    let end = 8 * bytes
    return (0..<end).contains(sign) && exponent <= end && exponentSize > 0 && exponentSize <= end - exponent
      && mantissa <= end && mantissaSize > 0 && mantissaSize <= end - mantissa
  }
}

/// A number type that HDF5 files hold.
///
/// These are the signed and unsigned integers of 8 to 64 bits, `Float` and `Double`; the module knows no others.
public protocol HDF5Number: BitwiseCopyable, Sendable {
  /// How an element of this type is stored.
  static var hdf5Type: HDF5DataType { get }
  /// Zero.
  init()
}

extension HDF5Number {
  /// True when every stored value of `type` can be read as this type: integers as integers that hold their whole
  /// range, and all numbers as floating point, rounded where it is narrower.
  static func canRead(_ type: HDF5DataType) -> Bool {
    switch (hdf5Type, type) {
    case (.float, .float), (.float, .integer): true
    case (.integer, .boolean): true
    case (.integer(let bits, true), .integer(let stored, true)): stored <= bits
    case (.integer(let bits, true), .integer(let stored, false)): stored < bits
    case (.integer(let bits, false), .integer(let stored, false)): stored <= bits
    default: false
    }
  }

  /// The library's identifier of this type, which needs no closing.
  static var nativeType: hid_t {
    guard let type = hdf5Type.nativeType else { preconditionFailure("\(Self.self) is no type of HDF5") }
    return type
  }
}

extension HDF5Number where Self: FixedWidthInteger {
  /// An integer of this width.
  public static var hdf5Type: HDF5DataType { .integer(bits: bitWidth, isSigned: isSigned) }
}

extension Int8: HDF5Number {}
extension Int16: HDF5Number {}
extension Int32: HDF5Number {}
extension Int64: HDF5Number {}
extension Int: HDF5Number {}
extension UInt8: HDF5Number {}
extension UInt16: HDF5Number {}
extension UInt32: HDF5Number {}
extension UInt64: HDF5Number {}

extension Float: HDF5Number {
  /// IEEE 754 single precision.
  public static var hdf5Type: HDF5DataType { .float(bits: 32) }
}

extension Double: HDF5Number {
  /// IEEE 754 double precision.
  public static var hdf5Type: HDF5DataType { .float(bits: 64) }
}

/// Values with their shape.
public struct HDF5Array<Element> {
  /// Extent of each axis; empty for a scalar.
  public let shape: [Int]
  /// All values, last axis fastest; as many as the product of `shape`.
  public let values: [Element]

  /// Values with their shape, which must hold exactly as many.
  public init(shape: [Int], values: [Element]) {
    precondition(elementCount(shape) == values.count, "a shape of \(shape) does not hold \(values.count) values")
    self.shape = shape
    self.values = values
  }
}

extension HDF5Array: Equatable where Element: Equatable {}
extension HDF5Array: Sendable where Element: Sendable {}

/// How a dataset is laid out in its file.
public enum HDF5Storage: Hashable, Sendable {
  /// One piece up to 1 MiB, else chunks of about 1 MiB that hold whole slices of the leading axis where they can.
  case automatic
  /// One piece.
  case contiguous
  /// Pieces of this shape, each stored whole.
  case chunked([Int])
  /// Byte-shuffled and deflated pieces, which every HDF5 program reads.
  ///
  /// `level` is 1 (fast) to 9 (small); `chunk` is the shape of a piece, by default as for `automatic`.
  case compressed(level: Int = 1, chunk: [Int]? = nil)
}
