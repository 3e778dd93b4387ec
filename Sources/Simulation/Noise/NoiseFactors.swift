import CKernels
import EEGCore
import EvokeNumerics
import NeuralMass

/// What turns independent series into channels: L with L Lᵀ = a spatial covariance.
struct SpatialFactor: Sendable {
  /// Independent series that it takes.
  let rank: Int
  private let channelCount: Int
  /// The diagonal of L for a diagonal covariance, otherwise L, shape `[channel, rank]`.
  private let values: [Float]
  private let isDiagonal: Bool
  /// Columns of L that are not zero, for every tile of rows.
  private let depths: [UInt32]

  /// Factors a covariance of shape `[channel, channel]`, V².
  ///
  /// - Throws: ``SimulationError``, code `mismatch`, for a matrix that is no covariance.
  init(_ covariance: Matrix) throws(SimulationError) {
    let count = covariance.rows
    channelCount = count
    isDiagonal = (0..<count).allSatisfy { row in
      (0..<count).allSatisfy { row == $0 || covariance[row, $0] == 0 }
    }
    let diagonal = (0..<count).map { covariance[$0, $0] }
    if isDiagonal, diagonal.allSatisfy({ $0 >= 0 && $0.isFinite }) {
      rank = count
      values = diagonal.map { Float($0.squareRoot()) }
      depths = []
      return
    }
    let scale = diagonal.reduce(0) { max($0, abs($1)) }
    for row in 0..<count {
      for column in 0..<row where abs(covariance[row, column] - covariance[column, row]) > 1e-9 * scale {
        throw SimulationError(
          code: .mismatch,
          message: "a covariance of channels is not symmetric: it has \(covariance[row, column]) V² at row \(row + 1) "
            + "and column \(column + 1), and \(covariance[column, row]) V² the other way round")
      }
    }
    let factor: SemidefiniteCholesky
    do { factor = try SemidefiniteCholesky(covariance.values, count: count) } catch {
      throw SimulationError(code: .mismatch, message: error.message)
    }
    rank = factor.rank
    values = factor.factor.map { Float($0) }
    let rows = Int(CK_TILE_ROWS)
    depths = stride(from: 0, to: count, by: rows).map { first in
      UInt32(factor.depths[first..<min(first + rows, count)].max() ?? 0)
    }
  }

  /// Writes `factor` L times the series to the channels, or adds it.
  ///
  /// - Parameters:
  ///   - series: Shape `[rank, sample]`; row r begins at `r * stride`, and 15 more floats may be read behind the last.
  ///   - channels: Shape `[channel, sample]`; row c begins at `c * channelStride`.
  func mix(
    _ series: UnsafePointer<Float>, stride: Int, into channels: UnsafeMutablePointer<Float>, channelStride: Int,
    count: Int, factor: Float, adds: Bool, arithmetic: Arithmetic
  ) {
    values.withUnsafeBufferPointer { values in
      depths.withUnsafeBufferPointer { depths in
        if isDiagonal {
          let scale = arithmetic == .fast ? ck_scale_rows : ck_scale_rows_portable
          scale(
            factor, values.baseAddress, series, stride, channels, channelStride, channelCount, count, adds ? 1 : 0)
          return
        }
        var product = ck_product(
          rows: channelCount, inner: rank, columns: count, a: values.baseAddress, a_stride: rank, b: series,
          b_stride: stride, c: channels, c_stride: channelStride, factor: factor, adds: adds ? 1 : 0,
          row_depths: depths.baseAddress, column_depths: nil)
        switch arithmetic {
        case .fast: ck_multiply(&product)
        case .portable: ck_multiply_portable(&product)
        }
      }
    }
  }
}

/// What turns independent numbers into samples of one series: L with L Lᵀ = a temporal covariance.
struct TemporalFactor: Sendable {
  /// Independent numbers that it takes.
  let rank: Int
  private let sampleCount: Int
  /// Lᵀ, shape `[rank, sample]`, in panels of the kernel's tiles.
  private let panels: [Float]
  /// Rows of a panel.
  private let depths: [UInt32]

  /// Factors the covariance of the samples of a series whose autocovariances are given.
  ///
  /// - Parameters:
  ///   - autocovariances: At lags of 0 samples and more, one a sample.
  ///   - tolerance: What is left out of the variance of a sample, at most, as a part of it.
  /// - Throws: ``SimulationError``, code `mismatch`, for numbers that are no autocovariances.
  init(_ autocovariances: [Double], tolerance: Double) throws(SimulationError) {
    let count = autocovariances.count
    var matrix = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0...row { matrix[row * count + column] = autocovariances[row - column] }
    }
    let factor: SemidefiniteCholesky
    do { factor = try SemidefiniteCholesky(matrix, count: count, tolerance: tolerance) } catch {
      throw SimulationError(code: .mismatch, message: error.message)
    }
    let columns = Int(CK_TILE_COLUMNS)
    var (panels, depths): ([Float], [UInt32]) = ([], [])
    for first in stride(from: 0, to: count, by: columns) {
      let samples = first..<min(first + columns, count)
      let depth = factor.depths[samples].max() ?? 0
      depths.append(UInt32(depth))
      for k in 0..<depth {
        panels += samples.map { Float(factor.factor[$0 * factor.rank + k]) }
        panels += repeatElement(0, count: columns - samples.count)
      }
    }
    (rank, sampleCount, self.panels, self.depths) = (factor.rank, count, panels, depths)
  }

  /// Writes the series of independent numbers.
  ///
  /// - Parameters:
  ///   - numbers: Shape `[series, rank]`; row r begins at `r * numberStride`.
  ///   - series: Shape `[series, sample]`; row r begins at `r * stride`.
  func colour(
    _ numbers: UnsafePointer<Float>, stride numberStride: Int, into series: UnsafeMutablePointer<Float>, stride: Int,
    count: Int, arithmetic: Arithmetic
  ) {
    panels.withUnsafeBufferPointer { panels in
      depths.withUnsafeBufferPointer { depths in
        var product = ck_product(
          rows: count, inner: rank, columns: sampleCount, a: numbers, a_stride: numberStride, b: panels.baseAddress,
          b_stride: 0, c: series, c_stride: stride, factor: 1, adds: 0, row_depths: nil,
          column_depths: depths.baseAddress)
        switch arithmetic {
        case .fast: ck_multiply(&product)
        case .portable: ck_multiply_portable(&product)
        }
      }
    }
  }
}
