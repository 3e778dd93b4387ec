import HDF5
import TestSupport
import Testing

@Suite("Boxes of a dataset")
struct PartialAccessTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The elements of a box, picked one by one.
  private func expected<Number>(_ values: [Number], _ shape: [Int], from start: [Int], count: [Int]) -> [Number] {
    (0..<count.reduce(1, *)).map { number in
      var rest = number
      var index = [Int](repeating: 0, count: shape.count)
      for axis in shape.indices.reversed() {
        index[axis] = start[axis] + rest % count[axis]
        rest /= count[axis]
      }
      return values[zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }]
    }
  }

  static let cases: [(shape: [Int], storage: HDF5Storage)] = [
    ([97], .contiguous), ([97], .chunked([10])), ([97], .compressed(chunk: [10])),
    ([13, 29], .contiguous), ([13, 29], .chunked([4, 7])), ([13, 29], .compressed(chunk: [4, 7])),
    ([13, 29], .compressed(chunk: [2, 29])), ([5, 7, 11], .compressed(chunk: [2, 3, 4])),
    ([5, 7, 11], .compressed(chunk: [1, 7, 11])), ([3, 4, 5, 6], .compressed(chunk: [2, 4, 2, 6])),
  ]

  @Test("A random box holds what the whole array holds there", arguments: cases.indices)
  func reading(_ number: Int) throws {
    let (shape, storage) = Self.cases[number]
    var generator = SplitMix64(seed: UInt64(number))
    let values = randomValues(Int32.self, shape, using: &generator)
    let path = folder.path("boxes.h5")
    let output = try HDF5File(creating: path)
    try output.write(values, to: "x", shape: shape, storage: storage)
    try output.commit()
    let dataset = try HDF5File(reading: path).dataset("x")
    for _ in 0..<60 {
      let start = shape.map { Int.random(in: 0...$0, using: &generator) }
      let count = shape.indices.map { Int.random(in: 0...(shape[$0] - start[$0]), using: &generator) }
      let read = try dataset.read(Int32.self, from: start, count: count)
      #expect(read.shape == count)
      #expect(read.values == expected(values, shape, from: start, count: count), "\(count) from \(start)")
    }
  }

  @Test("Boxes written one by one make the whole", arguments: cases.indices)
  func writing(_ number: Int) throws {
    let (shape, storage) = Self.cases[number]
    var generator = SplitMix64(seed: UInt64(100 + number))
    let values = randomValues(Int16.self, shape, using: &generator)
    let path = folder.path("pieces.h5")
    let output = try HDF5File(creating: path)
    let dataset = try output.createDataset("x", of: Int16.self, shape: shape, storage: storage)
    // Slices of random thickness along the first axis: some fall on chunk boundaries, most do not.
    var first = 0
    while first < shape[0] {
      let thickness = min(shape[0] - first, Int.random(in: 1...6, using: &generator))
      let start = [first] + shape.dropFirst().map { _ in 0 }
      let count = [thickness] + shape.dropFirst()
      try dataset.write(expected(values, shape, from: start, count: count).span, at: start, count: count)
      first += thickness
    }
    try output.commit()
    #expect(try HDF5File(reading: path).dataset("x").read(Int16.self).values == values)
  }

  @Test("A box is read into memory that the caller holds")
  func callersMemory() throws {
    let path = folder.path("span.h5")
    let output = try HDF5File(creating: path)
    try output.write((0..<20).map { Int32($0) }, to: "x", shape: [4, 5])
    try output.commit()
    let dataset = try HDF5File(reading: path).dataset("x")
    var values = [Int32](repeating: -1, count: 4)
    var span = values.mutableSpan
    try dataset.read(into: &span, from: [1, 2], count: [2, 2])
    #expect(values == [7, 8, 12, 13])
  }

  @Test("Chunks encoded apart are read by anybody")
  func encodedChunks() throws {
    let path = folder.path("encoded.h5")
    let output = try HDF5File(creating: path)
    let dataset = try output.createDataset("x", of: Int16.self, shape: [25], storage: .compressed(chunk: [10]))
    let values = (0..<25).map { Int16($0 * $0) }
    for first in stride(from: 0, to: 25, by: 10) {
      let chunk = try dataset.encodeChunk(values[first..<min(first + 10, 25)].span, at: [first])
      #expect(chunk.byteCount > 0)
      try dataset.write(chunk)
    }
    try output.commit()
    let read = try HDF5File(reading: path).dataset("x")
    #expect(try read.read(Int16.self).values == values)
    // A wider type takes the library's own filters.
    #expect(try read.read(Int32.self).values == values.map { Int32($0) })
  }

  @Test("Boxes outside the dataset are errors", arguments: [([0], [6]), ([6], [0]), ([-1], [2]), ([0, 0], [1, 1])])
  func outside(_ start: [Int], _ count: [Int]) throws {
    let path = folder.path("outside.h5")
    let output = try HDF5File(creating: path)
    let dataset = try output.write([1, 2, 3, 4, 5] as [Int32], to: "x")
    let error = #expect(throws: HDF5Error.self) { try dataset.read(Int32.self, from: start, count: count) }
    #expect(error?.code == .wrongShape)
  }
}
