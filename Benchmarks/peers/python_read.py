"""Reads all samples of a file with a Python package; time and a checksum, as JSON on standard output.

    python_read.py pyedflib|edfio|mne FILE

Loading the package is not counted. The packages give float64, each in its own arrays; turning them into float32 or
into one array is not counted either.
"""

import json
import resource
import sys
import time

STRIDE = 1009


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def read_pyedflib(path):
    import pyedflib

    yield
    with pyedflib.EdfReader(path, annotations_mode=pyedflib.DO_NOT_READ_ANNOTATIONS) as reader:
        yield [reader.readSignal(index) for index in range(reader.signals_in_file)], 1.0


def read_edfio(path):
    import edfio

    yield
    recording = edfio.read_bdf(path) if path.endswith(".bdf") else edfio.read_edf(path)
    yield [signal.data for signal in recording.signals], 1.0


def read_mne(path):
    import mne

    reader = mne.io.read_raw_bdf if path.endswith(".bdf") else mne.io.read_raw_edf
    yield
    raw = reader(path, preload=True, verbose="error")
    # Volts; a view of the loaded array, where get_data() would copy it.
    yield list(raw._data), 1e6


def main() -> None:
    package, path = sys.argv[1:]
    reading = {"pyedflib": read_pyedflib, "edfio": read_edfio, "mne": read_mne}[package](path)
    next(reading)
    wall, cpu = time.monotonic(), cpu_seconds()
    signals, scale = next(reading)
    wall, cpu = time.monotonic() - wall, cpu_seconds() - cpu
    print(json.dumps({
        "seconds": wall, "cpu": cpu, "samples": sum(len(signal) for signal in signals),
        "checksum": scale * sum(float(signal[::STRIDE].sum()) for signal in signals)}))


if __name__ == "__main__":
    main()
