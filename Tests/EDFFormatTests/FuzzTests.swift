import EDFFormat
import EEGCore
import Foundation
import TestSupport
import Testing

/// Damaged files: whatever the bytes, reading ends in values or in an error.
///
/// Mutants are made from a stated seed; a failing one is written out by its number.
@Suite("Mutants")
struct FuzzTests {
  static let bases = ["damaged/sound.edf", "gaps.edf", "mixed_rates.edf", "mixed_rates.bdf", "hypnogram.edf"]
  static let mutantsPerBase = 4_400

  /// Keeps the base small, so that most changes hit the header and the annotations.
  private func base(_ name: String) throws -> [UInt8] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture(name))))
    let file = try EDFFile(path: TestFiles.fixture(name))
    return Array(bytes.prefix(file.header.headerLength + 3 * file.header.recordLength))
  }

  @Test("Over 20,000 mutants of headers, annotations and lengths end in a value or an error", arguments: bases)
  func mutants(name: String) throws {
    let original = try base(name)
    let folder = try TemporaryFolder()
    let path = folder.path("mutant.edf")
    var random = SplitMix64(seed: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    var values = 0
    var errors = 0
    for _ in 0..<Self.mutantsPerBase {
      let mutant = mutate(original, using: &random)
      try Data(mutant).write(to: URL(fileURLWithPath: path))
      do {
        try readEverything(path)
        values += 1
      } catch is EDFError {
        errors += 1
      }
    }
    #expect(values + errors == Self.mutantsPerBase)
    // Mutants that all fail, or all pass, would test little.
    #expect(values > Self.mutantsPerBase / 10)
    #expect(errors > Self.mutantsPerBase / 50)
  }

  /// Everything that a caller can ask for.
  private func readEverything(_ path: String) throws {
    let file = try EDFFile(path: path)
    let recording = try file.recording()
    _ = try file.deviations()
    _ = try? EDFFile(path: path, strict: true).recording()
    for index in recording.signals.indices where recording.signals[index].sampleCount > 0 {
      let signal = recording.signals[index]
      let last = signal.sampleCount - 1
      #expect(try recording.digital(signal: index, samples: last..<(last + 1)).count == 1)
      #expect(try recording.physical(signal: index).count == signal.sampleCount)
    }
    let samples = try file.readAll(threads: 1)
    #expect((0..<recording.signals.count).allSatisfy { samples.count($0) == recording.signals[$0].sampleCount })
    _ = try file.read(time: 0.25..<1.5, threads: 2)
    _ = recording.start?.iso8601
    for annotation in recording.annotations {
      for index in recording.signals.indices.prefix(2) {
        _ = recording.segmentIndex(ofSignal: index).locate(annotation.onset)
      }
    }
  }

  private func mutate(_ original: [UInt8], using random: inout SplitMix64) -> [UInt8] {
    var bytes = original
    let signals = Int(String(decoding: original[252..<256], as: UTF8.self).split(separator: " ")[0]) ?? 1
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      switch Int.random(in: 0..<6, using: &random) {
      case 0:  // a number field of the fixed part
        let fields = [(168, 8), (176, 8), (184, 8), (192, 44), (236, 8), (244, 8), (252, 4)]
        let field = fields.randomElement(using: &random) ?? (236, 8)
        overwrite(&bytes, field.0, field.1, using: &random)
      case 1:  // a field of one signal
        let field = [(0, 16), (96, 8), (104, 8), (112, 8), (120, 8), (128, 8), (136, 80), (216, 8)].randomElement(
          using: &random)
        let (before, length) = field ?? (216, 8)
        let signal = Int.random(in: 0..<signals, using: &random)
        overwrite(&bytes, 256 + before * signals + signal * length, length, using: &random)
      case 2:  // the length of the file
        if Bool.random(using: &random) {
          bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
        } else {
          bytes += (0..<Int.random(in: 0...5000, using: &random)).map { UInt8(truncatingIfNeeded: $0) }
        }
      case 3:  // separators and digits of annotations
        guard bytes.count > 512 else { continue }
        for _ in 0..<20 {
          let place = Int.random(in: 512..<bytes.count, using: &random)
          bytes[place] = [0, 20, 21, 43, 45, 46, 57, 255].randomElement(using: &random) ?? 0
        }
      case 4:  // one character more or less, so that everything after it is shifted
        guard !bytes.isEmpty else { continue }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        if Bool.random(using: &random) { bytes.remove(at: place) } else { bytes.insert(48, at: place) }
      default:  // anything anywhere
        for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
      }
    }
    return bytes
  }

  /// Puts a hostile text into a field.
  private func overwrite(_ bytes: inout [UInt8], _ start: Int, _ length: Int, using random: inout SplitMix64) {
    let texts = [
      "", "0", "-1", "1", "2", "99999999", "-9999999", "1e9", "1e-9", "1E308", "nan", "inf", "0x10", "1,5", " 7", "3.5",
      "00.00.00", "31.02.21", "EDF+D", "BDF+C", "24BIT", "EDF Annotations", "BDF Annotations", "\u{0}\u{0}", "32768",
      "9999", "10000", "+4", "1 2", "\u{FFFD}",
    ]
    let text = Array((texts.randomElement(using: &random) ?? "").utf8.prefix(length))
    for place in 0..<length where start + place < bytes.count {
      bytes[start + place] = place < text.count ? text[place] : UInt8(ascii: " ")
    }
  }
}
