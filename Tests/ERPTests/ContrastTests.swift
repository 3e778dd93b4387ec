import EEGCore
import ERP
import TestSupport
import Testing

@Suite("Contrasts")
struct ContrastTests {
  private typealias Terms = [(Double, String)]

  @Test(
    "Signs, factors and names, also of conditions that hold signs themselves",
    arguments: [
      ("a - b", "a - b", [1.0, -1], ["a", "b"]), ("a-b", "a-b", [1], ["a-b"]),
      ("diff = 0.5*a + 0.5 * b - a-b", "diff", [0.5, 0.5, -1], ["a", "b", "a-b"]),
      ("-a + two words", "-a + two words", [-1, 1], ["a", "two words"]), ("1e-1*b", "1e-1*b", [0.1], ["b"]),
      ("b+a", "b+a", [1, 1], ["b", "a"]), ("2 * 2back - 2back", "2 * 2back - 2back", [2, -1], ["2back", "2back"]),
    ])
  func reading(text: String, name: String, factors: [Double], conditions: [String]) throws {
    let contrast = try Contrast(text, among: ["a", "b", "a-b", "two words", "2back"])
    #expect(contrast.name == name)
    #expect(contrast.terms.map(\.factor) == factors)
    #expect(contrast.terms.map(\.condition) == conditions)
  }

  @Test(
    "What is no combination is refused, with the conditions that there are",
    arguments: [
      ("a - c", ERPError.Code.unknownCondition), ("a b", .invalidSettings), ("", .invalidSettings),
      ("= a", .invalidSettings),
      ("a -", .unknownCondition), ("x =", .invalidSettings), ("ab", .unknownCondition),
    ])
  func refused(text: String, code: ERPError.Code) {
    let error = #expect(throws: ERPError.self) { try Contrast(text, among: ["a", "b"]) }
    #expect(error?.code == code)
    if code == .unknownCondition { #expect(error?.message.contains("'a', 'b'") == true) }
  }

  @Test("The combination is that of the averages, with the effective number of epochs")
  func values() throws {
    let set = EvokedSet(
      channels: [Channel(name: "Cz")], times: [0, 0.01], rate: 100,
      conditions: [("a", [4.0, 6], 20.0), ("b", [1, 2], 30)].map {
        Evoked(
          name: $0.0, average: Matrix(rows: 1, columns: 2, values: $0.1),
          standardError: Matrix(rows: 1, columns: 2, values: [3, 4]), count: $0.2)
      })
    let difference = try Contrast("d = a - b", among: ["a", "b"]).evoked(of: set)
    #expect(difference.name == "d" && difference.average.values == [3, 4])
    #expect(abs(difference.count - 12) < 1e-12)
    #expect(abs((difference.standardError?.values[0] ?? 0) - 18.0.squareRoot()) < 1e-14)
    #expect(throws: ERPError.self) { try Contrast("a - c", among: ["a", "c"]).evoked(of: set) }
  }
}

@Suite("Bands of contrasts")
struct ContrastBandTests {
  private func epochs() -> Epochs {
    var generator = SplitMix64(seed: 11)
    let names = (0..<80).map { $0 % 2 == 0 ? "a" : "b" }
    return Epochs(
      channels: [Channel(name: "Cz")], times: [0, 0.01], rate: 100,
      events: names.map { Event(sample: 0, onset: 0, condition: $0) },
      values: names.flatMap { name in
        [0, 1].map { $0 + (name == "a" ? 3 : 0) + Double.random(in: -1...1, using: &generator) }
      }, dropLog: [])
  }

  @Test("Holds the difference, as wide as the standard error of independent means says")
  func width() throws {
    var settings = AveragingSettings()
    settings.bootstrap = BootstrapSettings()
    settings.bootstrap?.resamples = 4000
    let contrast = try Contrast("a - b", among: ["a", "b"])
    let set = try epochs().averages(settings)
    let difference = try contrast.evoked(of: set)
    let band = try #require(try epochs().confidenceBand(of: contrast, settings, conditions: ["a", "b"], threads: 1))
    #expect(try epochs().confidenceBand(of: contrast, settings, conditions: ["a", "b"], threads: 2) == band)
    for time in 0..<2 {
      let width = (band.upper[0, time] - band.lower[0, time]) / (2 * 1.96 * (difference.standardError?[0, time] ?? 0))
      #expect(abs(width - 1) < 0.08, "\(width)")
      #expect(band.lower[0, time] < difference.average[0, time] && difference.average[0, time] < band.upper[0, time])
    }
  }

  @Test("A condition alone has the band of its average, and without a bootstrap there is none")
  func single() throws {
    var settings = AveragingSettings()
    let contrast = try Contrast("x = b", among: ["a", "b"])
    #expect(try epochs().confidenceBand(of: contrast, settings, conditions: ["a", "b"]) == nil)
    settings.bootstrap = BootstrapSettings()
    let set = try epochs().averages(settings)
    #expect(try epochs().confidenceBand(of: contrast, settings, conditions: ["a", "b"]) == set["b"]?.confidence)
  }

  @Test("The combination keeps the divisor of its parts")
  func divisor() throws {
    let set = try epochs().averages(AveragingSettings(divisor: .population))
    #expect(try Contrast("a - b", among: ["a", "b"]).evoked(of: set).divisor == .population)
  }
}
