import EEGArchive
import EEGCore
import Foundation
import TestSupport
import Testing

/// `evoke measure` end to end.
@Suite("measure")
struct MeasureCommandTests {
  /// Archives `erp.h5`, with epochs, and `bare.h5`, without, of the oddball.
  private func archives() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, flags) in [("erp.h5", ["--keep-epochs"]), ("bare.h5", [])] {
      let run = try EvokeRun(
        [
          "erp", TestFiles.fixture("oddball.edf"), "--events", "standard,target", "--tmin", "-0.1", "--tmax", "0.5",
          "--filter", "0.5:30", "-o", name,
        ] + flags, in: folder)
      try #require(run.status == 0, "\(run.errors)")
    }
    return folder
  }

  /// A value in JSON; Foundation's untyped reader gets the last digit of some numbers wrong.
  private enum Field: Decodable {
    case text(String)
    case number(Double)
    case missing

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .missing
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  /// Fields of delimited text as RFC 4180 has them.
  private func table(_ path: String, separator: Character = ",") throws -> [[String: String]] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var records: [[String]] = [[]]
    var field = ""
    var isQuoted = false
    var wasQuoted = false
    for character in text {
      switch character {
      // A doubled quote inside a quoted field ends it and begins it again.
      case "\"":
        if !isQuoted, wasQuoted { field.append("\"") }
        isQuoted.toggle()
        wasQuoted = true
        continue
      case separator where !isQuoted:
        records[records.count - 1].append(field)
        field = ""
      case "\n" where !isQuoted:
        records[records.count - 1].append(field)
        records.append([])
        field = ""
      default: field.append(character)
      }
      wasQuoted = false
    }
    #expect(records.last == [])
    let header = records[0]
    return try records.dropFirst().dropLast().map { record in
      try #require(record.count == header.count)
      return Dictionary(uniqueKeysWithValues: zip(header, record))
    }
  }

  @Test("A table has one row a value, in volts, equal in every bit to what the archive holds")
  func csv() throws {
    let folder = try archives()
    let run = try EvokeRun(
      [
        "measure", "erp.h5", "--window", "0.3:0.42,name=P3", "--window", "0.07:0.13", "--channels", "Pz,Cz",
        "--measures", "mean,peak,fractional-area-latency", "--polarity", "positive,negative", "-o", "out.csv",
      ], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "wrote out.csv: 40 rows\n")
    let rows = try table(folder.path("out.csv"))
    #expect(rows.count == 2 * 2 * 2 * 5)
    #expect(
      Set(rows[0].keys) == [
        "file", "condition", "channel", "window", "window_start_s", "window_end_s", "first_sample_s", "last_sample_s",
        "measure", "polarity", "value", "unit", "latency_s", "definition",
      ])
    let evoked = try EvokedArchive.read(folder.path("erp.h5"))
    let pz = try #require(evoked.channels.firstIndex { $0.name == "Pz" })
    let target = try #require(evoked["target"]).average
    let inside = evoked.times.indices.filter { (0.3...0.42).contains(evoked.times[$0]) }
    let peak = try #require(inside.max { target[pz, $0] < target[pz, $1] })
    let row = try #require(
      rows.first {
        $0["condition"] == "target" && $0["channel"] == "Pz" && $0["window"] == "P3" && $0["measure"] == "peak"
          && $0["polarity"] == "positive"
      })
    #expect(row["value"].flatMap(Double.init) == target[pz, peak])
    #expect(row["latency_s"].flatMap(Double.init) == evoked.times[peak])
    #expect(row["unit"] == "V" && row["file"] == "erp.h5" && row["window_start_s"] == "0.3")
    #expect(row["last_sample_s"] == "0.41875")
    // The recording was made with a P3b of 10 uV at Pz for targets.
    #expect((7e-6...14e-6).contains(target[pz, peak]))
    let unnamed = try #require(rows.first { $0["window_start_s"] == "0.07" })
    #expect(unnamed["window"] == "0.07:0.13" && unnamed["measure"] == "mean" && unnamed["polarity"] == "NA")
    #expect(unnamed["latency_s"] == "NA")
  }

  @Test("CSV, TSV, a JSON file and JSON on standard output say the same")
  func formats() throws {
    let folder = try archives()
    let arguments = [
      "measure", "erp.h5", "bare.h5", "--window", "0.3:0.42", "--roi", "parietal, \"all\"=P3,Pz,P4", "--roi", "GFP",
      "--measures", "mean,onset,area", "--polarity", "negative", "--unit", "uV",
    ]
    var outputs: [String] = []
    for name in ["out.csv", "out.tsv", "out.json"] {
      let run = try EvokeRun(arguments + ["-o", name, "--json"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      outputs.append(run.output)
    }
    #expect(Set(outputs).count == 1)
    #expect(try String(contentsOfFile: folder.path("out.json"), encoding: .utf8) == outputs[0])
    let objects = try JSONDecoder().decode([[String: Field]].self, from: Data(outputs[0].utf8))
    let csv = try table(folder.path("out.csv"))
    let tsv = try table(folder.path("out.tsv"), separator: "\t")
    #expect(csv == tsv && csv.count == objects.count && csv.count == 2 * 2 * 2 * 3)
    for (row, object) in zip(csv, objects) {
      #expect(Set(row.keys) == Set(object.keys))
      for (key, field) in row {
        switch try #require(object[key]) {
        case .text(let text): #expect(text == field)
        case .number(let number): #expect(Double(field) == number)
        case .missing: #expect(field == "NA")
        }
      }
    }
    #expect(csv.contains { $0["channel"] == "parietal, \"all\"" } && csv.contains { $0["channel"] == "GFP" })
    #expect(Set(csv.compactMap { $0["unit"] }) == ["uV", "uV s", "s"])
    #expect(Set(csv.compactMap { $0["file"] }) == ["erp.h5", "bare.h5"])
  }

  @Test("What does not exist is NA in a table and null in JSON, and is counted")
  func missing() throws {
    let folder = try archives()
    // A global field power is nowhere negative.
    let run = try EvokeRun(
      [
        "measure", "erp.h5", "--window", "0.1:0.3", "--channels", "GFP", "--measures", "fractional-area-latency",
        "--polarity", "negative", "--json", "-o", "out.csv",
      ], in: folder)
    #expect(run.status == 0)
    #expect(run.errors.hasPrefix("evoke: 2 of 2 values do not exist"))
    let objects = try #require(try run.json() as? [[String: Any]])
    #expect(objects.allSatisfy { $0["value"] is NSNull && $0["latency_s"] is NSNull })
    #expect(try table(folder.path("out.csv")).allSatisfy { $0["value"] == "NA" })
  }

  @Test("Single trials have a row an epoch, whose mean is the average's")
  func trials() throws {
    let folder = try archives()
    let arguments = ["measure", "erp.h5", "--window", "0.3:0.42", "--channels", "Pz", "--conditions", "target"]
    let trials = try EvokeRun(arguments + ["--trials", "-o", "trials.csv"], in: folder)
    #expect(trials.status == 0, "\(trials.errors)")
    let rows = try table(folder.path("trials.csv"))
    #expect(rows.count == 20)
    let epochs = try #require(try EvokedArchive.readEpochs(folder.path("erp.h5")))
    let members = epochs.events.indices.filter { epochs.events[$0].condition == "target" }
    #expect(rows.compactMap { $0["epoch"].flatMap(Int.init) } == members)
    #expect(rows.compactMap { $0["onset_s"].flatMap(Double.init) } == members.map { epochs.events[$0].onset })
    let values = rows.compactMap { $0["value"].flatMap(Double.init) }
    let average = try EvokeRun(arguments + ["--json"], in: folder)
    let object = try #require((try average.json() as? [[String: Any]])?.first)
    let value = try #require(object["value"] as? Double)
    #expect(abs(values.reduce(0, +) / 20 - value) < 1e-17)
  }

  @Test("The table for people is in microvolts and milliseconds, with aligned columns")
  func people() throws {
    let folder = try archives()
    let run = try EvokeRun(
      [
        "measure", "erp.h5", "--window", "0.3:0.42,name=P3", "--channels", "Pz", "--measures", "peak", "--polarity",
        "positive",
      ], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("condition  channel  window") && lines[0].hasSuffix("latency (ms)"))
    #expect(lines[2].hasPrefix("target     Pz       P3, 300 to 420 ms") && lines[2].contains(" uV "))
    #expect(Set(lines.map(\.count)).count == 1)
  }

  @Test("The error of measurement follows the style, and its divisor can be chosen")
  func measurementError() throws {
    let folder = try archives()
    func error(_ options: [String]) throws -> Double {
      let run = try EvokeRun(
        ["measure", "erp.h5", "--window", "0.3:0.4", "--channels", "Pz", "--conditions", "target", "--measures", "sme"]
          + options + ["--json"], in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let rows = try JSONDecoder().decode([[String: Field]].self, from: Data(run.output.utf8))
      guard case .number(let value) = rows.first?["value"] else { return .nan }
      return value
    }
    let epochs = try #require(try EvokedArchive.readEpochs(folder.path("erp.h5")))
    let pz = try #require(epochs.channels.firstIndex { $0.name == "Pz" })
    func expected(_ samples: Range<Int>, _ divisor: VarianceDivisor) -> Double {
      let means = epochs.events.indices.filter { epochs.events[$0].condition == "target" }.map { epoch in
        samples.reduce(0) { $0 + epochs.epoch(epoch)[pz, $1] } / Double(samples.count)
      }
      return divisor.standardDeviation(of: means) / 20.0.squareRoot()
    }
    // 0.3 s and 0.4 s are samples 64 and 80 of the epoch.
    #expect(try error([]) == expected(64..<81, .sample))
    #expect(try error(["--sme-divisor", "n"]) == expected(64..<81, .population))
    #expect(try error(["--style", "mne"]) == expected(64..<80, .population))
    #expect(try error(["--style", "mne", "--sme-divisor", "n-1"]) == expected(64..<80, .sample))
  }

  @Test("The column says which definition was used")
  func definition() throws {
    let folder = try archives()
    let expected = [
      ([], "50 % of area; erplab; interpolated"), (["--no-interpolate"], "50 % of area; erplab; on samples"),
      (["--style", "mne"], "50 % of area; mne; on samples"),
      (["--style", "mne", "--interpolate", "--fraction", "0.07"], "7 % of area; mne; interpolated"),
    ]
    for (options, text) in expected {
      let run = try EvokeRun(
        ["measure", "bare.h5", "--window", "0.1:0.4", "--measures", "fractional_area_latency", "--json"] + options,
        in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let objects = try #require(try run.json() as? [[String: Any]])
      #expect(!objects.isEmpty && objects.allSatisfy { $0["definition"] as? String == text })
    }
  }

  @Test(
    "A wrong command line ends with status 64 and one line",
    arguments: [
      [], ["--window", "0.3"], ["--window", "0.5:0.3"], ["--window", "300:500"], ["--window", "a:b"],
      ["--window", "0.3:0.5,P3"], ["--window", "0.3:0.5", "--measures", "median"],
      ["--window", "0.3:0.5", "--measures", ""], ["--window", "0.3:0.5", "--polarity", "up"],
      ["--window", "0.3:0.5", "--roi", "frontal"], ["--window", "0.3:0.5", "--roi", "=Fz"],
      ["--window", "0.3:0.5", "--roi", "GFP=Fz"], ["--window", "0.3:0.5", "--channels", ","],
      ["--window", "0.3:0.5", "--fraction", "0"], ["--window", "0.3:0.5", "--fraction", "50"],
      ["--window", "0.3:0.5", "--neighbours", "0"], ["--window", "0.3:0.5", "--onset-samples", "0"],
      ["--window", "0.3:0.5", "--onset-sd", "nan"], ["--window", "0.3:0.5", "--style", "fieldtrip"],
      ["--window", "0.3:0.5", "--unit", "mV"], ["--window", "0.3:0.5", "--sme-divisor", "2"],
      ["--window", "0.3:0.5", "-o", "out.txt"], ["--window", "0.3:0.5", "--trials", "--measures", "sme"],
    ])
  func usage(options: [String]) throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(["measure", "erp.h5"] + options, in: folder)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.errors.hasPrefix("evoke: "))
    #expect(run.output.isEmpty)
  }

  @Test("What cannot be done ends with status 1, names the file in one line, and writes nothing")
  func failures() throws {
    let folder = try archives()
    let cases = [
      ["bare.h5", "--window", "0.3:0.4", "--channels", "Czz"], ["bare.h5", "--window", "0.3:0.9"],
      ["bare.h5", "--window", "-0.2:0.4"], ["bare.h5", "--window", "0.3:0.4", "--conditions", "deviant"],
      ["bare.h5", "--window", "0.3:0.4", "--measures", "sme"], ["bare.h5", "--window", "0.3:0.4", "--trials"],
      ["bare.h5", "--window", "0.3:0.5", "--measures", "local-peak"],
      ["bare.h5", "--window", "0.3:0.4", "--measures", "onset", "--onset-baseline", "-1:0"],
      ["bare.h5", "--window", "0.3:0.4", "--roi", "frontal=Fz,Nz"],
      ["erp.h5", "--window", "0.3:0.301", "--measures", "sme", "--style", "mne"],
      ["missing.h5", "--window", "0.3:0.4"], [TestFiles.fixture("oddball.edf"), "--window", "0.3:0.4"],
      [TestFiles.fixture("h5py_small.h5"), "--window", "0.3:0.4"],
      ["bare.h5", "missing.h5", "--window", "0.3:0.4"],
    ]
    for arguments in cases {
      let run = try EvokeRun(["measure"] + arguments + ["-o", "out.csv"], in: folder)
      #expect(run.status == 1, "\(arguments)")
      #expect(run.errors.hasPrefix("evoke: \(arguments.contains("missing.h5") ? "missing.h5" : arguments[0])"))
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.path("out.csv")))
    }
    let nowhere = try EvokeRun(
      ["measure", "bare.h5", "--window", "0.3:0.4", "-o", "nosuchfolder/out.csv"], in: folder)
    #expect(nowhere.status == 1 && nowhere.errors.split(separator: "\n").count == 1)
  }

  @Test("Help has examples")
  func help() throws {
    let folder = try TemporaryFolder()
    let run = try EvokeRun(["measure", "--help"], in: folder)
    #expect(run.status == 0)
    #expect(run.output.contains("EXAMPLES") && run.output.contains("evoke measure erp.h5 --window 0.3:0.5"))
  }
}
