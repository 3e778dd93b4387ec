"""Times the readers in one interleaved loop and prints tables; see run.sh.

Uses nothing but the standard library; see timing.py.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from timing import conditions, machine, measure, spread, touch_memory

HERE = Path(__file__).resolve().parent
SIZE = 500 * 2**20
QUICK_SIZE = 50 * 2**20
SPARSE_SIZE = 10 * 10**9
WINDOW_LIMIT_MS = 50


def readers(options: argparse.Namespace, path: Path) -> dict[str, list[str]]:
    """The commands by the name they have in the table; the first is what the others are compared with."""
    ours, edflib, file = str(options.ours), str(options.edflib), str(path)
    python = [sys.executable, str(HERE / "python_read.py")]
    return {
        "Evoke, 1 thread": [ours, "all", file, "1"],
        "Evoke, 2 threads": [ours, "all", file, "2"],
        "EDFlib, record by record": [edflib, file, "record", "keep"],
        "EDFlib, record by record, nothing kept": [edflib, file, "record", "discard"],
        "EDFlib, channel by channel": [edflib, file, "channel", "keep"],
        "EDFlib, channel by channel, nothing kept": [edflib, file, "channel", "discard"],
        "EDFlib, record by record, in a process with threads": [edflib, file, "record", "keep", "threads"],
        "pyEDFlib": [*python, "pyedflib", file],
        "edfio": [*python, "edfio", file],
        "MNE-Python": [*python, "mne", file],
        "MNE-Python, float64 as it is": [*python, "mne", file, "native"],
    }


def recording(kind: str, size: int, path: Path) -> dict:
    """Writes a file for the comparison; what is in it."""
    print(f"Writing {path.name}", file=sys.stderr)
    command = [sys.executable, str(HERE / "recordings.py"), kind, str(size), str(path)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def compare(options: argparse.Namespace, kind: str) -> dict:
    """All runs over one file."""
    path = options.work / f"large.{kind}"
    truth = recording(kind, QUICK_SIZE if options.quick else SIZE, path)
    commands = readers(options, path)
    names = list(commands)
    runs: dict[str, list[dict]] = {name: [] for name in names}
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass
    touch_memory()
    for turn in range(options.rounds):
        shift = turn * 3 % len(names)
        for name in names[shift:] + names[:shift]:
            run = measure(commands[name])
            difference = abs(run["checksum"] - truth["checksum"])
            if run["samples"] != truth["samples"] or difference > 1e-3 * abs(truth["checksum"]):
                sys.exit(f"{path.name}: {name} read other samples: {run}, expected {truth}")
            runs[name].append(run)
        print(f"{path.name}: round {turn + 1} of {options.rounds}", file=sys.stderr)
    path.unlink()
    return truth | {"runs": runs}


def window(options: argparse.Namespace) -> dict:
    """Opens a file of 10 GB and reads 10 s from its middle."""
    path = options.work / "sparse.edf"
    truth = recording("sparse", SPARSE_SIZE, path)
    middle = truth["seconds"] // 2
    command = [str(options.ours), "window", str(path), str(middle), str(middle + 10)]
    try:
        runs = [measure(command) for _ in range(max(9, options.rounds))]
    finally:
        path.unlink()
    if any(run["samples"] != 10 * truth["rate_hz"] * truth["channels"] for run in runs):
        sys.exit(f"{path.name}: the window does not hold 10 s of every channel")
    return truth | {"limit_ms": WINDOW_LIMIT_MS, "runs": runs}


def table(result: dict) -> str:
    """Markdown: medians with their extremes, and ratios of medians to the first reader."""
    base = next(iter(result["runs"].values()))
    base_wall = statistics.median(run["seconds"] for run in base)
    base_cpu = statistics.median(run["cpu"] for run in base)
    lines = [
        f"{result['channels']} channels of {result['rate_hz']} Hz, {result['bytes'] / 2**20:.0f} MiB, "
        f"`{result['file']}`, {len(base)} rounds",
        "",
        "| reader | wall s | ratio | CPU s | ratio | peak MiB |",
        "|---|---|---|---|---|---|",
    ]
    for name, runs in result["runs"].items():
        wall, cpu = [run["seconds"] for run in runs], [run["cpu"] for run in runs]
        lines.append(
            f"| {name} | {spread(wall)} | {statistics.median(wall) / base_wall:.1f} | {spread(cpu)} "
            f"| {statistics.median(cpu) / base_cpu:.1f} | {max(run['peak_mb'] for run in runs):.0f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for the files")
    parser.add_argument("--ours", type=Path, required=True, help="edf-read of the benchmark package")
    parser.add_argument("--edflib", type=Path, required=True, help="edflib-read")
    parser.add_argument("--rounds", type=int, default=None, help="runs of each reader (default 5, quick 3)")
    parser.add_argument("--quick", action="store_true", help="files of 50 MiB and three rounds, to see that it works")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 5)

    results = {"machine": machine(), "quick": options.quick, "edf": compare(options, "edf"),
               "bdf": compare(options, "bdf"), "window": window(options)}
    (options.work / "results.json").write_text(json.dumps(results, indent=1) + "\n")

    print(f"{conditions(results['machine'])}; files in the page cache; "
          "from opening the file to the last sample in memory as float32; median [lowest-highest].\n")
    for form in ("edf", "bdf"):
        print(table(results[form]) + "\n")
    inside = [1000 * run["seconds"] for run in results["window"]["runs"]]
    whole = [1000 * run["process_seconds"] for run in results["window"]["runs"]]
    print(f"Opening a file of 10 GB and reading 10 s from its middle: {spread(inside, 2)} ms, "
          f"as a whole process {spread(whole, 1)} ms ({len(inside)} runs).")
    if statistics.median(whole) > WINDOW_LIMIT_MS:
        sys.exit(f"reading a window took longer than {WINDOW_LIMIT_MS} ms")


if __name__ == "__main__":
    main()
