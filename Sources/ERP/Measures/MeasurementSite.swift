import EEGCore

/// Where something is measured.
public enum MeasurementSite: Hashable, Sendable {
  /// A channel by its number.
  case channel(Int)
  /// The mean of the waveforms of several channels, by their numbers, under a name.
  case region(name: String, channels: [Int])
  /// The global field power of the EEG channels.
  case globalFieldPower

  /// What ``globalFieldPower`` is called.
  public static let globalFieldPowerName = "GFP"

  /// Its name: the channel's, the region's, or `GFP`.
  public func name(in channels: [Channel]) -> String {
    switch self {
    case .channel(let channel): channels[channel].name
    case .region(let name, _): name
    case .globalFieldPower: Self.globalFieldPowerName
    }
  }

  /// The channels whose mean it is; nil for the global field power, which is no mean.
  var averagedChannels: [Int]? {
    switch self {
    case .channel(let channel): [channel]
    case .region(_, let channels): channels
    case .globalFieldPower: nil
    }
  }
}

/// Channels and regions by the names that people type.
public struct SiteSelection: Codable, Hashable, Sendable {
  /// A region and its channels.
  public struct Region: Codable, Hashable, Sendable {
    /// The region's name, such as "frontal".
    public var name: String
    /// Names of its channels.
    public var channels: [String]

    /// A region of named channels.
    public init(name: String, channels: [String]) {
      self.name = name
      self.channels = channels
    }
  }

  /// Names of channels; nil for all channels, or for none when there are regions.
  ///
  /// `GFP` is the global field power unless a channel is called so.
  public var channels: [String]?
  /// Regions of interest.
  public var regions: [Region]

  /// A selection; all channels when nothing is given.
  public init(channels: [String]? = nil, regions: [Region] = []) {
    self.channels = channels
    self.regions = regions
  }

  /// Finds the channels; first the single ones, then the regions, in the order given.
  ///
  /// - Throws: ``ERPError``, codes `unknownChannel`, also for a region without a channel, and `ambiguousChannel`.
  public func sites(in channels: [Channel]) throws -> [MeasurementSite] {
    let names = ChannelNames(channels.map(\.name))
    var single: [MeasurementSite] = []
    if let wanted = self.channels {
      single = try wanted.map { name in
        let isFieldPower =
          name == MeasurementSite.globalFieldPowerName && !channels.contains { $0.name == name }
        return isFieldPower ? .globalFieldPower : .channel(try names.signal(named: name))
      }
    } else if regions.isEmpty {
      single = channels.indices.map { .channel($0) }
    }
    return try single
      + regions.map { region in
        guard !region.channels.isEmpty else {
          throw ERPError(code: .unknownChannel, message: "the region '\(region.name)' has no channel; name some")
        }
        var seen: Set<Int> = []
        let members = try region.channels.map(names.signal(named:)).filter { seen.insert($0).inserted }
        return .region(name: region.name, channels: members)
      }
  }
}

extension EvokedSet {
  /// The waveform of a site.
  ///
  /// - Parameters:
  ///   - site: Its channels are numbers of this set's.
  ///   - evoked: One of the set's conditions, or anything of the same shape.
  public func waveform(of site: MeasurementSite, in evoked: Evoked) -> Waveform {
    switch site {
    case .channel(let channel): return Waveform(times: times, values: Array(evoked.average[row: channel]))
    case .region(_, let channels):
      var mean = [Double](repeating: 0, count: times.count)
      for channel in channels {
        for (time, value) in evoked.average[row: channel].enumerated() { mean[time] += value }
      }
      for time in mean.indices { mean[time] /= Double(channels.count) }
      return Waveform(times: times, values: mean)
    case .globalFieldPower: return Waveform(times: times, values: globalFieldPower(of: evoked))
    }
  }
}
