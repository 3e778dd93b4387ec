import EEGCore
import Foundation
import TestSupport
import Testing

@testable import Report

@Suite("What figures show")
struct FigureContentTests {
  @Test("Peaks of the field power: the largest that stand out, in order of time")
  func peaks() {
    let times = (0..<121).map { -0.1 + Double($0) * 0.005 }
    func bump(_ centre: Double, _ height: Double) -> [Double] {
      times.map { height * exp(-pow(($0 - centre) / 0.02, 2)) }
    }
    func sum(_ parts: [Double]...) -> [Double] { times.indices.map { index in parts.reduce(0) { $0 + $1[index] } } }
    func found(_ power: [Double], atMost count: Int = 4) -> [Double] {
      FieldPowerPeaks.samples(times: times, power: power, atMost: count).map { (times[$0] * 1000).rounded() }
    }
    #expect(found(sum(bump(0.1, 3), bump(0.2, 5), bump(0.35, 4))) == [100, 200, 350])
    #expect(found(sum(bump(0.1, 3), bump(0.2, 5), bump(0.35, 4)), atMost: 2) == [200, 350])
    // Too low beside the largest, and before the event.
    #expect(found(sum(bump(0.1, 1), bump(0.2, 5))) == [200])
    #expect(found(sum(bump(-0.05, 9), bump(0.2, 5))) == [200])
    // On the flank of a larger peak.
    #expect(found(sum(bump(0.2, 5), bump(0.24, 3))) == [200])
    #expect(found(times.map { $0 + 1 }) == [500])
    #expect(found(times.map { _ in 0 }) == [])
    #expect(found(times.map { _ in .nan }) == [])
  }

  @Test("Bands are the mean plus and minus 1.96 standard errors")
  func band() throws {
    var evoked = SampleEvoked.condition("a", rows: [[1e-6, -2e-6]])
    #expect(ConfidenceBand(around: evoked) == nil)
    evoked.standardError = Matrix(rows: 1, columns: 2, values: [1e-6, 0.5e-6])
    let band = try #require(ConfidenceBand(around: evoked))
    #expect(band.label == "95 %")
    for (value, expected) in zip(band.lower.values + band.upper.values, [-0.96e-6, -2.98e-6, 2.96e-6, -1.02e-6]) {
      #expect(abs(value - expected) < 1e-18)
    }
  }

  @Test("A band that is given is drawn instead of the standard error's, on its channels and times")
  func givenBand() throws {
    var evoked = SampleEvoked.make(conditions: ["a", "b"], channels: 3)
    let size = (rows: 3, columns: evoked.times.count)
    var lower = Matrix(rows: size.rows, columns: size.columns)
    lower[2, 10] = -7e-6
    evoked.conditions[1].confidence = ConfidenceBand(
      level: 0.9, lower: lower, upper: Matrix(rows: size.rows, columns: size.columns))
    var options = FigureOptions()
    options.channels = ["E3"]
    options.tmin = evoked.times[10]
    let figure = try ConditionsFigure(evoked: evoked, options: options)
    let row = try #require(figure.commands.split(separator: "\n").drop { $0 != "$channel0 << EOD" }.dropFirst().first)
    let numbers = row.split(separator: " ").compactMap { Double($0) }
    #expect(numbers.count == 7)
    #expect(numbers[5] == -7)
    #expect(numbers[6] == 0)
    #expect(abs(numbers[3] - numbers[1] - 1.96) < 1e-3)
    #expect(figure.page.labels.contains { $0.text == "90 %, 95 % confidence, pointwise" })
  }

  @Test("Without a choice the channel of the largest difference is drawn, and the midline, from front to back")
  func usualChannels() throws {
    let names = ["Pz", "T7", "Cz", "O2", "Fz"]
    var evoked = SampleEvoked.make(conditions: ["a", "b"], channels: 5)
    evoked.channels = names.map { Channel(name: $0, position: StandardElectrodes.position(for: $0)?.position) }
    for index in 0..<2 { evoked.conditions[index].average = Matrix(rows: 5, columns: evoked.times.count) }
    evoked.conditions[0].average[3, 20] = 5e-6
    let texts = try ConditionsFigure(evoked: evoked).page.labels.map(\.text)
    #expect(texts.filter { names.contains($0) } == ["Fz", "Cz", "Pz", "O2"])
  }

  @Test("Negative up turns the axis round and says so")
  func negativeUp() throws {
    let evoked = SampleEvoked.make(conditions: ["a"], channels: 3)
    var options = FigureOptions()
    options.limit = 12e-6
    #expect(try ConditionsFigure(evoked: evoked, options: options).commands.contains("set yrange [-12.0:12.0]"))
    options.negativeUp = true
    let figure = try ConditionsFigure(evoked: evoked, options: options)
    #expect(figure.commands.contains("set yrange [12.0:-12.0]"))
    #expect(figure.page.labels.contains { $0.text == "Amplitude (µV), negative up" })
    // The numbers stand where the axis has them: −10 above 10.
    let heights = ["−10", "10"].map { text in figure.page.labels.first { $0.text == text }?.place.y ?? .nan }
    #expect(heights[0] < heights[1])
  }

  @Test("Maps show the nearest sample, or the mean of a window")
  func mapTimes() throws {
    let evoked = SampleEvoked.make(conditions: ["a"], channels: 5)
    func labels(_ times: MapTimes) throws -> [String] {
      try MapsFigure(evoked: evoked, times: times).page.labels.map(\.text).filter { $0.hasSuffix(" ms") }
    }
    #expect(try labels(.times([0.1, 0.209, 0])) == ["100 ms", "200 ms", "0 ms"])
    #expect(try labels(.windows([0.3...0.5])) == ["300 to 500 ms"])
    #expect(try labels(.regular) == ["0 ms", "100 ms", "200 ms", "300 ms", "400 ms", "500 ms", "600 ms", "700 ms"])
    for wrong: MapTimes in [.times([0.8]), .times([]), .windows([0.6...0.9]), .windows([0.101...0.102]), .windows([])] {
      let error = #expect(throws: FigureError.self) { try MapsFigure(evoked: evoked, times: wrong) }
      #expect(error?.code == .invalidOption)
    }
  }

  @Test("The drop chart counts an epoch once for every kind of reason and every channel")
  func drops() throws {
    func entry(_ onset: Double, _ condition: String, _ reasons: [DropReason]) -> DropLogEntry {
      DropLogEntry(event: Event(sample: 0, onset: onset, condition: condition), reasons: reasons)
    }
    let log = [
      entry(1, "a", []), entry(2, "b", [.peakToPeak(channels: ["Fp1", "Fp2"]), .flat(channels: ["Fp1"])]),
      entry(3, "a", [.peakToPeak(channels: ["Fp1"])]), entry(4, "a", [.outsideRecording]),
    ]
    let texts = try DropsFigure(dropLog: log).page.labels.map(\.text)
    #expect(texts.contains("4 events, 1 epochs kept, 3 dropped (75 %)"))
    func count(_ name: String) -> String? { texts.firstIndex(of: name).map { texts[$0 + 1] } }
    #expect(count("peak-to-peak above 100 µV") == "2 (50 %)")
    #expect(count("flat below 1 µV") == "1 (25 %)")
    #expect(count("outside the recording") == "1 (25 %)")
    #expect(count("Fp1") == "2 (50 %)")
    #expect(count("Fp2") == "1 (25 %)")
    #expect(count("a") == "1 of 3 kept")
    #expect(count("b") == "0 of 1 kept")
    var options = FigureOptions()
    options.conditions = ["b"]
    #expect(try DropsFigure(dropLog: log, options: options).page.labels.contains { $0.text == "0 of 1 kept" })
  }

  @Test("The image has its epochs in the order that is asked for")
  func epochOrder() throws {
    let times = [-0.1, 0, 0.1]
    // Condition and value after the event, in the order of the recording.
    let content: [(String, Double)] = [("a", 1), ("b", 2), ("a", 3), ("b", 0), ("a", 2)]
    let epochs = Epochs(
      channels: [Channel(name: "Cz")], times: times, rate: 10,
      events: content.map { Event(sample: 0, onset: 0, condition: $0.0) },
      values: content.flatMap { [0, 0, $0.1 * 1e-6] }, dropLog: [])
    func rows(_ order: EpochOrder) throws -> [Double] {
      let lines = try EpochsImageFigure(epochs: epochs, order: order).commands.split(separator: "\n")
      return lines.drop { $0 != "$image0 << EOD" }.dropFirst().prefix { $0 != "EOD" }
        .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    }
    #expect(try rows(.recording) == [1, 2, 3, 0, 2])
    #expect(try rows(.condition) == [1, 3, 2, 2, 0])
    #expect(try rows(.amplitude) == [3, 2, 1, 2, 0])
  }

  @Test("Many epochs become 400 lines, whose mean is the mean of the epochs")
  func manyEpochs() throws {
    let count = 1000
    let epochs = Epochs(
      channels: [Channel(name: "Cz")], times: [0, 0.1], rate: 10,
      events: (0..<count).map { Event(sample: 0, onset: Double($0), condition: "a") },
      values: (0..<count).flatMap { [0, Double($0) * 1e-7] }, dropLog: [])
    let lines = try EpochsImageFigure(epochs: epochs).commands.split(separator: "\n")
    let rows = lines.drop { $0 != "$image0 << EOD" }.dropFirst().prefix { $0 != "EOD" }
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    #expect(rows.count == 400)
    #expect(abs(rows.reduce(0, +) / 400 - 49.95) < 0.05)
  }

  @Test("Rectangles do not overlap, stay on the page, and do not go far", arguments: [5, 20, 64, 128])
  func placement(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    let area = PixelBox(left: 10, top: 20, width: 800, height: 700)
    let key = PixelBox(left: 10, top: 690, width: 80, height: 30)
    let wanted = (0..<count).map { _ in
      Point(Double.random(in: 60...760, using: &generator), Double.random(in: 60...660, using: &generator))
    }
    let (centres, size) = RectanglePlacement.place(
      wanted, in: area, aspects: [1.3, 0.9], largest: 120, around: key)
    let boxes = centres.map {
      PixelBox(
        left: $0.x - size.x / 2 + 1e-5, top: $0.y - size.y / 2 + 1e-5, width: size.x - 2e-5, height: size.y - 2e-5)
    }
    #expect(size.x > 12)
    for (index, box) in boxes.enumerated() {
      #expect(box.left >= 10 && box.right <= 810 && box.top >= 20 && box.bottom <= 720)
      #expect(!box.overlaps(key))
      #expect(boxes[(index + 1)...].allSatisfy { !$0.overlaps(box) })
      #expect(abs(centres[index].x - wanted[index].x) <= 1.6 * size.x)
      #expect(abs(centres[index].y - wanted[index].y) <= 1.6 * size.y)
    }
  }
}
