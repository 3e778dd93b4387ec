import COpenBLAS

/// Dense products in single precision: the one place where the linear algebra library is called.
///
/// OpenBLAS stands behind it. Another library with `cblas_sgemm`, such as Accelerate, replaces this file alone.
public enum MatrixProduct {
  /// A matrix in memory, row after row.
  package struct Operand {
    package let values: UnsafePointer<Float>
    /// Floats from one row to the next, as it is stored.
    package let stride: Int
    /// Whether the stored matrix is the transpose of the factor.
    package let isTransposed: Bool

    /// Wraps memory of a matrix.
    package init(_ values: UnsafePointer<Float>, stride: Int, transposed: Bool = false) {
      (self.values, self.stride, isTransposed) = (values, stride, transposed)
    }
  }

  /// C = A B, or C += A B.
  ///
  /// - Parameters:
  ///   - a: Shape `[rows, inner]`.
  ///   - b: Shape `[inner, columns]`.
  ///   - c: Shape `[rows, columns]`; row r begins at `r * stride`.
  @inline(__always)
  package static func multiply(
    _ a: Operand, _ b: Operand, rows: Int, columns: Int, inner: Int, into c: UnsafeMutablePointer<Float>, stride: Int,
    adds: Bool = false
  ) {
    copenblas_multiply(
      a.isTransposed ? 1 : 0, b.isTransposed ? 1 : 0, Int32(rows), Int32(columns), Int32(inner), a.values,
      Int32(a.stride), b.values, Int32(b.stride), adds ? 1 : 0, c, Int32(stride))
  }

  /// Keeps the library on the thread that calls it, because networks share out the batch themselves.
  ///
  /// A static property is evaluated once.
  package static let staysOnOneThread: Void = copenblas_stay_on_one_thread()

  /// Names the library and the kernels that it picked for this processor, for benchmarks and reports.
  public static var description: String { "OpenBLAS \(String(cString: copenblas_core()))" }

  /// C = A B of square matrices of `size`, for benchmarks: what the library reaches at most on one thread.
  public static func multiplySquares(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, size: Int
  ) {
    staysOnOneThread
    multiply(
      Operand(a, stride: size), Operand(b, stride: size), rows: size, columns: size, inner: size, into: c, stride: size)
  }
}
