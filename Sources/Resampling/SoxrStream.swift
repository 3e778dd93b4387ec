import CSoxr
import EEGCore

/// One resampler of libsoxr: samples go in at the front and come out at another rate.
///
/// Source: libsoxr 0.1.3, soxr.h.
struct SoxrStream: ~Copyable {
  private let handle: soxr_t

  /// - Throws: ``RecordingError``, code `outOfRange`, for rates that libsoxr refuses.
  init(inputRate: Double, outputRate: Double) throws {
    var failure: soxr_error_t?
    var types = soxr_io_spec(SOXR_FLOAT64_I, SOXR_FLOAT64_I)
    // The other roll-offs trade 0.01 dB of the pass band for speed: a thousandth of every amplitude.
    var quality = soxr_quality_spec(UInt(SOXR_VHQ), UInt(SOXR_ROLLOFF_NONE) | UInt(SOXR_HI_PREC_CLOCK))
    // One thread: signals are resampled side by side.
    var runtime = soxr_runtime_spec(1)
    guard let handle = soxr_create(inputRate, outputRate, 1, &failure, &types, &quality, &runtime), failure == nil
    else {
      let reason = failure.map { String(cString: $0) } ?? "not enough memory"
      throw RecordingError(
        code: .outOfRange, message: "libsoxr does not resample from \(inputRate) Hz to \(outputRate) Hz: \(reason)")
    }
    self.handle = handle
  }

  deinit { soxr_delete(handle) }

  /// Hands over samples and takes what is ready.
  ///
  /// - Parameters:
  ///   - input: From its element `first` on; nil says that there are no more.
  ///   - output: Filled from the start of `range`.
  /// - Returns: How many samples were taken from `input`, and how many were put into `output`.
  /// - Throws: ``RecordingError``, code `outOfRange`.
  func process(
    _ input: [Double]?, from first: Int = 0, into output: inout [Double], at range: Range<Int>
  ) throws -> (taken: Int, made: Int) {
    var (taken, made) = (0, 0)
    let failure = output.withUnsafeMutableBufferPointer { output in
      let target = UnsafeMutableBufferPointer(rebasing: output[range])
      guard let input else { return soxr_process(handle, nil, 0, &taken, target.baseAddress, target.count, &made) }
      return input.withUnsafeBufferPointer { input in
        let rest = UnsafeBufferPointer(rebasing: input[first...])
        return soxr_process(handle, rest.baseAddress, rest.count, &taken, target.baseAddress, target.count, &made)
      }
    }
    if let failure {
      throw RecordingError(code: .outOfRange, message: "libsoxr failed: \(String(cString: failure))")
    }
    return (taken, made)
  }
}
