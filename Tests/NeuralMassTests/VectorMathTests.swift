import CKernels
import Foundation
import Testing

@Suite("Elementary functions of the kernels")
struct VectorMathTests {
  @Test("2^x has a relative error below 2e-7 from -126 to 126", arguments: [false, true])
  func exponential(portable: Bool) {
    let x = (0...504_000).map { Float(-126 + Double($0) / 2000) }
    var result = [Float](repeating: 0, count: x.count)
    (portable ? ck_exp2_values_portable : ck_exp2_values)(x, &result, x.count)
    let error = zip(x, result).reduce(0.0) { max($0, abs(Double($1.1) / exp2(Double($1.0)) - 1)) }
    #expect(error < 2e-7)
  }

  @Test("2^x of anything beyond is that of the limit", arguments: [false, true])
  func exponentialLimits(portable: Bool) {
    let x: [Float] = [-1e30, -.infinity, -127, 127, 1e30, .infinity]
    var result = [Float](repeating: 0, count: x.count)
    (portable ? ck_exp2_values_portable : ck_exp2_values)(x, &result, x.count)
    let (low, high) = (Float(exp2(-126.0)), Float(exp2(126.0)))
    #expect(result == [low, low, low, high, high, high])
  }

  @Test(
    "The sigmoid has a relative error below 7e-7 where it is above 2^-60, and none to speak of beyond",
    arguments: [false, true], [-30, 0, 4.85, 173.3] as [Float])
  func sigmoid(portable: Bool, offset: Float) {
    let x = (-300_000...300_000).map { Float(Double($0) / 1000) } + [-1e5, -1e4, 1e4, 1e5, 1e6]
    var result = [Float](repeating: .nan, count: x.count)
    (portable ? ck_firing_values_portable : ck_firing_values)(offset, x, &result, x.count)
    for (x, result) in zip(x, result) {
      let exponent = Double(offset) - Double(x)
      let exact = 1 / (1 + exp2(exponent))
      let error = abs(Double(result) - exact)
      // Half a unit in the last place of x and the offset is all that a caller can know of their difference.
      let input = 0.35 * (Double(x.ulp) + Double(offset.ulp)) * exact * (1 - exact)
      let isWrong = exponent < 60 ? error > 7e-7 * exact + input : error > 0x1p-59
      if isWrong {
        Issue.record("\(result) instead of \(exact) at \(x)")
        return
      }
    }
  }

  @Test("The sigmoid of infinities is 0 or 1, that of no number no number", arguments: [false, true])
  func sigmoidLimits(portable: Bool) {
    let x: [Float] = [-.infinity, .infinity, -.greatestFiniteMagnitude, .greatestFiniteMagnitude, .nan]
    var result = [Float](repeating: 7, count: x.count)
    (portable ? ck_firing_values_portable : ck_firing_values)(4, x, &result, x.count)
    #expect(result[..<4].allSatisfy { $0.isNaN || $0 == 0 || $0 == 1 } && result[4].isNaN, "\(result)")
  }

  @Test("The logarithm has an error below 1e-7, or that fraction of it, from 2^-32 to 2^32", arguments: [false, true])
  func logarithm(portable: Bool) {
    let x = (-320_000...320_000).map { Float(exp2(Double($0) / 10_000)) }
    var result = [Float](repeating: 0, count: x.count)
    (portable ? ck_log_values_portable : ck_log_values)(x, &result, x.count)
    let error = zip(x, result).reduce(0.0) { largest, pair in
      let exact = log(Double(pair.0))
      return max(largest, abs(Double(pair.1) - exact) / max(1, abs(exact)))
    }
    #expect(error < 1e-7)
  }

  @Test("Sine and cosine have an error below 1.5e-7 over the whole turn", arguments: [false, true])
  func sineAndCosine(portable: Bool) {
    let turns = (0..<(1 << 18)).map { UInt32($0) << 14 &+ 12_345 } + [0, 1 << 30, 1 << 31, 3 << 30, 0xffff_ffff]
    var (sine, cosine) = ([Float](repeating: 0, count: turns.count), [Float](repeating: 0, count: turns.count))
    (portable ? ck_sin_cos_values_portable : ck_sin_cos_values)(turns, &sine, &cosine, turns.count)
    var error = 0.0
    for (index, turn) in turns.enumerated() {
      let angle = 2 * Double.pi * Double(turn) * 0x1p-32
      error = max(error, abs(Double(sine[index]) - sin(angle)), abs(Double(cosine[index]) - cos(angle)))
    }
    #expect(error < 1.5e-7)
  }
}
