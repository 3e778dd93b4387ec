"""Large files for the comparison: 64 channels of seeded noise, written quickly with numpy.

    recordings.py edf|bdf|sparse BYTES FILE

Prints what is in the file as JSON, with the checksum that every reader should find, from the numbers themselves.
"""

import json
import sys
from pathlib import Path

import numpy as np

CHANNELS = 64
STRIDE = 1009


class Large:
    """An EDF (256 Hz) or BDF (512 Hz) file of records of one second."""

    def __init__(self, bdf: bool, size: int) -> None:
        self.bdf = bdf
        self.width = 3 if bdf else 2
        self.rate = 512 if bdf else 256
        self.limit = 2**23 if bdf else 2**15
        self.record_bytes = CHANNELS * self.rate * self.width
        self.header_bytes = 256 * (CHANNELS + 1)
        self.records = size // self.record_bytes

    def header(self) -> bytes:
        first = [
            (b"\xffBIOSEMI" if self.bdf else b"0", 8), (b"X X X X", 80), (b"Startdate X X X X", 80), (b"01.01.20", 8),
            (b"00.00.00", 8), (b"%d" % self.header_bytes, 8), (b"24BIT" if self.bdf else b"", 44),
            (b"%d" % self.records, 8), (b"1", 8), (b"%d" % CHANNELS, 4)]
        columns = [
            ([b"EEG %d" % (n + 1) for n in range(CHANNELS)], 16), ([b""] * CHANNELS, 80), ([b"uV"] * CHANNELS, 8),
            ([b"-3276.8"] * CHANNELS, 8), ([b"3276.7"] * CHANNELS, 8), ([b"%d" % -self.limit] * CHANNELS, 8),
            ([b"%d" % (self.limit - 1)] * CHANNELS, 8), ([b""] * CHANNELS, 80), ([b"%d" % self.rate] * CHANNELS, 8),
            ([b""] * CHANNELS, 32)]
        return b"".join(text.ljust(width) for text, width in first) + b"".join(
            text.ljust(width) for texts, width in columns for text in texts)

    def write(self, path: Path, seed: int) -> float:
        """Writes the file and returns its checksum."""
        generator = np.random.default_rng(seed)
        gain = (3276.7 + 3276.8) / (2 * self.limit - 1)
        offset = -3276.8 + gain * self.limit
        checksum = 0.0
        with open(path, "wb") as file:
            file.write(self.header())
            first = 0
            while first < self.records:
                count = min(256, self.records - first)
                # A mean well away from zero keeps the sum from cancelling.
                digital = generator.integers(
                    -self.limit // 16, self.limit // 4, (count, CHANNELS, self.rate), dtype=np.int32)
                if self.bdf:
                    digital.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tofile(file)
                else:
                    digital.astype("<i2").tofile(file)
                numbers = np.arange(first * self.rate, (first + count) * self.rate)
                chosen = np.flatnonzero(numbers % STRIDE == 0)
                picked = digital.transpose(1, 0, 2).reshape(CHANNELS, -1)[:, chosen]
                checksum += float(gain * picked.sum(dtype=np.int64) + offset * picked.size)
                first += count
        return checksum

    def write_sparse(self, path: Path) -> None:
        """A file of the same length whose samples are all zero and take no room on the disk."""
        with open(path, "wb") as file:
            file.write(self.header())
            file.truncate(self.header_bytes + self.records * self.record_bytes)


def main() -> None:
    kind, size, path = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    large = Large(bdf=kind == "bdf", size=size)
    if kind == "sparse":
        large.write_sparse(path)
        checksum = 0.0
    else:
        checksum = large.write(path, seed=64)
    print(json.dumps({
        "file": path.name, "bytes": path.stat().st_size, "channels": CHANNELS, "rate_hz": large.rate,
        "seconds": large.records, "samples": large.records * large.rate * CHANNELS, "checksum": checksum}))


if __name__ == "__main__":
    main()
