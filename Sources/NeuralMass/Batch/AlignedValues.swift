/// A copy of numbers while the body runs, at a multiple of 64 bytes: no vector of them lies across two cache lines.
func withAlignedCopy<Result>(of values: [Float], _ body: (UnsafePointer<Float>) -> Result) -> Result {
  let bytes = UnsafeMutableRawPointer.allocate(byteCount: values.count * MemoryLayout<Float>.stride, alignment: 64)
  defer { bytes.deallocate() }
  let copy = bytes.bindMemory(to: Float.self, capacity: values.count)
  copy.initialize(from: values, count: values.count)
  return body(UnsafePointer(copy))
}
