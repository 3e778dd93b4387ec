"""How far averages lie from each other, as JSON; compare_averaging.py stays small by leaving it to this program.

    averages_differ.py CHANNELS FILE FILE ...

Files hold float64 of shape [condition, channel, time] in volts, or are archives of `evoke erp` (.h5). Prints the
largest difference of any file from the first, and its largest value, both in volts, and the dropped events of the
archives.
"""

import json
import sys

import h5py
import numpy


def averages(path: str, channels: int) -> tuple[numpy.ndarray, list[int] | None]:
    if not path.endswith(".h5"):
        return numpy.fromfile(path, "<f8").reshape(2, channels, -1), None
    with h5py.File(path) as file:
        values = numpy.stack([file[f"evoked/{name}/average"][:] for name in ("standard", "target")])
        return values, [number for number, text in enumerate(file["drop_log"].asstr()) if text]


def main() -> None:
    channels = int(sys.argv[1])
    files = [averages(path, channels) for path in sys.argv[2:]]
    first = files[0][0]
    print(json.dumps({
        # Unlike Python's own max, NumPy's does not hide what is not a number.
        "difference": float(numpy.max([abs(values - first).max() for values, _ in files])),
        "largest": float(abs(first).max()), "samples": first.shape[2],
        "dropped": [dropped for _, dropped in files if dropped is not None]}))


if __name__ == "__main__":
    main()
