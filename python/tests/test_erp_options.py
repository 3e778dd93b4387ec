"""`evoke erp` with its options, beside the same steps in MNE-Python."""

import sys

import mne
import numpy as np
import pytest
from conftest import PACKAGE

sys.path.insert(0, str(PACKAGE / "python"))

import evoke_io  # noqa: E402

SOURCE = PACKAGE / "fixtures" / "oddball.edf"
CODES = {"standard": 1, "target": 2}
SPAN = (-0.1, 0.5)


def raw_recording():
    raw = mne.io.read_raw_edf(SOURCE, preload=True, verbose="error")
    raw.set_channel_types({"EOG horizontal": "eog"})
    return raw


def epochs_of(raw, **options):
    events, _ = mne.events_from_annotations(raw, CODES, verbose="error")
    settings = dict(baseline=(None, 0), preload=True, verbose="error") | options
    return mne.Epochs(raw, events, CODES, *SPAN, **settings)


@pytest.fixture
def erp(evoke, tmp_path):
    """Runs `evoke erp` on the recording and returns the archive."""

    def run(*options, source=SOURCE):
        path = tmp_path / "erp.h5"
        evoke("erp", source, "--events", "standard,target", "--tmin", SPAN[0], "--tmax", SPAN[1], "-o", path, *options)
        return evoke_io.read(path)

    return run


def assert_same_averages(found, epochs, tolerance=1e-15, picks="eeg"):
    for name in CODES:
        expected = epochs[name].average(picks=picks)
        assert found.channels == expected.ch_names
        assert found.evoked[name].count == expected.nave
        np.testing.assert_allclose(found.evoked[name].average, expected.data, rtol=0, atol=tolerance)


def with_montage(raw, archive):
    """The positions that the archive has, which are those of the standard electrodes."""
    positions = dict(zip(archive.channels, archive.positions))
    montage = mne.channels.make_dig_montage(positions, coord_frame="head")
    return raw.set_montage(montage, on_missing="ignore", verbose="error")


def test_interpolation_before_an_average_reference(erp):
    bad = ["Fz", "P3"]
    found = erp("--exclude", ",".join(bad), "--interpolate", "--reference", "average")
    raw = with_montage(raw_recording(), found)
    raw.info["bads"] = bad
    raw.interpolate_bads(verbose="error")
    raw.set_eeg_reference("average", verbose="error")
    epochs = epochs_of(raw)
    largest = max(abs(epochs[name].average().data).max() for name in CODES)
    assert_same_averages(found, epochs, tolerance=1e-6 * largest)


def test_excluded_channels_are_left_out(erp):
    found = erp("--exclude", "Fz,P3", "--reference", "average")
    raw = raw_recording().drop_channels(["Fz", "P3"])
    raw.set_eeg_reference("average", verbose="error")
    assert_same_averages(found, epochs_of(raw))


def test_bipolar_derivations(erp):
    found = erp("--bipolar", "F3-P3,F4-P4", "--channels", "Cz")
    raw = mne.set_bipolar_reference(raw_recording(), ["F3", "F4"], ["P3", "P4"], verbose="error")
    assert_same_averages(found, epochs_of(raw), picks=["Cz", "F3-P3", "F4-P4"])


def test_butterworth_filter_as_mne(erp):
    found = erp("--filter", "0.5:20", "--filter-method", "butterworth", "--filter-padding", "ringing")
    raw = raw_recording().filter(0.5, 20, method="iir", iir_params=dict(order=4, ftype="butter", output="sos"),
                                 verbose="error")
    assert_same_averages(found, epochs_of(raw), tolerance=1e-15)


def test_transition_bands(erp):
    found = erp("--filter", "1:30", "--transition", "0.5:4")
    raw = raw_recording().filter(1, 30, l_trans_bandwidth=0.5, h_trans_bandwidth=4, verbose="error")
    assert_same_averages(found, epochs_of(raw))


def test_band_stop(erp):
    found = erp("--filter", "45:55", "--band-stop", "--transition", "2:2")
    raw = raw_recording().filter(55, 45, l_trans_bandwidth=2, h_trans_bandwidth=2, verbose="error")
    assert_same_averages(found, epochs_of(raw))


def test_eye_movements(erp):
    found = erp("--reference", "average", "--eog-correction")
    raw = raw_recording()
    raw.set_eeg_reference("average", verbose="error")
    epochs = epochs_of(raw)
    # Averages are taken out of the eyes' channels too, as Gratton, Coles and Donchin do; MNE leaves those in.
    fitted = epochs.copy()
    for code in CODES.values():
        chosen = epochs.events[:, 2] == code
        fitted._data[chosen] -= epochs._data[chosen].mean(axis=0)
    model = mne.preprocessing.EOGRegression(picks="eeg", picks_artifact="eog").fit(fitted)
    corrected = model.apply(epochs).apply_baseline((None, 0), verbose="error")
    assert_same_averages(found, corrected, tolerance=1e-14)
    plain = erp("--reference", "average")
    assert abs(found.evoked["target"].average - plain.evoked["target"].average).max() > 1e-8


def test_equal_counts(erp):
    found = erp("--equalize", "mintime")
    epochs = epochs_of(raw_recording(), reject_by_annotation=True)
    epochs, _ = epochs.equalize_event_counts(list(CODES), method="mintime")
    assert_same_averages(found, epochs)


def test_resampling_keeps_the_potential(erp):
    plain, found = erp(), erp("--resample", "100")
    assert found.rate == 100
    for name in CODES:
        low = plain.evoked[name].average
        again = mne.filter.resample(found.evoked[name].average, 160, 100, npad=20, verbose="error")
        middle = slice(20, -20)
        size = min(low.shape[1], again.shape[1])
        difference = (low[:, :size] - again[:, :size])[:, middle]
        assert np.sqrt((difference**2).mean()) < 0.25 * np.sqrt((low**2).mean())


@pytest.mark.parametrize("divisor", ["n", "n-1"])
def test_standard_errors_and_contrasts(erp, divisor):
    found = erp("--se-divisor", divisor, "--contrast", "difference = target - standard", "--noise")
    epochs = epochs_of(raw_recording())
    data = {name: epochs[name].get_data("eeg") for name in CODES}
    errors = {name: values.std(axis=0, ddof=divisor == "n-1") / np.sqrt(len(values)) for name, values in data.items()}
    for name in CODES:
        np.testing.assert_allclose(found.evoked[name].standard_error, errors[name], rtol=1e-9, atol=1e-18)
        assert found.evoked[name].divisor == divisor
        even = data[name][: len(data[name]) // 2 * 2]
        signs = np.where(np.arange(len(even)) % 2 == 0, 1, -1)[:, None, None]
        np.testing.assert_allclose(found.evoked[name].noise, (even * signs).mean(axis=0), rtol=0, atol=1e-18)
    difference = found.evoked["difference"]
    expected = mne.combine_evoked([epochs["target"].average("eeg"), epochs["standard"].average("eeg")], [1, -1])
    np.testing.assert_allclose(difference.average, expected.data, rtol=0, atol=1e-18)
    np.testing.assert_allclose(
        difference.standard_error, np.hypot(errors["target"], errors["standard"]), rtol=1e-9, atol=1e-18)


@pytest.mark.parametrize("method", ["trimmed", "median"])
def test_robust_averages(erp, method):
    found = erp("--average", method, "--trim", "0.2")
    epochs = epochs_of(raw_recording())
    for name in CODES:
        values = np.sort(epochs[name].get_data("eeg"), axis=0)
        cut = int(0.2 * len(values)) if method == "trimmed" else 0
        expected = values[cut:len(values) - cut].mean(axis=0) if cut else np.median(values, axis=0)
        np.testing.assert_allclose(found.evoked[name].average, expected, rtol=0, atol=1e-18)


def test_sidecars_of_a_dataset(erp, evoke, tmp_path):
    folder = tmp_path / "dataset" / "sub-01" / "eeg"
    folder.mkdir(parents=True)
    (tmp_path / "dataset" / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.8.0"}')
    recording = folder / "sub-01_task-oddball_eeg.edf"
    recording.write_bytes(SOURCE.read_bytes())
    raw = raw_recording()
    rows = [f"{onset}\t0.1\t{text}\t{number % 5 / 10}" for number, (onset, text) in enumerate(
        (note["onset"], note["description"]) for note in raw.annotations if note["description"] in CODES)]
    (folder / "sub-01_task-oddball_events.tsv").write_text(
        "\n".join(["onset\tduration\ttrial_type\tresponse_time", *rows]) + "\n")
    kinds = [(name, "EOG" if name.startswith("EOG") else "EEG", "bad" if name == "Fz" else "good")
             for name in raw.ch_names]
    (folder / "sub-01_task-oddball_channels.tsv").write_text(
        "\n".join(["name\ttype\tunits\tstatus", *(f"{name}\t{kind}\tuV\t{status}" for name, kind, status in kinds)])
        + "\n")
    found = erp("--where", "response_time < 0.3", source=recording)
    assert "Fz" not in found.channels
    raw = raw_recording().drop_channels(["Fz"])
    events, _ = mne.events_from_annotations(raw, CODES, verbose="error")
    chosen = events[[number % 5 < 3 for number in range(len(events))]]
    epochs = mne.Epochs(raw, chosen, CODES, *SPAN, baseline=(None, 0), preload=True, verbose="error")
    assert_same_averages(found, epochs)
