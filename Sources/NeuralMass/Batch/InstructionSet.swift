import CKernels
import EEGCore

/// How a batch calculates.
public enum Arithmetic: String, Hashable, Sendable, NamedChoice {
  /// With fused multiply-add where the processor has it. Results are the same on all machines with one instruction set;
  /// between sets the last bits differ.
  case fast
  /// Without it: the same bits on every machine.
  case portable
}

/// What the processor offers to the kernels.
public enum InstructionSet {
  /// The name of what is used here: "x86-64-v4" (AVX-512), "x86-64-v3" (AVX2), "x86-64", "aarch64".
  public static var current: String { String(cString: ck_instruction_set()) }
}
