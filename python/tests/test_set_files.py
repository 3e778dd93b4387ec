"""EEGLAB files that evoke wrote, opened by MNE-Python."""

import os
from pathlib import Path

import h5py
import mne
import numpy as np
import pytest
from conftest import PACKAGE

FIXTURES = PACKAGE / "fixtures"
RECORDINGS = Path(os.environ.get("EVOKE_RECORDINGS", PACKAGE.parent / "shared" / "recordings"))


def sources() -> list[Path]:
    public = [RECORDINGS / name for name in ("eegmmidb/S001R04.edf", "derived/eeglab_data.edf")]
    return [FIXTURES / "oddball.edf", FIXTURES / "oddball.bdf"] + [path for path in public if path.exists()]


def read_source(path: Path) -> mne.io.BaseRaw:
    read = mne.io.read_raw_bdf if path.suffix == ".bdf" else mne.io.read_raw_edf
    return read(path, preload=True, verbose="error")


@pytest.mark.parametrize("preload", [False, True])
@pytest.mark.parametrize("source", sources(), ids=lambda path: path.name)
def test_mne_reads_the_same_recording(source, preload, tmp_path, evoke):
    target = tmp_path / "copy.set"
    evoke("convert", source, target)
    expected = read_source(source)
    found = mne.io.read_raw_eeglab(target, preload=preload, verbose="error")

    assert found.ch_names == expected.ch_names
    assert found.info["sfreq"] == expected.info["sfreq"]
    # A trigger channel has codes, which MNE scales here and not there.
    voltages = [name for name, kind in zip(expected.ch_names, expected.get_channel_types()) if kind != "stim"]
    theirs = expected.get_data(voltages)
    np.testing.assert_allclose(found.get_data(voltages), theirs, rtol=1e-12, atol=1e-12 * abs(theirs).max())

    assert list(found.annotations.description) == list(expected.annotations.description)
    np.testing.assert_allclose(found.annotations.onset, expected.annotations.onset, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.annotations.duration, expected.annotations.duration, rtol=0, atol=1e-6)


def test_gaps_are_boundary_events(tmp_path, evoke):
    target = tmp_path / "gaps.set"
    evoke("convert", FIXTURES / "gaps.edf", target)
    found = mne.io.read_raw_eeglab(target, verbose="error")
    boundaries = [note for note in found.annotations if note["description"] == "boundary"]
    assert boundaries
    assert all(note["duration"] > 0 for note in boundaries)


@pytest.fixture(scope="module")
def epoched(evoke, tmp_path_factory):
    """An archive of evoked potentials that keeps its epochs, and MNE's epochs of the same steps."""
    folder = tmp_path_factory.mktemp("epochs")
    source = FIXTURES / "oddball.edf"
    evoke("erp", source, "--events", "standard,target", "--tmin", "-0.1", "--tmax", "0.5", "--keep-epochs",
          "-o", folder / "erp.h5")
    raw = read_source(source)
    events, codes = mne.events_from_annotations(raw, {"standard": 1, "target": 2}, verbose="error")
    names = texts(folder / "erp.h5", "channels/name")
    epochs = mne.Epochs(raw, events, codes, -0.1, 0.5, picks=names, preload=True, verbose="error")
    return folder, epochs


def texts(path, name):
    with h5py.File(path) as file:
        return list(file[name].asstr()[()])


def assert_same_positions(found, path):
    """MNE has the positions that the archive has, in metres."""
    with h5py.File(path) as file:
        expected = dict(zip(file["channels/name"].asstr()[()], file["channels/position_m"][()]))
    for name, place in expected.items():
        if np.isfinite(place).all():
            np.testing.assert_allclose(found.info["chs"][found.ch_names.index(name)]["loc"][:3], place, atol=1e-12)


def test_mne_reads_the_same_epochs(epoched, evoke):
    folder, expected = epoched
    evoke("convert", folder / "erp.h5", folder / "epochs.set", "--epochs")
    found = mne.read_epochs_eeglab(folder / "epochs.set", verbose="error")
    assert found.ch_names == expected.ch_names
    assert found.info["sfreq"] == expected.info["sfreq"]
    np.testing.assert_allclose(found.times, expected.times, atol=1e-12)
    assert [name_of(found, code) for code in found.events[:, 2]] == [
        name_of(expected, code) for code in expected.events[:, 2]]
    np.testing.assert_allclose(found.get_data(), expected.get_data(), rtol=0, atol=1e-18)
    assert_same_positions(found, folder / "erp.h5")


def test_mne_reads_evoked_potentials_as_trials(epoched, evoke):
    folder, expected = epoched
    evoke("convert", folder / "erp.h5", folder / "erp.set")
    found = mne.read_epochs_eeglab(folder / "erp.set", verbose="error")
    for name in ("standard", "target"):
        average = expected[name].average()
        np.testing.assert_allclose(found[name].average().data, average.data, rtol=0, atol=1e-18)
        np.testing.assert_allclose(found[name].average().times, average.times, atol=1e-12)
    assert_same_positions(found, folder / "erp.h5")


def test_positions_of_recordings(evoke, tmp_path):
    evoke("convert", FIXTURES / "oddball.edf", tmp_path / "copy.set")
    evoke("erp", FIXTURES / "oddball.edf", "--events", "target", "-o", tmp_path / "erp.h5")
    assert_same_positions(mne.io.read_raw_eeglab(tmp_path / "copy.set", verbose="error"), tmp_path / "erp.h5")


@pytest.mark.skipif(not RECORDINGS.exists(), reason="public recordings are missing")
@pytest.mark.parametrize("name", ["mne-testing-data/test_raw_h5.set", "hdf5_examples/raw.set"])
def test_public_set_files_pass_through_an_archive(name, evoke, tmp_path):
    evoke("convert", RECORDINGS / name, tmp_path / "recording.h5")
    evoke("convert", tmp_path / "recording.h5", tmp_path / "again.set")
    expected = mne.io.read_raw_eeglab(RECORDINGS / name, preload=True, verbose="error")
    found = mne.io.read_raw_eeglab(tmp_path / "again.set", preload=True, verbose="error")
    assert found.ch_names == expected.ch_names
    data = expected.get_data()
    np.testing.assert_allclose(found.get_data(), data, rtol=0, atol=1e-12 * abs(data).max())
    np.testing.assert_allclose(found.annotations.onset, expected.annotations.onset, atol=1e-6)
    assert [text_of(note) for note in found.annotations.description] == [
        text_of(note) for note in expected.annotations.description]
    for ours, theirs in zip(found.info["chs"], expected.info["chs"]):
        if np.isfinite(theirs["loc"][:3]).all() and theirs["loc"][:3].any():
            np.testing.assert_allclose(ours["loc"][:3], theirs["loc"][:3], atol=1e-9)


@pytest.mark.skipif(not RECORDINGS.exists(), reason="public recordings are missing")
@pytest.mark.parametrize("name", ["eegUtils/eeglab_hdf5.set", "hdf5_examples/epochs.set", "hdf5_examples/erp.set"])
def test_public_epochs_pass_through_an_archive(name, evoke, tmp_path):
    evoke("convert", RECORDINGS / name, tmp_path / "epochs.h5")
    evoke("convert", tmp_path / "epochs.h5", tmp_path / "again.set")
    expected = mne.read_epochs_eeglab(RECORDINGS / name, verbose="error")
    found = mne.read_epochs_eeglab(tmp_path / "again.set", verbose="error")
    assert found.ch_names == expected.ch_names
    assert found.info["sfreq"] == expected.info["sfreq"]
    np.testing.assert_allclose(found.times, expected.times, atol=1e-9)
    data = expected.get_data()
    np.testing.assert_allclose(found.get_data(), data, rtol=0, atol=1e-12 * abs(data).max())


def name_of(epochs, code):
    return next(name for name, number in epochs.event_id.items() if number == code)


def text_of(description):
    """Numeric types are '5.0' in MNE and '5' here."""
    return description[:-2] if description.endswith(".0") else description
