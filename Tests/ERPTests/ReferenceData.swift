import EDFFormat
import EEGCore
import ERP
import Foundation
import HDF5
import TestSupport
import Testing

/// A public recording whose evoked potentials MNE-Python computed (`reference/erp/<name>.h5` and `.json`).
struct ReferenceData: Sendable, CustomTestStringConvertible {
  /// Name of the reference.
  let name: String
  /// The recording, under the recordings folder.
  let file: String
  /// Items of the event selection, one a condition.
  var items = ["T1", "T2"]
  var source = EventSource.annotations
  /// First and last time of an epoch [s].
  var span = (-0.1, 0.5)

  var testDescription: String { name }

  static let all =
    ["S001R04", "S002R04", "S003R06", "S005R04"].map {
      ReferenceData(name: "eegmmidb_\($0)", file: "eegmmidb/\($0).edf")
    } + [
      ReferenceData(name: "eegmmidb128_overlap", file: "mne-testing-data/test_edf_overlapping_annotations.edf"),
      ReferenceData(
        name: "derived_eeglab_data_edf", file: "derived/eeglab_data.edf", items: ["square", "rt"], span: (-0.2, 0.8)),
      ReferenceData(
        name: "derived_eeglab_data_status_bdf", file: "derived/eeglab_data_status.bdf", items: ["square=1", "rt=2"],
        source: .trigger(mask: 0xFF), span: (-0.2, 0.8)),
    ]

  /// What the `.json` beside the arrays says, as far as it is needed here.
  struct Description: Decodable {
    struct Variant: Decodable {
      let nPerCondition: [String: Int]
      let dropLog: [String: [String]]
      private enum CodingKeys: String, CodingKey {
        case nPerCondition = "n_per_condition"
        case dropLog = "drop_log"
      }
    }
    let eventId: [String: Int]
    let eventsSampleCode: [[Int]]
    let window: [Double]
    let rejectPtpV: Double
    let variants: [String: Variant]
    private enum CodingKeys: String, CodingKey {
      case eventId = "event_id"
      case eventsSampleCode = "events_sample_code"
      case rejectPtpV = "reject_ptp_V"
      case window, variants
    }
  }

  func description() throws -> Description {
    let path = TestFiles.recording("reference/erp/\(name).json")
    // Python writes NaN, which is not JSON; it occurs in measures that are not read here.
    let text = try String(contentsOfFile: path, encoding: .utf8).replacingOccurrences(of: " NaN", with: " null")
    return try JSONDecoder().decode(Description.self, from: Data(text.utf8))
  }

  func arrays() throws -> HDF5File { try HDF5File(reading: TestFiles.recording("reference/erp/\(name).h5")) }

  func recording() throws -> Recording { try EDFFile(path: TestFiles.recording(file)).recording() }

  /// The settings behind a variant of the reference.
  func settings(_ variant: ReferenceVariant) throws -> EpochSettings {
    var settings = EpochSettings()
    settings.events = EventSelection(items)
    settings.eventSource = source
    (settings.tmin, settings.tmax) = span
    switch variant {
    case .plain: break
    case .filtered: settings.filter = FilterSettings(low: 1, high: 30)
    case .avgref: settings.reference = .average
    case .filteredAverageReferenceReject:
      settings.filter = FilterSettings(low: 1, high: 30)
      settings.reference = .average
      settings.peakToPeakLimit = try description().rejectPtpV
    case .detrend1: settings.detrend = .linear
    case .nobaseline: settings.baseline = nil
    case .decim: settings.decimation = 2
    }
    return settings
  }

  func epochs(_ variant: ReferenceVariant) throws -> EpochsResult {
    try ERPPipeline(settings(variant)).epochs(of: recording())
  }
}

/// The ways in which the references were computed.
enum ReferenceVariant: String, Sendable, CaseIterable {
  case plain, filtered, avgref, detrend1, nobaseline, decim
  case filteredAverageReferenceReject = "filtered_avgref_reject"

  /// Largest difference allowed [V].
  var tolerance: Double {
    switch self {
    case .filtered, .filteredAverageReferenceReject: 1e-9
    default: 1e-12
    }
  }
}

/// Compares with a stored array, whose channel rows beyond ours (the trigger channel, which MNE averages along) are left
/// out.
func expectEqual(
  _ values: [Double], _ stored: HDF5Array<Double>, within tolerance: Double, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(!values.isEmpty && values.count <= stored.values.count, "\(name)", sourceLocation: sourceLocation)
  let worst = zip(values, stored.values).map { abs($0 - $1) }.max() ?? .infinity
  #expect(worst <= tolerance, "\(name) differs by \(worst) V", sourceLocation: sourceLocation)
}
