import CKernels
import Foundation
import Testing

@testable import NeuralMass

@Suite("Philox4x32-10")
struct PhiloxTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    var counter: [UInt32]
    var key: [UInt32]
    var words: [UInt32]
    var testDescription: String { "counter \(counter.map { String($0, radix: 16) })" }
  }

  @Test(
    "Words are those of Random123's known answers",
    arguments: [
      Vector(counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      Vector(
        counter: [.max, .max, .max, .max], key: [.max, .max],
        words: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
      Vector(
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0],
        words: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
    ])
  func knownAnswers(vector: Vector) {
    let (c, k) = (vector.counter, vector.key)
    let words = ck_philox(c[0], c[1], c[2], c[3], k[0], k[1])
    #expect([words.w0, words.w1, words.w2, words.w3] == vector.words)
  }

  @Test("Lanes, blocks and the double precision reference draw the same normals")
  func lanesAgree() {
    let seed: UInt64 = 0x0123_4567_89ab_cdef
    let lanes = Int(CK_COLUMN_LANES)
    let numbers = (0..<lanes).map { UInt32.max - UInt32($0) }
    for block: UInt32 in [0, 1, 77, 0x8000_0001] {
      var normals = [Float](repeating: 0, count: 4 * lanes)
      ck_normal_lanes(seed, NeuralNoise.purpose, numbers, block, &normals)
      for lane in 0..<lanes {
        var alone = [Float](repeating: 0, count: 4)
        ck_standard_normals(seed, numbers[lane], NeuralNoise.purpose, UInt64(block), 1, &alone)
        var reference = NeuralNoise(seed: seed, simulation: Int(numbers[lane]))
        for place in 0..<4 {
          let exact = reference.normal(4 * Int(block) + place)
          #expect(abs(Double(normals[place * lanes + lane]) - exact) < 2e-6)
          #expect(abs(Double(alone[place]) - exact) < 2e-6)
        }
      }
    }
  }

  @Test("A stream is the same whether drawn at once or in parts")
  func streamsInParts() {
    var whole = [Float](repeating: 0, count: 4 * 50)
    ck_standard_normals(5, 9, 2, 0, 50, &whole)
    var part = [Float](repeating: 0, count: 4 * 13)
    ck_standard_normals(5, 9, 2, 30, 13, &part)
    #expect(part == Array(whole[(4 * 30)..<(4 * 43)]))
    // Blocks whose number passes 2^32.
    let first: UInt64 = 0x5_ffff_fffa
    ck_standard_normals(5, 9, 2, first, 13, &part)
    for block in 0..<13 {
      var alone = [Float](repeating: 0, count: 4)
      ck_standard_normals(5, 9, 2, first + UInt64(block), 1, &alone)
      #expect(alone == Array(part[(4 * block)..<(4 * block + 4)]))
    }
  }

  @Test("A million normals have the moments and tails of the normal distribution, and no memory")
  func moments() {
    var values = [Float](repeating: 0, count: 1 << 20)
    ck_standard_normals(1, 2, 3, 0, values.count / 4, &values)
    let count = Double(values.count)
    func moment(_ power: Int) -> Double { values.reduce(0) { $0 + pow(Double($1), Double(power)) } / count }
    // Five standard errors each: the variances of x, x², x³ and x⁴ are 1, 2, 15 and 96.
    #expect(abs(moment(1)) < 5 * (1 / count).squareRoot())
    #expect(abs(moment(2) - 1) < 5 * (2 / count).squareRoot())
    #expect(abs(moment(3)) < 5 * (15 / count).squareRoot())
    #expect(abs(moment(4) - 3) < 5 * (96 / count).squareRoot())
    let beyond = Double(values.count { abs($0) > 3 }) / count
    #expect(abs(beyond - 0.0026998) < 5 * (0.0027 / count).squareRoot())
    for lag in [1, 2, 3, 4] {
      let product = (0..<(values.count - lag)).reduce(0.0) { $0 + Double(values[$1] * values[$1 + lag]) } / count
      #expect(abs(product) < 5 / count.squareRoot())
    }
  }
}
