"""Averages a recording around its events with MNE-Python; time as JSON on standard output.

    python_average.py FILE OUTPUT JOBS

OUTPUT becomes float64 of shape [condition, channel, time] in volts, as erp-average writes it. Loading the package is
not counted. With several jobs MNE-Python filters in processes of their own, whose start and CPU time are counted.
"""

import json
import resource
import sys
import time


def cpu_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    path, output, jobs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    import mne
    import numpy
    from joblib.externals.loky import get_reusable_executor

    # These are loaded lazily.
    from mne import Epochs, events_from_annotations
    from mne.io import read_raw_edf

    mne.set_log_level("error")
    wall, cpu = time.monotonic(), cpu_seconds()
    raw = read_raw_edf(path, preload=True)
    times = {"read": time.monotonic()}
    raw.filter(0.1, 40, n_jobs=jobs)
    times["filter"] = time.monotonic()
    raw.set_eeg_reference("average")
    times["reference"] = time.monotonic()
    events, codes = events_from_annotations(raw)
    epochs = Epochs(
        raw, events, codes, tmin=-0.2, tmax=0.8, baseline=(None, 0), reject={"eeg": 150e-6}, preload=True)
    times["epochs"] = time.monotonic()
    averages = [epochs[name].average() for name in ("standard", "target")]
    times["average"] = end = time.monotonic()
    if jobs > 1:
        # Their CPU time counts once they have ended.
        get_reusable_executor().shutdown(wait=True)
    cpu = cpu_seconds() - cpu

    numpy.stack([average.data for average in averages]).tofile(output)
    dropped = [number for number, reasons in enumerate(epochs.drop_log) if reasons]
    starts = [wall, *times.values()]
    print(json.dumps({
        "seconds": end - wall, "cpu": cpu, "events": len(events), "dropped": dropped,
        "steps": {name: stop - start for name, start, stop in zip(times, starts, times.values())}}))


if __name__ == "__main__":
    main()
