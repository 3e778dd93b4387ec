import EEGCore

/// Against what the recorded mastoid or ear was measured when the file has only one of the two.
public enum LoneMastoid: String, Hashable, Sendable, Codable, CaseIterable {
  /// That is not known: a single mastoid is refused.
  case refused
  /// Against the other one, which is then the reference of all channels: half of the recorded one is subtracted.
  case againstOther
}

extension SpatialTransform {
  /// Subtracts the mean of EEG channels from every EEG channel; others stay as they are.
  ///
  /// - Parameters:
  ///   - channels: The channels before.
  ///   - excluded: Names of channels that are no part of the mean, such as bad ones; it is subtracted from them too.
  /// - Throws: ``ERPError``, codes `unknownChannel` and `ambiguousChannel`; `tooFewData` for fewer than two channels.
  public static func averageReference(of channels: [Channel], excluding excluded: [String] = []) throws
    -> SpatialTransform
  {
    let names = ChannelNames(channels.map(\.name))
    let left = Set(try excluded.map(names.signal(named:)))
    let reference = channels.indices.filter { channels[$0].kind == .eeg && !left.contains($0) }
    guard reference.count > 1 else {
      throw ERPError(
        code: .tooFewData, message: "an average reference needs two or more EEG channels; there are \(reference.count)")
    }
    return subtracting(reference, weight: 1 / Double(reference.count), in: channels)
  }

  /// Subtracts the mean of named channels from every EEG channel; others stay as they are.
  ///
  /// - Throws: ``ERPError``, codes `unknownChannel` and `ambiguousChannel`; `tooFewData` when no name is given.
  public static func reference(of channels: [Channel], to reference: [String]) throws -> SpatialTransform {
    let names = ChannelNames(channels.map(\.name))
    let places = Set(try reference.map(names.signal(named:))).sorted()
    guard !places.isEmpty else {
      throw ERPError(code: .tooFewData, message: "the reference names no channel; name one or use the average")
    }
    return subtracting(places, weight: 1 / Double(places.count), in: channels)
  }

  /// Subtracts the mean of both mastoids, or ears, from every EEG channel; others stay as they are.
  ///
  /// They are the first pair of M1 and M2, A1 and A2, TP9 and TP10 of which both are there.
  ///
  /// With one mastoid as the recording's reference, a file has only the other: channel X is X - M1, and M2 is M2 - M1.
  /// Then X - (M1 + M2) / 2 is the recorded X minus half of the recorded M2. Nothing in a file tells this situation
  /// from a missing channel, so it must be said. Source: Luck 2014, "An introduction to the event-related potential
  /// technique", chapter 5.
  ///
  /// - Throws: ``ERPError``, code `unknownChannel` when there is no pair, or a single one while `lone` refuses it;
  ///   `ambiguousChannel`.
  public static func linkedMastoids(of channels: [Channel], lone: LoneMastoid = .refused) throws -> SpatialTransform {
    subtracting(try Mastoids.find(in: channels.map(\.name), lone: lone), weight: 0.5, in: channels)
  }

  /// Subtracts a weighted sum from every EEG channel.
  private static func subtracting(_ places: [Int], weight: Double, in channels: [Channel]) -> SpatialTransform {
    let shared = places.map { Term(input: $0, weight: -weight) }
    let rows = channels.indices.map { place in
      let row = identityRow(channels, place)
      return channels[place].kind == .eeg ? Row(channel: row.channel, terms: row.terms + shared) : row
    }
    return SpatialTransform(inputs: channels, rows: rows)
  }
}

/// Finds the mastoids, or ears, of a recording.
enum Mastoids {
  /// Places of both, or of the lone one where that is allowed; half of their sum is the reference.
  ///
  /// - Throws: ``ERPError``, see ``SpatialTransform/linkedMastoids(of:lone:)``.
  static func find(in labels: [String], lone: LoneMastoid) throws -> [Int] {
    let keys = labels.map(StandardElectrodes.normalized)
    var single: Int?
    for pair in [("m1", "m2"), ("a1", "a2"), ("tp9", "tp10")] {
      let (left, right) = (keys.indices.filter { keys[$0] == pair.0 }, keys.indices.filter { keys[$0] == pair.1 })
      guard left.count < 2, right.count < 2 else {
        throw ERPError(
          code: .ambiguousChannel,
          message: "several channels are called \(pair.0.uppercased()) or \(pair.1.uppercased()); rename them first")
      }
      if let left = left.first, let right = right.first { return [left, right] }
      single = single ?? left.first ?? right.first
    }
    guard let single else {
      throw ERPError(
        code: .unknownChannel,
        message:
          "there are no mastoids: neither M1 and M2, nor A1 and A2, nor TP9 and TP10; name the reference channels")
    }
    guard lone == .againstOther else {
      throw ERPError(
        code: .unknownChannel,
        message:
          "of the mastoids there is only '\(labels[single])'; if it was recorded against the other one, say that "
          + "it is a lone mastoid, and half of it is subtracted")
    }
    return [single]
  }
}

/// Two electrodes whose difference is a channel.
public struct BipolarPair: Hashable, Sendable, Codable {
  /// The electrode whose potential is taken.
  public var anode: String
  /// The electrode whose potential is subtracted.
  public var cathode: String

  /// A pair of channel names.
  public init(anode: String, cathode: String) {
    self.anode = anode
    self.cathode = cathode
  }

  /// Reads a pair such as `Fp1-F7` of names that channels of a recording have; names may contain dashes themselves.
  ///
  /// - Throws: ``ERPError``, code `unknownChannel`, when the text is no two names of channels; `ambiguousChannel` when
  ///   it can be parted in two ways.
  public init(_ text: String, among labels: [String]) throws {
    let names = ChannelNames(labels)
    let readings = text.indices.filter { text[$0] == "-" }.compactMap { dash -> BipolarPair? in
      let (anode, cathode) = (String(text[..<dash]), String(text[text.index(after: dash)...]))
      guard (try? names.index(of: anode)) != nil, (try? names.index(of: cathode)) != nil else { return nil }
      return BipolarPair(anode: anode, cathode: cathode)
    }
    guard let reading = readings.first else {
      throw ERPError(
        code: .unknownChannel,
        message: "'\(text)' is no pair of channels; write it as anode, dash, cathode, such as 'Fp1-F7'")
    }
    guard readings.count == 1 else {
      throw ERPError(code: .ambiguousChannel, message: "'\(text)' can be parted in several ways; rename the channels")
    }
    self = reading
  }
}

extension SpatialTransform {
  /// Derives bipolar channels: anode minus cathode, named `anode-cathode`, behind the others.
  ///
  /// Kind and position are the anode's. Compare MNE-Python's `set_bipolar_reference`.
  ///
  /// - Parameters:
  ///   - channels: The channels before.
  ///   - pairs: The derivations, in the order in which they are wanted.
  ///   - keepsElectrodes: True to keep the anodes and cathodes themselves.
  /// - Throws: ``ERPError``, codes `unknownChannel` and `ambiguousChannel`; `invalidSettings` when a new name is taken
  ///   or an electrode is paired with itself.
  public static func bipolar(
    of channels: [Channel], _ pairs: [BipolarPair], keepsElectrodes: Bool = false
  ) throws -> SpatialTransform {
    let names = ChannelNames(channels.map(\.name))
    var used: Set<Int> = []
    var taken = Set(channels.map(\.name))
    var derived: [Row] = []
    for pair in pairs {
      let (anode, cathode) = (try names.signal(named: pair.anode), try names.signal(named: pair.cathode))
      var channel = channels[anode]
      channel.name = "\(channels[anode].name)-\(channels[cathode].name)"
      guard anode != cathode, taken.insert(channel.name).inserted else {
        let reason =
          anode == cathode ? "an electrode against itself is zero" : "there is a channel of that name already"
        throw ERPError(code: .invalidSettings, message: "the derivation '\(channel.name)' is not possible: \(reason)")
      }
      used.formUnion([anode, cathode])
      derived.append(
        Row(channel: channel, terms: [Term(input: anode, weight: 1), Term(input: cathode, weight: -1)]))
    }
    let kept = channels.indices.filter { keepsElectrodes || !used.contains($0) }
    return SpatialTransform(inputs: channels, rows: kept.map { identityRow(channels, $0) } + derived)
  }
}
