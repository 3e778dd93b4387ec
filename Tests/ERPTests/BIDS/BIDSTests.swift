import EEGCore
import Foundation
import TestSupport
import Testing

@testable import ERP

/// A small dataset in a temporary folder.
private struct Dataset {
  let folder: TemporaryFolder
  let recording = "sub-01/ses-a/eeg/sub-01_ses-a_task-odd_run-1_eeg.edf"

  init(_ files: [String: String]) throws {
    folder = try TemporaryFolder()
    for (name, text) in files.merging([recording: ""], uniquingKeysWith: { $1 }) {
      let url = folder.url.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
  }

  var sidecars: BIDSSidecars { BIDSSidecars(of: folder.path(recording)) }
  func description() throws -> BIDSDescription { try BIDSDescription(ofRecordingAt: folder.path(recording)) }

  /// The name of a found file inside of the dataset.
  func name(_ path: String?) -> String? {
    path.map { String($0.dropFirst(folder.url.standardizedFileURL.path.count + 1)) }
  }
}

@Suite("Names and inheritance in BIDS datasets")
struct BIDSSidecarTests {
  @Test("Names have entities, a suffix and an extension")
  func names() {
    let name = BIDSName("sub-01_task-a-b_run-2_events.tsv")
    #expect(name?.entities == ["sub": "01", "task": "a-b", "run": "2"])
    #expect(name?.suffix == "events" && name?.fileExtension == ".tsv")
    #expect(BIDSName("events.json")?.entities == [:] && BIDSName("x.tsv.gz")?.fileExtension == ".tsv.gz")
    for text in ["README", ".bidsignore", "sub-01_.tsv", "sub-01.tsv", "one_two_events.tsv", ""] {
      #expect(BIDSName(text) == nil, "\(text)")
    }
  }

  @Test("Files beside the recording are found")
  func beside() throws {
    let stem = "sub-01/ses-a/eeg/sub-01_ses-a_task-odd_run-1"
    let dataset = try Dataset([
      "dataset_description.json": "{}", "\(stem)_events.tsv": "", "\(stem)_channels.tsv": "",
      "sub-01/ses-a/eeg/sub-01_ses-a_electrodes.tsv": "", "sub-01/ses-a/eeg/sub-01_ses-a_coordsystem.json": "{}",
      "sub-01/ses-a/eeg/sub-01_ses-a_task-odd_run-2_events.tsv": "",
      "sub-01/ses-a/eeg/sub-02_ses-a_task-odd_run-1_channels.tsv": "",
    ])
    let found = dataset.sidecars
    #expect(dataset.name(found.events) == "\(stem)_events.tsv")
    #expect(dataset.name(found.channels) == "\(stem)_channels.tsv")
    #expect(found.electrodes.map { dataset.name($0.table) } == ["sub-01/ses-a/eeg/sub-01_ses-a_electrodes.tsv"])
    #expect(found.electrodes.first?.coordinateSystem.count == 1)
    #expect(found.eventDescriptions == [])
  }

  @Test("Files above are inherited: the nearest table, all JSON files, up to the top of the dataset")
  func inherited() throws {
    let dataset = try Dataset([
      "study/dataset_description.json": "{}", "task-odd_channels.tsv": "", "task-odd_events.json": "{}",
      "study/task-odd_channels.tsv": "", "study/events.json": "{}", "study/task-odd_events.json": "{}",
      "study/task-rest_events.json": "{}", "study/sub-01/sub-01_channels.tsv": "",
      "study/sub-01/ses-a/sub-01_ses-a_events.json": "{}", "study/sub-01/ses-a/sub-01_ses-b_events.json": "{}",
      "study/sub-01/ses-a/eeg/sub-01_ses-a_task-odd_eeg.edf": "",
    ])
    let found = BIDSSidecars(of: dataset.folder.path("study/sub-01/ses-a/eeg/sub-01_ses-a_task-odd_eeg.edf"))
    #expect(dataset.name(found.channels) == "study/sub-01/sub-01_channels.tsv")
    #expect(
      found.eventDescriptions.map(dataset.name) == [
        "study/events.json", "study/task-odd_events.json", "study/sub-01/ses-a/sub-01_ses-a_events.json",
      ])
    #expect(found.events == nil && found.electrodes == [])
  }

  @Test("Without a description the dataset is what holds the subject")
  func noDescription() throws {
    let dataset = try Dataset(["task-odd_channels.tsv": "", "sub-01/sub-01_events.tsv": ""])
    #expect(dataset.name(dataset.sidecars.channels) == "task-odd_channels.tsv")
    #expect(dataset.name(dataset.sidecars.events) == "sub-01/sub-01_events.tsv")
  }

  @Test("In one folder more entities win")
  func specific() throws {
    let dataset = try Dataset([
      "sub-01/ses-a/eeg/sub-01_ses-a_channels.tsv": "", "sub-01/ses-a/eeg/sub-01_ses-a_run-1_channels.tsv": "",
    ])
    #expect(dataset.name(dataset.sidecars.channels) == "sub-01/ses-a/eeg/sub-01_ses-a_run-1_channels.tsv")
  }

  @Test("A recording that is not named by the rules has no sidecars")
  func foreign() throws {
    let dataset = try Dataset(["rec_eeg.edf": "", "events.tsv": "", "channels.tsv": ""])
    for name in ["rec_eeg.edf", "events.tsv", "missing.edf"] {
      let found = BIDSSidecars(of: dataset.folder.path(name))
      #expect(found.events == nil && found.channels == nil && found.electrodes == [])
    }
  }
}

@Suite("What BIDS datasets say of channels")
struct BIDSDescriptionTests {
  private let recording: Recording = {
    var recording = Recording.inMemory(
      ["Fp1", "EEG F7-Ref", "Cz..", "eye", "heart", "Trig", "Extra"].map { ($0, [0.0, 1]) }, events: [])
    recording.signals[3].unit = PhysicalUnit("uV")
    recording.signals[5].unit = PhysicalUnit("")
    recording.signals[6].unit = PhysicalUnit("")
    return recording
  }()
  private let folder = "sub-01/ses-a/eeg/sub-01_ses-a"

  @Test("Kinds, units and bad channels are applied")
  func channels() throws {
    let dataset = try Dataset([
      "\(folder)_channels.tsv": """
      name\ttype\tunits\tdescription\tstatus\tstatus_description
      Fp1\tEEG\tV\tn/a\tgood\tn/a
      F7\tEEG\tV\tscalp\tBAD\tloose
      Cz\teeg\tV\tn/a\tn/a\tn/a
      eye\tVEOG\tmV\tn/a\tgood\tn/a
      heart\tECG\tV\tn/a\tbad\tn/a
      Trig\tTRIG\tV\tn/a\tgood\tn/a
      Extra\tMISC\tdegC\tn/a\tgood\tn/a
      """
    ])
    let description = try dataset.description()
    #expect(description.channels[1].statusDescription == "loose" && description.channels[1].description == "scalp")
    let applied = description.apply(to: recording)
    #expect(applied.recording.signals.map(\.kind) == [.eeg, .eeg, .eeg, .eog, .ecg, .status, .other])
    #expect(applied.recording.signals.map(\.unit.text) == ["V", "V", "V", "uV", "V", "V", "degC"])
    #expect(applied.badChannels == ["EEG F7-Ref", "heart"])
    #expect(applied.notes.count == 1 && applied.notes[0].contains("'mV' of 'eye'"))
  }

  @Test("What does not fit the recording is noted")
  func notes() throws {
    let dataset = try Dataset([
      "\(folder)_channels.tsv":
        "name\ttype\nFp1\tEEG\nFP1\tEEG\nPz\tEEG\nCz\tTELEPATHY\neye\tEOG\nheart\tECG\nTrig\tTRIG\n"
    ])
    let applied = try dataset.description().apply(to: recording)
    let notes = applied.notes
    #expect(notes.count == 4)
    #expect(notes[0].contains("'Fp1' is described twice") && notes[1].contains("'Pz'"))
    #expect(notes[2].contains("'TELEPATHY'") && notes[3].contains("'EEG F7-Ref', 'Extra'"))
    #expect(applied.recording.signals[2].kind == .eeg)
  }

  @Test(
    "Positions are turned to our axes and scaled to metres",
    arguments: [
      ("CapTrak", "mm", "-50\t80\t10"), ("captrak", "cm", "-5\t8\t1"), ("CTF", "m", "0.08\t0.05\t0.01"),
      ("EEGLAB", "mm", "80\t50\t10"), ("EEGLAB-HJ", "mm", "80\t50\t10"), ("ElektaNeuromag", "m", "-0.05\t0.08\t0.01"),
      ("CapTrak", "n/a", "-50\t80\t10"), ("EEGLAB", "n/a", "0.08\t0.05\t0.01"), ("CTF", "n/a", "8\t5\t1"),
    ])
  func positions(_ system: String, units: String, fields: String) throws {
    let dataset = try Dataset([
      "\(folder)_electrodes.tsv":
        "name\tx\ty\tz\ttype\nf7\t\(fields)\tring\nGND\tn/a\tn/a\tn/a\tring\nREF\t\(fields)\tx\n",
      "\(folder)_coordsystem.json":
        "{\"EEGCoordinateSystem\": \"\(system)\", \"EEGCoordinateUnits\": \"\(units)\", \"Other\": [1]}",
    ])
    let description = try dataset.description()
    #expect(description.positions.keys.sorted() == ["REF", "f7"])
    let applied = description.apply(to: recording)
    let placed = applied.recording.signals.filter { $0.position != nil }
    #expect(placed.map(\.label) == ["EEG F7-Ref"])
    let position = try #require(placed.first?.position)
    #expect(abs(position.x + 0.05) < 1e-15 && abs(position.y - 0.08) < 1e-15 && abs(position.z - 0.01) < 1e-15)
    #expect(applied.notes.count == (units == "n/a" ? 1 : 0))
  }

  @Test(
    "Positions that are not understood are left out with a note",
    arguments: [
      ("{\"EEGCoordinateSystem\": \"Other\", \"EEGCoordinateUnits\": \"mm\"}", "'Other' is not understood"),
      ("{\"EEGCoordinateSystem\": \"MNI152Lin\", \"EEGCoordinateUnits\": \"mm\"}", "'MNI152Lin' is not understood"),
      ("{\"EEGCoordinateSystem\": \"CapTrak\", \"EEGCoordinateUnits\": \"m\"}", "are on no head"),
      ("{\"EEGCoordinateUnits\": \"mm\"}", "no coordsystem.json"),
    ])
  func unusable(_ json: String, note: String) throws {
    let dataset = try Dataset([
      "\(folder)_electrodes.tsv": "name\tx\ty\tz\nF7\t-50\t80\t10\n", "\(folder)_coordsystem.json": json,
    ])
    let description = try dataset.description()
    #expect(description.positions == [:] && description.notes.count == 1)
    #expect(description.notes[0].contains(note))
  }

  @Test("Of several spaces the one that is understood is taken")
  func spaces() throws {
    let dataset = try Dataset([
      "\(folder)_space-MNI152Lin_electrodes.tsv": "name\tx\ty\tz\nF7\t1\t2\t3\n",
      "\(folder)_space-MNI152Lin_coordsystem.json":
        "{\"EEGCoordinateSystem\": \"MNI152Lin\", \"EEGCoordinateUnits\": \"mm\"}",
      "\(folder)_space-CapTrak_electrodes.tsv": "name\tx\ty\tz\nF7\t-50\t80\t10\n",
      "\(folder)_space-CapTrak_coordsystem.json": "{\"EEGCoordinateSystem\": \"CapTrak\"}",
      "space-CapTrak_coordsystem.json": "{\"EEGCoordinateUnits\": \"mm\"}",
    ])
    #expect(try dataset.description().positions == ["F7": Position(x: -0.05, y: 0.08, z: 0.01)])
  }

  @Test("Levels of events are merged, the nearest file last")
  func levels() throws {
    let dataset = try Dataset([
      "events.json":
        "{\"trial_type\": {\"Levels\": {\"a\": \"old\"}}, \"value\": {\"Levels\": {\"1\": {\"Description\": \"one\"}}}, \"x\": 3}",
      "\(folder)_events.json": "{\"trial_type\": {\"Levels\": {\"a\": \"standard\", \"b\": \"target\"}}}",
    ])
    #expect(
      try dataset.description().eventLevels == ["trial_type": ["a": "standard", "b": "target"], "value": ["1": "one"]])
  }

  @Test(
    "Damaged sidecars are refused with their path",
    arguments: [
      ("_channels.tsv", "label\ttype\nFp1\tEEG\n"), ("_channels.tsv", ""), ("_channels.tsv", "name\ttype\nFp1\n"),
      ("_channels.tsv", "name\tstatus\nFp1\tfine\n"), ("_electrodes.tsv", "name\tx\ty\tz\nF7\tleft\t1\t2\n"),
      ("_electrodes.tsv", "name\tx\ty\tz\nF7\tinf\t1\t2\n"), ("_electrodes.tsv", "x\ty\tz\n1\t2\t3\n"),
      ("_events.json", "{\"a\": "), ("_events.json", "[1]"), ("_coordsystem.json", "nonsense"),
    ])
  func damaged(_ name: String, text: String) throws {
    var files = [
      "\(folder)_electrodes.tsv": "name\tx\ty\tz\nF7\t-50\t80\t10\n",
      "\(folder)_coordsystem.json": "{\"EEGCoordinateSystem\": \"CapTrak\", \"EEGCoordinateUnits\": \"mm\"}",
    ]
    files[folder + name] = text
    let dataset = try Dataset(files)
    let error = #expect(throws: ERPError.self) { try dataset.description() }
    #expect(error?.code == .invalidTable && error?.message.contains(folder + name) == true)
  }

  @Test("A recording without sidecars stays as it is")
  func none() throws {
    let applied = try Dataset([:]).description().apply(to: recording)
    #expect(applied.recording.signals == recording.signals)
    #expect(applied.badChannels == [] && applied.notes == [])
  }
}
