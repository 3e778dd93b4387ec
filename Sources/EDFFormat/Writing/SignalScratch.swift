/// Buffers that the signals of a block are converted in, each with a part of its own.
///
/// They are made once: clearing fresh memory for every block would cost as much as converting.
///
/// `@unchecked Sendable`: the parts do not overlap, and one thread at a time works on a signal.
final class SignalScratch<Value: BitwiseCopyable>: @unchecked Sendable {
  private let memory: UnsafeMutableBufferPointer<Value>
  private let length: Int

  /// Buffers filled with a value.
  ///
  /// - Parameters:
  ///   - signals: Number of signals.
  ///   - length: Most samples of a signal in a block.
  init(signals: Int, length: Int, filledWith value: Value) {
    self.length = length
    memory = .allocate(capacity: max(1, signals * length))
    memory.initialize(repeating: value)
  }

  deinit { memory.deallocate() }

  /// The first `count` places of a signal's part, which no other thread may use meanwhile.
  func part(of signal: Int, count: Int) -> UnsafeMutableBufferPointer<Value> {
    precondition(count <= length, "no room for the samples")
    return memory.extracting((signal * length)..<(signal * length + count))
  }
}
