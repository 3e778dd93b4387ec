import EEGCore
import ERP
import HDF5
import TestSupport
import Testing

@Suite("Evoked potentials equal MNE-Python's", .enabled(if: TestFiles.hasRecordings))
struct ReferenceTests {
  @Test("Every quantity of every variant", arguments: ReferenceData.all, ReferenceVariant.allCases)
  func quantities(data: ReferenceData, variant: ReferenceVariant) throws {
    let stored = try data.arrays().group(variant.rawValue)
    let description = try data.description()
    let result = try data.epochs(variant)
    let epochs = result.epochs
    let conditions = result.conditions
    let means = try epochs.averages(AveragingSettings(divisor: .population), of: conditions)
    let medians = try epochs.averages(AveragingSettings(method: .median), of: conditions)
    let tolerance = variant.tolerance

    for name in try stored.links() {
      switch name {
      case "times":
        try expectEqual(epochs.times, stored.dataset(name).read(), within: 0, name)
      case "epoch0":
        try expectEqual(epochs.epoch(0).values, stored.dataset(name).read(), within: tolerance, name)
      case "epoch_last":
        let last = epochs.epoch(epochs.events.count - 1)
        try expectEqual(last.values, stored.dataset(name).read(), within: tolerance, name)
      case "equal_mean", "nave_weighted_mean", "diff_\(conditions.joined(separator: "-"))":
        let weights: CombinationWeights =
          name == "equal_mean" ? .equal : name == "nave_weighted_mean" ? .count : .values([1, -1])
        let combined = try Evoked.combination(of: means.conditions, weights: weights, name: name)
        try expectEqual(combined.average.values, stored.dataset(name).read(), within: tolerance, name)
      default:
        let mean = try #require(means[name])
        let group = try stored.group(name)
        for quantity in try group.links() {
          let values: [Double]
          switch quantity {
          case "average": values = mean.average.values
          case "stderr": values = try #require(mean.standardError).values
          case "median": values = try #require(medians[name]).average.values
          case "gfp_eeg": values = means.globalFieldPower(of: mean)
          case "sme_window":
            values = try epochs.standardizedMeasurementError(
              of: name, from: description.window[0], to: description.window[1])
          default:
            Issue.record("the reference has an unknown quantity \(quantity)")
            continue
          }
          try expectEqual(values, group.dataset(quantity).read(), within: tolerance, "\(name)/\(quantity)")
        }
      }
    }
    let counts = try #require(description.variants[variant.rawValue]).nPerCondition
    for condition in conditions { #expect(Int(means[condition]?.count ?? 0) == counts[condition]) }
  }

  @Test("Events: sample and condition of each", arguments: ReferenceData.all)
  func events(data: ReferenceData) throws {
    let description = try data.description()
    let events = try data.epochs(.plain).epochs.dropLog.map(\.event)
    let expected = description.eventsSampleCode.filter { description.eventId.values.contains($0[1]) }
    #expect(events.map(\.sample) == expected.map { $0[0] })
    #expect(events.map { description.eventId[$0.condition] } == expected.map { $0[1] })
  }

  @Test("Dropped epochs: which events, and the channels in order", arguments: ReferenceData.all)
  func dropLog(data: ReferenceData) throws {
    let description = try data.description()
    let variant = ReferenceVariant.filteredAverageReferenceReject
    // MNE numbers all events of the recording, we the selected ones.
    let numbers = description.eventsSampleCode.indices.filter {
      description.eventId.values.contains(description.eventsSampleCode[$0][1])
    }
    let stored = try #require(description.variants[variant.rawValue]).dropLog
    let log = try data.epochs(variant).epochs.dropLog
    #expect(log.count == numbers.count)
    for (entry, number) in zip(log, numbers) {
      let found = entry.reasons.flatMap { reason -> [String] in
        guard case .artifact(let finding) = reason, finding.detector == .peakToPeak else { return ["\(reason)"] }
        #expect(finding.limit == description.rejectPtpV)
        #expect(finding.channels.allSatisfy { $0.value > finding.limit })
        return finding.channels.map(\.channel)
      }
      #expect(found == stored[String(number)] ?? [])
    }
  }

  @Test("A condition without a kept epoch is named, and has no numbers")
  func emptyCondition() throws {
    let data = try #require(ReferenceData.all.first { $0.name == "eegmmidb_S003R06" })
    let result = try data.epochs(.filteredAverageReferenceReject)
    #expect(result.warnings == [.noEpochs(condition: "T1", events: 7)])
    #expect(try result.epochs.averages(of: result.conditions).conditions.map(\.name) == ["T2"])
  }

  @Test("Filter coefficients", arguments: ReferenceData.all)
  func coefficients(data: ReferenceData) throws {
    let filter = try #require(try data.epochs(.filtered).filter?.fir)
    let stored: HDF5Array<Double> = try data.arrays().dataset("fir_1_30").read()
    #expect(filter.coefficients.count == stored.values.count)
    expectEqual(filter.coefficients, stored, within: 1e-15, "coefficients")
  }

  @Test("Grand average of four files", arguments: [ReferenceVariant.plain, .filtered, .avgref])
  func grandAverage(variant: ReferenceVariant) throws {
    let stored = try HDF5File(reading: TestFiles.recording("reference/erp/grand_average_public.h5"))
    let sets = try ReferenceData.all.prefix(4).map { try $0.epochs(variant).epochs.averages(of: ["T1", "T2"]) }
    let grand = try GrandAverage(sets)
    #expect(grand.warnings.isEmpty)
    try expectEqual(grand.evoked.times, stored.dataset("times").read(), within: 0, "times")
    for condition in ["T1", "T2"] {
      let evoked = try #require(grand.evoked[condition])
      #expect(evoked.count == 4)
      try expectEqual(
        evoked.average.values, stored.dataset("\(variant.rawValue)/\(condition)").read(), within: variant.tolerance,
        condition)
    }
  }
}
