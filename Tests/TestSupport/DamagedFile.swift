import Foundation

extension TemporaryFolder {
  /// Cuts a file of this folder after a share of its bytes.
  public func cut(_ name: String, to share: Double) throws {
    let url = URL(fileURLWithPath: path(name))
    let bytes = try Data(contentsOf: url)
    try bytes.prefix(Int(Double(bytes.count) * share)).write(to: url)
  }

  /// Replaces four bytes of a file of this folder, at random places, by random ones.
  public func changeBytes(of name: String, seed: Int) throws {
    let url = URL(fileURLWithPath: path(name))
    var bytes = try Data(contentsOf: url)
    var generator = SplitMix64(seed: UInt64(seed))
    for _ in 0..<4 {
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
    }
    try bytes.write(to: url)
  }
}
