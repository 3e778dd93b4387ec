import CHDF5

extension HDF5Object {
  /// Names of the attributes, sorted by their UTF-8 bytes.
  ///
  /// - Throws: ``HDF5Error``, code `damaged`.
  public func attributeNames() throws -> [String] {
    try HDF5Library.locked {
      // Not sorted by the library, for the reason given at ``HDF5Container/links()``.
      var names: [String] = []
      var position: hsize_t = 0
      let status = withUnsafeMutablePointer(to: &names) { pointer in
        H5Aiterate2(
          location.id, H5_INDEX_NAME, H5_ITER_NATIVE, &position,
          { _, name, _, context in
            guard let name, let names = context?.assumingMemoryBound(to: [String].self) else { return -1 }
            names.pointee.append(String(cString: name))
            return 0
          }, pointer)
      }
      try location.check(status, .damaged, "its attributes cannot be listed")
      return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }

  /// True when there is an attribute of that name.
  public func hasAttribute(_ name: String) -> Bool {
    !name.utf8.contains(0) && HDF5Library.locked { H5Aexists(location.id, name) > 0 }
  }

  // MARK: - Reading

  /// Reads an attribute of one number.
  ///
  /// - Throws: ``HDF5Error``, codes `notFound`, `wrongType` and `wrongShape`.
  public func attribute<Number: HDF5Number>(_ name: String, as type: Number.Type = Number.self) throws -> Number {
    let array = try attributeArray(name, as: type)
    guard array.values.count == 1 else {
      throw location.error(
        .wrongShape, at: attributePath(name), "holds \(array.values.count) values where one is wanted")
    }
    return array.values[0]
  }

  /// Reads an attribute of numbers.
  ///
  /// - Throws: ``HDF5Error``, codes `notFound` and `wrongType`.
  public func attributeArray<Number: HDF5Number>(
    _ name: String, as type: Number.Type = Number.self
  ) throws -> HDF5Array<Number> {
    try withAttribute(name) { id, stored, _, shape in
      let description = HDF5DataType(describing: stored)
      guard Number.canRead(description) else {
        throw location.error(
          .wrongType, at: attributePath(name), "holds \(description) where \(Number.hdf5Type) is wanted")
      }
      let size = try location.checkedSize(of: shape, elementSize: MemoryLayout<Number>.stride)
      var values = [Number](repeating: Number(), count: size / MemoryLayout<Number>.stride)
      if !values.isEmpty {
        try location.check(
          H5Aread(id, Number.nativeType, &values), .damaged, at: attributePath(name), "cannot be read")
      }
      return HDF5Array(shape: shape, values: values)
    }
  }

  /// Reads an attribute of one text, of fixed or variable length.
  ///
  /// - Throws: ``HDF5Error``, codes `notFound`, `wrongType` and `wrongShape`.
  public func attributeText(_ name: String) throws -> String {
    let texts = try attributeTexts(name)
    guard texts.values.count == 1 else {
      throw location.error(
        .wrongShape, at: attributePath(name), "holds \(texts.values.count) texts where one is wanted")
    }
    return texts.values[0]
  }

  /// Reads an attribute of texts, of fixed or variable length.
  ///
  /// - Throws: ``HDF5Error``, codes `notFound` and `wrongType`.
  public func attributeTexts(_ name: String) throws -> HDF5Array<String> {
    try withAttribute(name) { id, stored, space, shape in
      let texts = try HDF5Strings.read(
        id, type: stored, space: space, shape: shape, isWithinFile: true, in: location, at: attributePath(name)
      ) { H5Aread(id, $0, $1) }
      return HDF5Array(shape: shape, values: texts)
    }
  }

  // MARK: - Writing

  /// Writes an attribute of one number, in place of any older one of that name.
  ///
  /// - Throws: ``HDF5Error``, code `cannotWrite`.
  public func setAttribute<Number: HDF5Number>(_ name: String, _ value: Number) throws {
    try createAttribute(name, type: Number.nativeType, shape: []) { id in
      withUnsafePointer(to: value) { H5Awrite(id, Number.nativeType, $0) }
    }
  }

  /// Writes an attribute of numbers along one axis, in place of any older one of that name.
  ///
  /// - Throws: ``HDF5Error``, code `cannotWrite`.
  public func setAttribute<Number: HDF5Number>(_ name: String, _ values: [Number]) throws {
    try createAttribute(name, type: Number.nativeType, shape: [values.count]) { id in
      values.isEmpty ? 0 : H5Awrite(id, Number.nativeType, values)
    }
  }

  /// Writes an attribute of one text, variable-length UTF-8, in place of any older one of that name.
  ///
  /// - Throws: ``HDF5Error``, codes `invalidText` for a NUL character and `cannotWrite`.
  public func setAttribute(_ name: String, _ text: String) throws {
    try setTexts(name, [text], shape: [])
  }

  /// Writes an attribute of texts along one axis, variable-length UTF-8, in place of any older one of that name.
  ///
  /// - Throws: ``HDF5Error``, codes `invalidText` for a NUL character and `cannotWrite`.
  public func setAttribute(_ name: String, _ texts: [String]) throws {
    try setTexts(name, texts, shape: [texts.count])
  }

  /// Writes an attribute of one text, fixed-length ASCII without a terminator, in place of any older one of that name.
  ///
  /// Some programs, MATLAB among them, read no other text.
  ///
  /// - Throws: ``HDF5Error``, codes `invalidText` for an empty text or characters outside ASCII, and `cannotWrite`.
  public func setASCIIAttribute(_ name: String, _ text: String) throws {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.allSatisfy({ (1..<128).contains($0) }) else {
      throw location.error(.invalidText, at: attributePath(name), "'\(text)' is not one or more ASCII characters")
    }
    try HDF5Library.locked {
      let type = try location.check(H5Tcopy(chdf5_c_string()), .library, "no string type")
      defer { H5Tclose(type) }
      H5Tset_size(type, bytes.count)
      H5Tset_strpad(type, H5T_STR_NULLPAD)
      try createAttribute(name, type: type, shape: []) { H5Awrite($0, type, bytes) }
    }
  }

  // MARK: - Implementation

  private func attributePath(_ name: String) -> String { "\(location.name)@\(name)" }

  private func setTexts(_ name: String, _ texts: [String], shape: [Int]) throws {
    try HDF5Library.locked {
      let type = try HDF5Strings.variableType(location)
      defer { H5Tclose(type) }
      try HDF5Strings.withCStrings(texts, at: attributePath(name), in: location) { pointers in
        try createAttribute(name, type: type, shape: shape) { id in
          texts.isEmpty ? 0 : H5Awrite(id, type, pointers)
        }
      }
    }
  }

  /// Opens an attribute and calls `body` with its identifier, type, space and shape.
  private func withAttribute<Result>(
    _ name: String, _ body: (_ id: hid_t, _ type: hid_t, _ space: hid_t, _ shape: [Int]) throws -> Result
  ) throws -> Result {
    guard hasAttribute(name) else {
      throw location.error(.notFound, at: attributePath(name), "there is no such attribute")
    }
    return try HDF5Library.locked {
      let at = attributePath(name)
      let id = try location.check(H5Aopen(location.id, name, hid_t(H5P_DEFAULT)), .damaged, at: at, "cannot be opened")
      defer { H5Aclose(id) }
      let type = try location.check(H5Aget_type(id), .damaged, at: at, "has no type")
      defer { H5Tclose(type) }
      let space = try location.check(H5Aget_space(id), .damaged, at: at, "has no shape")
      defer { H5Sclose(space) }
      return try body(id, type, space, try location.shape(ofSpace: space, at: at))
    }
  }

  private func createAttribute(_ name: String, type: hid_t, shape: [Int], _ write: (hid_t) -> herr_t) throws {
    let at = attributePath(name)
    guard !name.isEmpty, !name.utf8.contains(0) else {
      throw location.error(.invalidText, at: at, "a name may neither be empty nor hold a NUL character")
    }
    try HDF5Library.locked {
      if H5Aexists(location.id, name) > 0 {
        try location.check(H5Adelete(location.id, name), .cannotWrite, at: at, "cannot be replaced")
      }
      let space = try location.makeSpace(shape, at: at)
      defer { H5Sclose(space) }
      let creation = try location.check(H5Pcreate(chdf5_attribute_create()), .library, at: at, "no property list")
      defer { H5Pclose(creation) }
      H5Pset_char_encoding(creation, H5T_CSET_UTF8)
      let id = try location.check(
        H5Acreate2(location.id, name, type, space, creation, hid_t(H5P_DEFAULT)), .cannotWrite, at: at,
        "cannot be created")
      defer { H5Aclose(id) }
      try location.check(write(id), .cannotWrite, at: at, "cannot be written")
    }
  }
}

extension HDF5Location {
  /// The shape of a data space; `[]` for a scalar, `[0]` for a space without data.
  func shape(ofSpace space: hid_t, at object: String? = nil) throws -> [Int] {
    switch H5Sget_simple_extent_type(space) {
    case H5S_SCALAR: return []
    case H5S_NULL: return [0]
    case H5S_SIMPLE: break
    default: throw error(.damaged, at: object, "has no shape")
    }
    let rank = Int(try check(H5Sget_simple_extent_ndims(space), .damaged, at: object, "has no shape"))
    var extents = [hsize_t](repeating: 0, count: rank)
    try check(H5Sget_simple_extent_dims(space, &extents, nil), .damaged, at: object, "has no shape")
    return try extents.map { extent in
      // Half of Int's range, so that sums of a position and an extent cannot overflow.
      guard let value = Int(exactly: extent), value <= Int.max / 2 else {
        throw error(.damaged, at: object, "claims a shape of \(extents), which no file can hold")
      }
      return value
    }
  }

  /// A new data space; the caller closes it.
  func makeSpace(_ shape: [Int], at object: String? = nil) throws -> hid_t {
    let extents = shape.map { hsize_t($0) }
    let space = shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), extents, nil)
    return try check(space, .library, at: object, "a shape of \(shape) is not possible")
  }
}
