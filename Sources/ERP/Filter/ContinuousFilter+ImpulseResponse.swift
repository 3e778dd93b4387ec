extension ContinuousFilter {
  /// What the filter makes of a single one among zeros, that is, its impulse response; its place in time is not told.
  ///
  /// An FIR filter alone has its coefficients. Notches and Butterworth filters, which run forwards and backwards, are
  /// applied to longer and longer signals until what is beyond the middle half is below 1e-10 of the largest value; the
  /// ends below that are cut off.
  ///
  /// - Throws: ``ERPError``, code `invalidFilter`, when the response is longer than four million samples.
  public func impulseResponse() throws -> [Double] {
    if iir == nil, let fir { return fir.coefficients }
    var length = 1024
    while length < 2 * (fir?.coefficients.count ?? 0) { length *= 2 }
    while length <= 1 << 22 {
      var signal = [Double](repeating: 0, count: length)
      signal[length / 2] = 1
      let response = try filtered(signal)
      let limit = 1e-10 * response.reduce(0) { max($0, abs($1)) }
      if let first = response.firstIndex(where: { abs($0) > limit }),
        let last = response.lastIndex(where: { abs($0) > limit }), first >= length / 4, last < 3 * length / 4
      {
        return Array(response[first...last])
      }
      length *= 2
    }
    throw ERPError(
      code: .invalidFilter,
      message: "the filter rings longer than four million samples; raise its lowest frequency, or lower its order")
  }
}
