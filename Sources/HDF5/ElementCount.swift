import CHDF5
import Glibc

/// Number of elements of a shape, or nil when it exceeds `Int`.
func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for extent in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: extent)
    if overflow { return nil }
    count = product
  }
  return count
}

extension HDF5Location {
  /// The number of bytes that `count` values need, once it is sure that asking for them is sane.
  ///
  /// A damaged file may claim any shape, and an array that is too large stops the program. Deflate shrinks by 1032 at
  /// most (zlib technical details), so that more than that per byte of the file is not data, beyond a small size
  /// that unwritten datasets may well have. `isBounded` is false for virtual datasets, whose data lie elsewhere.
  func checkedSize(of shape: [Int], elementSize: Int, isBounded: Bool = true) throws -> Int {
    guard let count = elementCount(shape),
      case let (bytes, overflow) = count.multipliedReportingOverflow(by: elementSize),
      !overflow
    else { throw error(.damaged, "claims a shape of \(shape), which no file can hold") }
    let alwaysFine = 64 << 20
    guard bytes > alwaysFine else { return bytes }
    if isBounded {
      var fileSize: hsize_t = 0
      let status = HDF5Library.locked { H5Fget_filesize(file.identifier.id, &fileSize) }
      guard status >= 0, Double(bytes) <= 1100 * Double(fileSize) else {
        throw error(.damaged, "claims a shape of \(shape), more than a file of \(fileSize) bytes can hold")
      }
    }
    // The system refuses here what would stop the program in an array's own allocation.
    guard let probe = malloc(bytes) else {
      throw error(.tooLarge, "\(bytes) bytes do not fit into memory; read a part at a time")
    }
    free(probe)
    return bytes
  }
}
