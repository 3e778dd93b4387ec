import CHDF5

/// Text in the two forms that HDF5 has; all functions are called inside the library's lock.
enum HDF5Strings {
  /// A type for variable-length UTF-8 text; the caller closes it.
  static func variableType(_ location: HDF5Location) throws -> hid_t {
    let type = try location.check(H5Tcopy(chdf5_c_string()), .library, "no string type")
    H5Tset_size(type, chdf5_variable_length())
    H5Tset_cset(type, H5T_CSET_UTF8)
    return type
  }

  /// Calls `body` with the texts as the library wants them: an array of pointers to C strings.
  static func withCStrings<Result>(
    _ texts: [String], at object: String, in location: HDF5Location,
    _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> Result
  ) throws -> Result {
    var bytes: [CChar] = []
    var starts: [Int] = []
    starts.reserveCapacity(texts.count)
    for text in texts {
      starts.append(bytes.count)
      for byte in text.utf8 {
        guard byte != 0 else {
          throw location.error(.invalidText, at: object, "HDF5 text cannot hold a NUL character")
        }
        bytes.append(CChar(bitPattern: byte))
      }
      bytes.append(0)
    }
    return try bytes.withUnsafeBufferPointer { buffer in
      // One pointer more than texts, so that the base address exists for an empty array too.
      let pointers: [UnsafePointer<CChar>?] = starts.map { start in buffer.baseAddress.map { $0 + start } } + [nil]
      return try pointers.withUnsafeBufferPointer { try body($0.baseAddress.unsafelyUnwrapped) }
    }
  }

  /// Reads text of either kind.
  ///
  /// - Parameters:
  ///   - id: The dataset or attribute.
  ///   - type: Its stored type.
  ///   - space: Its data space.
  ///   - shape: Its shape.
  ///   - isWithinFile: False for values that lie in other files.
  ///   - read: Reads all elements, in the given memory type, into the given buffer.
  static func read(
    _ id: hid_t, type: hid_t, space: hid_t, shape: [Int], isWithinFile: Bool, in location: HDF5Location,
    at object: String, _ read: (hid_t, UnsafeMutableRawPointer?) -> herr_t
  ) throws -> [String] {
    let description = HDF5DataType(describing: type)
    switch description {
    case .fixedString(let width):
      guard width > 0 else { throw location.error(.damaged, at: object, "holds text of no size") }
      // The stored type itself, because the library converts text between no two character sets.
      let bytes = try fields(of: width, type: type, shape: shape, isWithinFile, in: location, at: object, read)
      let padding = H5Tget_strpad(type)
      return stride(from: 0, to: bytes.count, by: width).map { decode(bytes[$0..<($0 + width)], padding: padding) }
    case .variableString:
      guard isWithinFile, location.file.isReadOnly,
        var heap = try GlobalHeap(holding: id, in: location, at: object)
      else { return try readByLibrary(type: type, space: space, shape: shape, in: location, at: object, read) }
      let width = GlobalHeap.descriptorSize
      let memoryType = try GlobalHeap.descriptorType(location)
      defer { H5Tclose(memoryType) }
      let bytes = try fields(of: width, type: memoryType, shape: shape, isWithinFile, in: location, at: object, read)
      return try stride(from: 0, to: bytes.count, by: width).map { try heap.text(bytes[$0..<($0 + width)]) }
    default:
      throw location.error(.wrongType, at: object, "holds \(description) where text is wanted")
    }
  }

  /// Reads elements of a fixed number of bytes.
  private static func fields(
    of width: Int, type: hid_t, shape: [Int], _ isWithinFile: Bool, in location: HDF5Location, at object: String,
    _ read: (hid_t, UnsafeMutableRawPointer?) -> herr_t
  ) throws -> [UInt8] {
    let size = try location.checkedSize(of: shape, elementSize: width, isBounded: isWithinFile)
    guard size > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: size)
    _ = try bytes.withUnsafeMutableBytes {
      try location.check(read(type, $0.baseAddress), .damaged, at: object, "its text cannot be read")
    }
    return bytes
  }

  /// Reads variable-length text of a file that is being written, and of other forms that ``GlobalHeap`` leaves out.
  private static func readByLibrary(
    type: hid_t, space: hid_t, shape: [Int], in location: HDF5Location, at object: String,
    _ read: (hid_t, UnsafeMutableRawPointer?) -> herr_t
  ) throws -> [String] {
    let width = MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
    let count = try location.checkedSize(of: shape, elementSize: width) / width
    guard count > 0 else { return [] }
    let memoryType = try variableType(location)
    defer { H5Tclose(memoryType) }
    H5Tset_cset(memoryType, H5Tget_cset(type))
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    return try pointers.withUnsafeMutableBytes { buffer in
      try location.check(read(memoryType, buffer.baseAddress), .damaged, at: object, "its text cannot be read")
      defer { H5Dvlen_reclaim(memoryType, space, hid_t(H5P_DEFAULT), buffer.baseAddress) }
      return buffer.assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self).map { pointer in
        // The library stores an empty text as no text.
        pointer.map { String(cString: $0) } ?? ""
      }
    }
  }

  /// Text of a fixed-size field; bytes that are not UTF-8 become U+FFFD.
  private static func decode(_ field: ArraySlice<UInt8>, padding: H5T_str_t) -> String {
    switch padding {
    case H5T_STR_SPACEPAD:
      let end = field.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? field.startIndex
      return String(decoding: field[..<end], as: UTF8.self)
    case H5T_STR_NULLPAD:
      let end = field.lastIndex { $0 != 0 }.map { $0 + 1 } ?? field.startIndex
      return String(decoding: field[..<end], as: UTF8.self)
    default:
      return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
