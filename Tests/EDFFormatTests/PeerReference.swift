import Foundation
import TestSupport

/// What pyEDFlib, edfio and MNE read from a public recording, as stored under `reference/`.
struct PeerReference: Decodable {
  var pyedflib: PyEDFlib
  var edfio: EDFIO
  var mne: MNE

  struct Values: Decodable {
    var n: Int
    var first: Double?
    var last: Double?
    var min: Double?
    var max: Double?
    var mean: Double?
    var std: Double?
    var sum_abs_diff: Double?
    var probe_index: [Int]?
    var probe: [Double]?
  }
  struct Digital: Decodable {
    var first: Int?
    var last: Int?
    var min: Int?
    var max: Int?
    var sum: Int?
  }
  struct Annotation: Decodable {
    var onset: Double
    var duration: Double?
    var text: String
    var ch_names: [String]?
  }
  struct PyEDFlib: Decodable {
    var error: String?
    var filetype: Int?
    var records: Int?
    var file_duration: Double?
    var startdatetime: String?
    var starttime_subsecond_100ns: Int?
    var signal_headers: [SignalHeader]?
    var channels: [Values]?
    var channels_digital: [Digital]?
    var annotations: [Annotation]?
  }
  struct SignalHeader: Decodable {
    var label: String
    var dimension: String
    var sample_frequency: Double
    var physical_max: Double
    var physical_min: Double
    var digital_max: Double
    var digital_min: Double
    var prefilter: String
    var transducer: String
  }
  struct EDFIO: Decodable {
    var error: String?
    var signals: [Signal]?
    var annotations: [Annotation]?

    struct Signal: Decodable {
      var label: String
      var sampling_frequency: Double
      var physical_dimension: String
      var samples_per_data_record: Int
      var data: Values?
      var digital: Digital?
    }
  }
  struct MNE: Decodable {
    var error: String?
    var sfreq: Double?
    var ch_names: [String]?
    var ch_types: [String]?
    var channels: [Values]?
    var annotations: [Annotation]?
    var read_annotations: [Annotation]?
    var meas_date: String?
  }

  static func of(_ recording: String) throws -> PeerReference {
    try TestFiles.reference(recording, as: PeerReference.self)
  }
}
