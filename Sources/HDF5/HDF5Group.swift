import CHDF5

/// A group: a folder of groups and datasets within a file.
public struct HDF5Group: HDF5Container {
  /// Where the group is.
  public let location: HDF5Location
}

/// What a name within a file leads to.
public enum HDF5LinkKind: Hashable, Sendable {
  case group, dataset
  /// A type that was given a name.
  case namedType
  /// A soft or external link whose target is missing.
  case dangling
}

extension HDF5Container {
  /// Names of the groups, datasets and links directly below, sorted by their UTF-8 bytes.
  ///
  /// - Throws: ``HDF5Error``, code `damaged`.
  public func links() throws -> [String] {
    try HDF5Library.locked {
      // In the file's own order: for a sorted iteration of many links libhdf5 1.10.8 makes a table, and frees entries
      // that it never filled when the file is damaged.
      var names: [String] = []
      var position: hsize_t = 0
      let status = withUnsafeMutablePointer(to: &names) { pointer in
        H5Literate(
          location.id, H5_INDEX_NAME, H5_ITER_NATIVE, &position,
          { _, name, _, context in
            guard let name, let names = context?.assumingMemoryBound(to: [String].self) else { return -1 }
            names.pointee.append(String(cString: name))
            return 0
          }, pointer)
      }
      try location.check(status, .damaged, "its links cannot be listed")
      return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }

  /// True when `name`, which may be a path, is a link below; its target may still be missing.
  public func exists(_ name: String) -> Bool {
    guard !name.utf8.contains(0) else { return false }
    return HDF5Library.locked {
      // H5Lexists fails, rather than say no, when a group on the way is missing.
      var path = name.hasPrefix("/") ? "/" : ""
      var exists = !path.isEmpty
      for component in name.split(separator: "/") {
        path += component
        guard H5Lexists(location.id, path, hid_t(H5P_DEFAULT)) > 0 else { return false }
        exists = true
        path += "/"
      }
      return exists
    }
  }

  /// What `name`, which may be a path, leads to, or nil when there is no such link.
  public func kind(of name: String) -> HDF5LinkKind? {
    guard exists(name) else { return nil }
    return HDF5Library.locked {
      let object = H5Oopen(location.id, name, hid_t(H5P_DEFAULT))
      guard object >= 0 else { return .dangling }
      defer { H5Oclose(object) }
      switch H5Iget_type(object) {
      case H5I_GROUP: return .group
      case H5I_DATASET: return .dataset
      default: return .namedType
      }
    }
  }

  /// Opens a group by name or path.
  ///
  /// - Throws: ``HDF5Error``, codes `notFound`, `wrongType` when it is no group, and `damaged`.
  public func group(_ name: String) throws -> HDF5Group {
    try HDF5Library.locked {
      let id = try checkedName(name) { H5Gopen2(location.id, name, hid_t(H5P_DEFAULT)) }
      guard id >= 0 else { throw openingError(name, expected: .group) }
      return HDF5Group(location: child(name, id, closing: H5Gclose))
    }
  }

  /// Creates a group by name or path, with the groups on the way that are missing.
  ///
  /// - Throws: ``HDF5Error``, code `alreadyExists`, and `invalidText` for a name with a NUL character.
  @discardableResult
  public func createGroup(_ name: String) throws -> HDF5Group {
    try HDF5Library.locked {
      let id = try checkedName(name) {
        let links = try newLinkProperties(for: name)
        defer { H5Pclose(links) }
        let creation = try location.check(H5Pcreate(chdf5_group_create()), .library, "no property list")
        defer { H5Pclose(creation) }
        H5Pset_obj_track_times(creation, false)
        return H5Gcreate2(location.id, name, links, creation, hid_t(H5P_DEFAULT))
      }
      guard id >= 0 else { throw creationError(name) }
      return HDF5Group(location: child(name, id, closing: H5Gclose))
    }
  }

  // MARK: - Shared with datasets

  func child(
    _ name: String, _ id: hid_t, closing: @escaping @Sendable @convention(c) (hid_t) -> herr_t
  ) -> HDF5Location {
    HDF5Location(
      identifier: HDF5Identifier(id, closing: closing, within: location.file.identifier), file: location.file,
      name: location.fullName(name))
  }

  /// Properties of a new link in UTF-8; missing groups on the way to it are created.
  ///
  /// The library could create those groups itself, but would store the time in them: equal content must make equal
  /// bytes.
  func newLinkProperties(for name: String) throws -> hid_t {
    if let slash = name.lastIndex(of: "/"), slash > name.startIndex, !exists(String(name[..<slash])) {
      try createGroup(String(name[..<slash]))
    }
    let links = try location.check(H5Pcreate(chdf5_link_create()), .library, "no property list")
    H5Pset_char_encoding(links, H5T_CSET_UTF8)
    return links
  }

  /// Runs `body` when `name` can be passed to C.
  func checkedName<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    guard !name.isEmpty, !name.utf8.contains(0) else {
      throw location.error(.invalidText, "a name may neither be empty nor hold a NUL character")
    }
    return try body()
  }

  /// Why opening failed; call it before anything else touches the library's error stack.
  func openingError(_ name: String, expected: HDF5LinkKind) -> HDF5Error {
    let frames = HDF5Library.errorStack()
    let fullName = location.fullName(name)
    let wanted = expected == .group ? "group" : "dataset"
    switch kind(of: name) {
    case nil: return location.error(.notFound, at: fullName, "there is no such \(wanted)")
    case expected, .dangling:
      return HDF5Error(
        code: .damaged, path: location.path, object: fullName, message: "the \(wanted) cannot be opened",
        frames: frames)
    default: return location.error(.wrongType, at: fullName, "is not a \(wanted)")
    }
  }

  /// Why creation failed; call it before anything else touches the library's error stack.
  func creationError(_ name: String) -> HDF5Error {
    let frames = HDF5Library.errorStack()
    let fullName = location.fullName(name)
    if exists(name) { return location.error(.alreadyExists, at: fullName, "there is an object of that name already") }
    return HDF5Error(
      code: .cannotWrite, path: location.path, object: fullName, message: "cannot be created", frames: frames)
  }
}
