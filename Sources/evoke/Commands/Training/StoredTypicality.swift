import EEGArchive
import PosteriorEstimation

extension WeightsArchive.Typicality {
  /// What is stored of it.
  init(_ typicality: PosteriorEstimation.Typicality) {
    let learnt = typicality.distances.learnt
    self.init(
      mean: learnt.mean, deviation: learnt.deviation, factor: learnt.factor, shrinkage: learnt.shrinkage,
      heldOutDistances: learnt.heldOutDistances, heldOutContexts: typicality.heldOut.values.map(Float.init))
  }
}

extension Typicality {
  /// What an archive holds.
  ///
  /// - Throws: `DiagnosticError`, code `shapeDiffers`, if its parts contradict each other.
  init(_ stored: WeightsArchive.Typicality) throws(DiagnosticError) {
    try self.init(
      distances: OutOfDistribution(
        OutOfDistribution.Learnt(
          mean: stored.mean, deviation: stored.deviation, factor: stored.factor, shrinkage: stored.shrinkage,
          heldOutDistances: stored.heldOutDistances)),
      heldOut: SampleSet(embeddings: stored.heldOutContexts, dimensions: stored.mean.count))
  }
}
