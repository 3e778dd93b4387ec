import EEGCore

/// What sources of 1 A m make at the channels of a montage.
public struct LeadField: Hashable, Sendable {
  /// Against what the potentials are.
  public enum Reference: Hashable, Sendable {
    /// The mean over the whole scalp, where the head model has it.
    case scalp
    /// The mean of all channels.
    case average
    /// The mean of some channels.
    case channels([String])
  }

  /// Labels of the channels, C of them.
  public let channels: [String]
  /// Shape `[C, source]`, volts per ampere-metre.
  public let gains: Matrix
  /// Against what the potentials are.
  public let reference: Reference

  /// A lead field, made here or elsewhere.
  ///
  /// - Parameters:
  ///   - channels: Labels.
  ///   - gains: Shape `[channel, source]`, volts per ampere-metre.
  ///   - reference: Against what the potentials are.
  public init(channels: [String], gains: Matrix, reference: Reference = .scalp) {
    precondition(gains.rows == channels.count, "a lead field needs one row a channel")
    self.channels = channels
    self.gains = gains
    self.reference = reference
  }

  /// Number of sources.
  public var sourceCount: Int { gains.columns }

  /// The gains of one source at all channels [V/(A m)].
  public func gains(ofSource source: Int) -> [Double] { channels.indices.map { gains[$0, source] } }

  /// Against another reference.
  ///
  /// Differences between channels stay as they are, so references can be changed as often as one likes. An average is
  /// over the channels at hand: choose the channels with ``selecting(_:)`` first.
  ///
  /// - Throws: ``HeadModelError``, codes `unknownChannel` and `ambiguousChannel`, for the names of the reference;
  ///   `unknownChannel` for ``Reference/scalp`` after another reference, because the channels do not tell it.
  public func referenced(to reference: Reference) throws(HeadModelError) -> LeadField {
    let rows: [Int]
    switch reference {
    case .scalp:
      guard self.reference == .scalp else {
        throw HeadModelError(
          code: .unknownChannel,
          message:
            "the mean over the whole scalp is lost once potentials are against channels; make the lead field anew")
      }
      return self
    case .average: rows = Array(channels.indices)
    case .channels(let names): rows = try places(of: names)
    }
    guard !rows.isEmpty else {
      throw HeadModelError(code: .unknownChannel, message: "a reference needs a channel; name one, or use the average")
    }
    var gains = gains
    for source in 0..<gains.columns {
      let mean = rows.reduce(0) { $0 + self.gains[$1, source] } / Double(rows.count)
      for row in channels.indices { gains[row, source] -= mean }
    }
    return LeadField(channels: channels, gains: gains, reference: reference)
  }

  /// Some channels, in the order of their names; the reference stays.
  ///
  /// - Parameter names: Letter case, the prefix `EEG` and a common reference do not count.
  /// - Throws: ``HeadModelError``, code `unknownChannel` with labels like it, `ambiguousChannel` for a name that several
  ///   channels answer to and for channels named twice.
  public func selecting(_ names: [String]) throws(HeadModelError) -> LeadField {
    let rows = try places(of: names)
    let values = rows.flatMap { gains[row: $0] }
    return LeadField(
      channels: rows.map { channels[$0] }, gains: Matrix(rows: rows.count, columns: gains.columns, values: values),
      reference: reference)
  }

  private func places(of names: [String]) throws(HeadModelError) -> [Int] {
    let labels = ChannelNames(channels)
    var rows: [Int] = []
    for name in names {
      let row: Int
      do { row = try labels.index(of: name) } catch {
        throw HeadModelError(code: error.isAmbiguous ? .ambiguousChannel : .unknownChannel, message: error.message)
      }
      guard !rows.contains(row) else {
        throw HeadModelError(
          code: .ambiguousChannel, message: "the channel '\(channels[row])' is named twice; name it once")
      }
      rows.append(row)
    }
    return rows
  }
}

extension SphericalHeadModel {
  /// The lead field of channels with known positions, against the mean over the whole scalp.
  ///
  /// - Parameters:
  ///   - channels: Their positions are projected onto the scalp.
  ///   - sources: Inside the innermost shell; their moments do not count.
  /// - Throws: ``HeadModelError``, code `invalidElectrode` with the names of channels without a usable position, and
  ///   `dipoleOutsideBrain`.
  public func leadField(channels: [Channel], sources: [Dipole]) throws(HeadModelError) -> LeadField {
    let placed = channels.compactMap { channel in
      channel.position.flatMap { (try? projected($0)) == nil ? nil : $0 }
    }
    guard placed.count == channels.count else {
      let missing = channels.filter { $0.position.flatMap { try? projected($0) } == nil }
      let names =
        missing.prefix(10).map { "'\($0.name)'" }.joined(separator: ", ") + (missing.count > 10 ? ", ..." : "")
      throw HeadModelError(
        code: .invalidElectrode,
        message: "no usable position is known of \(names); name a montage or a file with positions, or leave them out")
    }
    let gains = try leadField(electrodes: placed, sources: sources)
    return LeadField(channels: channels.map(\.name), gains: gains)
  }
}
