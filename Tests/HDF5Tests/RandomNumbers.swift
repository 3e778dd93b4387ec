import HDF5
import TestSupport
import Testing

/// A number type that a test can draw at random.
protocol RandomNumber: HDF5Number, Equatable {
  static func random(using generator: inout SplitMix64) -> Self
}

extension RandomNumber where Self: FixedWidthInteger {
  static func random(using generator: inout SplitMix64) -> Self {
    Self.random(in: .min ... .max, using: &generator)
  }
}

extension Int8: RandomNumber {}
extension Int16: RandomNumber {}
extension Int32: RandomNumber {}
extension Int64: RandomNumber {}
extension UInt8: RandomNumber {}
extension UInt16: RandomNumber {}
extension UInt32: RandomNumber {}
extension UInt64: RandomNumber {}

extension Float: RandomNumber {
  static func random(using generator: inout SplitMix64) -> Float { Float.random(in: -1e6...1e6, using: &generator) }
}

extension Double: RandomNumber {
  static func random(using generator: inout SplitMix64) -> Double { Double.random(in: -1e6...1e6, using: &generator) }
}

/// A number type as a test argument, with its name.
struct NumberType: Sendable, CustomTestStringConvertible {
  let type: any RandomNumber.Type
  var testDescription: String { "\(type)" }

  static let all: [NumberType] = [
    NumberType(type: Int8.self), NumberType(type: Int16.self), NumberType(type: Int32.self),
    NumberType(type: Int64.self), NumberType(type: UInt8.self), NumberType(type: UInt16.self),
    NumberType(type: UInt32.self), NumberType(type: UInt64.self), NumberType(type: Float.self),
    NumberType(type: Double.self),
  ]
}

/// As many random values as a shape holds.
func randomValues<Number: RandomNumber>(
  _ type: Number.Type, _ shape: [Int], using generator: inout SplitMix64
) -> [Number] {
  (0..<shape.reduce(1, *)).map { _ in Number.random(using: &generator) }
}
