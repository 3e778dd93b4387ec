import CHDF5

// Datasets whose values are written past the library: their place in the file is fixed when they are made, so that the
// library's part of the file never changes again and any thread may write values there.

extension HDF5Container {
  /// Creates a dataset in one piece with its place in the file, without writing a value.
  ///
  /// The piece is a hole of the file, which takes no room on the disk and reads as zero, until ``HDF5Dataset/place(of:)``
  /// is written to once the file is committed.
  ///
  /// - Parameters:
  ///   - name: Name or path.
  ///   - type: Type of an element.
  ///   - shape: Extent of each axis, none of them zero.
  /// - Throws: ``HDF5Error``, codes `alreadyExists`, `invalidText` and `cannotWrite`.
  public func reserveDataset<Number: HDF5Number>(
    _ name: String, of type: Number.Type, shape: [Int]
  ) throws -> HDF5Dataset {
    precondition(shape.allSatisfy { $0 > 0 }, "a dataset without values has no place")
    return try HDF5Library.locked {
      try createDataset(name, type: Number.nativeType, shape: shape) { properties in
        try location.check(
          H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY), .library, "values cannot be placed early")
        try location.check(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER), .library, "values cannot be left out")
      }
    }
  }
}

extension HDF5Dataset {
  /// Where the values of a dataset in one piece lie, in bytes from the start of the file.
  ///
  /// They lie there one after the other, last axis fastest, in the form in which this machine holds them in memory.
  ///
  /// - Throws: ``HDF5Error``: `wrongType` when the stored type is not exactly `Number`, `wrongShape` when the dataset
  ///   is in several pieces or none, or its values reach over the end of the file.
  public func place<Number: HDF5Number>(of type: Number.Type) throws -> Int {
    guard isNative, Number.hdf5Type == self.type else {
      throw location.error(.wrongType, "holds \(self.type) where \(Number.hdf5Type) of this machine is wanted")
    }
    let (address, end) = HDF5Library.locked {
      var size: hsize_t = 0
      return (H5Dget_offset(location.id), H5Fget_filesize(location.file.identifier.id, &size) >= 0 ? size : 0)
    }
    guard chunkShape == nil, isWithinFile, address != chdf5_undefined_address(), let first = Int(exactly: address),
      let count = elementCount(shape), count > 0,
      case let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride), !overflow,
      first <= Int(clamping: end), bytes <= Int(clamping: end) - first
    else { throw location.error(.wrongShape, "its values are not one piece of the file") }
    return first
  }
}
