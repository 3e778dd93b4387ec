import CKernels

/// The kernels of one instruction set. Results differ between sets in their last bits.
///
/// `@unchecked Sendable`: it is a table of pointers to functions without state, and never changes.
public struct NetworkKernels: @unchecked Sendable {
  /// What instructions the kernels may use.
  public enum Level: Int32, CaseIterable, Sendable {
    /// Vectors that every processor of the architecture has.
    case baseline
    /// AVX2 with fused multiply-add: x86-64-v3.
    case v3
    /// AVX-512: x86-64-v4.
    case v4
  }

  let functions: ck_network_kernels

  /// The kernels of a level, or nil if the processor lacks it.
  public init?(_ level: Level) {
    guard let table = ck_network_kernels(level.rawValue) else { return nil }
    functions = table.pointee
  }

  /// The widest kernels that the processor has.
  public static let best: NetworkKernels = {
    for level in Level.allCases.reversed() {
      if let kernels = NetworkKernels(level) { return kernels }
    }
    preconditionFailure("every processor has the baseline")
  }()

  /// The name of the level: "x86-64-v4", "x86-64-v3", "x86-64", "aarch64".
  public var name: String { String(cString: functions.name) }

  /// Numbers in a vector.
  var lanes: Int { functions.lanes }
}
