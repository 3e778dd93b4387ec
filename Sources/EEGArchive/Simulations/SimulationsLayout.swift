import EEGCore
import EvokeNumerics

/// Everything about a file of simulations but the simulations themselves.
///
/// Equal layouts and equal simulations make equal files, byte for byte, in whatever order they were written.
public struct SimulationsLayout: Hashable, Sendable {
  /// The d parameters, in the order of `theta`.
  public var parameters: [Prior.Parameter]
  /// What the parameters were drawn from.
  public var prior: PriorGroup
  /// Channels of `x`.
  public var channels: [Channel]
  /// Times of `x` and of the sources [s].
  public var times: [Double]
  /// Samples a second of `x` [Hz].
  public var rate: Double
  /// The factor of the sensor noise in each `x`: one array a level, of the same sources.
  public var noiseLevels: [Double]
  /// Columns of `source`; nil when sources are not kept.
  public var columnCount: Int?
  /// Which simulations of the job are in the file.
  public var numbers: Range<Int>
  /// Number of simulations of the whole job.
  public var total: Int
  /// Seed of the whole job.
  public var seed: UInt64
  /// JSON of all settings of the whole job, without what tells one shard of it from another.
  public var settings: String
  /// What the processor offered to the kernels: `x86-64-v4`.
  public var instructionSet: String
  /// `fast`, or `portable` when every machine calculates the same bits.
  public var arithmetic: String
  /// Further arrays, one name each, sorted by it.
  public var extras: [NamedArray] { didSet { extras = Self.sorted(extras) } }

  /// A layout; `numbers` is all of the job when it is left out.
  public init(
    parameters: [Prior.Parameter], prior: PriorGroup, channels: [Channel], times: [Double], rate: Double,
    noiseLevels: [Double] = [1], columnCount: Int? = nil, numbers: Range<Int>? = nil, total: Int, seed: UInt64,
    settings: String, instructionSet: String, arithmetic: String, extras: [NamedArray] = []
  ) {
    (self.parameters, self.prior, self.channels, self.times, self.rate) = (parameters, prior, channels, times, rate)
    (self.noiseLevels, self.columnCount, self.total, self.seed) = (noiseLevels, columnCount, total, seed)
    (self.settings, self.instructionSet, self.arithmetic) = (settings, instructionSet, arithmetic)
    self.numbers = numbers ?? 0..<total
    self.extras = Self.sorted(extras)
  }

  /// HDF5 files differ with the order in which their objects are made, and readers find the names sorted.
  private static func sorted(_ extras: [NamedArray]) -> [NamedArray] { extras.sorted { $0.name < $1.name } }

  /// Number of simulations in the file, n.
  public var count: Int { numbers.count }

  /// Bytes that one simulation takes in the file.
  public var bytesPerSimulation: Int { arrays.reduce(0) { $0 + $1.rowBytes } }

  /// True when every machine calculates the same bits.
  var isPortable: Bool { arithmetic == "portable" }

  var table: ChannelTable { ChannelTable(channels: channels, times: times, rate: rate) }

  /// Stops the program when the layout is one that no file can have.
  func validate() {
    precondition(!numbers.isEmpty && numbers.lowerBound >= 0 && numbers.upperBound <= total, "numbers lie in the job")
    precondition(total <= Int(UInt32.max), "simulations are numbered by 32 bits")
    precondition(!channels.isEmpty && !times.isEmpty && !noiseLevels.isEmpty && columnCount != 0, "x has no values")
    precondition((try? Prior(parameters, group: prior)) != nil, "the prior is of other parameters")
    precondition(Set(extras.map(\.name)).count == extras.count, "two arrays have one name")
    precondition(extras.allSatisfy { !Self.isReserved($0.name) }, "an array has a name of the layout")
  }
}

/// An array with a row a simulation.
struct SimulationsArray: Hashable {
  enum Content: Hashable {
    case theta
    case x(level: Int)
    case source, status, number
  }

  let content: Content
  let name: String
  /// Extents after the first axis.
  let rowShape: [Int]
  let elementBytes: Int
  let unit: String?
  let axes: String

  var rowCount: Int { rowShape.reduce(1, *) }
  var rowBytes: Int { rowCount * elementBytes }
}

extension SimulationsLayout {
  /// The arrays with a row a simulation, in the order in which files have them: the large ones last.
  var arrays: [SimulationsArray] {
    var arrays = [
      SimulationsArray(
        content: .number, name: "simulation", rowShape: [], elementBytes: 4, unit: nil, axes: "simulation"),
      SimulationsArray(content: .status, name: "ok", rowShape: [], elementBytes: 1, unit: nil, axes: "simulation"),
      SimulationsArray(
        content: .theta, name: "theta", rowShape: [parameters.count], elementBytes: 8, unit: nil,
        axes: "simulation,parameter"),
    ]
    if let columnCount {
      arrays.append(
        SimulationsArray(
          content: .source, name: "source", rowShape: [columnCount, times.count], elementBytes: 4, unit: "mV",
          axes: "simulation,column,time"))
    }
    for level in noiseLevels.indices {
      arrays.append(
        SimulationsArray(
          content: .x(level: level), name: Self.xName(level), rowShape: [channels.count, times.count],
          elementBytes: 4, unit: "V", axes: "simulation,channel,time"))
    }
    return arrays
  }

  /// Name of the measured potentials at a level of noise.
  static func xName(_ level: Int) -> String { level == 0 ? "x" : "x_\(level)" }

  /// True for what a file of simulations has besides arrays of the caller's.
  static func isReserved(_ name: String) -> Bool {
    let top = name.split(separator: "/").first ?? ""
    let isLevel = top.hasPrefix("x_") && top.dropFirst(2).allSatisfy(\.isNumber)
    return isLevel
      || ["theta", "x", "ok", "simulation", "source", "prior", "seed", "times_s", "channels"].contains(top)
  }
}
