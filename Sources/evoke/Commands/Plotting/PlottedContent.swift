import EEGArchive
import EEGCore
import Report

/// What a file holds that can be drawn.
enum PlottedContent {
  /// Averages, and the epochs behind them where there are any.
  case evoked(EvokedSet, Epochs?)
  case weights(WeightsFile)
  case estimates(EstimatesArchive)
  case posterior(PosteriorArchive)

  /// Reads a file.
  ///
  /// - Throws: The reader's error; ``PlotFailure`` in the file for anything else.
  init(path: String) throws {
    switch try InputFile(path: path) {
    case .evoked(let averages, let kept): self = .evoked(averages, kept)
    case .epochs(let kept):
      do { self = .evoked(try kept.averages(), kept) } catch { throw InFile(path: path, error: error) }
    case .otherArchive(.weights): self = .weights(try WeightsFile(path))
    case .otherArchive(.estimates): self = .estimates(try EstimatesArchive(reading: path))
    case .otherArchive(.posterior): self = .posterior(try PosteriorArchive(reading: path))
    case .recording, .otherArchive: throw InFile(path: path, error: PlotFailure.notDrawable)
    }
  }

  var kind: FigureKind.Content {
    switch self {
    case .evoked: .evoked
    case .weights: .weights
    case .estimates: .estimates
    case .posterior: .posterior
    }
  }
}

extension PlotOptions {
  /// The figure that is asked for.
  ///
  /// - Throws: `FigureError` and ``PlotFailure``; what was asked for may not be in the file.
  func figure(of content: PlottedContent) throws -> any Figure {
    let kind = kind ?? content.kind.usualKind
    guard kind.content == content.kind else { throw PlotFailure.otherContent(content.kind, wanted: kind) }
    switch content {
    case .evoked(let evoked, let epochs): return try evokedFigure(kind, of: evoked, epochs)
    case .weights(let file): return try trainingFigure(of: file)
    case .estimates(let archive): return try estimatesFigure(of: archive)
    case .posterior(let archive): return try posteriorFigure(kind, of: archive)
    }
  }
}

/// Why a file has no figure of the kind that is asked for.
enum PlotFailure: Error, CustomStringConvertible {
  case notDrawable
  case otherContent(FigureKind.Content, wanted: FigureKind)
  case noEpochs
  case noObservation(Int, count: Int)
  case noParameter(String, known: [String])

  var description: String {
    switch self {
    case .notDrawable:
      "holds neither evoked potentials nor epochs, nor weights or estimates, nor draws (/samples); evoke erp, train and "
        + "evaluate make them"
    case .otherContent(let content, let wanted):
      "holds \(content.name), and --kind \(wanted.rawValue) is a figure of \(wanted.content.name); leave out --kind"
    case .noEpochs: "keeps no epochs, which --kind image draws; make it with evoke erp --keep-epochs"
    case .noObservation(let number, let count):
      "has no observation \(number); there \(count == 1 ? "is" : "are") \(Formatting.count(count, "observation"))"
    case .noParameter(let name, let known):
      "has no parameter '\(name)'; there are \(known.map(Formatting.printable).joined(separator: ", "))"
    }
  }
}
