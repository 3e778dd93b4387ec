import EvokeNumerics
import Foundation

/// The distributions from which PyTorch draws initial parameters.
package enum Initialization {
  /// Uniform on -limit ..< limit.
  package static func uniform(_ limit: Float, _ stream: inout RandomStream) -> Float {
    (2 * stream.uniformFloat() - 1) * limit
  }

  /// The limit for weights and biases of linear and convolution layers: 1 / sqrt(inputs), which is what
  /// `kaiming_uniform_(a=sqrt(5))` comes to.
  package static func linearLimit(inputs: Int) -> Float { 1 / Float(inputs).squareRoot() }

  /// The number whose softplus is a value.
  package static func inverseSoftplus(_ value: Float) -> Float { Float(log(expm1(Double(value)))) }

  /// The limit of `xavier_uniform_`: Glorot and Bengio 2010.
  package static func xavierLimit(inputs: Int, outputs: Int) -> Float { (6 / Float(inputs + outputs)).squareRoot() }
}

extension RandomPurpose {
  /// Initial parameters of networks.
  public static let initialValues = RandomPurpose("initial values")
}
