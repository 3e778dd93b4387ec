extension ERPError.Code {
  /// A table of channels, electrodes or their coordinate system cannot be read.
  public static let invalidTable = ERPError.Code(name: "invalidTable")
  /// Too few electrodes have a usable position.
  public static let noElectrodePositions = ERPError.Code(name: "noElectrodePositions")
  /// There are too few channels, epochs or samples to compute something from, or they hold no information.
  public static let tooFewData = ERPError.Code(name: "tooFewData")
}
