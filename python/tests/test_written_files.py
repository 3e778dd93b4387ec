"""EDF and BDF files that evoke wrote, opened by three programs that are not ours."""

import os
from pathlib import Path

import edfio
import mne
import numpy as np
import pyedflib
import pytest
from conftest import PACKAGE

FIXTURES = PACKAGE / "fixtures"
RECORDINGS = Path(os.environ.get("EVOKE_RECORDINGS", PACKAGE.parent / "shared" / "recordings"))


def sources() -> list[Path]:
    public = ["eegmmidb/S001R04.edf", "pyedflib/test_generator.edf", "pyedflib/test_generator.bdf",
              "derived/eeglab_data.edf", "edfio/short_psg.edf", "pyedflib/test_subsecond.edf"]
    own = [FIXTURES / name for name in ("oddball.edf", "oddball.bdf", "mixed_rates.edf", "mixed_rates.bdf")]
    return own + [RECORDINGS / name for name in public if (RECORDINGS / name).exists()]


def digital(path: Path) -> list[np.ndarray]:
    """Stored samples, by edfio, which refuses least."""
    read = edfio.read_bdf if path.suffix == ".bdf" else edfio.read_edf
    return [signal.digital for signal in read(path).signals]


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.name)
def test_peers_read_the_same_samples_and_annotations(source, tmp_path, evoke):
    # Through an archive, so that both directions are covered.
    archive = tmp_path / "recording.h5"
    evoke("convert", source, archive)
    target = tmp_path / ("copy" + source.suffix)
    assert "read again by EDFlib and equal" in evoke("convert", archive, target)

    expected = digital(source)
    found = digital(target)
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected):
        np.testing.assert_array_equal(ours, theirs)

    with pyedflib.EdfReader(str(target)) as reader:
        for index, values in enumerate(expected):
            np.testing.assert_array_equal(reader.readSignal(index, digital=True), values)
        onsets, _, texts = reader.readAnnotations()
    read = edfio.read_bdf if source.suffix == ".bdf" else edfio.read_edf
    notes = sorted((round(note.onset, 6), note.text) for note in read(source).annotations)
    assert sorted((round(float(onset), 6), text) for onset, text in zip(onsets, texts)) == notes
    assert sorted((round(note.onset, 6), note.text) for note in read(target).annotations) == notes

    # A plain file may become EDF+; MNE has to see the same voltages.
    reader = mne.io.read_raw_bdf if source.suffix == ".bdf" else mne.io.read_raw_edf
    first, second = reader(source, preload=True, verbose="error"), reader(target, preload=True, verbose="error")
    assert first.ch_names == second.ch_names
    np.testing.assert_allclose(second.get_data(), first.get_data(), rtol=0, atol=1e-18 + 1e-12 * abs(first.get_data()).max())
    assert first.info["meas_date"] == second.info["meas_date"]


@pytest.mark.parametrize("name", ["oddball.edf", "mixed_rates.edf"])
def test_sixteen_bits_become_twenty_four_without_a_change(name, tmp_path, evoke):
    target = tmp_path / "copy.bdf"
    assert "read again by EDFlib and equal" in evoke("convert", FIXTURES / name, target)
    for ours, theirs in zip(digital(target), digital(FIXTURES / name)):
        np.testing.assert_array_equal(ours, theirs)
