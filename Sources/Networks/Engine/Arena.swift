/// Memory that is handed out from the front and taken back all at once.
///
/// Blocks are kept when it starts over. The same sequence of requests then finds the same memory, so that nothing is
/// allocated after the first step of a training run.
final class Arena {
  private static let alignment = 64
  private static let smallestBlock = 1 << 20

  private var blocks: [UnsafeMutableRawBufferPointer] = []
  private var block = 0
  private var top = 0

  /// Memory in all blocks [byte].
  var byteCount: Int { blocks.reduce(0) { $0 + $1.count } }

  /// Takes everything back; what was handed out must not be used again.
  func startOver() { (block, top) = (0, 0) }

  /// Memory for `count` floats, aligned to 64 bytes, with whatever it held before.
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let size = max(1, (count * MemoryLayout<Float>.stride + Arena.alignment - 1) / Arena.alignment) * Arena.alignment
    while block < blocks.count, top + size > blocks[block].count { (block, top) = (block + 1, 0) }
    if block == blocks.count {
      let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(size, Arena.smallestBlock), alignment: Arena.alignment)
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      blocks.append(bytes)
    }
    defer { top += size }
    guard let start = blocks[block].baseAddress else { preconditionFailure("a block has memory") }
    return (start + top).bindMemory(to: Float.self, capacity: size / MemoryLayout<Float>.stride)
  }

  deinit { for block in blocks { block.deallocate() } }
}
