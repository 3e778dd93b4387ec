/// Positions of electrodes on a standard head, found by the labels that EEG files use.
///
/// The rules by which labels are read are listed in docs/electrodes.md.
public enum StandardElectrodes {
  /// The electrode that a label names, on the head of the standard 10-05 template.
  ///
  /// - Parameter label: As in a file: `Fc5.`, `EEG Fp1-Ref`, `POL T3`. Bipolar labels (`Fpz-Cz`) name no electrode.
  /// - Returns: The electrode's name in the 10-05 system and its position, or nil when the label names none.
  public static func position(for label: String) -> (name: String, position: Position)? {
    guard let key = electrodeKey(label), let entry = table[currentNames[key] ?? key] else { return nil }
    return entry
  }

  /// The electrodes that the labels of one recording name.
  ///
  /// Knows more than ``position(for:)``: where the labels show that letters and numbers count the sockets of an
  /// amplifier (`A1` ... `A32`, `B1` ... as BioSemi's) or the contacts of depth electrodes, `A1` is not the left ear.
  ///
  /// - Returns: One entry a label; nil when the label names no electrode.
  public static func positions(for labels: [String]) -> [(name: String, position: Position)?] {
    // The 10-05 system has A1 and A2 and no further A.
    let countsSockets = labels.contains { normalized($0) == "a3" }
    return labels.map { countsSockets && isSocket(normalized($0)) ? nil : position(for: $0) }
  }

  /// A label without what differs from file to file: letter case, surrounding blanks, trailing dots, the prefixes
  /// `EEG` and `POL`, and a suffix for a common reference.
  public static func normalized(_ label: String) -> String { split(label).name }

  /// The key into the table that a label stands for, unless it is a derivation between two reference electrodes.
  private static func electrodeKey(_ label: String) -> String? {
    let (name, reference) = split(label)
    if let reference, earsAndMastoids.contains(name), earsAndMastoids.contains(reference) { return nil }
    return name
  }

  private static func split(_ label: String) -> (name: String, reference: String?) {
    var name = trimmed(label.lowercased())
    if let prefix = prefixes.first(where: { name.hasPrefix($0) }) { name = trimmed(String(name.dropFirst(prefix.count))) }
    guard let dash = name.lastIndex(of: "-") else { return (name, nil) }
    let reference = trimmed(String(name[name.index(after: dash)...]))
    guard commonReferences.contains(reference) || earsAndMastoids.contains(reference) else { return (name, nil) }
    return (trimmed(String(name[..<dash])), reference)
  }

  /// Takes away surrounding blanks and the dots that EEGMMIDB files fill their labels with.
  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace || last == "." { rest.removeLast() }
    return String(rest)
  }

  /// One letter and a number.
  private static func isSocket(_ name: String) -> Bool {
    guard let letter = name.first, letter.isLetter, name.count > 1 else { return false }
    return name.dropFirst().allSatisfy { ("0"..."9").contains($0) }
  }

  private static let prefixes = ["eeg ", "pol "]

  /// References that are no single electrode: named by the recorder, linked ears, linked mastoids, average.
  private static let commonReferences: Set<String> = [
    "ref", "le", "lm", "a1a2", "a1+a2", "a12", "m1m2", "m1+m2", "m12", "avg", "av", "ar", "car",
  ]
  /// Single electrodes that serve as reference, as in the sleep montage `C3-A2`.
  private static let earsAndMastoids: Set<String> = ["a1", "a2", "m1", "m2"]

  /// Names of the 10-20 system that the 10-10 system changed.
  private static let currentNames = ["t3": "t7", "t4": "t8", "t5": "p7", "t6": "p8"]

  /// Lower-cased name to name and position; parsed once.
  private static let table: [String: (name: String, position: Position)] = {
    var table: [String: (name: String, position: Position)] = [:]
    for line in StandardElectrodeTable.text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      let millimetres = fields.dropFirst().compactMap { Double($0) }
      precondition(millimetres.count == 3, "a line of the electrode table needs a name and three numbers")
      table[fields[0].lowercased()] = (
        String(fields[0]),
        Position(x: millimetres[0] / 1000, y: millimetres[1] / 1000, z: millimetres[2] / 1000)
      )
    }
    return table
  }()
}
