import HDF5

extension PosteriorArchive.Diagnostics {
  /// Reads `/diagnostics`; what another version has besides is left alone.
  init(reading group: HDF5Group, count: Int) throws {
    func read(_ name: String, isValid: (Double) -> Bool) throws -> [Double]? {
      guard group.exists(name) else { return nil }
      let values: [Double] = try group.readNumbers(name, count: count)
      guard values.allSatisfy(isValid) else {
        throw ArchiveError(
          .invalidValue, try group.dataset(name), "holds values that it cannot have; take another file")
      }
      return values
    }
    mahalanobisDistance = try read("mahalanobis_distance") { $0 >= 0 }
    outOfDistributionP = try read("out_of_distribution_p") { (0...1).contains($0) }
    predictiveP = try read("predictive_p") { $0.isNaN || (0...1).contains($0) }
    predictiveInsideShare = try read("predictive_inside_share") { $0.isNaN || (0...1).contains($0) }
  }
}

extension PosteriorArchive.Predictive {
  private static let names = ["lower", "median", "upper"]

  /// Observations that there are bands of.
  private func count(of size: Int) -> Int { median.count / max(1, size) }

  func write(to file: HDF5File, dataShape: [Int]) throws {
    let axes = dataShape.indices.map { dataShape.count == 1 ? "value" : "axis_\($0)" }
    let shape = [count(of: dataShape.reduce(1, *))] + dataShape
    for (name, values) in zip(Self.names, [lower, median, upper]) {
      try file.write(
        values, to: "predictive/\(name)", shape: shape, unit: nil, axes: (["observation"] + axes).joined(separator: ",")
      )
    }
    try file.write([level], to: "predictive/level", shape: [], unit: nil, axes: "")
  }

  init(reading group: HDF5Group, of observation: ObservedData?) throws {
    guard let observation else {
      throw ArchiveError(.missingObject, group, "has bands, and there is no /observation that they are of")
    }
    let bands = try Self.names.map { name in
      let dataset = try group.dataset(name)
      let count = dataset.shape.first ?? 0
      try dataset.require(shape: [min(count, observation.count)] + observation.dataShape)
      return try dataset.read(Double.self).values
    }
    let level = try group.dataset("level").read(Double.self).values
    guard bands.allSatisfy({ $0.count == bands[0].count && !$0.isEmpty }), level.count == 1, level[0] > 0, level[0] < 1
    else { throw ArchiveError(.wrongLayout, group, "has ends and a median of unlike shapes, or no level") }
    self.init(level: level[0], lower: bands[0], median: bands[1], upper: bands[2])
  }
}
