import EvokeNumerics

/// Which simulations a model learns from, which tell when it is best, and which test it.
///
/// Simulations are dealt out, and not rows: copies of one source with other noise stay together.
public struct DataSplit: Hashable, Sendable {
  /// What a simulation is for.
  public enum Part: UInt8, Hashable, Sendable, CaseIterable {
    /// To learn from.
    case training = 0
    /// To find the best epoch.
    case validation = 1
    /// For the test.
    case test = 2
    /// Failed, and left out.
    case none = 255
  }

  /// The part of every simulation.
  public let parts: [Part]

  /// A split that is known.
  public init(parts: [Part]) { self.parts = parts }

  /// Deals out the good simulations in a random order.
  ///
  /// - Parameters:
  ///   - isGood: For every simulation.
  ///   - validationShare: Share of the good ones, rounded.
  ///   - testShare: Likewise.
  ///   - seed: Of the order.
  /// - Throws: ``InverseModelError``, code `tooFewSimulations`, if a part would be empty.
  public init(
    isGood: [Bool], validationShare: Double, testShare: Double, seed: UInt64
  ) throws(InverseModelError) {
    var good = isGood.indices.filter { isGood[$0] }
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .dataSplit)
    stream.shuffle(&good)
    let validation = Int((Double(good.count) * validationShare).rounded())
    let test = Int((Double(good.count) * testShare).rounded())
    guard validation > 0, test > 0, good.count - validation - test > 1 else {
      throw InverseModelError(
        code: .tooFewSimulations,
        message: "\(good.count) good simulations are too few for training, validation and test; simulate more")
    }
    var parts = [Part](repeating: .none, count: isGood.count)
    for (place, simulation) in good.enumerated() {
      parts[simulation] = place < test ? .test : place < test + validation ? .validation : .training
    }
    self.parts = parts
  }

  /// The simulations of a part, in ascending order.
  public func simulations(of part: Part) -> [Int] { parts.indices.filter { parts[$0] == part } }
}

extension RandomPurpose {
  /// Which simulations are for training, validation and test.
  static let dataSplit = RandomPurpose("data split")
}
