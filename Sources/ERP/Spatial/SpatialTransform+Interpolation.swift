import EEGCore

extension SpatialTransform {
  /// Replaces bad EEG channels by what the good ones let expect there, by ``SphericalSpline``.
  ///
  /// Good are the EEG channels with a position that are not bad. The centre of the head is that of the sphere nearest
  /// to all EEG channels with a position, bad ones too, as in MNE-Python's `interpolate_bads`.
  ///
  /// - Parameters:
  ///   - channels: The channels before; they keep their order.
  ///   - bad: Names of the bad channels.
  ///   - unused: Names of further channels that nothing is interpolated from.
  ///   - origin: Centre of the head [m], or nil to fit it.
  /// - Throws: ``ERPError``, codes `unknownChannel` and `ambiguousChannel`; `noElectrodePositions` when a bad channel
  ///   has no position or fewer than 4 good ones have one.
  public static func interpolation(
    of channels: [Channel], bad: [String], unused: [String] = [], origin: Position? = nil
  ) throws -> SpatialTransform {
    let names = ChannelNames(channels.map(\.name))
    let targets = Set(try bad.map(names.signal(named:))).sorted()
    guard !targets.isEmpty else { return identity(channels) }
    let left = Set(targets + (try unused.map(names.signal(named:))))
    let wanted = try targets.map { target in
      guard let position = channels[target].position, channels[target].kind == .eeg else {
        throw ERPError(
          code: .noElectrodePositions,
          message:
            "the bad channel '\(channels[target].name)' cannot be interpolated: it is no EEG channel with a known "
            + "position; leave it out instead")
      }
      return position
    }
    let placed = channels.indices.filter { channels[$0].kind == .eeg && channels[$0].position != nil }
    let good = placed.filter { !left.contains($0) }
    guard good.count >= 4 else {
      throw ERPError(
        code: .noElectrodePositions,
        message: "interpolation needs 4 good EEG channels with a known position; there are \(good.count)")
    }
    let center = try origin ?? sphereCenter(of: placed.compactMap { channels[$0].position })
    let matrix = try SphericalSpline.matrix(
      from: good.compactMap { channels[$0].position }, to: wanted, origin: center)
    var rows = channels.indices.map { identityRow(channels, $0) }
    for (row, target) in targets.enumerated() {
      rows[target].terms = good.indices.map { Term(input: good[$0], weight: matrix[row, $0]) }
    }
    return SpatialTransform(inputs: channels, rows: rows)
  }

  /// The centre of the sphere nearest to electrodes, with the errors of this module.
  private static func sphereCenter(of positions: [Position]) throws(ERPError) -> Position {
    do { return try HeadSphere(fitting: positions).center } catch {
      throw ERPError(code: .noElectrodePositions, message: error.message)
    }
  }
}
