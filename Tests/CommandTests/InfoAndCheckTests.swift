import Foundation
import TestSupport
import Testing

/// `evoke info` and `evoke check`, as scripts and people call them.
@Suite("info and check")
struct InfoAndCheckTests {
  @Test("JSON has the keys that scripts rely on, null where nothing is known")
  func jsonKeys() throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(
      ["info", "--json", "--annotations", "--statistics", TestFiles.fixture("gaps.edf")], in: folder)
    #expect(run.status == 0)
    let file = try #require((try run.json() as? [[String: Any]])?.first)
    #expect(
      Set(file.keys) == [
        "path", "format", "start", "duration_s", "signals", "annotations", "annotation_list", "segments", "warnings",
      ])
    #expect(file["format"] as? String == "EDF+D")
    #expect(file["start"] as? String == "2021-03-02T10:20:30.5")
    #expect(file["duration_s"] as? Double == 34.25)
    #expect((file["segments"] as? [[String: Double]])?.count == 3)
    let signal = try #require((file["signals"] as? [[String: Any]])?.first)
    #expect(
      Set(signal.keys) == [
        "label", "unit", "rate_hz", "samples", "physical_min", "physical_max", "digital_min", "digital_max",
        "digital_first", "digital_last", "digital_sum", "physical_mean", "physical_min_seen", "physical_max_seen",
      ])
    #expect(signal["digital_sum"] as? Int == -1_024_333)
    let annotations = try #require(file["annotation_list"] as? [[String: Any]])
    #expect(annotations.count == file["annotations"] as? Int)
    #expect(annotations.contains { $0["duration_s"] is NSNull })
    #expect(annotations.allSatisfy { $0["text"] is String && $0["onset_s"] is Double && $0["channels"] is [String] })
  }

  @Test("An unknown start and limits without a number are null")
  func nulls() throws {
    let folder = try TemporaryFolder()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("oddball.edf")))
    bytes.replaceSubrange(88..<176, with: Data(("Startdate X X X X".padded(to: 80) + "00.00.00").utf8))
    try bytes.write(to: URL(fileURLWithPath: folder.path("undated.edf")))
    let run = try EvokeRun(
      ["info", "--json", "undated.edf", TestFiles.fixture("damaged/blank_physical_minimum.edf")], in: folder)
    let files = try #require(try run.json() as? [[String: Any]])
    #expect(files[0]["start"] is NSNull)
    #expect((files[0]["warnings"] as? [String])?.isEmpty == false)
    let signals = try #require(files[1]["signals"] as? [[String: Any]])
    #expect(signals.contains { $0["physical_min"] is NSNull })
  }

  @Test("A file that cannot be read does not hide the others")
  func oneBadFile() throws {
    let folder = try TemporaryFolder()
    let bad = TestFiles.fixture("damaged/short_header.edf")
    let run = try EvokeRun(["info", "--json", bad, TestFiles.fixture("oddball.edf")], in: folder)
    #expect(run.status == 1)
    #expect((try run.json() as? [[String: Any]])?.count == 1)
    #expect(run.errors.hasPrefix("evoke: \(bad): "))
  }

  @Test("Identification is shown only when it is asked for", arguments: [[], ["--json"]])
  func privacy(flags: [String]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("named.edf")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("oddball.edf")))
    // A name where EDF+ wants subfields, so that there is a deviation to report as well.
    bytes.replaceSubrange(8..<88, with: Data("Erika Mustermann geb. 1964".padded(to: 80).utf8))
    try bytes.write(to: URL(fileURLWithPath: path))
    for verb in [["info"] + flags, ["check"] + flags, ["info", "--strict"] + flags] {
      let run = try EvokeRun(verb + [path], in: folder)
      #expect(!(run.output + run.errors).contains("Mustermann"))
      #expect(!(run.output + run.errors).contains("1964"))
    }
    #expect(try EvokeRun(["info", "--private"] + flags + [path], in: folder).output.contains("Mustermann"))
  }

  @Test("check lists deviations with byte offsets and EDFlib's verdict, and fails on errors")
  func check() throws {
    let folder = try TemporaryFolder()
    let sound = try EvokeRun(["check", TestFiles.fixture("damaged/sound.edf")], in: folder)
    #expect(sound.status == 0)
    #expect(sound.output.contains("conforms to the standard"))
    #expect(sound.output.contains("EDFlib accepts"))
    let damaged = try EvokeRun(["check", "--json", TestFiles.fixture("damaged/records_unknown.edf")], in: folder)
    #expect(damaged.status == 1)
    let report = try #require((try damaged.json() as? [[String: Any]])?.first)
    let deviation = try #require((report["deviations"] as? [[String: Any]])?.first)
    #expect(deviation["byte_offset"] as? Int == 236)
    #expect(deviation["severity"] as? String == "error")
    #expect((report["edflib"] as? String)?.hasPrefix("refuses") == true)
  }

  @Test(
    "check --fix writes a conformant copy with the same samples",
    arguments: ["records_unknown", "decimal_comma", "right_aligned_numbers", "time_with_colons", "wrong_header_length"])
  func fix(name: String) throws {
    let folder = try TemporaryFolder()
    let source = TestFiles.fixture("damaged/\(name).edf")
    #expect(try EvokeRun(["check", source, "--fix", "fixed.edf"], in: folder).status == 0)
    let check = try EvokeRun(["check", "fixed.edf"], in: folder)
    #expect(check.status == 0)
    #expect(check.output.contains("conforms to the standard"))
    #expect(check.output.contains("EDFlib accepts"))
    let sums = try [source, "fixed.edf"].map { path in
      let run = try EvokeRun(["info", "--json", "--statistics", path], in: folder)
      let signals = try #require((try run.json() as? [[String: Any]])?.first?["signals"] as? [[String: Any]])
      return signals.map { $0["digital_sum"] as? Int }
    }
    #expect(sums[0] == sums[1])
  }

  @Test(
    "check --fix refuses what only the owner can decide", arguments: ["equal_digital_limits", "date_contradiction"])
  func noFix(name: String) throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(["check", TestFiles.fixture("damaged/\(name).edf"), "--fix", "fixed.edf"], in: folder)
    #expect(run.status == 1)
    #expect(run.errors.contains("cannot be fixed without a guess"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("fixed.edf")))
  }

  @Test("Control characters of a file do not reach the terminal")
  func controlCharacters() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("escape.edf")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("oddball.edf")))
    bytes.replaceSubrange(256..<272, with: Data("\u{1B}[31mred".padded(to: 16).utf8))
    try bytes.write(to: URL(fileURLWithPath: path))
    let run = try EvokeRun(["info", path], in: folder)
    #expect(run.status == 0)
    #expect(!run.output.contains("\u{1B}"))
  }
}

extension String {
  /// Filled up with blanks, as header fields are.
  func padded(to length: Int) -> String { self + String(repeating: " ", count: length - utf8.count) }
}
