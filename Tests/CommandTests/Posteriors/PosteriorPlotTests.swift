import Foundation
import TestSupport
import Testing

@Suite("plot of posteriors")
struct PosteriorPlotTests {
  let folder: TemporaryFolder
  private let files: SampleFiles

  init() throws {
    folder = try TemporaryFolder()
    files = SampleFiles(folder: folder)
    try files.writeArchive("p.h5", draws: 200)
  }

  private func figure(_ arguments: String...) throws -> String {
    let run = try EvokeRun(["plot"] + arguments + ["-o", "f.svg"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "wrote f.svg\n")
    return try String(contentsOfFile: folder.path("f.svg"), encoding: .utf8)
  }

  @Test(
    "Of an archive, pairs are drawn where nothing is asked for, with what is known",
    arguments: [
      ([], "observation 1 of 2, of x.h5, by w.h5, 200 draws"), (["--observation", "2"], "observation 2 of 2"),
      (["--kind", "pairs", "--title", "My posterior"], "My posterior"),
      (["--kind", "marginals", "--observation", "2"], "observation 2 of 2"),
    ])
  func archive(options: [String], words: String) throws {
    let run = try EvokeRun(["plot", "p.h5", "-o", "f.svg"] + options, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let figure = try String(contentsOfFile: folder.path("f.svg"), encoding: .utf8)
    for text in [words, "A_e (mV)", "<text>a_1</text>", "prior", "truth", "MAP"] {
      #expect(figure.contains(text), "\(text)")
    }
    #expect(figure.contains("<text>90 %</text>") == !options.contains("marginals"))
  }

  @Test("Draws of another program are drawn without more than their values")
  func otherProgram() throws {
    try files.write(SampleFiles.normals(300, seed: 2), "s.h5", shape: [100, 3], names: ["a", "b,c", "d"])
    let figure = try figure("s.h5", "--parameters", "d,b,c")
    #expect(figure.contains("<text>b,c</text>") && figure.contains("<text>d</text>"))
    #expect(!figure.contains("<text>a</text>") && !figure.contains("prior") && !figure.contains("MAP"))
    #expect(figure.contains("<text>100 draws</text>"))
  }

  @Test("Another observation, and other parameters, make another figure; the same ones the same bytes")
  func choices() throws {
    let first = try figure("p.h5")
    #expect(try figure("p.h5", "--observation", "1", "--parameters", "A_e,a_1") == first)
    #expect(try figure("p.h5", "--observation", "2") != first)
    #expect(try figure("p.h5", "--parameters", "a_1,A_e") != first)
    let one = try figure("p.h5", "--parameters", "a_1")
    #expect(!one.contains("A_e") && !one.contains("90 %"))
  }

  @Test(
    "What the file does not hold, and options of other figures, are refused with what to do",
    arguments: [
      (["p.h5", "--observation", "3"], 1, "p.h5: has no observation 3; there are 2 observations"),
      (["s.h5", "--observation", "2"], 1, "s.h5: has no observation 2; there is 1 observation"),
      (["p.h5", "--parameters", "b"], 1, "p.h5: has no parameter 'b'; there are A_e, a_1"),
      (["p.h5", "--kind", "estimates"], 1, "p.h5: holds a posterior, and --kind estimates is a figure of estimates"),
      (["p.h5", "--width", "120"], 1, "p.h5: 4 panels need a page of at least"),
      (["nan.h5"], 1, "nan.h5: /samples: holds nan at [0, 0]"),
      (["wide.h5"], 1, "17 parameters have no room on a page; choose up to 16"),
      (["p.h5", "--observation", "0"], 64, "counted from 1"), (["p.h5", "--parameters", ","], 64, "name one or more"),
      (["p.h5", "--channels", "Cz"], 64, "p.h5: --channels belongs to figures of evoked potentials; those of a post"),
      (["p.h5", "--seed", "2"], 64, "--seed belongs to figures of estimates"),
      (["p.h5", "--kind", "butterfly", "--observation", "1"], 64, "--observation belongs to figures of a posterior"),
      (["p.h5", "--kind", "training", "--observation", "1", "--parameters", "a"], 64, "leave them out"),
    ])
  func mistakes(_ arguments: [String], _ status: Int32, _ message: String) throws {
    try files.write(SampleFiles.normals(20, seed: 2), "s.h5", shape: [10, 2])
    try files.write([.nan, 1, 2, 3], "nan.h5", shape: [2, 2])
    try files.write(SampleFiles.normals(34, seed: 2), "wide.h5", shape: [2, 17])
    let run = try EvokeRun(["plot"] + arguments + ["-o", "x.svg"], in: folder)
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.hasPrefix("evoke: ") && run.errors.contains(message), "\(run.errors)")
    if status == 1 { #expect(run.errors.split(separator: "\n").count == 1) }
    #expect(!FileManager.default.fileExists(atPath: folder.path("x.svg")))
  }
}
