/// Draws of observations, cut into pieces of work that do not depend on the number of threads.
struct DrawBlocks {
  struct Block {
    let observations: Range<Int>
    let draws: Range<Int>
  }

  private let observations: Int
  private let draws: Int
  private let size: Int
  /// Pieces of an observation's draws, or observations of a piece.
  private let pieces: Int
  private let group: Int
  let count: Int

  init(observations: Int, draws: Int, size: Int) {
    (self.observations, self.draws, self.size) = (observations, draws, size)
    pieces = max(1, (draws + size - 1) / size)
    group = max(1, size / draws)
    count = pieces > 1 ? observations * pieces : (observations + group - 1) / group
  }

  subscript(number: Int) -> Block {
    if pieces > 1 {
      let first = number % pieces * size
      return Block(observations: number / pieces..<number / pieces + 1, draws: first..<min(first + size, draws))
    }
    return Block(observations: number * group..<min((number + 1) * group, observations), draws: 0..<draws)
  }
}
