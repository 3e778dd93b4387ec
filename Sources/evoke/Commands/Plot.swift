import ArgumentParser
import AtomicFiles
import EEGArchive
import Foundation
import Report

/// `evoke plot`: a figure of an archive.
struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw an archive of evoked potentials.",
    discussion: """
      Draws all EEG channels of every condition over each other, with the global field power below. The ending of the \
      figure decides its format: .svg, .png or .pdf. Needs gnuplot (apt-get install gnuplot-nox).

      EXAMPLES
        evoke plot erp.h5 -o erp.svg
        evoke plot erp.h5 -o erp.png --keep-script
      """)

  @Argument(help: "Archive written by evoke erp.", completion: .file()) var file: String
  @Option(name: [.customShort("o"), .long], help: "Figure to write: .svg, .png or .pdf.", completion: .file())
  var output: String
  @Flag(help: "Keep the gnuplot script beside the figure, to restyle it.") var keepScript = false

  func run() throws {
    let format = try FigureFormat(path: output)
    let figure = try ButterflyFigure(evoked: EvokedArchive.read(file))
    try Gnuplot().draw(figure, to: output)
    if keepScript {
      let script = (output as NSString).deletingPathExtension + ".gp"
      try AtomicFile.write(Data(figure.script(for: format).utf8), to: script)
      Console.print("wrote \(output) and \(script)")
    } else {
      Console.print("wrote \(output)")
    }
  }
}
