import EEGCore
import ERP
import TestSupport
import Testing

@Suite("Artifacts in the pipeline")
struct ArtifactPipelineTests {
  @Test("Single channels are taken out of epochs, the same with any number of threads", arguments: [1, 3])
  func channelwise(threads: Int) throws {
    let recording = Recording.noise(channels: 8, seconds: 60, seed: 5)
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.baseline) = (-0.2, 0.3, nil)
    settings.artifacts = ArtifactSettings([try ArtifactRule("ptp=198uV")], rejectsChannels: true)
    let result = try ERPPipeline(settings).epochs(of: recording, threads: threads)
    var (rejected, dropped) = (0, 0)
    var number = 0
    for entry in result.epochs.dropLog {
      guard entry.isKept else {
        dropped += 1
        #expect(entry.reasons.count == 1)
        continue
      }
      let names = Set(entry.rejectedChannels.flatMap { $0.channels.map(\.channel) })
      rejected += names.count
      let epoch = result.epochs.epoch(number)
      for (row, channel) in result.epochs.channels.enumerated() {
        let count = epoch[row: row].filter(\.isNaN).count
        #expect(count == (names.contains(channel.name) ? result.epochs.times.count : 0))
      }
      number += 1
    }
    #expect(rejected > 10 && dropped > 0, "\(rejected) \(dropped)")
    let average = try #require(result.epochs.averages()["a"])
    #expect(average.channelCounts?.contains { $0 < average.count } == true)
  }

  @Test("A rule finds artifacts in a channel that is not reported")
  func unreported() throws {
    var eyes = [Double](repeating: 0, count: 1000)
    for place in 480..<600 { eyes[place] = 100e-6 }
    let flat = (0..<1000).map { Double($0 % 2) * 1e-6 }
    let recording = Recording.inMemory(
      [("Cz", flat), ("HEOG", eyes)], rate: 100, events: [(2, "a"), (5, "a"), (8, "a")])
    var settings = EpochSettings()
    (settings.tmin, settings.tmax, settings.channels) = (-0.3, 0.5, ["Cz"])
    settings.artifacts = ArtifactSettings([try ArtifactRule("step=30uV@HEOG")], rejectsChannels: true)
    let epochs = try ERPPipeline(settings).epochs(of: recording).epochs
    #expect(epochs.channels.map(\.name) == ["Cz"] && epochs.events.map(\.sample) == [200, 800])
    #expect(
      epochs.dropLog.map { $0.reasons.map(\.description) } == [[], ["step above 30 uV: HEOG 100 uV"], []])
  }
}
