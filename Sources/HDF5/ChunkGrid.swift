import Glibc

/// How a dataset is cut into chunks, and how chunks and dense pieces overlap.
///
/// All extents count elements.
struct ChunkGrid: Hashable, Sendable {
  /// Extents of the dataset.
  let shape: [Int]
  /// Extents of one chunk; chunks at the far edges are stored whole all the same.
  let chunk: [Int]

  /// Chunks of about 1 MiB that hold whole slices of the leading axis where they can.
  static func defaultChunk(shape: [Int], elementSize: Int) -> [Int] {
    let target = 1 << 20
    var chunk = [Int](repeating: 1, count: shape.count)
    var slice = elementSize
    for axis in shape.indices.reversed() {
      chunk[axis] = max(1, min(shape[axis], target / max(1, slice)))
      if chunk[axis] < shape[axis] { break }
      let (product, overflow) = slice.multipliedReportingOverflow(by: shape[axis])
      if overflow { break }
      slice = product
    }
    return chunk
  }

  /// First elements of all chunks that touch the box `count` elements from `start`, none of them empty.
  func chunkOrigins(touching start: [Int], _ count: [Int]) -> [[Int]] {
    var origins: [[Int]] = [[]]
    for axis in shape.indices {
      let first = start[axis] / chunk[axis]
      let last = (start[axis] + count[axis] - 1) / chunk[axis]
      origins = origins.flatMap { origin in (first...last).map { origin + [$0 * chunk[axis]] } }
    }
    return origins
  }

  /// True when the box begins and ends on chunk boundaries or on the dataset's edge.
  func isAligned(_ start: [Int], _ count: [Int]) -> Bool {
    shape.indices.allSatisfy { axis in
      let end = start[axis] + count[axis]
      return start[axis] % chunk[axis] == 0 && (end % chunk[axis] == 0 || end == shape[axis])
    }
  }

  /// The part of the chunk at `origin` that lies within the box: its first element and extents.
  func overlap(ofChunkAt origin: [Int], with start: [Int], _ count: [Int]) -> (start: [Int], count: [Int]) {
    let low = shape.indices.map { max(start[$0], origin[$0]) }
    let high = shape.indices.map { min(start[$0] + count[$0], origin[$0] + chunk[$0], shape[$0]) }
    return (low, shape.indices.map { high[$0] - low[$0] })
  }
}

/// A box of elements within a dense array in memory.
struct DenseBox {
  /// Extents of the array.
  let extents: [Int]
  /// First element of the box.
  let start: [Int]

  /// Number of elements in front of the box.
  var offset: Int {
    var offset = 0
    for axis in extents.indices { offset = offset * extents[axis] + start[axis] }
    return offset
  }

  /// True when a box of `count` elements is one run of memory.
  func isContiguous(_ count: [Int]) -> Bool {
    // Behind the first axis of more than one element, every axis must be whole.
    guard let first = count.firstIndex(where: { $0 != 1 }) else { return true }
    return extents.indices.allSatisfy { $0 <= first || count[$0] == extents[$0] }
  }

  /// Copies `count` elements of `elementSize` bytes from a box of one array to a box of another.
  static func copy(
    _ count: [Int], elementSize: Int, from source: UnsafeRawPointer, _ sourceBox: DenseBox,
    to destination: UnsafeMutableRawPointer, _ destinationBox: DenseBox
  ) {
    // Trailing axes that are whole on both sides move as one run.
    var run = elementSize
    var outer = count.count
    while outer > 0 {
      outer -= 1
      run *= count[outer]
      if count[outer] != sourceBox.extents[outer] || count[outer] != destinationBox.extents[outer] { break }
    }
    var index = [Int](repeating: 0, count: outer)
    var sourceAt = sourceBox
    var destinationAt = destinationBox
    while true {
      memcpy(destination + destinationAt.offset * elementSize, source + sourceAt.offset * elementSize, run)
      var axis = outer - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < count[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
      sourceAt = sourceBox.advanced(by: index)
      destinationAt = destinationBox.advanced(by: index)
    }
  }

  private func advanced(by index: [Int]) -> DenseBox {
    DenseBox(extents: extents, start: start.indices.map { $0 < index.count ? start[$0] + index[$0] : start[$0] })
  }
}
