import EEGCore
import ERP
import EvokeNumerics
import Foundation
import NeuralMass

/// Everything that decides a simulated data set, but for its seed and size; as JSON the settings file of `evoke simulate`.
public struct SimulationSettings: Hashable, Sendable, Codable {
  /// What the settings began as; see ``SimulationProtocol``.
  public var protocolName: String
  /// Numbers of the experiment, fixed or drawn.
  public var parameters: ParameterTable
  /// Where drawn parameters come from.
  public var sampling: ParameterSampler.Method
  /// How the columns are calculated.
  public var model: ModelSettings
  /// What arrives at them, and when.
  public var stimulus: StimulusSettings
  /// From the sources to the electrodes.
  public var head: HeadSettings
  /// What the electrodes measure besides.
  public var noise: NoiseSettings
  /// From the recording to the evoked potential.
  public var observation: ObservationSettings

  private enum CodingKeys: String, CodingKey {
    case protocolName = "protocol"
    case parameters, sampling, model, stimulus, head, noise, observation
  }

  init(
    protocolName: String, parameters: ParameterTable, sampling: ParameterSampler.Method, model: ModelSettings,
    stimulus: StimulusSettings, head: HeadSettings, noise: NoiseSettings, observation: ObservationSettings
  ) {
    self.protocolName = protocolName
    self.parameters = parameters
    self.sampling = sampling
    self.model = model
    self.stimulus = stimulus
    self.head = head
    self.noise = noise
    self.observation = observation
  }

  /// Settings from defaults, a settings file and single values.
  ///
  /// - Parameters:
  ///   - base: What holds where nothing else is said.
  ///   - file: JSON with any part of the settings, or nil.
  ///   - assignments: Names and values as typed after `--set`, the later over the earlier.
  /// - Throws: ``SimulationError``, code `invalidSetting`, with the name of what is wrong.
  public init(
    _ base: SimulationSettings, file: Data? = nil, assignments: [(name: String, value: String)] = []
  ) throws {
    var tree = try SettingsTree(base)
    if let file {
      do { try tree.merge(JSONDocument(json: file)) } catch let error as DecodingError {
        throw SimulationError(code: .invalidSetting, message: "the settings are no JSON: \(error.settingMessage())")
      }
    }
    self = try Self.read(tree)
    for (name, value) in assignments {
      do { try tree.set(name, to: JSONDocument(typed: value)) } catch let error as SimulationError {
        throw SimulationError(code: error.code, message: "\(name)=\(value): \(error.message)")
      }
      self = try Self.read(tree, changed: name)
    }
    try validate()
  }

  /// - Parameter name: The setting that was changed last, for messages.
  private static func read(_ tree: SettingsTree, changed name: String? = nil) throws -> SimulationSettings {
    do { return try tree.root.decode(SimulationSettings.self) } catch let error as DecodingError {
      throw SimulationError(code: .invalidSetting, message: error.settingMessage(of: name))
    } catch let error as NumericsError {
      throw SimulationError(code: .invalidSetting, message: error.message)
    } catch let error as ERPError {
      throw SimulationError(code: .invalidSetting, message: error.message)
    }
  }
}

extension SimulationSettings {
  /// How the columns are calculated.
  public struct ModelSettings: Hashable, Sendable, Codable {
    /// How a step is taken.
    public var method: JansenRitBatch.Method
    /// Samples per second of the simulated recording [Hz].
    public var rate: Double
    /// Steps of the method for each sample.
    public var stepsPerSample: Int
    /// What becomes of the steps of one sample.
    public var decimation: JansenRitBatch.Decimation
    /// Time before the first event, in which the column settles from zero [s].
    public var settle: Double
    /// Number of columns, each with a source of its own.
    public var regions: Int
    /// Whether results are to have the same bits on every machine.
    public var arithmetic: Arithmetic

    private enum CodingKeys: String, CodingKey {
      case method
      case rate = "rate_hz"
      case stepsPerSample = "steps_per_sample"
      case decimation
      case settle = "settle_s"
      case regions, arithmetic
    }

    /// Length of a step [s].
    public var dt: Double { 1 / (rate * Double(stepsPerSample)) }
  }

  /// What arrives at the columns, and when.
  public struct StimulusSettings: Hashable, Sendable, Codable {
    /// Time course of a volley.
    public enum Shape: String, Hashable, Sendable, NamedChoice {
      /// Constant between its edges.
      case pulse
      /// A Gaussian.
      case bump
    }

    /// How many of the averaged trials are calculated.
    public enum SimulatedTrials: String, Hashable, Sendable, NamedChoice {
      /// One, which stands for all of them: right where there is no neural noise and a trial is over when the next begins.
      case one
      /// All of them, in one go.
      case all
    }

    /// Time course of a volley.
    public var shape: Shape
    /// Time between events [s].
    public var interval: Double
    /// Where in a column the volley arrives.
    public var routing: InputRouting
    /// How many of the averaged trials are calculated.
    public var simulatedTrials: SimulatedTrials

    private enum CodingKeys: String, CodingKey {
      case shape
      case interval = "interval_s"
      case routing
      case simulatedTrials = "simulated_trials"
    }
  }

  /// From the sources to the electrodes.
  public struct HeadSettings: Hashable, Sendable, Codable {
    /// The spheres between a source and the electrodes.
    public enum Shells: String, Hashable, Sendable, NamedChoice {
      /// Brain, cerebrospinal fluid, skull and scalp.
      case four
      /// Brain, skull and scalp.
      case three
    }

    /// A standard montage or a file with positions.
    public var montage: String
    /// The spheres between a source and the electrodes.
    public var shells: Shells
    /// Radius of the scalp [m].
    public var radius: Double
    /// The file that the lead field comes from, or nil for the spheres.
    public var leadField: String?
    /// The columns of that file that belong to the regions, counted from 0.
    public var leadFieldColumns: [Int]

    private enum CodingKeys: String, CodingKey {
      case montage, shells
      case radius = "radius_m"
      case leadField = "leadfield"
      case leadFieldColumns = "leadfield_columns"
    }

    /// Writes all keys, so that a file without lead field shows that there could be one.
    public func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(montage, forKey: .montage)
      try values.encode(shells, forKey: .shells)
      try values.encode(radius, forKey: .radius)
      try values.encode(leadField, forKey: .leadField)
      try values.encode(leadFieldColumns, forKey: .leadFieldColumns)
    }
  }

  /// What the electrodes measure besides.
  public struct NoiseSettings: Hashable, Sendable, Codable {
    /// Where the noise comes from.
    public enum Kind: String, Hashable, Sendable, NamedChoice {
      /// Independent in time and between channels.
      case white
      /// Background and alpha rhythm of a head's worth of sources, and a little of the amplifier.
      case realistic
      /// As in a recording, or with a covariance from a file.
      case measured
    }

    /// Where the noise comes from.
    public var kind: Kind
    /// Factors of the noise's variance; each makes a data set of its own from the same sources.
    public var levels: [Double]
    /// Of the kind `realistic`.
    public var realistic: RealisticNoise
    /// The file of the kind `measured`.
    public var file: String?
    /// Blinks a minute in simulated recordings and, where trials are simulated one by one, in those.
    public var blinksPerMinute: Double

    private enum CodingKeys: String, CodingKey {
      case kind, levels, realistic, file
      case blinksPerMinute = "blinks_per_minute"
    }

    /// Writes all keys.
    public func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(kind, forKey: .kind)
      try values.encode(levels, forKey: .levels)
      try values.encode(realistic, forKey: .realistic)
      try values.encode(file, forKey: .file)
      try values.encode(blinksPerMinute, forKey: .blinksPerMinute)
    }
  }
}

extension ParameterSampler.Method: NamedChoice {}
