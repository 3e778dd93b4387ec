import EEGCore
import ERP
import Report

extension PlotOptions {
  /// A figure of evoked potentials or epochs.
  ///
  /// - Throws: `FigureError` and ``PlotFailure``; what was asked for may not be in the file.
  func evokedFigure(_ kind: FigureKind, of evoked: EvokedSet, _ epochs: Epochs?) throws -> any Figure {
    let names = evoked.conditions.map(\.name) + evoked.dropLog.map(\.event.condition)
    let options = try figureOptions(knowing: names)
    switch kind {
    case .conditions: return try ConditionsFigure(evoked: evoked, options: options)
    case .maps: return try MapsFigure(evoked: evoked, times: mapTimes(), options: options)
    case .layout: return try LayoutFigure(evoked: evoked, options: options)
    case .drops:
      // The order of the averages, then conditions that lost every epoch.
      let known = Set(evoked.dropLog.map(\.event.condition))
      var seen: Set<String> = []
      var ordered = options
      ordered.conditions = options.conditions ?? names.filter { known.contains($0) && seen.insert($0).inserted }
      return try DropsFigure(dropLog: evoked.dropLog, options: ordered)
    case .image:
      guard let epochs else { throw PlotFailure.noEpochs }
      return try EpochsImageFigure(epochs: epochs, order: order ?? .condition, options: options)
    // The others are of other files, which the caller has seen.
    case .butterfly, .training, .estimates, .pairs, .marginals:
      return try ButterflyFigure(evoked: evoked, options: options)
    }
  }
}
