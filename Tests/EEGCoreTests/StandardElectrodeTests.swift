import EEGCore
import Foundation
import TestSupport
import Testing

@Suite("Standard electrodes")
struct StandardElectrodeTests {
  @Test(
    "Labels as files have them name an electrode",
    arguments: [
      ("Cz", "Cz"), ("CZ", "Cz"), (" fp1 ", "Fp1"), ("Fc5.", "FC5"), ("C3..", "C3"), ("EEG Fp1-Ref", "Fp1"),
      ("EEG FP2-LE", "Fp2"), ("EEG O1-A1A2", "O1"), ("Oz-AVG", "Oz"), ("POL T3", "T7"), ("T4", "T8"),
      ("EEG T5-REF", "P7"),
      ("T6", "P8"), ("C3-A2", "C3"), ("M1", "M1"), ("A2", "A2"), ("EEG A1-Ref", "A1"), ("AFp3h", "AFp3h"), ("Iz", "Iz"),
    ])
  func names(_ label: String, name: String) throws {
    #expect(StandardElectrodes.position(for: label)?.name == name)
  }

  @Test(
    "Derivations and other signals name none",
    arguments: [
      "EEG Fpz-Cz", "EEG Pz-Oz", "Fp1-F7", "A1-A2", "EEG", "EEG EEG", "", ".", "-", "EOG horizontal", "Status",
      "POL $A1",
      "EXG1", "Channel 1", "Cz Cz", "EKG",
    ])
  func noNames(_ label: String) {
    #expect(StandardElectrodes.position(for: label) == nil)
  }

  @Test(
    "Positions are MNE-Python's after set_montage(\"standard_1005\")",
    arguments: [
      ("Cz", -0.0013741334028190722, 0.027617093595102737, 0.14019949417439556),
      ("T8", 0.08326136985759491, 0.015258189278681375, 0.030972968524059938),
      ("oz", -0.0020602461029908406, -0.0827829905012281, 0.06073663060773575),
      ("FCC3h", -0.05277278216742508, 0.04265326737284035, 0.11344851959803585),
    ])
  func positions(_ label: String, x: Double, y: Double, z: Double) throws {
    let position = try #require(StandardElectrodes.position(for: label)?.position)
    #expect(abs(position.x - x) < 1e-7 && abs(position.y - y) < 1e-7 && abs(position.z - z) < 1e-7)
  }

  @Test("Left lies at negative x, the nose at positive y, and old names share the place of new ones")
  func axes() throws {
    func at(_ label: String) throws -> Position { try #require(StandardElectrodes.position(for: label)).position }
    #expect(try at("T7").x < -0.05 && at("T8").x > 0.05)
    #expect(try at("Fpz").y > 0.08 && at("Oz").y < -0.04)
    #expect(try at("Cz").z > at("Fz").z && at("Cz").z > at("Pz").z)
    #expect(try at("T3") == at("T7") && at("T6") == at("P8"))
  }

  @Test("Where letters count the sockets of an amplifier, A1 is no ear")
  func sockets() {
    let biosemi = StandardElectrodes.positions(for: ["A1", "A2", "A3", "C3", "Fz", "EXG1"])
    #expect(biosemi.map { $0?.name } == [nil, nil, nil, nil, "Fz", nil])
    let sleep = StandardElectrodes.positions(for: ["EEG C3-A2", "A1", "O1-M2"])
    #expect(sleep.map { $0?.name } == ["C3", "A1", "O1"])
  }

  /// How many labels of a public recording name an electrode.
  @Test(
    "Electrodes of public recordings", .enabled(if: TestFiles.hasRecordings),
    arguments: [
      ("BDF.jl/MK2_speedmode4_CMS_not_in_range_battery_charged.bdf", 41, 32), ("EDF.jl/bdf_test.edf", 8, 0),
      ("bids-examples/sub-01_task-isometric_emg.edf", 128, 0), ("derived/eeglab_data.edf", 32, 30),
      ("edfReader/edfPlusC.edf", 11, 0), ("edfio/short_psg.edf", 7, 0), ("edfize/invalid-date.edf", 14, 0),
      ("eeglab-testcases/test_chan_types.bdf", 7, 2), ("eeglab-testcases/test_dig_min_larger_max.bdf", 7, 0),
      ("eegmmidb/S001R04.edf", 64, 64), ("mne-python/duplicate_channel_labels.edf", 3, 3),
      ("mne-python/test.bdf", 73, 66), ("mne-python/test.edf", 139, 0),
      ("mne-python/test_bdf_stim_channel.bdf", 4, 3), ("mne-python/test_edf_stim_channel.edf", 25, 19),
      ("mne-testing-data/MB0400FU.EDF", 25, 21), ("mne-testing-data/test_edf_overlapping_annotations.edf", 64, 64),
      ("pyedflib/test_generator.bdf", 5, 0), ("pyedflib/test_subsecond.edf", 1, 1),
    ])
  func recordings(_ file: String, labels: Int, named: Int) throws {
    struct Reference: Decodable {
      struct EDFIO: Decodable {
        struct Signal: Decodable { let label: String }
        let signals: [Signal]
      }
      let edfio: EDFIO
    }
    let reference = try TestFiles.reference(file, as: Reference.self).edfio.signals.map(\.label)
    #expect(reference.count == labels)
    #expect(StandardElectrodes.positions(for: reference).compactMap { $0 }.count == named)
  }
}
