/// What a simulator makes of draws from a posterior, beside the observation that the posterior is of.
public struct PosteriorPrediction: Hashable, Sendable {
  /// The comparison; nil where too few simulations succeeded.
  public let check: PredictiveCheck?
  /// Simulations that were made.
  public let simulations: Int
  /// Those that failed, and are left out.
  public let failed: Int

  /// Simulations that a check needs.
  public static let fewest = 20
}

extension PosteriorModel {
  /// Simulates with the first draws of posteriors, and asks whether the observations look like that.
  ///
  /// Data of one axis are one channel; those of more have time last. Values that the model standardizes one by one, such
  /// as features, are compared in those deviations, so that none outweighs the others; bands are in the unit of the data.
  /// Of several records, those that are there are compared, and bands are NaN elsewhere.
  ///
  /// - Parameters:
  ///   - observations: Shape `[k]` + that of the data.
  ///   - draws: From their posteriors.
  ///   - count: Simulations of each observation; fewer where there are fewer draws.
  ///   - simulator: That of the training pairs.
  ///   - first: Number of the first simulation, behind those of the training.
  ///   - level: Of the bands, in (0, 1).
  ///   - threads: Threads that share the comparison; the result does not depend on them.
  ///   - progress: Told how much is simulated, from 0 to 1.
  /// - Returns: One for each observation.
  /// - Throws: ``PosteriorError``, code `shapeDiffers`, for data of another shape than the observations; what the simulator
  ///   throws; ``DiagnosticError``.
  public func predictions(
    of observations: [Float], draws: PosteriorDraws, count: Int, simulator: some Simulator, first: Int,
    level: Double = 0.9, threads: Int = 1, progress: @Sendable (Double) -> Void = { _ in }
  ) throws -> [PosteriorPrediction] {
    let (k, d, size) = (try observationCount(observations), space.count, preparation.valueCount)
    precondition(draws.observationCount == k && draws.parameterCount == d, "draws are of these observations")
    precondition(count > 0, "a prediction has a simulation")
    let each = min(count, draws.drawCount)
    let parameters = (0..<k).flatMap { observation in
      (observation * draws.drawCount..<observation * draws.drawCount + each).flatMap { draw in
        space.allParameters(draws.values[draw * d..<(draw + 1) * d])
      }
    }
    let made = try simulator.simulate(parameters, first: first, progress: progress)
    try made.require(count: k * each, shape: preparation.shape)
    let (scale, times) = (predictionScale, preparation.shape.count > 1 ? preparation.shape.last ?? 1 : size)
    return try (0..<k).map { observation in
      let data = observations[observation * size..<(observation + 1) * size]
      let places = presentPlaces(in: data)
      func scaled(_ values: ArraySlice<Float>) -> [Double] {
        places.map { Double(values[values.startIndex + $0]) / scale[$0] }
      }
      let good = (observation * each..<(observation + 1) * each).filter { made.isGood[$0] }
      var check: PredictiveCheck?
      if good.count >= PosteriorPrediction.fewest {
        check = try PredictiveCheck(
          observation: scaled(data), replicates: good.flatMap { scaled(made.values[$0 * size..<($0 + 1) * size]) },
          channelCount: max(1, places.count / times), level: level, threads: threads
        ).placed(at: places, of: size, scaledBy: scale)
      }
      return PosteriorPrediction(check: check, simulations: each, failed: each - good.count)
    }
  }

  /// Places of values of an observation that are there: all, or those of records that are.
  private func presentPlaces(in data: ArraySlice<Float>) -> [Int] {
    guard let records = preparation.recordData, case .records(let present) = records.content(of: data) else {
      return Array(0..<data.count)
    }
    return present.flatMap { $0 * records.width..<($0 + 1) * records.width }
  }

  /// What each value is divided by before values are compared.
  private var predictionScale: [Double] {
    if case .scaled(let scaling?) = preparation.steps {
      // Records have one scaling.
      return (0..<(preparation.records ?? 1)).flatMap { _ in scaling.deviation }
    }
    return Array(repeating: 1, count: preparation.valueCount)
  }
}
