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

  @Test("An anonymous file says neither who nor from which file", arguments: ["h5", "set", "edf", "bdf"])
  func anonymous(ending: String) throws {
    let folder = try TemporaryFolder()
    let source = folder.path("Jane Doe 1970.edf")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("oddball.edf")))
    bytes.replaceSubrange(8..<88, with: Data("X F 01-JAN-1970 Jane_Doe".padded(to: 80).utf8))
    try bytes.write(to: URL(fileURLWithPath: source))
    let run = try EvokeRun(["convert", source, "anonymous.\(ending)", "--anonymize"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    // Every text of the annotations is listed, the rare ones too.
    let info = try EvokeRun(["info", "--json", "--annotations", source], in: folder)
    let report = try #require((try info.json() as? [[String: Any]])?.first)
    let list = try #require(report["annotation_list"] as? [[String: Any]])
    for text in Set(list.compactMap { $0["text"] as? String }) { #expect(run.errors.contains("\(text) (")) }
    let written = try Data(contentsOf: URL(fileURLWithPath: folder.path("anonymous.\(ending)")))
    for secret in ["Jane", "Doe", "1970", "2021"] {
      let wide = secret.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
      #expect(written.range(of: Data(secret.utf8)) == nil && written.range(of: Data(wide)) == nil, "\(secret)")
    }
  }
}
