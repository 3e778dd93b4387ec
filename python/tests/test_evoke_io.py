"""Archives of the `evoke` program, held against what MNE-Python reads from the same recordings.

Run from anywhere:  pytest python/tests
"""

import sys

import h5py
import mne
import numpy as np
import pytest
from conftest import PACKAGE

sys.path.insert(0, str(PACKAGE / "python"))

import evoke_io  # noqa: E402


def fixture(name):
    return PACKAGE / "fixtures" / name


def read_raw(name):
    reader = mne.io.read_raw_bdf if name.endswith(".bdf") else mne.io.read_raw_edf
    return reader(fixture(name), preload=True, verbose="error")


@pytest.fixture(scope="session", params=[(), ("--compress",), ("--volts",), ("--volts", "--compress")], ids=" ".join)
def oddball(request, evoke, tmp_path_factory):
    """An archive of the oddball recording, written with the options, and the recording as MNE reads it."""
    path = tmp_path_factory.mktemp("convert") / "oddball.h5"
    evoke("convert", fixture("oddball.edf"), path, *request.param)
    return path, read_raw("oddball.edf"), request.param


def assert_close(found, expected, recording):
    """Equal but for the rounding of float64 arithmetic in another order, which grows with the calibration's limits."""
    largest = max(
        abs(samples.attrs[limit]) * samples.attrs.get("volts_per_unit", 0)
        for samples in recording.samples for limit in ("physical_min", "physical_max"))
    np.testing.assert_allclose(found, expected, rtol=0, atol=4 * np.finfo(float).eps * largest)


def test_samples_equal_mne(oddball):
    path, raw, _ = oddball
    recording = evoke_io.read(path)
    assert recording.labels == raw.ch_names
    assert set(recording.rates) == {raw.info["sfreq"]}
    for n, expected in enumerate(raw.get_data()):
        assert recording.samples[n].dtype == np.int16
        assert_close(recording.signal(n) * recording.samples[n].attrs["volts_per_unit"], expected, recording)


def test_stored_integers_are_those_of_the_edf_file(oddball):
    path, raw, _ = oddball
    header = fixture("oddball.edf").read_bytes()
    count = int(header[252:256])
    records = int(header[236:244])
    per_record = [int(header[256 + 216 * count + 8 * n : 264 + 216 * count + 8 * n]) for n in range(count)]
    table = np.frombuffer(header[256 * (count + 1) :], "<i2").reshape(records, -1)
    first = np.cumsum([0, *per_record])
    recording = evoke_io.read(path)
    labels = [header[256 + 16 * n : 272 + 16 * n].decode("latin-1").strip() for n in range(count)]
    for n, label in enumerate(recording.labels):
        column = labels.index(label)
        stored = table[:, first[column] : first[column + 1]].ravel()
        np.testing.assert_array_equal(recording.signal(n, physical=False), stored)


def test_volts_equal_mne(oddball):
    path, raw, options = oddball
    with h5py.File(path) as file:
        assert ("data" in file) == ("--volts" in options)
        if "data" in file:
            data = file["data"]
            assert list(data.attrs["channels"]) == [raw.ch_names[n] for n in data.attrs["signals"]]
            assert data.attrs["unit"] == "V" and data.attrs["axes"] == "channel,time"
            assert data.attrs["rate_hz"] == raw.info["sfreq"]
            assert_close(data[()], raw.get_data(picks=list(data.attrs["signals"])), evoke_io.read(path))


def test_h5py_finds_the_compression_declared(oddball):
    path, _, options = oddball
    with h5py.File(path) as file:
        samples = file["signals/0/samples"]
        assert (samples.compression == "gzip" and samples.shuffle) == ("--compress" in options)


def test_raw_equals_mne(oddball):
    path, raw, _ = oddball
    recording = evoke_io.read(path)
    found = recording.to_mne()
    assert found.info["sfreq"] == raw.info["sfreq"]
    assert found.ch_names == raw.ch_names
    assert_close(found.get_data(), raw.get_data(), recording)


def test_annotations_equal_mne(oddball):
    path, raw, _ = oddball
    found = evoke_io.read(path).to_mne().annotations
    assert list(found.description) == list(raw.annotations.description)
    # MNE rounds onsets to microseconds.
    np.testing.assert_allclose(found.onset, raw.annotations.onset, atol=1e-6)
    np.testing.assert_allclose(found.duration, raw.annotations.duration, atol=1e-6)
    assert [tuple(names) for names in found.ch_names] == [tuple(names) for names in raw.annotations.ch_names]


def test_start_equals_mne(oddball):
    path, raw, _ = oddball
    found = evoke_io.read(path).to_mne().info["meas_date"]
    # MNE drops the fraction of a second.
    assert found.replace(microsecond=0) == raw.info["meas_date"].replace(microsecond=0)


@pytest.mark.parametrize("name", ["oddball.bdf", "mixed_rates.edf", "mixed_rates.bdf", "gaps.edf", "hypnogram.edf"])
def test_every_recording_opens(evoke, tmp_path, name):
    path = tmp_path / "recording.h5"
    evoke("convert", fixture(name), path)
    recording = evoke_io.read(path)
    raw = read_raw(name)
    assert len(recording.annotations) >= len(raw.annotations)
    for n, label in enumerate(recording.labels):
        assert recording.signal(n).shape == recording.signal(n, physical=False).shape
        if label in raw.ch_names and recording.rates[n] == raw.info["sfreq"] and recording.kinds[n] == "eeg":
            scale = recording.samples[n].attrs["volts_per_unit"]
            assert_close(recording.signal(n) * scale, raw.get_data(picks=[label])[0], recording)
    if recording.labels:
        converted = recording.to_mne()
        rates = {recording.rates[recording.labels.index(label)] for label in converted.ch_names}
        assert rates == {converted.info["sfreq"]}


def test_joints_of_a_discontinuous_recording_are_marked(evoke, tmp_path):
    path = tmp_path / "gaps.h5"
    evoke("convert", fixture("gaps.edf"), path)
    recording = evoke_io.read(path)
    raw = recording.to_mne()
    joints = [a["onset"] for a in raw.annotations if a["description"] == "BAD boundary"]
    # Annotations count from the measurement date.
    np.testing.assert_allclose(joints, np.cumsum(recording.segments[:-1, 1]))
    assert len(joints) == 2


@pytest.fixture(scope="session")
def evoked(evoke, tmp_path_factory):
    """The averages of the oddball recording, and MNE's for the same steps."""
    path = tmp_path_factory.mktemp("erp") / "oddball.h5"
    evoke("erp", fixture("oddball.edf"), "--events", "standard,target", "--tmin", "-0.1", "--tmax", "0.5",
          "--baseline", ":0", "-o", path, "--keep-epochs")
    archive = evoke_io.read(path)
    raw = read_raw("oddball.edf")
    events, codes = mne.events_from_annotations(raw, {"standard": 1, "target": 2}, verbose="error")
    epochs = mne.Epochs(
        raw, events, codes, -0.1, 0.5, baseline=(None, 0), picks=archive.channels, preload=True, verbose="error")
    return archive, epochs


def test_epochs_equal_mne(evoked):
    archive, epochs = evoked
    assert archive.channels == epochs.ch_names
    np.testing.assert_allclose(archive.times, epochs.times, atol=1e-12)
    np.testing.assert_array_equal(archive.samples, epochs.events[:, 0])
    np.testing.assert_allclose(archive.data, epochs.get_data(), rtol=0, atol=1e-15)


def test_epochs_to_mne(evoked):
    archive, epochs = evoked
    found = archive.epochs_to_mne()
    assert found.info["sfreq"] == epochs.info["sfreq"]
    np.testing.assert_allclose(found.times, epochs.times, atol=1e-12)
    for name in ("standard", "target"):
        np.testing.assert_allclose(found[name].get_data(), epochs[name].get_data(), rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", ["standard", "target"])
def test_averages_equal_mne(evoked, name):
    archive, epochs = evoked
    expected = epochs[name].average(picks="all")
    condition = archive.evoked[name]
    assert condition.count == expected.nave
    assert condition.method == "mean"
    np.testing.assert_allclose(condition.average, expected.data, rtol=0, atol=1e-15)
    found = next(average for average in archive.to_mne() if average.comment == name)
    assert found.nave == expected.nave
    np.testing.assert_allclose(found.times, expected.times, atol=1e-12)
    np.testing.assert_allclose(found.get_data(), expected.data, rtol=0, atol=1e-15)


def test_positions_become_a_montage(evoked):
    archive, _ = evoked
    known = [n for n, position in enumerate(archive.positions) if np.isfinite(position).all()]
    info = archive.to_mne()[0].info
    for n in known:
        np.testing.assert_allclose(info["chs"][n]["loc"][:3], archive.positions[n])
        assert info["chs"][n]["coord_frame"] == mne.io.constants.FIFF.FIFFV_COORD_HEAD


def test_drop_log_has_one_entry_an_event(evoked):
    archive, epochs = evoked
    assert sum(not why for _, why in archive.drop_log) == len(archive.data)
    assert {name for name, _ in archive.drop_log} == {"standard", "target"}


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["x"] = 1
    with pytest.raises(ValueError, match="not one that this module reads"):
        evoke_io.read(path)
