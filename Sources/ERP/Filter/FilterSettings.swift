import EEGCore

/// What a filter lets through, and how it is made: a band, notches, or both.
///
/// The defaults are those of MNE-Python's `mne.filter.create_filter`. `low` and `high` mean for
///
/// - an FIR filter the edges of what passes; transition bands lie outside it, with the -6 dB point in their middle;
/// - an IIR filter the -6 dB points of the filter as it is applied, forwards and backwards.
public struct FilterSettings: Hashable, Sendable, Codable {
  /// What `low` and `high` enclose.
  public enum Band: String, Hashable, Sendable, NamedChoice {
    /// What passes.
    case pass
    /// What is stopped: everything up to `low` and from `high` on passes. Needs both frequencies.
    case stop
  }

  /// How the band is filtered.
  public enum Method: Hashable, Sendable {
    /// Windowed sinc (Hamming), see ``FIRFilter``.
    case fir
    /// Butterworth filter of an order from 1 to 12, forwards and backwards, see ``IIRFilter``.
    case iir(order: Int)
  }

  /// What an FIR filter does to the time of what it lets through.
  public enum Phase: String, Hashable, Sendable, NamedChoice {
    /// Nothing: the filter is applied centred.
    case zero
    /// Delays it as little as a filter without a view of the future can. Only for the FIR method.
    case minimum
  }

  /// How far an IIR filter continues a signal beyond its ends before it is applied.
  public enum Padding: String, Hashable, Sendable, NamedChoice {
    /// Three times the number of coefficients, as `scipy.signal.sosfiltfilt`; shorter stretches are refused.
    case brief
    /// Until the impulse response has fallen to a thousandth, as MNE-Python; at most the length of the stretch.
    case ringing
  }

  /// Lower edge of the band [Hz]; nil lets everything below through.
  public var low: Double?
  /// Upper edge of the band [Hz]; nil lets everything above through.
  public var high: Double?
  /// Width of an FIR filter's transition at `low` [Hz]; nil means `min(max(low / 4, 2), low)`.
  ///
  /// It lies below `low`, or above it when the band is stopped.
  public var lowTransition: Double?
  /// Width of an FIR filter's transition at `high` [Hz]; nil means `min(max(high / 4, 2), rate / 2 - high)`.
  ///
  /// It lies above `high`, or below it when the band is stopped.
  public var highTransition: Double?
  /// Whether the band passes, as by default, or is stopped.
  public var band: Band
  /// FIR by default.
  public var method: Method
  /// Zero by default.
  public var phase: Phase
  /// Frequencies that are taken out by notches, forwards and backwards [Hz]; none by default.
  public var notch: [Double]
  /// Frequency of a notch divided by its width, between the -6 dB points of the notch as it is applied; 30 by default.
  public var notchQuality: Double
  /// Of IIR filters and notches; brief by default.
  public var padding: Padding

  /// The default of ``notchQuality``: 1.7 Hz around 50 Hz.
  public static let defaultNotchQuality = 30.0

  /// A low-pass, high-pass, band-pass or band-stop filter, notches, or both; frequencies in hertz.
  public init(
    low: Double? = nil, high: Double? = nil, lowTransition: Double? = nil, highTransition: Double? = nil,
    band: Band = .pass, method: Method = .fir, phase: Phase = .zero, notch: [Double] = [],
    notchQuality: Double = defaultNotchQuality, padding: Padding = .brief
  ) {
    self.low = low
    self.high = high
    self.lowTransition = lowTransition
    self.highTransition = highTransition
    self.band = band
    self.method = method
    self.phase = phase
    self.notch = notch
    self.notchQuality = notchQuality
    self.padding = padding
  }

  /// Reads settings; those that are missing, as in older files, have their defaults.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      low: try values.decodeIfPresent(Double.self, forKey: .low),
      high: try values.decodeIfPresent(Double.self, forKey: .high),
      lowTransition: try values.decodeIfPresent(Double.self, forKey: .lowTransition),
      highTransition: try values.decodeIfPresent(Double.self, forKey: .highTransition),
      band: try values.decodeIfPresent(Band.self, forKey: .band) ?? .pass,
      method: try values.decodeIfPresent(Method.self, forKey: .method) ?? .fir,
      phase: try values.decodeIfPresent(Phase.self, forKey: .phase) ?? .zero,
      notch: try values.decodeIfPresent([Double].self, forKey: .notch) ?? [],
      notchQuality: try values.decodeIfPresent(Double.self, forKey: .notchQuality) ?? Self.defaultNotchQuality,
      padding: try values.decodeIfPresent(Padding.self, forKey: .padding) ?? .brief)
  }
}

/// `"fir"`, or `{"iir": {"order": 4}}`.
extension FilterSettings.Method: Codable {
  private enum CodingKeys: String, CodingKey { case iir }
  private enum OrderKeys: String, CodingKey { case order }

  /// Reads a method.
  public init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      guard name == "fir" else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "'\(name)' is no filter method; give \"fir\" or {\"iir\": {\"order\": 4}}"))
      }
      self = .fir
      return
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
      .nestedContainer(keyedBy: OrderKeys.self, forKey: .iir)
    self = .iir(order: try values.decode(Int.self, forKey: .order))
  }

  /// Writes the method.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .fir:
      var value = encoder.singleValueContainer()
      try value.encode("fir")
    case .iir(let order):
      var values = encoder.container(keyedBy: CodingKeys.self)
      var nested = values.nestedContainer(keyedBy: OrderKeys.self, forKey: .iir)
      try nested.encode(order, forKey: .order)
    }
  }
}

extension FilterSettings {
  /// The edges of the band, checked against the rate.
  ///
  /// - Throws: ``ERPError``, code `invalidFilter`, when a frequency or the rate is not a positive number, a frequency is
  ///   not below half the rate, `low` is not below `high`, or there is none to stop.
  func checkBand(rate: Double) throws {
    let nyquist = rate / 2
    try Self.check(rate, "the sampling rate")
    for (frequency, name) in [(low, "lower"), (high, "upper")] {
      guard let frequency else { continue }
      try Self.check(frequency, "the \(name) cut-off")
      guard frequency < nyquist else {
        throw ERPError(
          code: .invalidFilter,
          message: "the \(name) cut-off, \(frequency) Hz, must be below \(nyquist) Hz, half the sampling rate; "
            + "choose a lower frequency or leave it out")
      }
    }
    guard let low, let high else {
      guard band == .pass else {
        throw ERPError(
          code: .invalidFilter, message: "a band-stop filter needs both ends of the band that it stops; give two")
      }
      return
    }
    guard low < high else {
      throw ERPError(
        code: .invalidFilter,
        message: "the lower cut-off, \(low) Hz, must be below the upper one, \(high) Hz; to take out what lies "
          + "between them, ask for a band-stop filter")
    }
  }

  static func check(_ frequency: Double, _ name: String) throws {
    guard frequency.isFinite, frequency > 0 else {
      throw ERPError(
        code: .invalidFilter, message: "\(name) is \(frequency) Hz; it must be a number greater than zero")
    }
  }
}
