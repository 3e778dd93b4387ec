import EEGCore
import Networks

/// Principal components of time courses of many channels and simulations.
struct PrincipalComponents {
  /// Sum of the products of samples, shape `[time, time]`.
  private var products: [Double]
  private let times: Int
  private var rows = 0
  private let tape = Tape()

  init(times: Int) {
    self.times = times
    products = Array(repeating: 0, count: times * times)
  }

  /// Adds time courses.
  ///
  /// - Parameter courses: Shape `[row, time]`.
  mutating func add(_ courses: [Float], rows count: Int) {
    var columns = [Float](repeating: 0, count: courses.count)
    for row in 0..<count {
      for time in 0..<times { columns[time * count + row] = courses[row * times + time] }
    }
    tape.start(parameters: nil, gradients: nil, training: nil)
    let transposed = tape.constant(columns, rows: times, columns: count)
    let sum = tape.linear(transposed, weight: transposed)
    for place in products.indices { products[place] += Double(sum.values[place]) }
    rows += count
  }

  /// The strongest components, each divided by the root of its variance and of a floor.
  ///
  /// - Parameters:
  ///   - count: Components; no more than there are times.
  ///   - floor: Part of the largest variance that is added to all.
  /// - Returns: Shape `[component, time]`, the first value of largest magnitude of each positive, so that they do not
  ///   turn round by chance; nil if the courses are 0 or not finite.
  func whitened(count: Int, floor: Double) -> [Float]? {
    guard products.allSatisfy(\.isFinite), rows > 0 else { return nil }
    let covariance = Matrix(rows: times, columns: times, values: products.map { $0 / Double(rows) })
    guard let eigen = SymmetricEigen(covariance), let largest = eigen.values.last, largest > 0 else { return nil }
    var components: [Float] = []
    for number in 0..<min(count, times) {
      let place = times - 1 - number
      let vector = eigen.vectors[row: place]
      let strongest = vector.max { abs($0) < abs($1) } ?? 1
      let scale = 1 / (max(eigen.values[place], 0) + floor * largest).squareRoot()
      components += vector.map { Float($0 * (strongest < 0 ? -scale : scale)) }
    }
    return components
  }
}
