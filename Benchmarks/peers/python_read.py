"""Reads all samples of a file with a Python package as float32; time and a checksum, as JSON on standard output.

    python_read.py pyedflib|edfio|mne FILE [native]

Loading the package is not counted. The packages compute float64, each in its own arrays; with `native` those are left
as they are, in MNE-Python's case without the copy that get_data() makes.
"""

import json
import resource
import sys
import time

STRIDE = 1009


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def read_pyedflib(path, native):
    import pyedflib

    yield
    with pyedflib.EdfReader(path, annotations_mode=pyedflib.DO_NOT_READ_ANNOTATIONS) as reader:
        signals = (reader.readSignal(index) for index in range(reader.signals_in_file))
        yield [signal if native else signal.astype("float32") for signal in signals], 1.0


def read_edfio(path, native):
    import edfio

    yield
    recording = edfio.read_bdf(path) if path.endswith(".bdf") else edfio.read_edf(path)
    yield [signal.data if native else signal.data.astype("float32") for signal in recording.signals], 1.0


def read_mne(path, native):
    import mne

    reader = mne.io.read_raw_bdf if path.endswith(".bdf") else mne.io.read_raw_edf
    yield
    raw = reader(path, preload=True, verbose="error")
    # Volts.
    yield list(raw._data if native else raw.get_data().astype("float32")), 1e6


def main() -> None:
    package, path = sys.argv[1:3]
    native = sys.argv[3:] == ["native"]
    reading = {"pyedflib": read_pyedflib, "edfio": read_edfio, "mne": read_mne}[package](path, native)
    next(reading)
    wall, cpu = time.monotonic(), cpu_seconds()
    signals, scale = next(reading)
    wall, cpu = time.monotonic() - wall, cpu_seconds() - cpu
    print(json.dumps({
        "seconds": wall, "cpu": cpu, "samples": sum(len(signal) for signal in signals),
        "checksum": scale * sum(float(signal[::STRIDE].sum(dtype="float64")) for signal in signals)}))


if __name__ == "__main__":
    main()
