import ArgumentParser
import AtomicFiles
import Foundation
import Report

/// `evoke plot`: a figure of an archive.
struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw evoked potentials, epochs, posteriors, or how a network was trained and does.",
    discussion: """
      Kinds of figures (docs/figures.md shows each) of archives of evoked potentials or epochs:
        butterfly   all channels over each other, global field power, scalp maps at its peaks
        conditions  conditions over each other at chosen channels, with confidence bands
        maps        scalp maps at chosen times or over windows, one row a condition
        image       every epoch as a line of colours, with the average (needs evoke erp --keep-epochs)
        drops       how many epochs were dropped, why, and when
        layout      small waveforms of every channel at its place on the head
      of weights, from evoke train, finished or not (docs/networks.md):
        training    loss and learning rate over epochs
      of estimates, from evoke evaluate -o:
        estimates   estimates against the truth, with 90 % intervals where the model has them
      of posteriors: draws of evoke sample, or of any program as /samples in HDF5:
        pairs       every parameter and every two of them, with prior, truth and highest density where known
        marginals   every parameter by itself

      The ending of the figure decides its format: .svg, .png or .pdf. Needs gnuplot (apt-get install gnuplot-nox).

      EXAMPLES
        evoke plot erp.h5 -o erp.svg
        evoke plot erp.h5 -o pz.pdf --kind conditions --channels Fz,Cz,Pz --negative-up
        evoke plot erp.h5 -o maps.png --kind maps --times 0.1,0.2,0.35 --limit 8
        evoke plot erp.h5 -o p3.svg --kind maps --windows 0.3:0.5 --conditions target
        evoke plot erp.h5 -o epochs.png --kind image --channels Pz --order amplitude
        evoke plot weights.h5 -o training.svg
        evoke plot posterior.h5 -o pairs.svg --observation 2 --parameters A_e,b_e,C
        evoke plot estimates.h5 -o estimates.pdf --title "Transformer, realistic noise"
      """)

  @Argument(
    help: "Archive written by evoke erp, train or evaluate, or a .set file of epochs or averages.",
    completion: .file())
  var file: String
  @Option(name: [.customShort("o"), .long], help: "Figure to write: .svg, .png or .pdf.", completion: .file())
  var output: String
  @OptionGroup var options: PlotOptions
  @Flag(help: "Keep the gnuplot script beside the figure, to restyle it.") var keepScript = false

  func run() throws {
    let format = try FigureFormat(path: output)
    let content = try PlottedContent(path: file)
    if options.kind == nil { try options.checkOptions(for: content.kind, in: file) }
    let figure: any Figure
    do {
      figure = try options.figure(of: content)
    } catch {
      // Figures know no files.
      throw InFile(path: file, error: error)
    }
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
