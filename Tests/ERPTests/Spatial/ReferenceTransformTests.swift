import EEGCore
import TestSupport
import Testing

@testable import ERP

@Suite("References and derivations")
struct ReferenceTransformTests {
  private static let channels = ["Fp1", "F7", "Cz", "M1", "M2", "VEOG", "Oz"].map {
    Channel(name: $0, kind: $0 == "VEOG" ? .eog : .eeg, position: StandardElectrodes.position(for: $0)?.position)
  }

  private func expectEqual(_ transform: SpatialTransform, _ name: String) throws {
    let stored = try SpatialReference.matrix("reference/\(name)")
    let result = try transform.applied(to: SpatialReference.matrix("reference/values"))
    #expect(SpatialReference.relativeDifference(result.values, stored.values) < 1e-14, "\(name)")
  }

  @Test("Average, named and mastoid references equal MNE-Python's, and leave the EOG alone")
  func references() throws {
    try expectEqual(.averageReference(of: Self.channels), "average")
    try expectEqual(.reference(of: Self.channels, to: ["Cz", "oz"]), "channels")
    try expectEqual(.linkedMastoids(of: Self.channels), "mastoids")
  }

  @Test("Bipolar derivations equal MNE-Python's, in names, order and values")
  func bipolar() throws {
    let pairs = [BipolarPair(anode: "Fp1", cathode: "F7"), BipolarPair(anode: "F7", cathode: "Oz")]
    let derived = try SpatialTransform.bipolar(of: Self.channels, pairs)
    #expect(derived.outputs.map(\.name) == ["Cz", "M1", "M2", "VEOG", "Fp1-F7", "F7-Oz"])
    #expect(derived.outputs[4].position == Self.channels[0].position && derived.outputs[4].kind == .eeg)
    try expectEqual(derived, "bipolar")
    try expectEqual(.bipolar(of: Self.channels, [pairs[0]], keepsElectrodes: true), "bipolar_kept")
  }

  @Test("Channels left out of the average get it subtracted all the same")
  func excluded() throws {
    let transform = try SpatialTransform.averageReference(of: Self.channels, excluding: ["M1", "M2", "F7", "Oz"])
    let result = transform.applied(to: Matrix(rows: 7, columns: 1, values: [3, 100, 5, 100, 100, 100, 100]))
    #expect(result.values == [-1, 96, 1, 96, 96, 100, 96])
  }

  @Test(
    "Mastoids are found by any of their names",
    arguments: [["EEG M1", "EEG M2"], ["A2", "A1"], ["TP9", "TP10"], ["TP10", "M1", "A1", "A2"]])
  func mastoids(_ names: [String]) throws {
    let channels = ([Channel(name: "Cz")] + names.map { Channel(name: $0) })
    let terms = try SpatialTransform.linkedMastoids(of: channels).terms(ofOutput: 0)
    #expect(terms.map(\.weight) == [1, -0.5, -0.5] && terms[2].input == channels.count - 1)
  }

  @Test("Half of a lone mastoid is subtracted, but only when it is said what it was recorded against")
  func loneMastoid() throws {
    let channels = ["Cz", "M2"].map { Channel(name: $0) }
    let error = #expect(throws: ERPError.self) { try SpatialTransform.linkedMastoids(of: channels) }
    #expect(error?.code == .unknownChannel && error?.message.contains("'M2'") == true)
    let transform = try SpatialTransform.linkedMastoids(of: channels, lone: .againstOther)
    // Cz = 7, M1 = 1 and M2 = 3 at infinity: recorded against M1 they are 6 and 2, against linked mastoids 5.
    #expect(transform.applied(to: Matrix(rows: 2, columns: 1, values: [6, 2])).values == [5, 1])
  }

  @Test("Pairs are read as people write them, dashes in names included")
  func pairs() throws {
    #expect(try BipolarPair("Fp1-F7", among: ["Fp1", "F7"]) == BipolarPair(anode: "Fp1", cathode: "F7"))
    #expect(try BipolarPair("a-1-b", among: ["a-1", "b", "c"]) == BipolarPair(anode: "a-1", cathode: "b"))
    #expect(try BipolarPair("fp1-f7", among: ["EEG Fp1-Ref", "F7..", "Cz"]).cathode == "f7")
    for (text, code) in [
      ("Fp1F7", ERPError.Code.unknownChannel), ("Fp1-", .unknownChannel), ("Fp1-Q9", .unknownChannel),
      ("a-1-b", .ambiguousChannel),
    ] {
      let error = #expect(throws: ERPError.self) {
        try BipolarPair(text, among: ["Fp1", "F7", "a", "1-b", "a-1", "b"])
      }
      #expect(error?.code == code)
    }
  }

  @Test("References that cannot be made are refused")
  func refused() {
    func code(_ body: () throws -> SpatialTransform) -> ERPError.Code? {
      #expect(throws: ERPError.self) { try body() }?.code
    }
    let few = [Channel(name: "Cz"), Channel(name: "VEOG", kind: .eog)]
    #expect(code { try .averageReference(of: few) } == .tooFewData)
    #expect(code { try .averageReference(of: Self.channels, excluding: ["X"]) } == .unknownChannel)
    #expect(code { try .reference(of: few, to: []) } == .tooFewData)
    #expect(code { try .reference(of: few, to: ["M1"]) } == .unknownChannel)
    #expect(code { try .linkedMastoids(of: few) } == .unknownChannel)
    #expect(code { try .linkedMastoids(of: ["M1", "m1", "M2"].map { Channel(name: $0) }) } == .ambiguousChannel)
    let pair = BipolarPair(anode: "Fp1", cathode: "F7")
    #expect(code { try .bipolar(of: Self.channels, [pair, pair]) } == .invalidSettings)
    #expect(code { try .bipolar(of: Self.channels, [BipolarPair(anode: "F7", cathode: "F7")]) } == .invalidSettings)
    #expect(code { try .bipolar(of: few, [pair]) } == .unknownChannel)
  }

  @Test("Interpolation, reference and derivation in one equal the steps one after the other")
  func chain() throws {
    var generator = SplitMix64(seed: 12)
    let channels = SpatialReference.channels
    let values = Matrix(
      rows: 64, columns: 20, values: (0..<1280).map { _ in Double.random(in: -1e-4...1e-4, using: &generator) })
    let interpolation = try SpatialTransform.interpolation(of: channels, bad: ["F7", "Pz"])
    let reference = try SpatialTransform.averageReference(of: channels)
    let derivation = try SpatialTransform.bipolar(of: channels, [BipolarPair(anode: "F7", cathode: "T7")])
    let together = interpolation.followed(by: reference).followed(by: derivation)
    let steps = derivation.applied(to: reference.applied(to: interpolation.applied(to: values)))
    for (one, other) in zip(together.applied(to: values).values, steps.values) { #expect(abs(one - other) < 1e-18) }
    #expect(
      together.withoutUnusedInputs().inputs == channels.indices.filter { !["F7", "Pz"].contains(channels[$0].name) })
  }
}
