import AtomicFiles
import CHDF5
import Glibc

/// An HDF5 file, open for reading or being written.
///
/// Files, groups and datasets may be used from several threads at once; libhdf5 itself runs one call at a time.
public final class HDF5File: HDF5Container {
  /// Where the file is.
  public let location: HDF5Location

  /// Opens a file for reading.
  ///
  /// - Throws: ``HDF5Error``, codes `fileNotFound` and `cannotOpen`.
  public init(reading path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw HDF5Error(
        code: errno == ENOENT ? .fileNotFound : .cannotOpen, path: path, object: "",
        message: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw HDF5Error(code: .cannotOpen, path: path, object: "", message: "is not a regular file")
    }
    guard access(path, R_OK) == 0 else {
      throw HDF5Error(code: .cannotOpen, path: path, object: "", message: "may not be read: no permission")
    }
    location = try HDF5Library.locked {
      guard H5Fis_hdf5(path) > 0 else {
        throw HDF5Error(code: .cannotOpen, path: path, object: "", message: "is not an HDF5 file")
      }
      let access = try Self.accessProperties(path, closing: H5F_CLOSE_WEAK)
      defer { H5Pclose(access) }
      let id = H5Fopen(path, chdf5_read_only(), access)
      guard id >= 0 else {
        throw HDF5Error(
          code: .cannotOpen, path: path, object: "",
          message: "cannot be opened: damaged, still being written, or written for an HDF5 newer than 1.10",
          frames: HDF5Library.errorStack())
      }
      let identifier = HDF5Identifier(id, closing: H5Fclose)
      return HDF5Location(
        identifier: identifier, file: OpenFile(path: path, identifier: identifier), name: "/")
    }
  }

  /// Creates a file that gets its name, replacing any older file, with ``commit()``.
  ///
  /// Until then the content lies in a temporary file beside `path`, which disappears with this object and the groups
  /// and datasets made from it. Equal content makes equal bytes: no times are stored.
  ///
  /// - Parameters:
  ///   - path: Replaced when it exists, and only by ``commit()``.
  ///   - userBlock: Bytes of another format in front of the HDF5 content; none, or 512 times a power of two.
  ///   - oldestReader: What shall be able to read the file.
  /// - Throws: `FileOutputError` when the folder is missing or not writable; ``HDF5Error``, code `cannotWrite`.
  public init(creating path: String, userBlock: [UInt8] = [], oldestReader: HDF5Release = .v110) throws {
    precondition(
      userBlock.isEmpty || (userBlock.count >= 512 && userBlock.count.nonzeroBitCount == 1),
      "a user block has 512 bytes times a power of two")
    let output = try AtomicFile(path: path)
    let temporaryPath = output.temporaryPath
    let identifier = try HDF5Library.locked {
      let access = try Self.accessProperties(path, oldestReader, closing: H5F_CLOSE_STRONG)
      defer { H5Pclose(access) }
      let creation = H5Pcreate(chdf5_file_create())
      defer { H5Pclose(creation) }
      H5Pset_obj_track_times(creation, false)
      H5Pset_userblock(creation, hsize_t(userBlock.count))
      let id = H5Fcreate(temporaryPath, chdf5_create_exclusively(), creation, access)
      guard id >= 0 else {
        throw HDF5Error(
          code: .cannotWrite, path: path, object: "", message: "cannot be created", frames: HDF5Library.errorStack())
      }
      return HDF5Identifier(id, closing: H5Fclose)
    }
    location = HDF5Location(
      identifier: identifier, file: OpenFile(path: path, identifier: identifier, output: output, userBlock: userBlock),
      name: "/")
  }

  /// Flushes and closes the file and gives it its name; its groups and datasets cannot be used any more.
  ///
  /// Does nothing for a file opened for reading, or a second time.
  ///
  /// - Parameter replacing: False to fail when there is a file of that name by now.
  /// - Throws: ``HDF5Error``, code `cannotWrite`; `FileOutputError`. The target is then as it was.
  public func commit(replacing: Bool = true) throws { try location.file.commit(replacing: replacing) }

  /// Properties of every file: format of one HDF5 release on both sides, and what becomes of objects that are open when
  /// the file is closed.
  ///
  /// Bounds at 1.10 keep files readable by every HDF5 since 2016; "latest" of a newer library would not open here. A file
  /// that is written closes all objects with it. One that is read is closed after its objects, so the strong degree would
  /// change nothing, and the library refuses it for a file that it holds open for a virtual dataset.
  private static func accessProperties(
    _ path: String, _ release: HDF5Release = .v110, closing degree: H5F_close_degree_t
  ) throws -> hid_t {
    let access = H5Pcreate(chdf5_file_access())
    let version = release == .v18 ? H5F_LIBVER_V18 : H5F_LIBVER_V110
    guard access >= 0, H5Pset_libver_bounds(access, version, version) >= 0,
      H5Pset_fclose_degree(access, degree) >= 0
    else {
      throw HDF5Error(
        code: .library, path: path, object: "", message: "cannot set how the file is opened",
        frames: HDF5Library.errorStack())
    }
    return access
  }
}

/// A release of HDF5, by the file format that came with it.
public enum HDF5Release: Hashable, Sendable {
  /// 1.8, of 2008; MATLAB contained it until 2021.
  case v18
  /// 1.10, of 2016.
  case v110
}
