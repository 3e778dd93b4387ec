import Foundation
import Testing

@testable import Simulation

@Suite("Simulations of given parameters")
struct GivenParametersTests {
  @Test(
    "With the parameters that are drawn, simulations are the same bits",
    arguments: [
      [(String, String)](),
      [("I", "box(200, 600)"), ("azimuth", "box(100, 150)"), ("noise", "lognormal(-1.6, 0.3)")],
      SimulationRunTests.regions,
    ] as [[(String, String)]])
  func same(assignments: [(String, String)]) throws {
    let run = try SimulationRunTests.run(.physiological, assignments, seed: 3)
    let drawn = try run.part(4..<9)
    let given = try run.part(4..<9, parameters: drawn.parameters)
    #expect(given.parameters == drawn.parameters && given.potentials == drawn.potentials)
    #expect(given.sources == drawn.sources && given.isFinite == drawn.isFinite)
  }

  @Test("Parameters are those that are given, in parts of any size and on several threads")
  func parts() throws {
    let run = try SimulationRunTests.run(.physiological, [("levels", "[0]")])
    let (d, numbers) = (run.prior.count, 5..<75)
    // Without noise only the parameters count: those of simulation n under the number n + 5.
    let drawn = try run.part(0..<70)
    let parts = PartCollector()
    try run.forEachPart(of: numbers, parameters: drawn.parameters, threads: 3) { parts.add($0) }
    let size = run.channels.count * run.times.count
    var found: Set<Int> = []
    for part in parts.all {
      let rows = part.numbers.lowerBound - 5..<part.numbers.upperBound - 5
      found.formUnion(rows)
      #expect(part.parameters[...] == drawn.parameters[rows.lowerBound * d..<rows.upperBound * d])
      #expect(part.potentials[0][...] == drawn.potentials[0][rows.lowerBound * size..<rows.upperBound * size])
    }
    #expect(found == Set(0..<70))
  }
}
