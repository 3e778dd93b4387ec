import ERP
import EvokeNumerics
import Foundation
import NeuralMass
import Testing

@testable import Simulation

@Suite("Settings of simulations")
struct SimulationSettingsTests {
  static let protocols = SimulationProtocol.allCases

  @Test("A protocol is valid, and its JSON gives it back", arguments: protocols)
  func roundTrip(_ base: SimulationProtocol) throws {
    let settings = base.settings
    try settings.validate()
    let json = try JSONEncoder().encode(settings)
    #expect(try SimulationSettings(SimulationProtocol.physiological.settings, file: json) == settings)
    #expect(try JSONDecoder().decode(SimulationSettings.self, from: json) == settings)
  }

  @Test("Everything that can be set stands in the JSON", arguments: protocols)
  func completeness(_ base: SimulationProtocol) throws {
    let json = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(base.settings)) as? [String: Any])
    let parameters = try #require(json["parameters"] as? [String: Any])
    #expect(Set(parameters.keys) == Set(ModelParameter.all.map(\.name)))
    let observation = try #require(json["observation"] as? [String: Any])
    #expect(
      Set(observation.keys) == [
        "tmin_s", "tmax_s", "baseline_s", "detrend", "decimation", "filter_hz", "filter", "reference", "reject",
        "average",
      ])
  }

  @Test("A file changes what it names, and an assignment overrules the file")
  func precedence() throws {
    let file = Data(#"{"observation": {"tmax_s": 0.5, "filter_hz": [0.5, null]}, "parameters": {"C": 100}}"#.utf8)
    let settings = try SimulationSettings(
      SimulationProtocol.deepjr.settings, file: file,
      assignments: [
        ("C", "box(65, 200)"), ("reference", "Fz, Cz"), ("a_1.2", "1.5"), ("regions", "2"), ("azimuth.2", "30"),
      ]
    )
    #expect(settings.observation.tmax == 0.5 && settings.observation.tmin == -0.2)
    #expect(settings.observation.filter == FilterSettings(low: 0.5))
    #expect(settings.observation.reference == .channels(["Fz", "Cz"]))
    #expect(try settings.parameters["C"] == .box(lower: 65, upper: 200))
    #expect(try settings.parameters["a_1.2"] == .fixed(1.5))
    #expect(settings.model.method == .euler)
  }

  @Test("None takes a baseline, a filter and a reference away")
  func nothing() throws {
    let settings = try SimulationSettings(
      SimulationProtocol.physiological.settings,
      assignments: [("baseline_s", "none"), ("reference", "none"), ("filter_hz", "[1, 40]"), ("filter_hz", "none")])
    #expect(settings.observation.baseline == nil && settings.observation.filter == nil)
    #expect(settings.observation.reference == .none)
  }

  @Test(
    "What cannot be is refused by its name",
    arguments: [
      ("bananas", "3", "there is no setting 'bananas'"),
      ("parameters.Q", "3", "there is no parameter 'Q'"),
      ("noise.kinds", "\"white\"", "there is no setting 'noise.kinds'"),
      ("kind", "purple", "noise.kind"),
      ("stimulus.shape", "square", "setting stimulus.shape: give pulse or bump, not 'square'"),
      ("shape", "3", "setting stimulus.shape: give pulse or bump"),
      ("sampling", "grid", "setting sampling: give random or sobol, not 'grid'"),
      ("model.decimation", "last", "setting model.decimation: give first or mean, not 'last'"),
      ("noise.kind", "pink", "give white, realistic or measured, not 'pink'"),
      ("detrend", "cubic", "setting observation.detrend: give linear, not 'cubic'"),
      ("filter.phase", "odd", "setting observation.filter.phase: give zero or minimum, not 'odd'"),
      ("steps_per_sample", "1.5", "setting steps_per_sample: a number is not whole"),
      ("regions", "many", "setting model.regions: give a whole number"),
      ("levels", "[\"a\"]", "setting noise.levels.0: give a number"),
      ("montage", "[1]", "setting head.montage: give a text"),
      ("rate_hz", "fast", "model.rate_hz"),
      ("rate_hz", "-1", "give hertz above 0"),
      ("filter_hz", "[1]", "observation.filter_hz"),
      ("reject", "[\"ptp\"]", "artifact rule"),
      ("A_e", "box(3, 2)", "lower limit 3.0"),
      ("A_e", "uniform(3, 2)", "truncated-normal(MEAN"),
      ("A_e", "box(3)", "truncated-normal(MEAN"),
      ("A_e", "true", "A_e"),
      ("A_e.2", "3", "model.regions is 1"),
      ("I_width", "normal(0.05, 0.1)", "seconds above 0"),
      ("depth", "box(0.5, 1)", "from 0 to below 1"),
      ("trials", "box(0, 60)", "from 1 up"),
      ("p_noise", "2", "stochastic method"),
      ("settle_s", "0.1", "settle longer"),
      ("levels", "[]", "noise levels"),
      ("levels", "[1, 1]", "each once"),
      ("reject", "[\"ptp=100uV\"]", "simulated_trials"),
      ("observation", "3", "there is no setting 'observation'"),
    ])
  func refusals(_ name: String, _ value: String, _ words: String) throws {
    let error = #expect(throws: SimulationError.self) {
      try SimulationSettings(SimulationProtocol.physiological.settings, assignments: [(name, value)])
    }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test(
    "A file that is no settings file is refused with the place",
    arguments: [
      (#"{"observation": 3}"#, "'observation' must be a JSON object"), ("[1]", "must be a JSON object"),
      (#"{"observation": {"tmax": 3}}"#, "observation.tmax"), ("{", "no JSON"),
      (#"{"parameters": {"C": [1]}}"#, "parameter C"),
    ])
  func badFiles(_ file: String, _ words: String) throws {
    let error = #expect(throws: SimulationError.self) {
      try SimulationSettings(SimulationProtocol.physiological.settings, file: Data(file.utf8))
    }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test("A name that ends several paths must be written out")
  func ambiguity() throws {
    let error = #expect(throws: SimulationError.self) {
      try SimulationSettings(SimulationProtocol.physiological.settings, assignments: [("decimation", "2")])
    }
    #expect(error?.message.contains("model.decimation, observation.decimation") == true)
    let settings = try SimulationSettings(
      SimulationProtocol.physiological.settings, assignments: [("observation.decimation", "2")])
    #expect(settings.observation.decimation == 2)
  }

  @Test(
    "A distribution's text gives it back",
    arguments: [
      PriorDistribution.fixed(0.0001), .fixed(-135), .box(lower: -1, upper: 2.5), .normal(mean: 6.175, scale: 1.7875),
      .logNormal(location: -2.5, scale: 0.4), .truncatedNormal(mean: 1, scale: 2, lower: 0, upper: .infinity),
    ])
  func distributions(_ distribution: PriorDistribution) throws {
    #expect(try DistributionText.read(DistributionText.text(distribution)) == distribution)
  }

  @Test("Drawn parameters come in one order, whichever way they were set")
  func order() throws {
    let names = ["noise", "K.2.1", "A_i.2", "p", "a_1", "trials", "A_e", "azimuth.2", "K.1.2"]
    for names in [names, names.reversed()] {
      var table = ParameterTable()
      for name in names { try table.set(name, to: .box(lower: 1, upper: 2)) }
      #expect(
        table.drawn.map(\.text) == ["A_e", "a_1", "p", "A_i.2", "azimuth.2", "K.1.2", "K.2.1", "trials", "noise"])
    }
  }

  @Test(
    "A parameter's name has a region above 1, or none",
    arguments: ["A_e.1", "A_e.0", "A_e.2.1", "K.1", "K.1.1", "K", "trials.2", "A_e.02", ""])
  func badNames(_ name: String) { #expect(ParameterName(name) == nil) }
}
