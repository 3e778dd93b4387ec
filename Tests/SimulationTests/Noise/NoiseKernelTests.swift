import CKernels
import Foundation
import TestSupport
import Testing

@testable import Simulation

@Suite("Kernels of sensor noise")
struct NoiseKernelTests {
  private static func normals(
    portable: Bool, seed: UInt64, stream: UInt32, simulation: UInt32, purpose: UInt32, first: UInt32, blocks: Int
  ) -> [Float] {
    var values = [Float](repeating: 0, count: 4 * blocks)
    (portable ? ck_fill_normals_portable : ck_fill_normals)(
      seed, stream, simulation, purpose, first, blocks, &values)
    return values
  }

  @Test("Normals have the counters and values of their description, as NumPy computes them", arguments: [false, true])
  func counters(portable: Bool) throws {
    for stream in try NoiseReference.load().streams {
      let code = Self.crc32(stream.purpose)
      let values = Self.normals(
        portable: portable, seed: stream.seed, stream: stream.stream, simulation: stream.simulation, purpose: code,
        first: stream.firstBlock, blocks: stream.normals.count / 4)
      #expect(largestDifference(values.map { Double($0) }, stream.normals) < 2e-6)
    }
  }

  @Test("Portable normals have the bits of the scalar kernel", arguments: [1, 15, 16, 17, 100])
  func bits(blocks: Int) {
    let values = Self.normals(
      portable: true, seed: 99, stream: 7, simulation: 1234, purpose: 5, first: 3, blocks: blocks)
    var expected = [Float](repeating: 0, count: 4 * blocks)
    ck_standard_normals(99, 1234, 5, 7 << 32 + 3, blocks, &expected)
    #expect(values == expected)
    let fast = Self.normals(
      portable: false, seed: 99, stream: 7, simulation: 1234, purpose: 5, first: 3, blocks: blocks)
    #expect(zip(fast, expected).allSatisfy { abs($0 - $1) < 4e-6 })
  }

  struct Shape: CustomTestStringConvertible, Sendable {
    var rows, inner, columns: Int
    var packed: Bool
    var adds: Bool
    var testDescription: String { "\(rows) x \(inner) x \(columns), packed \(packed), adds \(adds)" }
    static let sizes = [[1, 1, 1], [6, 4, 16], [7, 3, 17], [5, 20, 15], [64, 33, 50], [13, 70, 129]]
    static let all: [Shape] = sizes.flatMap { size in
      [false, true].map { Shape(rows: size[0], inner: size[1], columns: size[2], packed: $0, adds: $0) }
    }
  }

  @Test("Products are those of double precision, and sums go in ascending order", arguments: Shape.all)
  func products(shape: Shape) {
    var generator = SplitMix64(seed: UInt64(shape.rows * shape.columns))
    func random(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &generator) } }
    let a = random(shape.rows * shape.inner)
    let stride = shape.columns + 16
    let b = random(shape.inner * stride + 16)
    let start = random(shape.rows * shape.columns)
    var panels: [Float] = []
    for first in Swift.stride(from: 0, to: shape.columns, by: 16) {
      for k in 0..<shape.inner {
        panels += (0..<16).map { first + $0 < shape.columns ? b[k * stride + first + $0] : 0 }
      }
    }
    func product(portable: Bool) -> [Float] {
      var c = start
      a.withUnsafeBufferPointer { a in
        (shape.packed ? panels : b).withUnsafeBufferPointer { right in
          c.withUnsafeMutableBufferPointer { c in
            var product = ck_product(
              rows: shape.rows, inner: shape.inner, columns: shape.columns, a: a.baseAddress, a_stride: shape.inner,
              b: right.baseAddress, b_stride: shape.packed ? 0 : stride, c: c.baseAddress, c_stride: shape.columns,
              factor: 0.5, adds: shape.adds ? 1 : 0, row_depths: nil, column_depths: nil)
            if portable { ck_multiply_portable(&product) } else { ck_multiply(&product) }
          }
        }
      }
      return c
    }
    let (portable, fast) = (product(portable: true), product(portable: false))
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let place = row * shape.columns + column
        var (single, double) = (0 as Float, 0.0)
        for k in 0..<shape.inner {
          single += a[row * shape.inner + k] * b[k * stride + column]
          double += Double(a[row * shape.inner + k]) * Double(b[k * stride + column])
        }
        #expect(portable[place] == (shape.adds ? start[place] : 0) + 0.5 * single)
        let exact = (shape.adds ? Double(start[place]) : 0) + 0.5 * double
        // Rounding errors of sums of numbers below one.
        #expect(abs(Double(fast[place]) - exact) < 1.2e-7 * Double(shape.inner + 2))
      }
    }
  }

  @Test("Portable normals and products have the same bits on every machine")
  func hashes() {
    let normals = Self.normals(
      portable: true, seed: 0x0123_4567_89ab_cdef, stream: 3, simulation: 77, purpose: 0xfeed, first: 5, blocks: 300)
    var c = [Float](repeating: 0, count: 20 * 30)
    normals.withUnsafeBufferPointer { values in
      c.withUnsafeMutableBufferPointer { c in
        var product = ck_product(
          rows: 20, inner: 12, columns: 30, a: values.baseAddress, a_stride: 12, b: values.baseAddress, b_stride: 45,
          c: c.baseAddress, c_stride: 30, factor: 0.3, adds: 0, row_depths: nil, column_depths: nil)
        ck_multiply_portable(&product)
      }
    }
    #expect(Self.hash(normals) == 0xf981_73f4_4036_a4c7 && Self.hash(c) == 0x391c_f3a5_f849_a87d)
  }

  @Test("Rows are scaled, or scaled and added", arguments: [1, 15, 16, 40], [false, true])
  func scaling(columns: Int, adds: Bool) {
    let source = (0..<(3 * columns)).map { Float($0) }
    for scale in [ck_scale_rows, ck_scale_rows_portable] {
      var result = [Float](repeating: 7, count: 3 * columns)
      scale(0.5, [2, -4, 8], source, columns, &result, columns, 3, columns, adds ? 1 : 0)
      let factors: [Float] = [1, -2, 4]
      #expect(result == source.indices.map { factors[$0 / columns] * source[$0] + (adds ? 7 : 0) })
    }
  }

  /// Fowler, Noll and Vo's hash (FNV-1a) of the bits.
  private static func hash(_ values: [Float]) -> UInt64 {
    values.reduce(0xcbf2_9ce4_8422_2325) { hash, value in
      (0..<4).reduce(hash) { ($0 ^ UInt64(value.bitPattern >> (8 * UInt32($1)) & 0xff)) &* 0x100_0000_01b3 }
    }
  }

  private static func crc32(_ text: String) -> UInt32 {
    var rest = UInt32.max
    for byte in text.utf8 {
      rest ^= UInt32(byte)
      for _ in 0..<8 { rest = rest & 1 == 0 ? rest >> 1 : rest >> 1 ^ 0xEDB8_8320 }
    }
    return ~rest
  }
}
