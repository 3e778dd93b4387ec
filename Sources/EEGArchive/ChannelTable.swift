import EEGCore
import HDF5

/// Channels, times and rate: what epochs and evoked potentials have in common.
///
/// `/channels/name`, `/channels/kind`, `/channels/position_m` [channel, 3] with NaN where unknown, `/times_s`, and the
/// root attribute `rate_hz`.
struct ChannelTable: Hashable {
  let channels: [Channel]
  let times: [Double]
  let rate: Double

  init(channels: [Channel], times: [Double], rate: Double) {
    self.channels = channels
    self.times = times
    self.rate = rate
  }

  init(reading file: HDF5File) throws {
    rate = try file.attribute("rate_hz")
    guard rate.isFinite, rate > 0 else {
      throw ArchiveError(.invalidValue, file, attribute: "rate_hz", "\(rate) Hz is no sampling rate")
    }
    times = try file.readNumbers("times_s")
    let names = try file.readTexts("channels/name")
    let kinds = try file.readTexts("channels/kind", count: names.count)
    let positions: [Double] = try file.readArray("channels/position_m", shape: [names.count, 3])
    channels = try names.indices.map { index in
      guard let kind = SignalKind(rawValue: kinds[index]) else {
        throw ArchiveError(
          .invalidValue, path: file.location.path, object: "/channels/kind",
          "'\(kinds[index])' is no kind of channel")
      }
      let coordinates = positions[(3 * index)..<(3 * index + 3)]
      let position =
        coordinates.contains(where: \.isNaN)
        ? nil : Position(x: positions[3 * index], y: positions[3 * index + 1], z: positions[3 * index + 2])
      return Channel(name: names[index], kind: kind, position: position)
    }
  }

  func write(to file: HDF5File) throws {
    try file.setAttribute("rate_hz", rate)
    try file.write(times, to: "times_s", unit: "s", axes: "time")
    try file.write(channels.map(\.name), to: "channels/name", axes: "channel")
    try file.write(channels.map(\.kind.rawValue), to: "channels/kind", axes: "channel")
    let positions = channels.flatMap { channel in
      channel.position.map { [$0.x, $0.y, $0.z] } ?? [.nan, .nan, .nan]
    }
    try file.write(
      positions, to: "channels/position_m", shape: [channels.count, 3], unit: "m", axes: "channel,coordinate")
  }
}
