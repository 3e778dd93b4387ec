import ArgumentParser

/// The command: parses, calls a library, prints.
@main
struct Evoke: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evoke",
    abstract: "EEG recordings, evoked potentials, and simulations of both.",
    discussion: """
      Reads EDF, EDF+, BDF and BDF+ files, averages epochs around events, simulates evoked potentials of neural mass \
      models, and stores it all as HDF5 archives that Python opens.

      EXAMPLES
        evoke info recording.edf
        evoke erp recording.edf --events target,standard --tmin -0.1 --tmax 0.6 -o erp.h5
        evoke measure erp.h5 --window 0.3:0.5,name=P3 --measures mean,peak -o p3.csv
        evoke plot erp.h5 -o erp.svg
        evoke simulate --count 20000 -o sims.h5
        evoke train sims.h5 --model eegtransformer -o weights.h5

      Errors go to standard error and end with status 1; a wrong command line ends with status 64.
      """,
    version: "0.1.0",
    subcommands: [
      Info.self, Check.self, Convert.self, AverageERP.self, Measure.self, Plot.self, Simulate.self, Merge.self,
      Train.self, EstimatePosterior.self, Evaluate.self, Sample.self, CompareSamples.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Console.exit(with: error)
    }
  }
}
