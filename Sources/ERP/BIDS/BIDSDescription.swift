import EEGCore

/// What a BIDS dataset says about a recording: its channels, electrodes and events.
public struct BIDSDescription: Hashable, Sendable {
  /// The files.
  public let sidecars: BIDSSidecars
  /// Rows of the table of channels, in its order; empty without one.
  public let channels: [BIDSChannel]
  /// Positions by electrode name, in our head coordinates [m]; empty without a table whose coordinate system is understood.
  public let positions: [String: Position]
  /// What values of the events' columns mean: descriptions by value by column, from `Levels` in `_events.json`.
  public let eventLevels: [String: [String: String]]
  /// What was left out or guessed, in words.
  public let notes: [String]

  /// Finds and reads what belongs to a recording.
  ///
  /// - Parameter path: Of an EDF or BDF file named by BIDS's rules; any other has no sidecars.
  /// - Throws: ``ERPError``, code `invalidTable`, with the path of a file that cannot be read.
  public init(ofRecordingAt path: String) throws {
    let sidecars = BIDSSidecars(of: path)
    let electrodes = try BIDSElectrodes(sidecars.electrodes)
    self.sidecars = sidecars
    channels = try sidecars.channels.map(BIDSChannel.read(path:)) ?? []
    positions = electrodes.positions
    notes = electrodes.notes
    eventLevels = try BIDSJSON.merged(sidecars.eventDescriptions).compactMapValues { column in
      // A level is a text, or an object with a description and more.
      ((column as? [String: Any])?["Levels"] as? [String: Any])?.compactMapValues { level in
        level as? String ?? (level as? [String: Any])?["Description"] as? String
      }
    }
  }

  /// A recording with what is known about its channels.
  public struct Applied: Sendable {
    /// The recording with the kinds, units and positions of the tables.
    public var recording: Recording
    /// Labels of bad channels, in the recording's order.
    public var badChannels: [String]
    /// What does not fit together, in words; notes on reading come first.
    public var notes: [String]
  }

  /// Applies kinds, units, bad channels and positions to a recording.
  ///
  /// Channels and electrodes are found by label, or by their name without trimmings (``ChannelNames``). A file's own
  /// voltage unit stays, because its calibration belongs to it; a unit that is no voltage is replaced by the table's.
  public func apply(to recording: Recording) -> Applied {
    var result = Applied(recording: recording, badChannels: [], notes: notes)
    let names = ChannelNames(recording.signals.map(\.label))
    var described: Set<Int> = []
    var bad: Set<Int> = []
    for channel in channels {
      let place: Int
      do { place = try names.index(of: channel.name) } catch {
        result.notes.append("channels.tsv: \(error.message)")
        continue
      }
      guard described.insert(place).inserted else {
        result.notes.append("channels.tsv: the signal '\(recording.signals[place].label)' is described twice")
        continue
      }
      if let kind = channel.kind {
        result.recording.signals[place].kind = kind
      } else if let type = channel.type {
        result.notes.append("channels.tsv: the type '\(type)' of '\(channel.name)' is not of BIDS")
      }
      if let units = channel.units { setUnit(PhysicalUnit(units), of: place, in: &result) }
      if channel.isBad == true { bad.insert(place) }
    }
    result.badChannels = bad.sorted().map { recording.signals[$0].label }
    let undescribed = recording.signals.indices.filter { !described.contains($0) }
    if !channels.isEmpty, !undescribed.isEmpty {
      let labels = undescribed.map { "'\(recording.signals[$0].label)'" }.joined(separator: ", ")
      result.notes.append("channels.tsv: says nothing of \(labels)")
    }
    for (name, position) in positions {
      // Tables list electrodes without a channel too, such as ground and reference.
      if let place = try? names.index(of: name) { result.recording.signals[place].position = position }
    }
    return result
  }

  private func setUnit(_ unit: PhysicalUnit, of place: Int, in result: inout Applied) {
    let signal = result.recording.signals[place]
    guard let own = signal.unit.voltsPerUnit else {
      result.recording.signals[place].unit = unit
      return
    }
    if unit.voltsPerUnit != own {
      result.notes.append(
        "channels.tsv: the unit '\(unit)' of '\(signal.label)' is not that of the file, '\(signal.unit)', which is used"
      )
    }
  }
}
