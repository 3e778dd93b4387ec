import EEGArchive
import Foundation
import Networks

/// Trains to the end, tells how it goes, and keeps files.
struct TrainingLoop {
  /// The weights, when the run has ended.
  let output: String
  /// Epochs of this run after which it stops; nil goes to the end.
  let stopAfter: Int?

  /// The file of a run that has not ended.
  var partial: String { WeightsArchive.partialPath(of: output) }

  /// Runs a job.
  ///
  /// - Throws: The errors of training, and of files.
  func run(_ job: consuming some TrainingJob) throws {
    guard try train(&job) else {
      Console.note("\(partial): stopped after \(Formatting.count(job.checkpoint.epochs.count, "epoch"))")
      return
    }
    try job.archive(isFinished: true).write(to: output)
    try? FileManager.default.removeItem(atPath: partial)
    let checkpoint = job.checkpoint
    guard let best = checkpoint.bestEpoch else { return }
    Console.print(
      "\(output): \(job.name), \(job.parameterCount) parameters, \(checkpoint.epochs.count) epochs; best "
        + Self.text(best + 1, checkpoint.epochs[best]))
  }

  /// Trains to the end, or as far as was asked for.
  ///
  /// - Returns: Whether the end is reached.
  private func train(_ job: inout some TrainingJob) throws -> Bool {
    let total = job.epochs
    let begun = job.checkpoint.epochs.count
    let bar = ProgressBar("training", total: max(1, total - begun), unit: "epochs")
    defer { bar.finish() }
    var lastStored = ProcessInfo.processInfo.systemUptime
    do {
      while let progress = try job.advance() {
        let done = Double(progress.epoch - begun) + Double(progress.batch) / Double(progress.batchCount)
        bar.update(done / Double(max(1, total - begun)))
        guard let finished = progress.finishedEpoch else { continue }
        bar.describe(Self.text(progress.epoch + 1, finished))
        if let stopAfter, progress.epoch + 1 - begun >= stopAfter, !job.checkpoint.isFinished {
          try job.archive(isFinished: false).write(to: partial)
          return false
        }
        let now = ProcessInfo.processInfo.systemUptime
        if now - lastStored > 5 {
          try job.archive(isFinished: false).write(to: partial)
          lastStored = now
        }
      }
    } catch let error as NetworkError {
      bar.finish()
      try job.archive(isFinished: false).write(to: partial)
      throw error
    }
    return true
  }

  static func text(_ number: Int, _ epoch: TrainingEpoch) -> String {
    let validation = epoch.validationLoss.map { String(format: ", validation %.5g", $0) } ?? ""
    return "epoch \(number): loss \(String(format: "%.5g", epoch.trainingLoss))\(validation)"
  }
}
