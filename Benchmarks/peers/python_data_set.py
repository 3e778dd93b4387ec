"""Simulates evoked potentials as a straightforward Python program would, for the comparison of data sets.

    python_data_set.py COUNT OUTPUT.h5

The protocol `deepjr` (Tilwani and O'Reilly 2024): columns of parameters drawn anew, 60 pulses, 61 s by Euler's method
at 1 ms in a compiled loop; 64 channels with white noise of 0.2 uV, average reference, epochs of -0.2 to 1 s, baseline
up to the pulse, average of 59. Prints JSON with the seconds of each step; loading packages and compiling are not
counted.
"""

import json
import resource
import sys
import time

import h5py
import mne
import numpy as np
from numba import njit

RATE = 1000
SECONDS = 61
SENSOR_NOISE = 0.2e-6
# The best channel sees about so much of the source [V/mV].
LARGEST_GAIN = 2.8e-6
# A_e, A_i, b_e, b_i, C, a_1 to a_4: lower and upper ends, of which the mean and a deviation of a quarter are taken.
RANGES = np.array([
    (2.6, 9.75), (17.6, 110), (5, 150), (25, 75), (65, 1350), (0.5, 1.5), (0.4, 1.2), (0.125, 0.375), (0.125, 0.375)])
NOMINAL = (3.25, 22, 100, 50, 135, 1, 0.8, 0.25, 0.25)
# What the source does at the nominal parameters, see docs/model.md [mV, s].
PEAK, PEAK_TIME = -17.951, 0.056


@njit
def source(theta, source_samples):
    """y1 - y2 [mV] at 1 kHz. The code has volts and its slope per millivolt, so 0.00056 here."""
    a_e, a_i, b_e, b_i, c, a1, a2, a3, a4 = theta
    h = 1e-3
    y0 = y1 = y2 = z0 = z1 = z2 = 0.0
    for step in range(len(source_samples)):
        source_samples[step] = y1 - y2
        pulse = 1.0 if step >= 1000 and step % 1000 < 50 else 0.0
        s0 = 0.05 / (1.0 + np.exp(0.00056 * (6.0 - (y1 - y2))))
        s1 = 0.05 / (1.0 + np.exp(0.00056 * (6.0 - a1 * c * y0)))
        s2 = 0.05 / (1.0 + np.exp(0.00056 * (6.0 - a3 * c * y0)))
        f0 = a_e * b_e * (33.6 * pulse + s0) - 2 * b_e * z0 - b_e * b_e * y0
        f1 = a_e * b_e * (60.0 * pulse + a2 * c * s1) - 2 * b_e * z1 - b_e * b_e * y1
        f2 = a_i * b_i * (60.0 * pulse + a4 * c * s2) - 2 * b_i * z2 - b_i * b_i * y2
        y0, y1, y2 = y0 + h * z0, y1 + h * z1, y2 + h * z2
        z0, z1, z2 = z0 + h * f0, z1 + h * f1, z2 + h * f2


def check_source() -> float:
    """Stops unless the loop is the model of the study; also compiles it. Difference of the peak [mV]."""
    samples = np.empty(SECONDS * RATE)
    source(np.array(NOMINAL, float), samples)
    # After the third pulse, less the mean of the 200 ms before it.
    evoked = samples[3000:4000] - samples[2800:3000].mean()
    place = np.abs(evoked).argmax()
    if abs(evoked[place] - PEAK) > 5e-4 or place != round(PEAK_TIME * RATE):
        sys.exit(f"the source has its peak of {evoked[place]} mV at {place} ms, expected {PEAK} at {PEAK_TIME * RATE}")
    return abs(evoked[place] - PEAK)


def main() -> None:
    count, output = int(sys.argv[1]), sys.argv[2]
    mne.set_log_level("error")
    difference = check_source()
    generator = np.random.default_rng(1)
    info = mne.create_info(mne.channels.make_standard_montage("biosemi64").ch_names, RATE, "eeg")
    # A dipole's pattern costs the same whatever it looks like.
    gains = LARGEST_GAIN * np.cos(np.linspace(0, np.pi, 64))
    events = np.array([(RATE * second, 0, 1) for second in range(1, SECONDS)])
    theta = generator.normal(RANGES.mean(axis=1), np.diff(RANGES)[:, 0] / 4, (count, len(RANGES)))
    steps = dict.fromkeys(("source", "channels", "recording", "epochs", "average"), 0.0)
    evoked = []
    samples = np.empty(SECONDS * RATE)

    def lap(name: str, since: float) -> float:
        now = time.monotonic()
        steps[name] += now - since
        return now

    wall, cpu = time.monotonic(), time.process_time()
    for parameters in theta:
        clock = time.monotonic()
        source(parameters, samples)
        clock = lap("source", clock)
        data = np.outer(gains, samples) + generator.normal(0, SENSOR_NOISE, (64, len(samples)))
        clock = lap("channels", clock)
        raw = mne.io.RawArray(data, info).set_eeg_reference("average")
        clock = lap("recording", clock)
        # The last pulse has less than a second after it.
        epochs = mne.Epochs(raw, events, tmin=-0.2, tmax=1.0, baseline=(None, 0), preload=True)
        clock = lap("epochs", clock)
        average = epochs.average()
        lap("average", clock)
        assert average.nave == 59, average.nave
        evoked.append(average.data.astype(np.float32))
    with h5py.File(output, "w") as file:
        file["theta"], file["x"] = theta, np.stack(evoked)
    print(json.dumps({
        "seconds": time.monotonic() - wall, "cpu": time.process_time() - cpu, "count": count, "steps": steps,
        "shape": evoked[0].shape, "peak_difference_mv": difference,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
