import Foundation
import TestSupport
import Testing

/// What people get wrong: every mistake ends in one line on standard error and the right status.
@Suite("Mistakes")
struct MistakeTests {
  @Test(
    "A wrong command line ends with status 64 and says what is wrong",
    arguments: [
      ["erp", "oddball.edf"], ["erp", "-o", "x.h5"], ["info"], ["nosuchverb"], ["info", "--nosuchflag", "x.edf"],
      ["erp", "x.edf", "-o", "x.txt"], ["erp", "x.edf", "-o", "x.h5", "--tmin", "1", "--tmax", "0"],
      ["erp", "x.edf", "-o", "x.h5", "--tmin", "nan"], ["erp", "x.edf", "-o", "x.h5", "--baseline", "1"],
      ["erp", "x.edf", "-o", "x.h5", "--baseline", "0.1:0"], ["erp", "x.edf", "-o", "x.h5", "--filter", "fast"],
      ["erp", "x.edf", "-o", "x.h5", "--filter", ":"], ["erp", "x.edf", "-o", "x.h5", "--reject-ptp", "100"],
      ["erp", "x.edf", "-o", "x.h5", "--reject-ptp", "-1uV"], ["erp", "x.edf", "-o", "x.h5", "--status-mask", "0"],
      ["erp", "x.edf", "-o", "x.h5", "--decimate", "0"], ["erp", "x.edf", "-o", "x.h5", "--average", "mode"],
      ["erp", "x.edf", "y.edf", "-o", "x.h5", "--keep-epochs"], ["convert", "x.edf", "x.txt"],
      ["convert", "x.edf", "y.edf", "--record-duration", "0"],
      ["convert", "x.edf", "y.edf", "--from", "5", "--to", "4"], ["convert", "x.edf", "y.edf", "--rename", "Cz"],
      ["convert", "x.edf", "y.edf", "--shift-days", "4"],
    ])
  func usage(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("evoke: "))
    #expect(run.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.path("x.h5")))
  }

  static let oddball = TestFiles.fixture("oddball.edf")

  @Test(
    "What cannot be done ends with status 1, names the file, and leaves nothing behind",
    arguments: [
      ["info", "missing.edf"], ["check", "missing.edf"], ["convert", "missing.edf", "x.h5"],
      ["erp", "missing.edf", "-o", "x.h5"], ["plot", "missing.h5", "-o", "x.svg"],
      ["erp", oddball, "--events", "nosuchevent", "-o", "x.h5"],
      ["erp", oddball, "--events", "/[/", "-o", "x.h5"],
      ["erp", oddball, "--channels", "Czz", "-o", "x.h5"],
      ["erp", oddball, "--reference", "M1", "-o", "x.h5"],
      ["erp", oddball, "--filter", "1:500", "-o", "x.h5"],
      ["erp", oddball, "--filter", "0.0001:", "-o", "x.h5"],
      ["erp", oddball, "--events", "target", "--reject-ptp", "1nV", "-o", "x.h5"],
      ["erp", oddball, "--events", "target", "--baseline", "5:6", "-o", "x.h5"],
      ["erp", oddball, "--status-mask", "1", "-o", "x.h5"],
      ["erp", oddball, "--events-table", "missing.tsv", "-o", "x.h5"],
      ["erp", oddball, "--events", "target", "-o", "nosuchfolder/x.h5"],
      ["erp", oddball, "--tmin", "-1e300", "--tmax", "1e300", "-o", "x.h5"],
      ["erp", oddball, "--decimate", "1000000", "-o", "x.h5"],
      ["convert", oddball, "nosuchfolder/x.h5"], ["convert", oddball, "x.edf", "--channels", "nosuch"],
      ["convert", oddball, "x.edf", "--from", "1000"], ["convert", oddball, "x.edf", "--rename", "Cz=Pz"],
      ["plot", oddball, "-o", "x.svg"],
    ])
  func failures(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(arguments, in: folder)
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.errors.hasPrefix("evoke: "))
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test(
    "Every verb has help with an example",
    arguments: ["info", "check", "convert", "erp", "plot", "train", "evaluate", "c2st"])
  func help(verb: String) throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun([verb, "--help"], in: folder)
    #expect(run.status == 0)
    #expect(run.output.contains("EXAMPLES"))
    #expect(run.output.contains("evoke \(verb) "))
  }

  @Test("An existing archive stays as it was when the run that should replace it fails")
  func keepsOldTarget() throws {
    let folder = try TemporaryFolder()
    try "precious".write(toFile: folder.path("x.h5"), atomically: true, encoding: .utf8)
    let run = try EvokeRun(["erp", Self.oddball, "--events", "nosuchevent", "-o", "x.h5"], in: folder)
    #expect(run.status == 1)
    #expect(try String(contentsOfFile: folder.path("x.h5"), encoding: .utf8) == "precious")
  }
}
