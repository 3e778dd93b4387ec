import ERP

/// What a filter of a continuous recording answers to one sample of height 1.
struct FilterResponse: Hashable, Sendable {
  /// The response, whose middle is the impulse itself.
  let values: [Double]
  /// Samples on either side of the middle.
  var reach: Int { values.count / 2 }

  /// The response of a filter, found by filtering an impulse, so that it is that of the filter as it is applied.
  ///
  /// - Throws: ``ERPError``, codes `invalidFilter` and `signalTooShort`.
  init(_ settings: FilterSettings, rate: Double) throws {
    let filter = try ContinuousFilter(settings, rate: rate)
    let longest = Int(600 * rate)
    var reach = Int(rate)
    while true {
      // Long enough that what the filter does at the ends of a signal lies outside.
      var impulse = [Double](repeating: 0, count: 8 * reach + 1)
      impulse[4 * reach] = 1
      let response: [Double]
      do { response = try filter.filtered(impulse) } catch let error as ERPError {
        guard error.code == .signalTooShort, reach < longest else { throw error }
        reach *= 2
        continue
      }
      let largest = response.reduce(0) { max($0, abs($1)) }
      let outer = (0...8 * reach).filter { abs($0 - 4 * reach) > reach }
      let rest = outer.reduce(0) { max($0, abs(response[$1])) }
      if rest <= 1e-9 * largest || reach >= longest {
        values = Array(response[(3 * reach)...(5 * reach)])
        return
      }
      reach *= 2
    }
  }
}
