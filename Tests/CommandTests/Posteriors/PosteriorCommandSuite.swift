import TestSupport
import Testing

/// Runs of the command in the folder of a suite.
protocol PosteriorCommandSuite {
  var folder: TemporaryFolder { get }
}

extension PosteriorCommandSuite {
  /// A run that is to succeed.
  func run(_ arguments: String...) throws -> EvokeRun {
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    return run
  }

  /// What a run that is to fail says.
  func failure(_ arguments: String...) throws -> String {
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status != 0 && run.output.isEmpty, "\(run.output)")
    return run.errors
  }
}
