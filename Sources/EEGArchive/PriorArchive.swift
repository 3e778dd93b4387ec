import EvokeNumerics
import HDF5

/// A prior as a group of an archive: the attribute `kind`, one dataset a property; docs/archives.md has the layout.
///
/// Archives of simulations, weights and posteriors have one, and any program may write it.
public enum PriorArchive {
  /// Groups within groups beyond this are no prior: a damaged file may contain itself.
  private static let deepest = 16

  /// Writes a prior as a new group.
  ///
  /// - Throws: `HDF5Error`.
  public static func write(_ prior: PriorGroup, to container: some HDF5Container, name: String = "prior") throws {
    let group = try container.createGroup(name)
    try group.setAttribute("kind", prior.kind)
    func write(_ values: [Double], _ property: String) throws {
      try group.write(values, to: property, unit: nil, axes: "parameter")
    }
    switch prior {
    case .box(let lower, let upper):
      try write(lower, "lower")
      try write(upper, "upper")
    case .normal(let mean, let covariance):
      try write(mean, "mean")
      try group.write(
        covariance.flatMap(\.self), to: "covariance", shape: [mean.count, mean.count], unit: nil,
        axes: "parameter,parameter")
    case .logNormal(let location, let scale):
      try write(location, "location")
      try write(scale, "scale")
    case .truncatedNormal(let mean, let scale, let lower, let upper):
      try write(mean, "mean")
      try write(scale, "scale")
      try write(lower, "lower")
      try write(upper, "upper")
    case .independent(let parts):
      for (number, part) in parts.enumerated() { try self.write(part, to: group, name: "\(number)") }
    }
  }

  /// Reads a prior of as many parameters as are named.
  ///
  /// - Throws: ``ArchiveError``, codes `missingObject`, `wrongLayout`, and `invalidValue` for an unknown kind or
  ///   numbers that describe no distribution; `HDF5Error`.
  public static func read(
    _ name: String = "prior", of parameters: [Prior.Parameter], from container: some HDF5Container
  ) throws -> PriorGroup {
    try describingLayout {
      let group = try container.group(name)
      let prior = try read(group, depth: 0)
      do throws(NumericsError) {
        _ = try Prior(parameters, group: prior)
      } catch {
        throw ArchiveError(.invalidValue, group, error.message)
      }
      return prior
    }
  }

  static func read(_ group: HDF5Group, depth: Int) throws -> PriorGroup {
    func values(_ property: String) throws -> [Double] { try group.readNumbers(property) }
    let kind = try group.attributeText("kind")
    switch kind {
    case "box": return .box(lower: try values("lower"), upper: try values("upper"))
    case "normal":
      let mean = try values("mean")
      let covariance: [Double] = try group.readArray("covariance", shape: [mean.count, mean.count])
      return .normal(
        mean: mean,
        covariance: mean.indices.map { Array(covariance[($0 * mean.count)..<(($0 + 1) * mean.count)]) })
    case "lognormal": return .logNormal(location: try values("location"), scale: try values("scale"))
    case "truncated-normal":
      return .truncatedNormal(
        mean: try values("mean"), scale: try values("scale"), lower: try values("lower"), upper: try values("upper"))
    case "independent":
      guard depth < deepest else { throw ArchiveError(.invalidValue, group, "has groups within groups without end") }
      var parts: [PriorGroup] = []
      while group.exists("\(parts.count)") {
        parts.append(try read(group.group("\(parts.count)"), depth: depth + 1))
      }
      return .independent(parts)
    default:
      throw ArchiveError(
        .invalidValue, group, attribute: "kind",
        "'\(kind)' is no kind of prior: box, normal, lognormal, truncated-normal or independent")
    }
  }
}
