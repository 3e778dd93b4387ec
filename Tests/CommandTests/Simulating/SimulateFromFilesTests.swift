import EEGArchive
import EEGCore
import Foundation
import HDF5
import TestSupport
import Testing

/// `evoke simulate` with noise and lead fields from files, and `evoke info` of files of other programs.
@Suite("simulate from files")
struct SimulateFromFilesTests {
  private static let names = ["Fz", "Cz", "Pz", "Oz", "F3"]

  /// Root mean square over simulations and times of what the noise adds, one a channel.
  private func deviations(_ folder: TemporaryFolder, _ arguments: [String]) throws -> (
    channels: [String], values: [Double]
  ) {
    let run = try EvokeRun(
      ["simulate", "--count", "200", "-o", "x.h5", "--noise-level", "0", "1", "--set", "baseline_s=none"] + arguments,
      in: folder)
    try #require(run.status == 0, "\(run.errors)")
    let archive = try SimulationsArchive(folder.path("x.h5"))
    let (silent, noisy) = (try archive.x(level: 0), try archive.x(level: 1))
    let (channels, times) = (archive.dataShape[0], archive.dataShape[1])
    var sums = [Double](repeating: 0, count: channels)
    for place in silent.indices {
      let difference = Double(noisy[place] - silent[place])
      sums[place / times % channels] += difference * difference
    }
    let names = try #require(archive.layout).channels.map(\.name)
    return (names, sums.map { ($0 / Double(archive.count * times)).squareRoot() })
  }

  @Test("Noise from a covariance has its variance at every channel, over the root of the trials")
  func covariance() throws {
    let folder = try TemporaryFolder()
    // 1, 2, 3, 4, 5 µV, with a correlation of a half.
    var values: [Double] = []
    for row in 1...5 { for column in 1...5 { values.append(Double(row * column) * (row == column ? 1 : 0.5) * 1e-12) } }
    let file = try HDF5File(creating: folder.path("noise.h5"))
    try file.write(values, to: "covariance", shape: [5, 5])
    try file.write(Self.names, to: "channels/name")
    try file.commit()
    let found = try deviations(folder, ["--noise-from", "noise.h5", "--set", "reference=none", "--set", "trials=25"])
    #expect(found.channels == Self.names)
    for (channel, value) in found.values.enumerated() {
      // 200 epochs of 257 independent samples: 0.3 % is one deviation.
      #expect(abs(value / (Double(channel + 1) * 1e-6 / 5) - 1) < 0.015, "\(channel): \(value)")
    }
    // A montage picks channels by name.
    let picked = try deviations(
      folder, ["--noise-from", "noise.h5", "--montage", "places.tsv", "--set", "reference=none", "--set", "trials=1"],
      table: "name\tx\ty\tz\nPz\t0\t-0.07\t0.06\nOz\t0\t-0.09\t0\nCz\t0\t0\t0.1\nFz\t0\t0.07\t0.06\n")
    #expect(picked.channels == ["Pz", "Oz", "Cz", "Fz"])
    for (value, microvolts) in zip(picked.values, [3.0, 4, 2, 1]) {
      #expect(abs(value / (microvolts * 1e-6) - 1) < 0.015)
    }
  }

  private func deviations(
    _ folder: TemporaryFolder, _ arguments: [String], table: String
  ) throws -> (channels: [String], values: [Double]) {
    try table.write(toFile: folder.path("places.tsv"), atomically: true, encoding: .utf8)
    return try deviations(folder, arguments)
  }

  @Test("Noise from a recording, and from an archive of its epochs, is as large as its baselines")
  func recording() throws {
    let folder = try TemporaryFolder()
    let oddball = TestFiles.fixture("oddball.edf")
    let epochs = try EvokeRun(
      [
        "erp", oddball, "--tmin", "-0.2", "--tmax", "0", "--keep-epochs", "--reject-ptp", "150uV", "--baseline", "none",
        "-o", "epochs.h5",
      ],
      in: folder)
    try #require(epochs.status == 0, "\(epochs.errors)")
    let common = ["--set", "rate_hz=160", "--set", "trials=1", "--set", "reference=none"]
    let fromFile = try deviations(folder, common + ["--noise-from", oddball])
    let fromEpochs = try deviations(folder, common + ["--noise-from", "epochs.h5"])
    #expect(fromFile.channels == fromEpochs.channels && fromFile.channels.count >= 16)
    for (first, second) in zip(fromFile.values, fromEpochs.values) { #expect(abs(first / second - 1) < 1e-6) }
    // The baselines themselves, each less its mean.
    let kept = try #require(try EvokedArchive.readEpochs(folder.path("epochs.h5")))
    for (channel, name) in fromFile.channels.enumerated() {
      let place = try #require(kept.channels.firstIndex { $0.name == name })
      var sum = 0.0
      for epoch in kept.events.indices {
        let start = epoch * kept.epochSize + place * kept.times.count
        let values = kept.values[start..<(start + kept.times.count)]
        let mean = values.reduce(0, +) / Double(values.count)
        sum += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
      }
      let deviation = (sum / Double(kept.events.count)).squareRoot()
      // A mean over 0.2 s hides the slow part of the noise, so the model may have more.
      #expect(fromFile.values[channel] > 0.9 * deviation && fromFile.values[channel] < 2.5 * deviation, "\(name)")
    }
  }

  @Test("A public recording gives noise", .enabled(if: TestFiles.hasRecordings))
  func publicRecording() throws {
    let folder = try TemporaryFolder()
    let recording = TestFiles.recording("eegmmidb/S001R04.edf")
    let arguments = ["--set", "rate_hz=160", "--set", "reference=average", "--noise-from", recording]
    let run = try EvokeRun(["simulate", "--count", "40", "-o", "x.h5"] + arguments, in: folder)
    #expect(run.status == 0 && run.errors.contains("noise learnt from"), "\(run.errors)")
    let archive = try SimulationsArchive(folder.path("x.h5"))
    #expect(archive.dataShape[0] == 64 && archive.noiseLevels == [1])
    #expect(archive.layout?.extras.contains { $0.name == "noise/covariance" } == true)
  }

  /// A lead field of three sources over the five channels.
  private func writeLeadField(_ path: String, values: [Double], shape: [Int] = [5, 3], names: [String] = names) throws {
    let file = try HDF5File(creating: path)
    try file.write(values, to: "leadfield", shape: shape)
    try file.write(names, to: "channels/name")
    try file.commit()
  }

  @Test("With a lead field the potential is its column times the moment times the source")
  func leadField() throws {
    let folder = try TemporaryFolder()
    let values = (0..<15).map { 100 * Double($0 % 7) - 250 }
    try writeLeadField(folder.path("field.h5"), values: values)
    let arguments = [
      "--leadfield", "field.h5", "--set", "leadfield_columns=[2]", "--set", "reference=none", "--set", "q=-3",
    ]
    let job = ["simulate", "--count", "2", "-o", "x.h5", "--noise-level", "0", "--keep-sources"] + arguments
    let run = try EvokeRun(job, in: folder)
    try #require(run.status == 0, "\(run.errors)")
    let archive = try SimulationsArchive(folder.path("x.h5"))
    let (x, source) = (try archive.x(), try #require(try archive.source()))
    let times = archive.dataShape[1]
    for place in x.indices {
      let gain = values[3 * (place / times % 5) + 2] * -3e-9
      let expected = gain * Double(source[place / (5 * times) * times + place % times])
      #expect(abs(Double(x[place]) - expected) <= 1.3e-7 * abs(expected) + 1e-20)
    }
    // Without places on the head, realistic noise cannot be; with names that have some, it can.
    #expect(try EvokeRun(["simulate", "--count", "2", "-o", "y.h5"] + arguments, in: folder).status == 0)
    try writeLeadField(folder.path("unplaced.h5"), values: values, names: ["a", "b", "c", "d", "e"])
    let unplaced = try EvokeRun(["simulate", "--count", "2", "-o", "z.h5", "--leadfield", "unplaced.h5"], in: folder)
    #expect(unplaced.status == 1 && unplaced.errors.split(separator: "\n").count == 1, "\(unplaced.errors)")
    let white = ["--leadfield", "unplaced.h5", "--set", "kind=white"]
    #expect(try EvokeRun(["simulate", "--count", "2", "-o", "z.h5"] + white, in: folder).status == 0)
  }

  @Test("Lead fields and covariances that do not fit are refused with the name of the file")
  func damaged() throws {
    let folder = try TemporaryFolder()
    try writeLeadField(folder.path("nan.h5"), values: [.nan] + [Double](repeating: 1, count: 14))
    try writeLeadField(folder.path("shape.h5"), values: [Double](repeating: 1, count: 12), shape: [4, 3])
    try writeLeadField(folder.path("field.h5"), values: (0..<15).map(Double.init))
    try writeLeadField(
      folder.path("twice.h5"), values: (0..<15).map(Double.init), names: ["Cz", "Cz", "Pz", "Oz", "Fz"])
    for (name, values) in [
      ("asymmetric", [1.0, 2, 3, 4]), ("negative", [-1, 0, 0, 1]), ("infinite", [.infinity, 0, 0, 1]),
    ] {
      let file = try HDF5File(creating: folder.path("\(name).h5"))
      var block: [Double] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
      (block[0], block[1], block[4], block[5]) = (values[0], values[1], values[2], values[3])
      try file.write(block, to: "covariance", shape: [4, 4])
      try file.write(["Fz", "Cz", "Pz", "Oz"], to: "channels/name")
      try file.commit()
    }
    for arguments in [
      ["--leadfield", "nan.h5"], ["--leadfield", "shape.h5"],
      ["--leadfield", "field.h5", "--set", "leadfield_columns=[3]"],
      ["--leadfield", "field.h5", "--set", "leadfield_columns=[-1]"], ["--leadfield", "twice.h5"],
      ["--leadfield", "field.h5", "--montage", "biosemi16"], ["--noise-from", "asymmetric.h5"],
      ["--noise-from", "negative.h5"], ["--noise-from", "infinite.h5"], ["--noise-from", "field.h5"],
      ["--noise-from", "negative.h5", "--leadfield", "field.h5"],
    ] {
      let run = try EvokeRun(["simulate", "--count", "2", "-o", "x.h5"] + arguments, in: folder)
      #expect(run.status == 1 && run.errors.contains(".h5"), "\(arguments): \(run.errors)")
      #expect(!run.errors.contains("Fatal"))
      #expect(try !folder.names.contains("x.h5"))
    }
  }

  @Test("A file of another program with parameters and data is summarised", arguments: [false, true])
  func otherProgram(hasPrior: Bool) throws {
    let folder = try TemporaryFolder()
    let file = try HDF5File(creating: folder.path("pairs.h5"))
    try file.write([1, 2, 3, 5.5] as [Double], to: "theta", shape: [2, 2])
    try file.write([Double](repeating: 0.5, count: 12), to: "x", shape: [2, 6])
    if hasPrior {
      try file.write([0.0, 0], to: "prior/lower")
      try file.write([9.0, 9], to: "prior/upper")
      try file.group("prior").setAttribute("kind", "box")
    }
    try file.commit()
    let run = try EvokeRun(["info", "pairs.h5"], in: folder)
    #expect(run.status == 0 && run.output.contains("2 simulations, 0 failed"), "\(run.output)\(run.errors)")
    #expect(run.output.contains("data of shape 6"))
    #expect(run.output.contains("theta_1  2 to 5.5, mean 3.75"))
    let json = try #require(
      (try EvokeRun(["info", "--json", "pairs.h5"], in: folder).json() as? [[String: Any]])?.first)
    #expect(json["kind"] as? String == "simulations" && json["data_shape"] as? [Int] == [6])
    #expect((json["parameters"] as? [[String: Any]])?.map { $0["mean"] as? Double } == [2, 3.75])
    #expect(json["seed"] == nil && json["settings"] == nil)
  }
}
