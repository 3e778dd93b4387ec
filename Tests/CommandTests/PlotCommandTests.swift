import EEGArchive
import EEGCore
import Foundation
import TestSupport
import Testing

/// `evoke plot` of an archive made by `evoke erp`.
@Suite("plot")
struct PlotCommandTests {
  /// An archive of the oddball fixture, with its epochs or without.
  private func archive(in folder: TemporaryFolder, keepsEpochs: Bool) throws {
    let run = try EvokeRun(
      [
        "erp", TestFiles.fixture("oddball.edf"), "--events", "standard,target", "--tmin", "-0.1", "--tmax", "0.5",
        "--reject-ptp", "100uV", "-o", "erp.h5",
      ] + (keepsEpochs ? ["--keep-epochs"] : []), in: folder)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test(
    "Every kind of figure comes out of an archive with epochs, with its options",
    arguments: [
      ([], "target (n = "), (["--kind", "conditions", "--channels", "pz,Cz", "--negative-up"], "negative up"),
      (["--kind", "maps", "--times", "0.1,0.35", "--conditions", "target", "--limit", "9uV"], "350 ms"),
      (["--kind", "maps", "--windows", "-0.1:0,0.3:0.4", "--title", "P3b"], "300 to 400 ms"),
      (["--kind", "image", "--channels", "Pz", "--order", "amplitude", "--limit", "25"], "−25"),
      (["--kind", "drops", "--width", "900"], "peak-to-peak above 100 µV"),
      (["--kind", "layout", "--tmin", "0", "--tmax", "0.4"], "100 ms"),
    ])
  func kinds(options: [String], text: String) throws {
    let folder = try TemporaryFolder()
    try archive(in: folder, keepsEpochs: true)
    let run = try EvokeRun(["plot", "erp.h5", "-o", "figure.svg"] + options, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "wrote figure.svg\n")
    #expect(try String(contentsOfFile: folder.path("figure.svg"), encoding: .utf8).contains(text))
  }

  @Test(
    "What the archive does not hold ends with status 1 and one line that names it",
    arguments: [
      (["--kind", "image"], "--keep-epochs"), (["--conditions", "novel"], "'novel'"),
      (["--kind", "conditions", "--channels", "Czz"], "'Czz'"), (["--kind", "maps", "--times", "3"], "3.0 s"),
      (["--tmin", "0.4", "--tmax", "0.4001", "--kind", "layout"], "two samples"),
      (["--width", "100"], "page of at least"),
    ])
  func failures(options: [String], hint: String) throws {
    let folder = try TemporaryFolder()
    try archive(in: folder, keepsEpochs: false)
    let run = try EvokeRun(["plot", "erp.h5", "-o", "figure.svg"] + options, in: folder)
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("evoke: erp.h5: "))
    #expect(run.errors.contains(hint), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.path("figure.svg")))
  }

  @Test(
    "A wrong command line ends with status 64",
    arguments: [
      ["--kind", "pie"], ["--times", "0.1"], ["--kind", "maps", "--times", "0.1", "--windows", "0:1"],
      ["--kind", "maps", "--times", "soon"], ["--kind", "maps", "--windows", "0.5:0.3"],
      ["--kind", "maps", "--windows", "0.3"], ["--limit", "0"], ["--limit", "1e-5"], ["--limit", "wide"],
      ["--tmin", "0.2", "--tmax", "0.1"], ["--width", "10"], ["--kind", "image", "--order", "random"],
    ])
  func usage(options: [String]) throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(["plot", "erp.h5", "-o", "figure.svg"] + options, in: folder)
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("evoke: "))
  }

  @Test("A recording is no archive of evoked potentials")
  func recording() throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(["plot", TestFiles.fixture("oddball.edf"), "-o", "figure.svg"], in: folder)
    #expect(run.status == 1)
    #expect(run.errors.contains("holds neither evoked potentials nor epochs"))
  }

  @Test("A comma may belong to the name of a condition")
  func commas() throws {
    let folder = try TemporaryFolder()
    let channels = [Channel(name: "Cz"), Channel(name: "Pz")]
    let conditions = ["left, far", "right", "far"].map { name in
      Evoked(
        name: name, average: Matrix(rows: 2, columns: 3, values: [0, 1e-6, 2e-6, 0, 2e-6, 1e-6]), standardError: nil,
        count: 5)
    }
    let evoked = EvokedSet(channels: channels, times: [0, 0.1, 0.2], rate: 10, conditions: conditions)
    try EvokedArchive.write(evoked, to: folder.path("erp.h5"), settings: "{}")
    let run = try EvokeRun(
      ["plot", "erp.h5", "-o", "figure.svg", "--kind", "layout", "--conditions", "right, left, far"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let figure = try String(contentsOfFile: folder.path("figure.svg"), encoding: .utf8)
    #expect(figure.contains("<text>left, far (n = 5)</text>"))
    #expect(figure.contains("<text>right (n = 5)</text>"))
    #expect(!figure.contains("<text>far (n = 5)</text>"))
  }
}
