import CHDF5

/// A dataset of another file that fills a box of a virtual one.
public struct HDF5VirtualPart: Hashable, Sendable {
  /// The other file: absolute, or relative to the folder of the file that holds the virtual dataset.
  public let path: String
  /// Name of the dataset there.
  public let dataset: String
  /// Where its first element goes, on each axis.
  public let start: [Int]
  /// Its shape.
  public let count: [Int]

  /// A part by place; `start` and `count` have one number an axis.
  public init(path: String, dataset: String, start: [Int], count: [Int]) {
    (self.path, self.dataset, self.start, self.count) = (path, dataset, start, count)
  }
}

extension HDF5Container {
  /// Creates a dataset whose values stay in other files, which are looked for when it is read.
  ///
  /// Where no part lies, and where the file of a part is missing, values read as `fill` without an error.
  ///
  /// - Parameters:
  ///   - name: Name or path.
  ///   - shape: Extent of each axis.
  ///   - fill: What is read where there is nothing; its type is that of an element.
  ///   - parts: Boxes within `shape`.
  /// - Throws: ``HDF5Error``, codes `alreadyExists`, `invalidText` and `cannotWrite`.
  @discardableResult
  public func createVirtualDataset<Number: HDF5Number>(
    _ name: String, shape: [Int], fill: Number, parts: [HDF5VirtualPart]
  ) throws -> HDF5Dataset {
    let fullName = location.fullName(name)
    return try HDF5Library.locked {
      try createDataset(name, type: Number.nativeType, shape: shape) { properties in
        var fill = fill
        try location.check(H5Pset_fill_value(properties, Number.nativeType, &fill), .library, "no fill value")
        let whole = try location.makeSpace(shape)
        defer { H5Sclose(whole) }
        for part in parts {
          precondition(part.start.count == shape.count && part.count.count == shape.count, "a part needs all axes")
          guard !part.path.utf8.contains(0), !part.dataset.utf8.contains(0) else {
            throw location.error(.invalidText, at: fullName, "a name cannot hold a NUL character")
          }
          try location.check(
            H5Sselect_hyperslab(
              whole, H5S_SELECT_SET, part.start.map { hsize_t($0) }, nil, part.count.map { hsize_t($0) }, nil),
            .library, at: fullName, "\(part.count) values from \(part.start) cannot be selected")
          let source = try location.makeSpace(part.count)
          defer { H5Sclose(source) }
          try location.check(
            H5Pset_virtual(properties, whole, part.path.virtualName, part.dataset.virtualName, source), .cannotWrite,
            at: fullName, "the part in \(part.path) cannot be set")
        }
      }
    }
  }
}

extension String {
  /// A name in a virtual dataset, where `%b` stands for a number and `%%` for a percent sign.
  fileprivate var virtualName: String {
    split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
  }
}
