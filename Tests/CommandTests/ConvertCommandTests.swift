import Foundation
import TestSupport
import Testing

/// `evoke convert` with something done on the way.
@Suite("convert with edits")
struct ConvertCommandTests {
  @Test("Signals, labels, time and identification change as asked for")
  func edits() throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(
      [
        "convert", TestFiles.fixture("oddball.edf"), "part.bdf", "--channels", "Pz,Cz", "--rename", "Cz=Vertex",
        "--from", "10", "--to", "20.5", "--anonymize",
      ], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("read again by EDFlib and equal"))
    #expect(run.errors.contains("cleared: ") && run.errors.contains("target ("))
    let info = try EvokeRun(["info", "--json", "--private", "part.bdf"], in: folder)
    let report = try #require((try info.json() as? [[String: Any]])?.first)
    #expect((report["signals"] as? [[String: Any]])?.compactMap { $0["label"] as? String } == ["Pz", "Vertex"])
    #expect(report["duration_s"] as? Double == 10.5)
    #expect(report["patient"] as? String == "X X X X")
    #expect(report["start"] as? String == "1985-01-01T00:00:00")
  }

  @Test("Standard names and a shifted date")
  func names() throws {
    let folder = try TemporaryFolder()
    let first = try EvokeRun(
      ["convert", TestFiles.fixture("oddball.edf"), "a.edf", "--rename", "T7=T3,Cz=CZ."], in: folder)
    #expect(first.status == 0, "\(first.errors)")
    let second = try EvokeRun(
      ["convert", "a.edf", "b.h5", "--standard-names", "--anonymize", "--shift-days", "-10"], in: folder)
    #expect(second.status == 0, "\(second.errors)")
    #expect(second.errors.contains("2 labels have their standard spelling"))
    let report = try #require(
      (try EvokeRun(["info", "--json", "b.h5"], in: folder).json() as? [[String: Any]])?.first)
    let labels = (report["signals"] as? [[String: Any]])?.compactMap { $0["label"] as? String } ?? []
    #expect(labels.contains("T7") && labels.contains("Cz"))
    #expect(report["start"] as? String == "2021-02-20T10:20:30.125")
  }
}
