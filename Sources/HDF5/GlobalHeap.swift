import CHDF5
import Glibc

/// Reads variable-length text from a file's global heap with every size checked.
///
/// libhdf5 1.10 trusts the sizes in the heap, which no checksum protects: one wrong byte makes it read or write past
/// its buffers and stops the program. It is asked only for the descriptors of the texts, and the heap is read here.
/// Source: HDF5 File Format Specification 3.0, section III.E "Disk Format: Level 1E - Global Heap", and section VIII
/// "Appendix A" for the descriptor of a variable-length element: its length, and the address and index in the heap.
struct GlobalHeap {
  /// Bytes of a descriptor when addresses have 8 bytes: length (4), collection address (8), object index (4).
  static let descriptorSize = 16
  private static let headerSize = 16

  private let location: HDF5Location
  private let object: String
  private let descriptor: Int32
  private let fileSize: Int
  /// Where address 0 lies in the file: behind the user block.
  private let base: Int
  private var collections: [Int: Collection] = [:]

  /// One collection of objects.
  private struct Collection {
    let bytes: [UInt8]
    let objects: [UInt16: Range<Int>]
  }

  /// The heap of the file that holds an object, or nil when it has another form than this reader knows.
  ///
  /// Call it inside the lock, and only for a file opened for reading: what is being written may not be in the file yet.
  init?(holding id: hid_t, in location: HDF5Location, at object: String) throws {
    self.location = location
    self.object = object
    // An external link may have led to an object of another file.
    let file = try location.check(H5Iget_file_id(id), .damaged, at: object, "belongs to no file")
    defer { H5Fclose(file) }
    let creation = try location.check(H5Fget_create_plist(file), .damaged, at: object, "belongs to no file")
    defer { H5Pclose(creation) }
    var userBlock: hsize_t = 0
    var addressSize = 0
    var lengthSize = 0
    var handle: UnsafeMutableRawPointer?
    guard H5Pget_userblock(creation, &userBlock) >= 0, H5Pget_sizes(creation, &addressSize, &lengthSize) >= 0,
      addressSize == 8, lengthSize == 8, H5Fget_vfd_handle(file, hid_t(H5P_DEFAULT), &handle) >= 0,
      let handle, let base = Int(exactly: userBlock)
    else { return nil }
    descriptor = handle.load(as: Int32.self)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    fileSize = Int(status.st_size)
    self.base = base
  }

  /// The text of one descriptor; bytes that are not UTF-8 become U+FFFD.
  mutating func text(_ bytes: ArraySlice<UInt8>) throws -> String {
    let length = Int(Self.integer(bytes, at: 0, size: 4))
    let address = Self.integer(bytes, at: 4, size: 8)
    let index = UInt16(truncatingIfNeeded: Self.integer(bytes, at: 12, size: 4))
    // An empty text has no object in the heap.
    if length == 0 || address == 0 || address == UInt64(chdf5_undefined_address()) { return "" }
    guard let position = Int(exactly: address) else { throw damaged() }
    let collection = try collection(at: position)
    guard let range = collection.objects[index], length <= range.count else { throw damaged() }
    let text = collection.bytes[range].prefix(length)
    return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  }

  private mutating func collection(at address: Int) throws -> Collection {
    if let known = collections[address] { return known }
    let header = try read(Self.headerSize, at: address)
    guard Array(header[..<4]) == Array("GCOL".utf8), header[4] == 1,
      let size = Int(exactly: Self.integer(header[...], at: 8, size: 8)), size >= Self.headerSize
    else { throw damaged() }
    let bytes = try read(size, at: address)
    var objects: [UInt16: Range<Int>] = [:]
    var position = Self.headerSize
    while size - position >= Self.headerSize {
      let index = UInt16(truncatingIfNeeded: Self.integer(bytes[position...], at: 0, size: 2))
      // Object 0 is the free space at the end.
      if index == 0 { break }
      let content = position + Self.headerSize
      guard let length = Int(exactly: Self.integer(bytes[position...], at: 8, size: 8)), length <= size - content else {
        throw damaged()
      }
      objects[index] = content..<(content + length)
      position = content + (length + 7) / 8 * 8
    }
    let collection = Collection(bytes: bytes, objects: objects)
    collections[address] = collection
    return collection
  }

  private func read(_ count: Int, at address: Int) throws -> [UInt8] {
    guard address >= 0, address <= fileSize - base, count <= fileSize - base - address else { throw damaged() }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let got = pread(
          descriptor, buffer.baseAddress.map { $0 + initialized }, count - initialized,
          off_t(base + address + initialized))
        guard got > 0 else { return }
        initialized += got
      }
    }
    guard bytes.count == count else { throw damaged() }
    return bytes
  }

  private func damaged() -> HDF5Error {
    location.error(.damaged, at: object, "its text cannot be read: the heap of variable-length values is damaged")
  }

  /// A little-endian integer `offset` bytes into a slice.
  private static func integer(_ bytes: ArraySlice<UInt8>, at offset: Int, size: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<size).reversed() { value = value << 8 | UInt64(bytes[bytes.startIndex + offset + index]) }
    return value
  }

  // MARK: - Descriptors

  /// A memory type that makes the library hand out descriptors instead of text; the caller closes it.
  static func descriptorType(_ location: HDF5Location) throws -> hid_t {
    try location.check(H5Tcreate(H5T_OPAQUE, descriptorSize), .library, "no descriptor type")
  }

  /// Teaches the library to "convert" stored variable-length text to opaque bytes by leaving it as it is.
  ///
  /// Call it once, inside the lock.
  static func registerDescriptors() {
    let text = H5Tcopy(chdf5_c_string())
    H5Tset_size(text, chdf5_variable_length())
    let opaque = H5Tcreate(H5T_OPAQUE, descriptorSize)
    H5Tregister(H5T_PERS_SOFT, "text descriptor", text, opaque) { source, destination, state, _, _, _, _, _, _ in
      guard let state, state.pointee.command == H5T_CONV_INIT else { return 0 }
      let fits =
        H5Tis_variable_str(source) > 0 && H5Tget_size(source) == GlobalHeap.descriptorSize
        && H5Tget_size(destination) == GlobalHeap.descriptorSize
      return fits ? 0 : -1
    }
    H5Tclose(opaque)
    H5Tclose(text)
  }
}
