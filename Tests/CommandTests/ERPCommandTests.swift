import EEGArchive
import EEGCore
import Foundation
import TestSupport
import Testing

/// `evoke erp`, `convert` and `plot` end to end.
@Suite("erp, convert and plot")
struct ERPCommandTests {
  @Test("A recording becomes evoked potentials, an archive and a figure")
  func mainJob() throws {
    let folder = try TemporaryFolder()
    let erp = try EvokeRun(
      [
        "erp", TestFiles.fixture("oddball.edf"), "--events", "standard,target", "--tmin", "-0.1", "--tmax", "0.5",
        "--filter", "0.5:30", "--keep-epochs", "-o", "erp.h5",
      ], in: folder)
    #expect(erp.status == 0, "\(erp.errors)")
    let evoked = try EvokedArchive.read(folder.path("erp.h5"))
    #expect(evoked.conditions.map(\.name) == ["standard", "target"])
    #expect(evoked.conditions.map(\.count) == [60, 20])
    #expect(evoked.times.first == -0.1)
    #expect(try EvokedArchive.readEpochs(folder.path("erp.h5"))?.events.count == 80)
    // The recording was made with an N1 at Cz and a P3b at Pz for targets.
    func extreme(_ condition: String, _ channel: String, _ window: ClosedRange<Double>) throws -> Double {
      let row = try #require(evoked.channels.firstIndex { $0.name == channel })
      let average = try #require(evoked[condition]).average
      let values = evoked.times.indices.filter { window.contains(evoked.times[$0]) }.map { average[row, $0] }
      return values.max { abs($0) < abs($1) } ?? 0
    }
    #expect((-9e-6...(-4e-6)).contains(try extreme("standard", "Cz", 0.07...0.13)))
    #expect((7e-6...14e-6).contains(try extreme("target", "Pz", 0.3...0.42)))
    #expect(abs(try extreme("standard", "Pz", 0.3...0.42)) < 4e-6)

    let plot = try EvokeRun(["plot", "erp.h5", "-o", "erp.svg", "--keep-script"], in: folder)
    #expect(plot.status == 0, "\(plot.errors)")
    #expect(try String(contentsOfFile: folder.path("erp.svg"), encoding: .utf8).contains("target (n = 20)"))
    #expect(FileManager.default.fileExists(atPath: folder.path("erp.gp")))
  }

  @Test("The result is the same bytes for any number of threads")
  func threads() throws {
    let folder = try TemporaryFolder()
    for threads in ["1", "2", "5"] {
      let run = try EvokeRun(
        [
          "erp", TestFiles.fixture("oddball.edf"), "--events", "target", "--filter", "1:", "--reference", "average",
          "--threads", threads, "-o", "erp\(threads).h5",
        ], in: folder)
      #expect(run.status == 0)
    }
    let files = try ["1", "2", "5"].map { try Data(contentsOf: URL(fileURLWithPath: folder.path("erp\($0).h5"))) }
    #expect(files[0] == files[1])
    #expect(files[0] == files[2])
  }

  @Test("Trigger codes are events, with a mask and with names")
  func triggers() throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(
      [
        "erp", TestFiles.fixture("oddball.bdf"), "--status-mask", "0xFF", "--events", "standard=1,target=2", "--tmax",
        "0.5", "--json", "-o", "erp.h5",
      ], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let report = try #require(try run.json() as? [String: Any])
    let conditions = try #require(report["conditions"] as? [[String: Any]])
    #expect(conditions.compactMap { $0["name"] as? String } == ["standard", "target"])
    #expect(conditions.allSatisfy { ($0["count"] as? Double ?? 0) >= 5 })
  }

  @Test(
    "Events are chosen by text, pattern, expression or name; commas inside an expression do not end it",
    arguments: [
      ("standard,target", ["standard", "target"]), ("target", ["target"]), ("t*,s*", ["target", "standard"]),
      ("/^t.{3,6}$/", ["target"]), ("all=/^(standard|t.{3,6})$/", ["all"]),
      ("rare=target, standard", ["rare", "standard"]),
    ])
  func eventSelection(events: String, conditions: [String]) throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(["erp", TestFiles.fixture("oddball.edf"), "--events", events, "-o", "erp.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try EvokedArchive.read(folder.path("erp.h5")).conditions.map(\.name) == conditions)
  }

  @Test("A table of events takes the place of annotations")
  func eventsTable() throws {
    let folder = try TemporaryFolder()
    try "onset\tduration\ttrial_type\n10.0\t0\ta\n20.0\tn/a\ta\n1000\t0\ta\n30\t0\tb\n".write(
      toFile: folder.path("events.tsv"), atomically: true, encoding: .utf8)
    let run = try EvokeRun(
      ["erp", TestFiles.fixture("oddball.edf"), "--events-table", "events.tsv", "--json", "-o", "erp.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let file = try #require(((try run.json() as? [String: Any])?["files"] as? [[String: Any]])?.first)
    let dropped = try #require(file["dropped"] as? [[String: Any]])
    #expect(dropped.count == 1)
    #expect(dropped.first?["onset_s"] as? Double == 1000)
  }

  @Test("Epochs never cross a gap, and the log says so")
  func gaps() throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(
      ["erp", TestFiles.fixture("gaps.edf"), "--tmin", "-0.5", "--tmax", "0.5", "--json", "-o", "erp.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let file = try #require(((try run.json() as? [String: Any])?["files"] as? [[String: Any]])?.first)
    let dropped = try #require(file["dropped"] as? [[String: Any]])
    #expect(dropped.contains { ($0["condition"] as? String) == "in the gap" })
    #expect(dropped.contains { ($0["condition"] as? String) == "across the end" })
    #expect(dropped.allSatisfy { ($0["reasons"] as? [String]) == ["crosses a gap of the recording"] })
  }

  @Test("A grand average weights files alike and keeps what they have in common")
  func grandAverage() throws {
    let folder = try TemporaryFolder()
    let names = ["a.edf", "b.edf"]
    for name in names {
      try FileManager.default.copyItem(atPath: TestFiles.fixture("oddball.edf"), toPath: folder.path(name))
    }
    let run = try EvokeRun(["erp"] + names + ["--events", "target", "-o", "grand.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let single = try EvokeRun(["erp", "a.edf", "--events", "target", "-o", "single.h5"], in: folder)
    #expect(single.status == 0)
    let grand = try EvokedArchive.read(folder.path("grand.h5"))
    let one = try EvokedArchive.read(folder.path("single.h5"))
    #expect(grand["target"]?.average == one["target"]?.average)
    #expect(grand["target"]?.count == 2)
  }

  @Test("A converted recording is the same recording", arguments: ["oddball.edf", "mixed_rates.bdf", "gaps.edf"])
  func convert(name: String) throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(["convert", TestFiles.fixture(name), "recording.h5", "--compress"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let reports = try ["recording.h5", TestFiles.fixture(name)].map { path in
      let run = try EvokeRun(["info", "--json", "--annotations", "--statistics", path], in: folder)
      var report = try #require((try run.json() as? [[String: Any]])?.first)
      for key in ["path", "format", "warnings"] { report[key] = nil }
      return NSDictionary(dictionary: report)
    }
    #expect(reports[0] == reports[1])
  }
}

/// Options that meet each other.
@Suite("erp: options together")
struct ERPOptionTests {
  private static let oddball = ["erp", TestFiles.fixture("oddball.edf"), "--events", "standard,target"]

  @Test("Artifacts are drawn, also when nothing was dropped", arguments: ["100uV", "9000uV"])
  func artifactPlot(limit: String) throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(
      Self.oddball + ["--reject-ptp", limit, "--artifact-plot", "figure.svg", "-o", "erp.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let figure = try String(contentsOfFile: folder.path("figure.svg"), encoding: .utf8)
    #expect(figure.contains("<svg") && figure.contains("Events along the recording"))
  }

  @Test("Errors of a contrast do not exist, those of its conditions do")
  func errorsOfContrasts() throws {
    let folder = try TemporaryFolder()
    let erp = try EvokeRun(
      Self.oddball + ["--contrast", "d = target - standard", "--keep-epochs", "-o", "erp.h5"], in: folder)
    #expect(erp.status == 0, "\(erp.errors)")
    let run = try EvokeRun(
      ["measure", "erp.h5", "--window", "0.3:0.5", "--measures", "sme", "--channels", "Pz", "--json"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let rows = try #require(try run.json() as? [[String: Any]])
    #expect(rows.compactMap { $0["condition"] as? String } == ["standard", "target", "d"])
    #expect(rows.map { $0["value"] is Double } == [true, true, false])
  }

  @Test("The report says what was done, and a grand average keeps its files apart")
  func report() throws {
    let folder = try TemporaryFolder()
    let arguments = Self.oddball + ["--reference", "average", "--find-bad", "--se-divisor", "n", "--json"]
    let run = try EvokeRun(arguments + ["-o", "a.h5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let report = try #require(try run.json() as? [String: Any])
    let file = try #require((report["files"] as? [[String: Any]])?.first)
    #expect(file["reference"] as? String == "average")
    let conditions = try #require(report["conditions"] as? [[String: Any]])
    #expect(conditions.allSatisfy { $0["standard_error_divisor"] as? String == "n" })
    #expect(try EvokeRun(Self.oddball + ["-o", "b.h5"], in: folder).status == 0)
    let grand = try EvokeRun(["erp", "a.h5", "b.h5", "--jackknife", "-o", "grand.h5"], in: folder)
    #expect(grand.status == 0, "\(grand.errors)")
    let info = try EvokeRun(["info", "--json", "grand.h5"], in: folder)
    let names = ((try info.json() as? [[String: Any]])?.first?["conditions"] as? [[String: Any]])?
      .compactMap { $0["name"] as? String }
    #expect(
      names == ["standard", "target"].flatMap { [$0, "\($0) without a", "\($0) without b"] })
  }
}
