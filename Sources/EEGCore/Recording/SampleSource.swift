/// Where a recording's samples come from: a memory-mapped EDF file, an HDF5 archive, or memory.
///
/// Samples are numbered per signal over all segments, without the gaps. Sources are read from several threads at once.
public protocol SampleSource: Sendable {
  /// Reads stored integers of one signal, as many as `destination` holds.
  ///
  /// - Parameters:
  ///   - signal: Index into ``Recording/signals``.
  ///   - first: Number of the first sample.
  ///   - destination: Filled completely.
  /// - Throws: The source's own error when the samples cannot be read; signals with a floating-point encoding throw too.
  func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws

  /// Reads physical values of one signal in the signal's own unit, as many as `destination` holds.
  ///
  /// - Parameters:
  ///   - signal: Index into ``Recording/signals``.
  ///   - first: Number of the first sample.
  ///   - destination: Filled completely.
  /// - Throws: The source's own error when the samples cannot be read.
  func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws
}

/// Physical samples held in memory, for simulated signals and tests.
public struct InMemorySamples: SampleSource {
  /// One array a signal, physical values in the signal's own unit.
  public var values: [[Double]]

  /// Holds the values; one array a signal.
  public init(_ values: [[Double]]) { self.values = values }

  /// Always throws: the values are physical ones.
  public func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    throw RecordingError(code: .noDigitalSamples, message: "signal \(signal) holds physical values, not digital ones")
  }

  /// Copies values.
  public func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    let samples = values[signal]
    copy(samples.span, from: first, to: &destination)
  }
}

/// Digital samples held in memory, for acquired signals and tests.
public struct InMemoryDigitalSamples: SampleSource {
  /// One array a signal.
  public var values: [[Int32]]
  /// From digital to physical values, one a signal.
  public var calibrations: [Calibration]

  /// Holds the values; one array and one calibration a signal.
  public init(_ values: [[Int32]], calibrations: [Calibration]) {
    precondition(values.count == calibrations.count, "every signal needs samples and a calibration")
    self.values = values
    self.calibrations = calibrations
  }

  /// Copies values.
  public func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    let samples = values[signal]
    copy(samples.span, from: first, to: &destination)
  }

  /// Calibrates values.
  public func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    let samples = values[signal]
    let wanted = samples.span.extracting(first..<(first + destination.count))
    let calibration = calibrations[signal]
    for index in 0..<destination.count {
      destination[unchecked: index] = calibration.physical(wanted[unchecked: index])
    }
  }
}

/// Copies as many values as fit, with one check of the range, so that it is a move of memory.
private func copy<Value>(_ values: Span<Value>, from first: Int, to destination: inout MutableSpan<Value>) {
  let wanted = values.extracting(first..<(first + destination.count))
  for index in 0..<destination.count { destination[unchecked: index] = wanted[unchecked: index] }
}

/// A request that a recording cannot meet.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of request failed.
  public struct Code: Hashable, Sendable {
    let name: String
    /// Digital samples were asked of a floating-point source.
    public static let noDigitalSamples = Code(name: "noDigitalSamples")
    /// Volts were asked of a signal whose unit is not a voltage.
    public static let notAVoltage = Code(name: "notAVoltage")
    /// A sample range outside the signal.
    public static let outOfRange = Code(name: "outOfRange")
  }
  /// What kind of request failed.
  public let code: Code
  /// For people.
  public let message: String

  /// An error with its explanation.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
