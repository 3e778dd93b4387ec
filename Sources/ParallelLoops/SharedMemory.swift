/// Memory of which several threads use parts of their own.
///
/// `@unchecked Sendable`: it is used without a lock, which is sound because no two threads get the same places, and the
/// owner of the memory waits for all of them.
package struct SharedMemory<Value>: @unchecked Sendable {
  private let places: UnsafeMutableBufferPointer<Value>

  /// Wraps memory that must outlive this value.
  package init(_ places: UnsafeMutableBufferPointer<Value>) { self.places = places }

  /// Some of the places, which nobody else may use meanwhile.
  package func part(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Value> { places.extracting(range) }

  /// The first of some places, which nobody else may use meanwhile.
  package func start(of range: Range<Int>) -> UnsafeMutablePointer<Value> {
    guard let base = part(range).baseAddress else { preconditionFailure("a range has places") }
    return base
  }
}
