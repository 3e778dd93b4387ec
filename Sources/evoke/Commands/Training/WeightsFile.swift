import EEGArchive

/// What an archive of weights holds.
enum WeightsFile {
  /// A network that estimates.
  case network(ModelFile)
  /// A posterior.
  case posterior(PosteriorFile)

  /// Reads a file.
  ///
  /// - Throws: The errors of the archive and of the model, with the file's name.
  init(_ path: String) throws {
    let archive = try WeightsArchive(reading: path)
    self =
      PosteriorFile.isPosterior(archive)
      ? .posterior(try PosteriorFile(archive, path: path)) : .network(try ModelFile(archive, path: path))
  }

  /// The file's content.
  var archive: WeightsArchive {
    switch self {
    case .network(let file): file.archive
    case .posterior(let file): file.archive
    }
  }

  /// What the model is, such as `eegtransformer, preset default`.
  var name: String {
    switch self {
    case .network(let file): "\(file.configuration.model.rawValue), preset \(file.configuration.preset.rawValue)"
    case .posterior(let file): file.name
    }
  }

  /// Whether losses are negative log densities, and not squared errors.
  var hasDensity: Bool {
    switch self {
    case .network(let file): file.configuration.hasUncertainty
    case .posterior: true
    }
  }
}
