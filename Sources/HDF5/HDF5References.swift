import CHDF5

/// A pointer to a group or dataset of the same file, as MATLAB's struct arrays and cell arrays use them.
public struct HDF5Reference: Hashable, Sendable {
  let address: haddr_t
}

extension HDF5Container {
  /// Creates a dataset of references and writes it.
  ///
  /// - Parameters:
  ///   - objects: What to point to, all of this file; as many as the shape holds.
  ///   - name: Name or path.
  ///   - shape: One axis when nil.
  /// - Throws: ``HDF5Error``, codes `alreadyExists`, `invalidText` and `cannotWrite`.
  @discardableResult
  public func write(references objects: [any HDF5Object], to name: String, shape: [Int]? = nil) throws -> HDF5Dataset {
    let shape = shape ?? [objects.count]
    precondition(elementCount(shape) == objects.count, "a shape of \(shape) does not hold \(objects.count) references")
    return try HDF5Library.locked {
      let addresses = try objects.map { object in
        var address = hobj_ref_t()
        try location.check(
          H5Rcreate(&address, object.location.id, ".", H5R_OBJECT, -1), .cannotWrite, at: object.location.name,
          "cannot be referred to")
        return address
      }
      let dataset = try createDataset(name, type: chdf5_object_reference(), shape: shape) { _ in }
      if !addresses.isEmpty {
        let all = hid_t(H5P_DEFAULT)
        try dataset.location.check(
          H5Dwrite(dataset.location.id, chdf5_object_reference(), all, all, hid_t(H5P_DEFAULT), addresses),
          .cannotWrite, "cannot be written")
      }
      return dataset
    }
  }
}

extension HDF5Dataset {
  /// Reads all references.
  ///
  /// - Throws: ``HDF5Error``, codes `wrongType` when the dataset holds no object references, `damaged` and `tooLarge`.
  public func readReferences() throws -> HDF5Array<HDF5Reference> {
    guard type == .objectReference else {
      throw location.error(.wrongType, "holds \(type) where object references are wanted")
    }
    let width = MemoryLayout<hobj_ref_t>.stride
    let size = try location.checkedSize(of: shape, elementSize: width, isBounded: isWithinFile)
    var addresses = [hobj_ref_t](repeating: 0, count: size / width)
    if !addresses.isEmpty {
      let all = hid_t(H5P_DEFAULT)
      try HDF5Library.locked {
        _ = try location.check(
          H5Dread(location.id, chdf5_object_reference(), all, all, hid_t(H5P_DEFAULT), &addresses), .damaged,
          "its references cannot be read")
      }
    }
    return HDF5Array(shape: shape, values: addresses.map(HDF5Reference.init(address:)))
  }
}

extension HDF5File {
  /// The path of every group and dataset that a reference may point to.
  ///
  /// libhdf5 takes whatever lies at a reference's address for an object, and a damaged reference may stop the program.
  /// A reference is therefore followed by looking it up here and opening the path.
  ///
  /// - Throws: ``HDF5Error``, code `damaged`.
  public func referenceTargets() throws -> [HDF5Reference: String] {
    try HDF5Library.locked {
      var paths: [HDF5Reference: String] = [:]
      let status = withUnsafeMutablePointer(to: &paths) { pointer in
        H5Lvisit(
          location.id, H5_INDEX_NAME, H5_ITER_NATIVE,
          { _, name, information, context in
            guard let name, let information, let paths = context?.assumingMemoryBound(to: [HDF5Reference: String].self)
            else { return -1 }
            if information.pointee.type == H5L_TYPE_HARD {
              paths.pointee[HDF5Reference(address: information.pointee.u.address)] = "/" + String(cString: name)
            }
            return 0
          }, pointer)
      }
      try location.check(status, .damaged, "its objects cannot be listed")
      return paths
    }
  }
}
