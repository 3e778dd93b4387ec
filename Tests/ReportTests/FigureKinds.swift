import EEGCore

@testable import Report

/// Every kind of figure, made of the same data.
enum FigureKinds: String, CaseIterable, Sendable {
  case butterfly, conditions, maps, windows, image, imageInOrder, drops, artifacts, layout

  func figure(_ evoked: EvokedSet, epochs: Epochs? = nil, options: FigureOptions = FigureOptions()) throws
    -> any PagedFigure
  {
    switch self {
    case .butterfly: try ButterflyFigure(evoked: evoked, options: options)
    case .conditions: try ConditionsFigure(evoked: evoked, options: options)
    case .maps: try MapsFigure(evoked: evoked, options: options)
    case .windows: try MapsFigure(evoked: evoked, times: .windows([-0.05...0.1, 0.3...0.5]), options: options)
    case .image:
      try EpochsImageFigure(epochs: epochs ?? SampleEvoked.epochs(of: evoked), order: .amplitude, options: options)
    case .imageInOrder:
      try EpochsImageFigure(epochs: epochs ?? SampleEvoked.epochs(of: evoked), order: .recording, options: options)
    case .drops: try DropsFigure(dropLog: evoked.dropLog, options: options)
    case .artifacts:
      try ArtifactsFigure(
        kept: epochs ?? SampleEvoked.epochs(of: evoked), dropped: SampleEvoked.dropped(of: evoked), options: options)
    case .layout: try LayoutFigure(evoked: evoked, options: options)
    }
  }
}
