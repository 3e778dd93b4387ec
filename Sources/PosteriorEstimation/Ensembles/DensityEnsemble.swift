import EvokeNumerics
import Networks

/// Densities of members that learn side by side, mixed in equal parts.
///
/// Where data are few, members that began elsewhere err elsewhere, and their mixture is as wide as they disagree. Source:
/// Lakshminarayanan, Pritzel and Blundell 2017, "Simple and scalable predictive uncertainty estimation using deep
/// ensembles"; Hermans et al. 2022, "A trust crisis in simulation-based inference?", for posteriors.
public struct DensityEnsemble: ConditionalDensity {
  /// The members, all over as many values.
  public let members: [any ConditionalDensity]
  /// Whether each member depends on the whole context; else each on its own part, one behind the other.
  public let sharesContext: Bool
  /// Values, d.
  public var count: Int { members[0].count }
  /// Values of a context: of all members, or of one if they share it.
  public let contextCount: Int
  /// Those of a member, and one that chooses the member.
  public let noiseCount: Int
  /// Place of each member's context.
  private let parts: [Range<Int>]

  /// A mixture of one member or more.
  ///
  /// - Parameter sharesContext: Then all members take contexts of one size.
  public init(_ members: [any ConditionalDensity], sharesContext: Bool) {
    precondition(!members.isEmpty, "an ensemble has a member")
    precondition(members.allSatisfy { $0.count == members[0].count }, "members are over as many values")
    var (parts, first) = ([Range<Int>](), 0)
    for member in members {
      parts.append(first..<first + member.contextCount)
      if !sharesContext { first += member.contextCount }
    }
    precondition(!sharesContext || parts.allSatisfy { $0 == parts[0] }, "members that share a context take one size")
    (self.members, self.sharesContext, self.parts) = (members, sharesContext, parts)
    contextCount = parts[parts.count - 1].upperBound
    noiseCount = members.reduce(0) { max($0, $1.noiseCount) } + 1
  }

  /// What of a context belongs to a member, shape `[contexts, its contextCount]`.
  func context(_ context: Node, of member: Int, on tape: Tape) -> Node {
    sharesContext ? context : tape.columns(parts[member], of: context)
  }

  /// Log of the mean of the members' densities, shape `[samples, 1]`.
  public func logDensity(of values: Node, given context: Node, on tape: Tape) -> Node {
    tape.logMeanExp(
      tape.concatenate(
        members.indices.map { member in
          members[member].logDensity(of: values, given: self.context(context, of: member, on: tape), on: tape)
        }))
  }

  /// Draws, each from a member that the last number of its noise chooses, with the density of the mixture.
  public func draws(from noise: Node, given context: Node, on tape: Tape) -> DensityDraws {
    precondition(noise.columns == noiseCount, "a draw takes \(noiseCount) numbers")
    let values = tape.matrix(rows: noise.rows, columns: count, needsGradient: false)
    var rows = [[Int]](repeating: [], count: members.count)
    for row in 0..<noise.rows {
      let place = StandardNormal.cumulative(Double(noise.values[row * noiseCount + noiseCount - 1]))
      rows[min(members.count - 1, Int(place * Double(members.count)))].append(row)
    }
    for (member, rows) in rows.enumerated() where !rows.isEmpty {
      let own = tape.matrix(rows: rows.count, columns: members[member].noiseCount, needsGradient: false)
      for (place, row) in rows.enumerated() {
        (own.values + place * own.columns).update(from: noise.values + row * noiseCount, count: own.columns)
      }
      let all = self.context(context, of: member, on: tape)
      let draws = members[member].draws(
        from: own, given: contexts(of: rows, of: noise.rows, among: all, on: tape), on: tape)
      for (place, row) in rows.enumerated() {
        (values.values + row * count).update(from: draws.values.values + place * count, count: count)
      }
    }
    return DensityDraws(values: values, logDensity: logDensity(of: values, given: context, on: tape))
  }

  /// The context of each of some samples; one alone serves them all.
  private func contexts(of rows: [Int], of samples: Int, among contexts: Node, on tape: Tape) -> Node {
    if contexts.rows == 1 { return contexts }
    let (each, width) = (samples / contexts.rows, contexts.columns)
    let result = tape.matrix(rows: rows.count, columns: width, needsGradient: false)
    for (place, row) in rows.enumerated() {
      (result.values + place * width).update(from: contexts.values + row / each * width, count: width)
    }
    return result
  }
}
