"""An EDF+ file with events for the comparison of averages: 64 channels at 512 Hz, seeded.

    event_recording.py SECONDS FILE

Every channel is noise (white and drifting), alpha waves and a response to each event; the events come at irregular
times, one in five a `target`. About one in twenty is followed by an artifact on some channels. Prints what is in the
file as JSON, with the numbers of the events that have an artifact.
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.signal import lfilter

CHANNELS = 64
RATE = 512
TEXT_BYTES = 128
# Microvolts; 0.1 uV a step.
PHYSICAL = (-3276.8, 3276.7)
ARTIFACT_MICROVOLTS = 400


def events(seconds: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First samples, whether each is a target, and the numbers of those with an artifact."""
    # 1,000 an hour, never closer than 1.6 s, none near the ends.
    count = seconds * 1000 // 3600
    gaps = 1.6 + generator.exponential(1.0, count)
    onsets = 2 + np.cumsum(gaps) * (seconds - 6) / gaps.sum()
    samples = np.round(onsets * RATE).astype(int)
    targets = generator.random(count) < 0.2
    artifacts = np.sort(generator.choice(count, count // 20, replace=False))
    return samples, targets, artifacts


def response(target: bool) -> np.ndarray:
    """Microvolts from the event on, for 0.8 s."""
    time = np.arange(int(0.8 * RATE)) / RATE
    wave = -6 * np.exp(-((time - 0.1) / 0.02) ** 2) + 4 * np.exp(-((time - 0.2) / 0.03) ** 2)
    return wave + (9 if target else 2) * np.exp(-((time - 0.38) / 0.08) ** 2)


def header(records: int) -> bytes:
    signals = CHANNELS + 1
    first = [
        (b"0", 8), (b"X X X X", 80), (b"Startdate X X X X", 80), (b"01.01.20", 8), (b"00.00.00", 8),
        (b"%d" % (256 * (signals + 1)), 8), (b"EDF+C", 44), (b"%d" % records, 8), (b"1", 8), (b"%d" % signals, 4)]
    columns = [
        ([b"EEG %d" % (n + 1) for n in range(CHANNELS)] + [b"EDF Annotations"], 16), ([b""] * signals, 80),
        ([b"uV"] * CHANNELS + [b""], 8), ([b"%.1f" % PHYSICAL[0]] * CHANNELS + [b"-1"], 8),
        ([b"%.1f" % PHYSICAL[1]] * CHANNELS + [b"1"], 8), ([b"-32768"] * signals, 8), ([b"32767"] * signals, 8),
        ([b""] * signals, 80), ([b"%d" % RATE] * CHANNELS + [b"%d" % (TEXT_BYTES // 2)], 8), ([b""] * signals, 32)]
    return b"".join(text.ljust(width) for text, width in first) + b"".join(
        text.ljust(width) for texts, width in columns for text in texts)


def annotations(seconds: int, samples: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The lists of all records, shape [record, TEXT_BYTES / 2]."""
    lists = [b"+%d\x14\x14\0" % record for record in range(seconds)]
    for sample, target in zip(samples, targets):
        # Nine decimals give 1/512 s exactly.
        lists[sample // RATE] += b"+%.9f\x14%s\x14\0" % (sample / RATE, b"target" if target else b"standard")
    return np.frombuffer(b"".join(text.ljust(TEXT_BYTES, b"\0") for text in lists), "<i2").reshape(seconds, -1)


def main() -> None:
    seconds, path = int(sys.argv[1]), Path(sys.argv[2])
    generator = np.random.default_rng(512)
    samples, targets, artifacts = events(seconds, generator)
    count = seconds * RATE
    evoked = np.zeros(count)
    for sample, target in zip(samples, targets):
        evoked[sample:sample + int(0.8 * RATE)] += response(target)
    bumps = np.zeros(count)
    for sample in samples[artifacts]:
        width, first = int(0.3 * RATE), sample + int(generator.uniform(0, 0.4) * RATE)
        bumps[first:first + width] += ARTIFACT_MICROVOLTS * np.hanning(width)
    time = np.arange(count) / RATE
    alpha = 5 * (1 + np.sin(2 * np.pi * 0.07 * time)) * np.sin(2 * np.pi * (10 * time + 0.2 * np.sin(0.5 * time)))

    records = np.zeros((seconds, CHANNELS * RATE + TEXT_BYTES // 2), "<i2")
    records[:, CHANNELS * RATE:] = annotations(seconds, samples, targets)
    for channel in range(CHANNELS):
        noise = generator.standard_normal((2, count), dtype=np.float32)
        # A first-order drift of 5 uV with a memory of half a second.
        memory = np.exp(-2 / RATE)
        values = 6 * noise[0] + lfilter([5 * np.sqrt(1 - memory**2)], [1, -memory], noise[1])
        place = channel / (CHANNELS - 1)
        values += np.cos(np.pi * place) * evoked + place * alpha
        # As a blink: on the first eight channels only.
        values += bumps if channel < 8 else 0
        digital = np.clip(np.round(10 * values), -32768, 32767)
        records[:, channel * RATE:(channel + 1) * RATE] = digital.reshape(seconds, RATE)
    with open(path, "wb") as file:
        file.write(header(seconds))
        records.tofile(file)
    print(json.dumps({
        "file": path.name, "bytes": path.stat().st_size, "channels": CHANNELS, "rate_hz": RATE, "seconds": seconds,
        "events": len(samples), "artifacts": artifacts.tolist()}))


if __name__ == "__main__":
    main()
