import EvokeNumerics
import Networks

extension PosteriorConfiguration {
  /// Seed of a member's first values and orders; the first member has those of a model alone.
  func seed(ofMember member: Int) -> UInt64 {
    guard member > 0 else { return training.seed }
    var stream = RandomStream(seed: training.seed, simulation: member, purpose: .ensembleMember)
    return stream.next()
  }

  /// How members are trained together: each as it would be alone.
  ///
  /// The loss is the mean over members, so gradients are smaller by their number. The length that they are shortened to,
  /// each member's by its own, and what is added to their root mean square, have to follow.
  func trainingSettings(rowCount: Int) -> TrainingSettings {
    var settings = training.settings(rowCount: rowCount)
    settings.optimizer.parts = ensemble
    settings.optimizer.epsilon /= Double(ensemble)
    settings.optimizer.longestGradient = settings.optimizer.longestGradient.map { $0 / Double(ensemble) }
    return settings
  }
}

extension PosteriorModel {
  /// One member of an ensemble, counted from 0, as a posterior of its own.
  ///
  /// - Throws: ``PosteriorError``, as ``init(_:space:preparation:standardization:description:)``.
  public func member(_ number: Int) throws(PosteriorError) -> PosteriorModel {
    precondition((0..<configuration.ensemble).contains(number), "there is a member \(number)")
    var own = configuration
    (own.ensemble, own.training.seed) = (1, configuration.seed(ofMember: number))
    var model = try PosteriorModel(
      own, space: space, preparation: preparation, standardization: standardization, description: description)
    let size = parameters.values.count / configuration.ensemble
    model.parameters.values = Array(parameters.values[number * size..<(number + 1) * size])
    return model
  }
}

extension RandomPurpose {
  /// Seeds of the members of an ensemble; the simulation is the number of the member.
  static let ensembleMember = RandomPurpose("ensemble member")
}
