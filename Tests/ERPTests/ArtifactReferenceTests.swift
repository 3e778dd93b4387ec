import EEGCore
import ERP
import Foundation
import TestSupport
import Testing

/// Random epochs with planted artifacts, and what other definitions and programs find in them (`erplab_artifacts.py`).
private struct ArtifactReference: Decodable {
  struct MNE: Decodable {
    let reject: Double
    let flat: Double
    let dropLog: [[String]]
    private enum CodingKeys: String, CodingKey {
      case reject, flat
      case dropLog = "drop_log"
    }
  }
  let rate: Double
  let tmin: Double
  let unit: Double
  let channels: [String]
  /// Shape `[epoch, channel, time]`, in `unit`.
  let epochs: [[[Int]]]
  /// Values of every rule without its limit, shape `[epoch, channel]`, in volts.
  let measures: [String: [[Double]]]
  let extreme: [[Bool]]
  let flatline: [[Bool]]
  let mne: MNE

  private enum CodingKeys: String, CodingKey {
    case rate, tmin, unit, channels, epochs, measures, mne
    case extreme = "absolute=-90uV:60uV"
    case flatline = "erplab_flatline=2uV:0.3"
  }

  static func load() throws -> ArtifactReference {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("artifacts.json")))
    return try JSONDecoder().decode(ArtifactReference.self, from: data)
  }

  func detection(_ rules: [ArtifactRule]) throws -> ArtifactDetection {
    let first = Int((tmin * rate).rounded())
    return try ArtifactDetection(
      ArtifactSettings(rules), channels: channels.map { Channel(name: $0) },
      times: epochs[0][0].indices.map { Double(first + $0) / rate }, rate: rate)
  }

  func findings(_ detection: ArtifactDetection, epoch: Int) -> [ArtifactFinding] {
    let volts = epochs[epoch].flatMap { $0.map { Double($0) * unit } }
    return detection.findings(volts.span, detection.makeScratch())
  }
}

@Suite("Artifact detectors against ERPLAB's definitions and MNE-Python")
struct ArtifactReferenceTests {
  private let reference: ArtifactReference

  init() throws { reference = try ArtifactReference.load() }

  /// Keys of the values: rules without their limits.
  static let rules = [
    "ptp", "absolute", "moving", "moving:0.157:0.03", "moving:0.3:0.005", "step", "step:0.105:0.005", "flat", "flat:0.3",
    "derivative", "blink", "blink:0.305", "blink:0.4/0:0.8", "ptp/0:0.8",
  ]

  /// The rule of a key with a limit.
  private func rule(_ key: String, _ limit: String) throws -> ArtifactRule {
    let end = key.firstIndex { ":/".contains($0) } ?? key.endIndex
    return try ArtifactRule(key[..<end] + "=" + limit + key[end...])
  }

  @Test("Every value is the one of the definition", arguments: rules)
  func values(key: String) throws {
    let expected = try #require(reference.measures[key])
    // A limit that everything passes, but for values of 0.
    let isFlat = key.hasPrefix("flat")
    let isBlink = key.hasPrefix("blink")
    let detection = try reference.detection([rule(key, isFlat ? "0.5V" : isBlink ? "1e-12" : "1e-6uV")])
    var worst = 0.0
    for (epoch, row) in expected.enumerated() {
      let found = reference.findings(detection, epoch: epoch)
      let passing = zip(reference.channels, row).filter { isFlat || $0.1 > 1e-12 }
      #expect(found.flatMap(\.channels).map(\.channel) == passing.map(\.0), "epoch \(epoch)")
      for (value, expected) in zip(found.flatMap(\.channels), passing) {
        worst = max(worst, abs(value.value - expected.1))
      }
    }
    // The mean of a step is a sum in another order; an offset of 2 mV costs it three digits. Blinks go through a
    // transform.
    #expect(worst <= (isBlink ? 1e-12 : key.hasPrefix("step") ? 1e-18 : 0), "\(worst)")
  }

  @Test("A limit between the values parts the epochs", arguments: rules)
  func limits(key: String) throws {
    let expected = try #require(reference.measures[key])
    let sorted = expected.flatMap(\.self).sorted()
    // The widest gap in the upper half keeps rounding out of it.
    let places = (sorted.count / 2)..<(sorted.count - 1)
    let place = try #require(places.max { sorted[$0 + 1] - sorted[$0] < sorted[$1 + 1] - sorted[$1] })
    let limit = (sorted[place] + sorted[place + 1]) / 2
    var rule = try rule(key, key.hasPrefix("blink") ? "0.5" : "1uV")
    rule.limit = limit
    let detection = try reference.detection([rule])
    for (epoch, row) in expected.enumerated() {
      let found = reference.findings(detection, epoch: epoch)
      let hit = zip(reference.channels, row).filter { rule.detector == .flat ? $0.1 < limit : $0.1 > limit }
      #expect(found.flatMap { $0.channels.map(\.channel) } == hit.map(\.0), "epoch \(epoch)")
      #expect(found.count == (hit.isEmpty ? 0 : 1))
      #expect(found.allSatisfy { $0.limit == limit && $0.detector == rule.detector })
    }
  }

  @Test("Two absolute limits")
  func twoLimits() throws {
    let detection = try reference.detection([ArtifactRule("absolute=-90uV:60uV")])
    for (epoch, row) in reference.extreme.enumerated() {
      let found = reference.findings(detection, epoch: epoch)
      let hit = Set(zip(reference.channels, row).filter(\.1).map(\.0))
      #expect(Set(found.flatMap { $0.channels.map(\.channel) }) == hit, "epoch \(epoch)")
      for finding in found {
        #expect(finding.channels.allSatisfy { finding.isBelow ? $0.value < -90e-6 : $0.value > 60e-6 })
      }
    }
    #expect(reference.findings(detection, epoch: 4).map(\.rule) == ["value below -90 uV"])
  }

  @Test("What is flat here is flat for ERPLAB, which also takes slow drifts for flat")
  func flatline() throws {
    let detection = try reference.detection([ArtifactRule("flat=2uV:0.3")])
    var (found, more) = (0, 0)
    for (epoch, row) in reference.flatline.enumerated() {
      let hit = Set(reference.findings(detection, epoch: epoch).flatMap { $0.channels.map(\.channel) })
      for (channel, isFlat) in zip(reference.channels, row) {
        if hit.contains(channel) { #expect(isFlat, "\(channel) of epoch \(epoch)") }
        found += hit.contains(channel) ? 1 : 0
        more += isFlat && !hit.contains(channel) ? 1 : 0
      }
    }
    #expect(found == 2 && more == 1)
  }

  @Test("Peak-to-peak and flat drop the epochs and name the channels that MNE-Python does")
  func mne() throws {
    let detection = try reference.detection([
      ArtifactRule(.peakToPeak, limit: reference.mne.reject), ArtifactRule(.flat, limit: reference.mne.flat),
    ])
    for (epoch, channels) in reference.mne.dropLog.enumerated() {
      #expect(reference.findings(detection, epoch: epoch).flatMap { $0.channels.map(\.channel) } == channels)
    }
    #expect(reference.mne.dropLog.contains { !$0.isEmpty } && reference.mne.dropLog.contains { $0.isEmpty })
  }
}
