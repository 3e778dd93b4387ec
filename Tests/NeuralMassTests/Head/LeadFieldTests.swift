import EEGCore
import NeuralMass
import TestSupport
import Testing

@Suite("Lead fields")
struct LeadFieldTests {
  /// Six channels, two sources, seeded.
  private static func field() -> LeadField {
    var generator = SplitMix64(seed: 64)
    let channels = ["Fp1", "Fz", "EEG Cz-Ref", "Pz", "M1", "M2"]
    let values = (0..<12).map { _ in Double.random(in: -100...100, using: &generator) }
    return LeadField(channels: channels, gains: Matrix(rows: 6, columns: 2, values: values))
  }

  @Test("The average reference takes each source's mean away, named channels theirs")
  func references() throws {
    let field = Self.field()
    let average = try field.referenced(to: .average)
    let mastoids = try field.referenced(to: .channels(["m1", "M2"]))
    for source in 0..<2 {
      #expect(abs(average.gains(ofSource: source).reduce(0, +)) < 1e-10)
      #expect(abs(mastoids.gains[4, source] + mastoids.gains[5, source]) < 1e-10)
    }
    #expect(average.reference == .average && mastoids.reference == .channels(["m1", "M2"]))
    let cz = try field.referenced(to: .channels(["Cz"]))
    #expect(cz.gains[2, 0] == 0 && cz.gains[0, 1] == field.gains[0, 1] - field.gains[2, 1])
  }

  @Test("Differences between channels do not depend on the reference, so references may follow one another")
  func differences() throws {
    let field = Self.field()
    let direct = try field.referenced(to: .average)
    let detour = try field.referenced(to: .channels(["Fz", "M2"])).referenced(to: .average)
    #expect(relativeDifference(detour.gains.values, direct.gains.values) < 1e-14)
    #expect(throws: HeadModelError.self) { try direct.referenced(to: .scalp) }
    #expect(try field.referenced(to: .scalp) == field)
  }

  @Test("Channels are chosen and ordered by the names people type")
  func selection() throws {
    let field = Self.field()
    let chosen = try field.selecting(["cz", "FP1"])
    #expect(chosen.channels == ["EEG Cz-Ref", "Fp1"] && chosen.gains.rows == 2)
    #expect(Array(chosen.gains[row: 0]) == Array(field.gains[row: 2]))
    #expect(Array(chosen.gains[row: 1]) == Array(field.gains[row: 0]))
    func code(_ names: [String]) -> HeadModelError.Code? {
      #expect(throws: HeadModelError.self) { try field.selecting(names) }?.code
    }
    #expect(code(["Oz"]) == .unknownChannel)
    #expect(code(["Fz", "fz"]) == .ambiguousChannel)
    #expect(throws: HeadModelError.self) { try field.referenced(to: .channels([])) }
    #expect(throws: HeadModelError.self) { try field.referenced(to: .channels(["TP9"])) }
  }

  @Test("Channels without a usable position are named")
  func missing() throws {
    let head = try SphericalHeadModel()
    var channels = try StandardMontage.named("biosemi16").channels
    let source = CorticalSource.caudalMiddleFrontalLeft.dipole(in: head)
    let field = try head.leadField(channels: channels, sources: [source])
    #expect(field.channels == channels.map(\.name) && field.reference == .scalp)
    let positions = channels.compactMap(\.position)
    #expect(field.gains == (try head.leadField(electrodes: positions, sources: [source])))
    channels[3].position = nil
    channels[5].position = head.origin
    let error = #expect(throws: HeadModelError.self) { try head.leadField(channels: channels, sources: [source]) }
    #expect(error?.code == .invalidElectrode)
    #expect(error?.message.contains("'Fz', 'T7'") == true && error?.message.contains("'Cz'") == false)
  }

  @Test("The study's source makes 2.8 microvolts per millivolt at the best of 64 channels, over the left frontal lobe")
  func gain() throws {
    let head = try SphericalHeadModel()
    let source = CorticalSource.caudalMiddleFrontalLeft
    let dipole = source.dipole(in: head)
    let montage = try StandardMontage.named("biosemi64")
    let field = try head.leadField(channels: montage.channels, sources: [dipole]).referenced(to: .average)
    let gains = field.gainsPerMillivolt(of: [source])
    let best = try #require(montage.electrodes.indices.max { abs(gains[$0, 0]) < abs(gains[$1, 0]) })
    #expect(["F3", "FC3"].contains(field.channels[best]))
    #expect(abs(gains[best, 0] - 2.8e-6) < 0.005e-6)
    // One millivolt through the dipole's own moment is the same.
    let potential = try head.potential(
      of: source.dipole(in: head, millivolts: 3), at: montage.electrodes.map(\.position))
    let mean = potential.reduce(0, +) / Double(potential.count)
    #expect(relativeDifference(potential.map { $0 - mean }, gains.values.map { 3 * $0 }) < 1e-12)
    // Midway between F3 and FC3, and outwards.
    let place = dipole.position - head.origin
    #expect(abs((place * place).squareRoot() - 0.0648) < 1e-12)
    #expect(dipole.orientation * place > 0.0647)
  }
}
