import EEGCore

/// A request that the ERP layer cannot meet.
public struct ERPError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of request failed.
  public struct Code: Hashable, Sendable {
    let name: String
    /// A filter's frequencies are not positive, not below the Nyquist frequency, or in the wrong order.
    public static let invalidFilter = Code(name: "invalidFilter")
    /// No stretch without a gap is as long as the filter.
    public static let signalTooShort = Code(name: "signalTooShort")
    /// A signal holds values that are infinite or not numbers.
    public static let nonFiniteSamples = Code(name: "nonFiniteSamples")
    /// An item of an event selection is not a valid pattern.
    public static let invalidPattern = Code(name: "invalidPattern")
    /// A table of events cannot be read.
    public static let invalidEventTable = Code(name: "invalidEventTable")
    /// The recording has no such trigger channel, or none at all.
    public static let noTriggerChannel = Code(name: "noTriggerChannel")
    /// No event was selected.
    public static let noEvents = Code(name: "noEvents")
    /// Times, limits, or the decimation of the epochs are not usable.
    public static let invalidSettings = Code(name: "invalidSettings")
    /// The baseline does not lie inside the epoch, or holds no sample.
    public static let invalidBaseline = Code(name: "invalidBaseline")
    /// The recording has no channel of that name, or none that can be epoched.
    public static let unknownChannel = Code(name: "unknownChannel")
    /// Several channels answer to that name.
    public static let ambiguousChannel = Code(name: "ambiguousChannel")
    /// Channels that are to be epoched together differ in sampling rate or length.
    public static let unequalSampling = Code(name: "unequalSampling")
    /// A time window holds no sample or lies outside the epoch.
    public static let invalidWindow = Code(name: "invalidWindow")
    /// There is no condition of that name, or it has no epoch.
    public static let unknownCondition = Code(name: "unknownCondition")
    /// Single epochs are needed and there are none.
    public static let noEpochs = Code(name: "noEpochs")
    /// Evoked potentials that are to be combined differ in channels, rate or times.
    public static let incompatibleEvoked = Code(name: "incompatibleEvoked")
  }

  /// What kind of request failed.
  public let code: Code
  /// What was wrong and what to do, for people.
  public let message: String

  /// An error with its explanation.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}

extension ERPError {
  init(_ error: ChannelNameError) {
    self.init(code: error.isAmbiguous ? .ambiguousChannel : .unknownChannel, message: error.message)
  }
}

extension ChannelNames {
  /// The places of several signals; see ``signal(named:)``.
  func signals(named names: [String]) throws(ERPError) -> [Int] {
    var places: [Int] = []
    for name in names { places.append(try signal(named: name)) }
    return places
  }

  /// The place of a signal, with the errors of this module.
  ///
  /// - Throws: ``ERPError``, codes `unknownChannel` and `ambiguousChannel`.
  func signal(named name: String) throws(ERPError) -> Int {
    do { return try index(of: name) } catch { throw ERPError(error) }
  }
}
