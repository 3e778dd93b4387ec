import EvokeNumerics
import Networks

/// The loss of SNPE-C: which of some parameters, the atoms, made the data.
///
/// Atom a of a pair has the weight q(θ_a | x) / p(θ_a), and the loss is the negative log of the share of the pair's own
/// parameters. Its minimum is the posterior whatever the parameters were drawn from, because what they were drawn from
/// is in numerator and denominator alike. Priors are over the unconstrained space, as the density is. Source: Greenberg,
/// Nonnenmacher and Macke 2019, section 2.3.
struct AtomicContrast: Hashable, Sendable {
  /// Atoms of a pair, itself among them; fewer where fewer samples go through together.
  var atoms: Int
  /// Whether pairs of the prior have the negative log density in their loss as well.
  var isCombined: Bool

  /// Values of a target behind those of the density: log density of the prior, and 1 for a pair of the prior, else 0.
  static let extraCount = 2

  /// Losses, shape `[samples, 1]`.
  ///
  /// - Parameters:
  ///   - context: Shape `[samples, contextCount]`.
  ///   - targets: Constants, shape `[samples, d + extraCount]`.
  func losses(of density: any ConditionalDensity, given context: Node, targets: Node, on tape: Tape) -> Node {
    let (samples, d, width) = (targets.rows, density.count, targets.columns)
    let atoms = min(atoms, samples)
    let values = tape.matrix(rows: samples * atoms, columns: d, needsGradient: false)
    let priors = tape.matrix(rows: samples * atoms, columns: 1, needsGradient: false)
    // The same atoms at every validation.
    var stream =
      tape.randomStream(.atoms) ?? RandomStream(seed: 0, simulation: 0, purpose: .atoms)
    var order = Array(0..<samples)
    for sample in 0..<samples {
      var (place, chosen) = (0, 1)
      copy(targets, sample, to: sample * atoms, values, priors, d: d, width: width)
      while chosen < atoms {
        // The next one of a random order, of which only the beginning is made (Fisher and Yates).
        order.swapAt(place, place + stream.integer(below: samples - place))
        if order[place] != sample {
          copy(targets, order[place], to: sample * atoms + chosen, values, priors, d: d, width: width)
          chosen += 1
        }
        place += 1
      }
    }
    let densities = density.logDensity(of: values, given: context, on: tape)
    let scores = tape.add(densities, priors).reshaped(rows: samples, columns: atoms)
    let losses = tape.firstCrossEntropy(scores)
    guard isCombined else { return losses }
    let masks = tape.matrix(rows: samples, columns: 1, needsGradient: false)
    for sample in 0..<samples { masks.values[sample] = -targets.values[sample * width + d + 1] }
    let own = tape.columns(0..<1, of: densities.reshaped(rows: samples, columns: atoms))
    return tape.add(losses, tape.multiply(own, masks))
  }

  /// Copies the values of a target, and the negative of its prior.
  private func copy(
    _ targets: Node, _ sample: Int, to row: Int, _ values: Node, _ priors: Node, d: Int, width: Int
  ) {
    (values.values + row * d).update(from: targets.values + sample * width, count: d)
    priors.values[row] = -targets.values[sample * width + d]
  }
}

extension RandomPurpose {
  /// Which parameters are atoms of which data.
  static let atoms = RandomPurpose("atoms")
}
