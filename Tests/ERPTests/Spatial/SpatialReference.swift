import EEGCore
import HDF5
import TestSupport
import Testing

/// What MNE-Python computed of the same channels (`fixtures/spatial.h5`, made by `fixtures/generate/spatial.py`).
enum SpatialReference {
  static func array(_ name: String) throws -> HDF5Array<Double> {
    try HDF5File(reading: TestFiles.fixture("spatial.h5")).dataset(name).read()
  }

  /// A table of two dimensions.
  static func matrix(_ name: String) throws -> Matrix {
    let array = try array(name)
    try #require(array.shape.count == 2)
    return Matrix(rows: array.shape[0], columns: array.shape[1], values: array.values)
  }

  /// Electrodes of the EEG Motor Movement/Imagery Database, in its order.
  static let names =
    ("FC5 FC3 FC1 FCz FC2 FC4 FC6 C5 C3 C1 Cz C2 C4 C6 CP5 CP3 CP1 CPz CP2 CP4 CP6 Fp1 Fpz Fp2 AF7 AF3 AFz AF4 AF8 "
    + "F7 F5 F3 F1 Fz F2 F4 F6 F8 FT7 FT8 T7 T8 T9 T10 TP7 TP8 P7 P5 P3 P1 Pz P2 P4 P6 P8 PO7 PO3 POz PO4 PO8 O1 Oz "
    + "O2 Iz")
    .split(separator: " ").map(String.init)

  static let channels = names.map { Channel(name: $0, position: StandardElectrodes.position(for: $0)?.position) }

  /// The largest difference, as part of the largest stored value.
  static func relativeDifference(_ values: [Double], _ stored: [Double]) -> Double {
    guard values.count == stored.count, let largest = stored.map({ abs($0) }).max() else { return .infinity }
    return (zip(values, stored).map { abs($0 - $1) }.max() ?? .infinity) / largest
  }
}
