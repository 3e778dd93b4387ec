import CKernels

/// A function of single numbers, applied to every element.
public enum Activation: String, Codable, CaseIterable, Sendable {
  /// x.
  case identity
  /// max(0, x).
  case relu
  /// x times the normal distribution function of x (Hendrycks and Gimpel 2016), PyTorch's default form.
  case gelu
  /// Hyperbolic tangent.
  case tanh
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// log(1 + eˣ).
  case softplus

  var kernel: Int32 {
    switch self {
    case .identity: Int32(CK_IDENTITY.rawValue)
    case .relu: Int32(CK_RELU.rawValue)
    case .gelu: Int32(CK_GELU.rawValue)
    case .tanh: Int32(CK_TANH.rawValue)
    case .sigmoid: Int32(CK_SIGMOID.rawValue)
    case .softplus: Int32(CK_SOFTPLUS.rawValue)
    }
  }

  /// Whether the derivative is taken from the argument and not from the value.
  var needsArgument: Bool { self == .gelu || self == .softplus }
}
