import EEGArchive
import EEGCore
import HDF5
import TestSupport
import Testing

@Suite("Archives of epochs and evoked potentials")
struct EvokedArchiveTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Any epochs come back equal", arguments: 0..<60, [false, true])
  func epochs(seed: Int, compress: Bool) throws {
    var content = RandomContent(seed: 1000 + seed)
    let epochs = content.epochs()
    let path = folder.path("epochs.h5")
    try EpochsArchive.write(epochs, to: path, settings: "{}", compress: compress)
    #expect(try EpochsArchive.read(path) == epochs)
    #expect(try ArchiveKind.detect(path) == .epochs)
  }

  @Test("Any evoked potentials come back equal, with the epochs behind them", arguments: 0..<60, [false, true])
  func evoked(seed: Int, keepsEpochs: Bool) throws {
    var content = RandomContent(seed: 2000 + seed)
    let epochs = content.epochs()
    let evoked = content.evoked(of: epochs)
    let path = folder.path("evoked.h5")
    try EvokedArchive.write(
      evoked, epochs: keepsEpochs ? epochs : nil, to: path, settings: "{}", compress: keepsEpochs)
    #expect(try EvokedArchive.read(path) == evoked)
    #expect(try EvokedArchive.readEpochs(path) == (keepsEpochs ? epochs : nil))
    #expect(try ArchiveKind.detect(path) == .evoked)
  }

  private static func small(_ names: [String]) -> EvokedSet {
    EvokedSet(
      channels: [Channel(name: "Cz", position: Position(x: 0, y: 0, z: 0.1)), Channel(name: "Pz")],
      times: [-0.1, 0, 0.1], rate: 10,
      conditions: names.enumerated().map { number, name in
        Evoked(
          name: name, average: Matrix(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 6].map { $0 * Double(number + 1) }),
          standardError: nil, count: 2)
      },
      dropLog: [
        DropLogEntry(event: Event(sample: 3, onset: 0.3, condition: "a"), reasons: []),
        DropLogEntry(
          event: Event(sample: nil, onset: 9, condition: "b"),
          reasons: [
            .segmentBoundary,
            .artifact(
              ArtifactFinding(
                detector: .peakToPeak, limit: 1e-4,
                channels: [.init(channel: "Cz", value: 2e-4), .init(channel: "Pz", value: 1.5e-4)])),
          ]),
      ])
  }

  @Test("Names that HDF5 links cannot hold are escaped, and those that occur twice kept apart")
  func linkNames() throws {
    let names = ["target/rare", "100%", "", ".", "..", "twice", "twice", "twice"]
    let set = Self.small(names)
    let path = folder.path("names.h5")
    try EvokedArchive.write(set, to: path, settings: "{}")
    #expect(try EvokedArchive.read(path) == set)
    let group = try HDF5File(reading: path).group("evoked")
    let links = ["target%2Frare", "100%25", "%", "%2E", "..", "twice", "twice%", "twice%%"]
    #expect(try group.links() == links.sorted())
    #expect(try group.group("target%2Frare").attributeText("name") == "target/rare")
  }

  @Test("The layout is the documented one")
  func layout() throws {
    let path = folder.path("layout.h5")
    try EvokedArchive.write(Self.small(["T1"]), to: path, settings: #"{"a":1}"#)
    let file = try HDF5File(reading: path)
    #expect(try file.attributeText("evoke_kind") == "evoked")
    #expect(try file.attribute("evoke_version", as: Int.self) == 1)
    #expect(try file.attributeText("evoke_settings") == #"{"a":1}"#)
    #expect(try file.attribute("rate_hz", as: Double.self) == 10)
    #expect(try file.dataset("times_s").read(Double.self).values == [-0.1, 0, 0.1])
    #expect(try file.dataset("channels/name").readTexts().values == ["Cz", "Pz"])
    let positions = try file.dataset("channels/position_m").read(Double.self)
    #expect(positions.shape == [2, 3])
    #expect(Array(positions.values[..<3]) == [0, 0, 0.1])
    #expect(positions.values[3...].allSatisfy { $0.isNaN })
    let average = try file.dataset("evoked/T1/average")
    #expect(average.type == .float(bits: 64))
    #expect(try average.read(Double.self) == HDF5Array(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]))
    #expect(try average.attributeText("unit") == "V")
    #expect(try average.attributeText("axes") == "channel,time")
    #expect(try file.group("evoked/T1").attribute("count", as: Double.self) == 2)
    #expect(try file.group("evoked/T1").attributeText("method") == "mean")
    #expect(!file.exists("evoked/T1/standard_error"))
    #expect(try file.dataset("events/sample").read(Int.self).values == [3, -1])
    #expect(try file.dataset("events/condition").readTexts().values == ["a", "b"])
    #expect(
      try file.dataset("drop_log").readTexts().values == [
        "", "crosses a gap of the recording; peak-to-peak above 100 uV: Cz 200 uV, Pz 150 uV",
      ])
    #expect(
      try file.dataset("drop_reasons").readTexts().values == [
        "[]",
        #"[{"reason":"gap"},{"channels":["Cz","Pz"],"limit":0.0001,"reason":"peak_to_peak","values":[0.0002,0.00015]}]"#,
      ])
  }

  @Test("Epochs of other channels, times or events than the averages are refused")
  func mismatch() throws {
    var content = RandomContent(seed: 7)
    var epochs = content.epochs()
    let evoked = content.evoked(of: epochs)
    epochs.dropLog.append(DropLogEntry(event: content.event(), reasons: []))
    let error = #expect(throws: ArchiveError.self) {
      try EvokedArchive.write(evoked, epochs: epochs, to: folder.path("mismatch.h5"), settings: "{}")
    }
    #expect(error?.code == .notStorable)
  }

  @Test("A negative sample number is refused, because -1 stands for none")
  func negativeSample() throws {
    var set = Self.small(["T1"])
    set.dropLog[0].event.sample = -1
    #expect(throws: ArchiveError.self) {
      try EvokedArchive.write(set, to: folder.path("negative.h5"), settings: "{}")
    }
  }
}
