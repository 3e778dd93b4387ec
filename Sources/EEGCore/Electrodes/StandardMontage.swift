/// An electrode of a montage.
public struct Electrode: Hashable, Sendable {
  /// Its name on the cap or in the 10-20 system.
  public var name: String
  /// Where it is plugged in, as BioSemi's `A1`; nil where the montage belongs to no amplifier.
  public var socket: String?
  /// Where it sits, in head coordinates [m].
  public var position: Position

  /// An electrode; position in metres.
  public init(name: String, socket: String? = nil, position: Position) {
    self.name = name
    self.socket = socket
    self.position = position
  }
}

/// A known set of electrodes in a fixed order.
///
/// The montages are listed in docs/electrodes.md.
public struct StandardMontage: Hashable, Sendable {
  /// What it is called, such as `biosemi64`.
  public let name: String
  /// In the order of the cap's sockets.
  public let electrodes: [Electrode]

  /// Names of all montages.
  public static let names = ["biosemi16", "biosemi32", "biosemi64", "biosemi128", "1020-19", "1020-21"]

  /// The montage of a name, in which letter case does not count.
  ///
  /// - Throws: ``ElectrodeError``, code `unknownMontage`, with the names there are.
  public static func named(_ name: String) throws(ElectrodeError) -> StandardMontage {
    let key = name.lowercased()
    switch key {
    case "biosemi16": return bioSemi(key, electrodes(of: BioSemiCapTable.cap64, only: BioSemiCapTable.names16))
    case "biosemi32": return bioSemi(key, electrodes(of: BioSemiCapTable.cap64, only: BioSemiCapTable.names32))
    case "biosemi64": return bioSemi(key, electrodes(of: BioSemiCapTable.cap64))
    case "biosemi128": return bioSemi(key, electrodes(of: BioSemiCapTable.cap128))
    case "1020-19": return tenTwenty(key, scalpElectrodes)
    case "1020-21": return tenTwenty(key, scalpElectrodes + ["A1", "A2"])
    default:
      throw ElectrodeError(
        code: .unknownMontage,
        message: "there is no montage '\(name)'; there are \(names.joined(separator: ", "))")
    }
  }

  /// The electrodes as channels.
  public var channels: [Channel] { electrodes.map { Channel(name: $0.name, position: $0.position) } }

  /// The electrodes that labels of a recording mean, by name or, where no label is a name, by socket.
  ///
  /// - Parameter labels: As in a file; letter case, the prefix `EEG` and a common reference do not count.
  /// - Returns: One electrode a label; nil when the label means none.
  public func electrodes(for labels: [String]) -> [Electrode?] {
    func table(_ key: (Electrode) -> String?) -> [String: Electrode] {
      Dictionary(electrodes.compactMap { electrode in key(electrode).map { ($0.lowercased(), electrode) } }) { $1 }
    }
    let keys = labels.map { StandardElectrodes.normalized($0) }
    let (byName, bySocket) = (table(\.name), table(\.socket))
    let named = keys.map { byName[$0] }
    return named.contains { $0 != nil } ? named : keys.map { bySocket[$0] }
  }

  /// The 19 electrodes of the 10-20 system on the scalp, row by row from the front.
  private static let scalpElectrodes = [
    "Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz", "C4", "T8", "P7", "P3", "Pz", "P4", "P8", "O1", "O2",
  ]

  private static func tenTwenty(_ name: String, _ labels: [String]) -> StandardMontage {
    let electrodes = labels.map { label in
      guard let entry = StandardElectrodes.position(for: label) else {
        preconditionFailure("the template has all electrodes of the 10-20 system")
      }
      return Electrode(name: entry.name, position: entry.position)
    }
    return StandardMontage(name: name, electrodes: electrodes)
  }

  /// Sockets are counted in connectors of 32: A1 to A32, B1 to B32, ...
  private static func bioSemi(_ name: String, _ electrodes: [Electrode]) -> StandardMontage {
    let connectors = ["A", "B", "C", "D"]
    let plugged = electrodes.enumerated().map { index, electrode in
      var plugged = electrode
      plugged.socket = "\(connectors[index / 32])\(index % 32 + 1)"
      return plugged
    }
    return StandardMontage(name: name, electrodes: plugged)
  }

  private static func electrodes(of table: String, only names: String? = nil) -> [Electrode] {
    let all = table.split(separator: "\n").map { line in
      let fields = line.split(separator: " ")
      let metres = fields.dropFirst().compactMap { Double($0) }.map { $0 / 1000 }
      precondition(metres.count == 3, "a line of the electrode table needs a name and three numbers")
      return Electrode(name: String(fields[0]), position: Position(x: metres[0], y: metres[1], z: metres[2]))
    }
    guard let names else { return all }
    let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    return names.split { $0 == " " || $0 == "\n" }.map { name in
      guard let electrode = byName[String(name)] else {
        preconditionFailure("the smaller caps are parts of the large one")
      }
      return electrode
    }
  }
}
