import TestSupport
import Testing

@testable import ERP

@Suite("Convolution by fast Fourier transform")
struct BlockConvolverTests {
  @Test("Equals convolution term by term for filters and blocks of any size", arguments: 0..<24)
  func direct(_ seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let reach = Int.random(in: 0...(seed < 12 ? 20 : 200), using: &generator)
    let half = (0...reach).map { _ in Double.random(in: -1...1, using: &generator) }
    let coefficients = half.reversed() + half.dropFirst()
    let longest = Int.random(in: 1...600, using: &generator)
    let convolver = BlockConvolver(coefficients: Array(coefficients), longest: longest)
    try #require(convolver.yield >= 1)

    let workspace = BlockConvolver.Workspace(size: convolver.size)
    var blocks: [[Double]] = []
    for row in 0..<BlockConvolver.blockCount {
      let block = (0..<convolver.size).map { _ in Double.random(in: -1...1, using: &generator) }
      for (place, value) in block.enumerated() { workspace.rows[row * workspace.stride + place] = value }
      blocks.append(block)
    }
    convolver.filter(workspace)

    var worst = 0.0
    for (row, block) in blocks.enumerated() {
      for place in 0..<convolver.yield {
        let expected = coefficients.indices.reduce(0) { $0 + coefficients[$1] * block[place + $1] }
        worst = max(worst, abs(workspace.rows[row * workspace.stride + place] - expected))
      }
    }
    #expect(worst < 1e-13, "reach \(reach), size \(convolver.size)")
  }

  @Test("A block is a power of two that yields something", arguments: [1, 3, 165, 16897], [1, 165, 20_000, 1_843_200])
  func size(filterLength: Int, longest: Int) {
    let size = BlockConvolver.bestSize(filterLength: filterLength, longest: longest)
    #expect(size >= 8 && size & (size - 1) == 0 && size >= filterLength)
    #expect(size <= 1 << 17)
  }
}
