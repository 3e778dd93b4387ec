"""Random recordings, written by h5py as archives, converted by evoke, and opened by three programs that are not ours.

`evoke convert` itself lets EDFlib read every file, which makes four.
"""

import json
import random

import edfio
import h5py
import mne
import numpy as np
import pyedflib
import pytest

RATES = (1, 10, 50, 100, 128, 160, 200, 250, 256, 500, 512)
TEXTS = ("stimulus", "Übung", "閉眼", "a,b;c", "x" * 200, "two words", "x@@nosuchlabel")


class RandomRecording:
    """Signals of several rates with digital samples, and annotations with and without duration and channels."""

    def __init__(self, seed):
        choice = random.Random(seed)
        self.bits = 24 if seed % 2 else 16
        # Limits that eight characters hold, so that samples pass through.
        self.gain = 1 / 8 if self.bits == 16 else 1.0
        self.seconds = choice.randint(1, 40)
        self.rates = [choice.choice(RATES) for _ in range(choice.randint(1, 6))]
        numbers = np.random.default_rng(seed)
        span = 1 << (self.bits - 1)
        self.samples = [numbers.integers(-span, span, rate * self.seconds, dtype=np.int32) for rate in self.rates]
        self.labels = [f"EEG C{n}" for n in range(len(self.rates))]
        # Multiples of 100 ns, which is as fine as EDFlib goes.
        self.start = f"2021-03-0{choice.randint(1, 9)}T12:34:56.{choice.randint(0, 9_999_999):07d}"
        self.annotations = [
            (choice.randint(0, self.seconds * 10_000) / 10_000,
             choice.randint(0, 50_000) / 10_000 if choice.random() < 0.5 else None,
             choice.choice(TEXTS),
             [choice.choice(self.labels)] if choice.random() < 0.3 else [])
            for _ in range(choice.randint(0, 80))]

    def write(self, path):
        """The layout of docs/archives.md."""
        span = 1 << (self.bits - 1)
        physical = (-span * self.gain, (span - 1) * self.gain)
        with h5py.File(path, "w", libver=("v110", "v110")) as file:
            file.attrs.update(evoke_kind="recording", evoke_version=1, evoke_settings="{}", start=self.start)
            subject = file.create_group("subject")
            subject.attrs.update(patient_identification="X X X X", recording_identification="Startdate X X X X")
            for n, (label, rate, samples) in enumerate(zip(self.labels, self.rates, self.samples)):
                stored = samples.astype(np.int16) if self.bits == 16 else samples
                dataset = file.create_dataset(f"signals/{n}/samples", data=stored)
                dataset.attrs.update(
                    label=label, kind="eeg", unit="uV", rate_hz=float(rate), encoding=f"int{self.bits}", transducer="",
                    prefilter="", gain=self.gain, offset=0.0, physical_min=physical[0], physical_max=physical[1],
                    digital_min=-span, digital_max=span - 1)
            notes = self.annotations
            file["annotations/onset_s"] = np.array([note[0] for note in notes], float)
            file["annotations/duration_s"] = np.array([np.nan if n[1] is None else n[1] for n in notes], float)
            for name, column in (("text", [n[2] for n in notes]), ("channels", [json.dumps(n[3]) for n in notes])):
                file.create_dataset(f"annotations/{name}", data=column, dtype=h5py.string_dtype(), shape=(len(notes),))
            file["segments/onset_s"] = np.array([0.0])
            file["segments/duration_s"] = np.array([float(self.seconds)])

    def notes(self):
        """Annotations as texts of the file: onset, duration (-1 when absent), text with its channel."""
        return sorted(
            (round(onset, 6), -1 if duration is None else round(duration, 6), text + "".join(f"@@{c}" for c in channels))
            for onset, duration, text, channels in self.annotations)


@pytest.fixture(params=range(16), ids=lambda seed: f"seed {seed}")
def written(request, evoke, tmp_path):
    """A random recording and the files made of it; 16 bits become EDF and BDF, 24 bits BDF."""
    recording = RandomRecording(request.param)
    recording.write(tmp_path / "random.h5")
    endings = ("edf", "bdf") if recording.bits == 16 else ("bdf",)
    paths = [tmp_path / f"random.{ending}" for ending in endings]
    for path in paths:
        assert "read again by EDFlib and equal" in evoke("convert", tmp_path / "random.h5", path)
    return recording, paths


def test_pyedflib_reads_the_same(written):
    recording, paths = written
    for path in paths:
        with pyedflib.EdfReader(str(path)) as reader:
            assert [label.strip() for label in reader.getSignalLabels()] == recording.labels
            np.testing.assert_allclose(reader.getSampleFrequencies(), recording.rates)
            for n, samples in enumerate(recording.samples):
                np.testing.assert_array_equal(reader.readSignal(n, digital=True), samples)
            found = sorted(
                (round(float(onset), 6), -1 if duration < 0 else round(float(duration), 6), text)
                for onset, duration, text in zip(*reader.readAnnotations()))
        assert found == recording.notes()


def test_edfio_reads_the_same(written):
    recording, paths = written
    for path in paths:
        file = edfio.read_bdf(path) if path.suffix == ".bdf" else edfio.read_edf(path)
        assert [signal.label for signal in file.signals] == recording.labels
        assert [signal.sampling_frequency for signal in file.signals] == recording.rates
        for signal, samples in zip(file.signals, recording.samples):
            np.testing.assert_array_equal(signal.digital, samples)
        found = sorted(
            (round(note.onset, 6), -1 if note.duration is None else round(note.duration, 6), note.text)
            for note in file.annotations)
        assert found == recording.notes()


def test_mne_reads_the_same(written):
    recording, paths = written
    fastest = max(recording.rates)
    # MNE resamples what is slower than the fastest signal.
    names = [label for label, rate in zip(recording.labels, recording.rates) if rate == fastest]
    expected = [samples * recording.gain * 1e-6 for samples, rate in zip(recording.samples, recording.rates) if rate == fastest]
    for path in paths:
        read = mne.io.read_raw_bdf if path.suffix == ".bdf" else mne.io.read_raw_edf
        raw = read(path, include=names, preload=True, verbose="error")
        assert raw.ch_names == names and raw.info["sfreq"] == fastest
        largest = (1 << (recording.bits - 1)) * recording.gain * 1e-6
        np.testing.assert_allclose(raw.get_data(), expected, rtol=0, atol=1e-14 * largest)
        texts = [note["description"] for note in raw.annotations]
        # MNE keeps those up to its last sample, and takes channels from their texts.
        inside = [note for note in recording.annotations if note[0] < recording.seconds - 1 / fastest]
        assert set(note[2] for note in inside) <= set(text.split("@@EEG")[0] for text in texts)
        assert len(texts) >= len(inside)
