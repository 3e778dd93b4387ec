import EEGCore
import EvokeNumerics
import Networks

/// Which conditional density is learnt, and its sizes.
public enum DensitySettings: Hashable, Sendable {
  /// Neural spline flow.
  case splineFlow(SplineFlowSettings)
  /// Masked autoregressive flow.
  case autoregressiveFlow(AutoregressiveFlowSettings)
  /// Mixture density network.
  case mixture(MixtureSettings)

  /// Short names, as on the command line.
  public enum Kind: String, Hashable, Sendable, NamedChoice {
    /// Neural spline flow.
    case splineFlow = "nsf"
    /// Masked autoregressive flow.
    case autoregressiveFlow = "maf"
    /// Mixture density network.
    case mixture = "mdn"
  }

  /// The default sizes of a kind.
  public init(_ kind: Kind) {
    self =
      switch kind {
      case .splineFlow: .splineFlow(SplineFlowSettings())
      case .autoregressiveFlow: .autoregressiveFlow(AutoregressiveFlowSettings())
      case .mixture: .mixture(MixtureSettings())
      }
  }

  /// Which density it is.
  public var kind: Kind {
    switch self {
    case .splineFlow: .splineFlow
    case .autoregressiveFlow: .autoregressiveFlow
    case .mixture: .mixture
    }
  }
}

/// Sizes of a neural spline flow; the defaults are sbi's, but for fewer bins in wider bounds.
public struct SplineFlowSettings: Hashable, Codable, Sendable {
  /// Couplings, each with a linear map behind it.
  public var transforms = 5
  /// Units of a layer of a coupling's network.
  public var hidden = 50
  /// Residual blocks of a coupling's network.
  public var blocks = 2
  /// Bins of a spline.
  public var bins = 8
  /// Where the tails of a spline begin.
  public var bound: Float = 5

  enum CodingKeys: String, CodingKey { case transforms, hidden, blocks, bins, bound }

  /// The defaults.
  public init() {}
}

/// Sizes of a masked autoregressive flow; the defaults are sbi's.
public struct AutoregressiveFlowSettings: Hashable, Codable, Sendable {
  /// Autoregressive maps, each with a permutation behind it.
  public var transforms = 5
  /// Units of a layer of a map's network.
  public var hidden = 50
  /// Layers between units.
  public var blocks = 2

  enum CodingKeys: String, CodingKey { case transforms, hidden, blocks }

  /// The defaults.
  public init() {}
}

/// Sizes of a mixture density network; the defaults are sbi's.
public struct MixtureSettings: Hashable, Codable, Sendable {
  /// Normal distributions.
  public var components = 10
  /// Units of a hidden layer.
  public var hidden = 50
  /// Hidden layers.
  public var layers = 2

  enum CodingKeys: String, CodingKey { case components, hidden, layers }

  /// The defaults.
  public init() {}
}

extension DensitySettings {
  /// Throws unless sizes mean something.
  ///
  /// - Throws: ``PosteriorError``, code `invalidSetting`.
  func check() throws(PosteriorError) {
    let (isValid, message): (Bool, String) =
      switch self {
      case .splineFlow(let sizes):
        (
          sizes.transforms > 0 && sizes.hidden > 0 && sizes.blocks >= 0
            && SplineSettings(bins: sizes.bins, bound: sizes.bound).isValid,
          "transforms, hidden and bound are above 0, blocks is not below, and bins lies in 1 ... 64"
        )
      case .autoregressiveFlow(let sizes):
        (
          sizes.transforms > 0 && sizes.hidden > 0 && sizes.blocks >= 0,
          "transforms and hidden are above 0, blocks is not below"
        )
      case .mixture(let sizes):
        (
          sizes.components > 0 && sizes.hidden > 0 && sizes.layers >= 0,
          "components and hidden are above 0, layers is not below"
        )
      }
    if !isValid { throw PosteriorError(code: .invalidSetting, message: message) }
  }

  /// Builds the density and adds its parameters, with initial values of a seed.
  ///
  /// - Parameters:
  ///   - count: Values, d.
  ///   - seed: Also of the permutations of a masked autoregressive flow.
  /// - Throws: ``PosteriorError``, code `invalidSetting`.
  public func density(
    count: Int, contextCount: Int, seed: UInt64, in store: inout ParameterStore
  ) throws(PosteriorError) -> any ConditionalDensity {
    try check()
    var stream = RandomStream(seed: seed, simulation: 0, purpose: .densityValues)
    switch self {
    case .splineFlow(let sizes):
      var transforms: [any FlowTransform] = []
      for number in 0..<sizes.transforms {
        // Even values, then odd ones.
        let transformed = count == 1 ? [0] : Array(stride(from: number % 2, to: count, by: 2))
        transforms.append(
          SplineCoupling(
            "flow.\(number)", count: count, contextCount: contextCount, transformed: transformed,
            spline: SplineSettings(bins: sizes.bins, bound: sizes.bound), hidden: sizes.hidden, blocks: sizes.blocks,
            in: &store, using: &stream))
        if count > 1 { transforms.append(LinearFlow("flow.\(number).linear", count: count, in: &store)) }
      }
      return NormalizingFlow(count: count, contextCount: contextCount, transforms: transforms)
    case .autoregressiveFlow(let sizes):
      var transforms: [any FlowTransform] = []
      for number in 0..<sizes.transforms {
        transforms.append(
          AffineAutoregression(
            "flow.\(number)", count: count, contextCount: contextCount, hidden: sizes.hidden, blocks: sizes.blocks,
            in: &store, using: &stream))
        if count > 1 { transforms.append(FlowPermutation(order: Self.order(of: count, number: number, seed: seed))) }
      }
      return NormalizingFlow(count: count, contextCount: contextCount, transforms: transforms)
    case .mixture(let sizes):
      guard count <= 64 else {
        throw PosteriorError(
          code: .invalidSetting,
          message: "a mixture is of at most 64 parameters, and these are \(count); estimate with nsf or maf")
      }
      return MixtureDensity(
        "mixture", count: count, contextCount: contextCount, components: sizes.components, hidden: sizes.hidden,
        layers: sizes.layers, in: &store, using: &stream)
    }
  }

  /// A random order of two values or more that is not the one they have.
  private static func order(of count: Int, number: Int, seed: UInt64) -> [Int] {
    var stream = RandomStream(seed: seed, simulation: number, purpose: .flowPermutation)
    let natural = Array(0..<count)
    var order = natural
    repeat { stream.shuffle(&order) } while order == natural
    return order
  }
}

extension RandomPurpose {
  /// Initial values of conditional densities.
  static let densityValues = RandomPurpose("density values")
  /// Orders of values in flows.
  static let flowPermutation = RandomPurpose("flow permutation")
}
