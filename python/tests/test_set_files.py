"""EEGLAB files that evoke wrote, opened by MNE-Python."""

import os
from pathlib import Path

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
