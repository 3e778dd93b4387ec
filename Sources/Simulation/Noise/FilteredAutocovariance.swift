import ERP

extension AutoregressiveMixture {
  /// Autocovariances of the process behind a filter: its own, convolved with those of the impulse response.
  ///
  /// By fast Fourier transforms, so that filters of ten thousands of coefficients take milliseconds.
  ///
  /// - Parameters:
  ///   - lags: How many, from lag 0 on.
  ///   - every: Samples of the process from one lag to the next.
  ///   - filter: Impulse response, at the rate of the process.
  func autocovariance(lags: Int, every: Int = 1, filter: [Double] = [1]) -> [Double] {
    precondition(lags > 0 && every > 0 && !filter.isEmpty, "lags and a filter are needed")
    let last = (lags - 1) * every
    guard filter.count > 1 else {
      let own = autocovariance(lags: last + 1)
      return (0..<lags).map { filter[0] * filter[0] * own[$0 * every] }
    }
    // What a lag up to the last one may need, on both sides of zero.
    let reach = last + filter.count - 1
    var size = 4
    while size < 2 * reach + 1 { size *= 2 }
    let transform = RealFourierTransform(size: size)
    var own = [Double](repeating: 0, count: size)
    for (lag, value) in autocovariance(lags: reach + 1).enumerated() {
      own[lag] = value
      if lag > 0 { own[size - lag] = value }
    }
    let (spectrum, _) = transform.forward(own)
    let response = transform.forward(filter + [Double](repeating: 0, count: size - filter.count))
    var product = spectrum
    for bin in product.indices {
      product[bin] *= response.real[bin] * response.real[bin] + response.imaginary[bin] * response.imaginary[bin]
    }
    let filtered = transform.inverse(real: product, imaginary: [Double](repeating: 0, count: product.count))
    return (0..<lags).map { filtered[$0 * every] }
  }
}
