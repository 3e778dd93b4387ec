"""Times writing 500 MiB of EDF from samples in memory, Evoke beside EDFlib, in one interleaved loop; see run.sh."""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from timing import MEBIBYTE, conditions, machine, measure, spread

SIZE = 500 * MEBIBYTE
QUICK_SIZE = 50 * MEBIBYTE
MEMORY_FOLDER = Path("/dev/shm")


def writers(options: argparse.Namespace, samples: str, folder: Path, size: int) -> dict[str, list[str]]:
    """The commands by the name they have in the table; the first is what the others are compared with."""
    ours = [str(options.ours), str(folder / "evoke.edf"), "edf", str(size), samples]
    edflib = [str(options.edflib), str(folder / "edflib.edf"), "edf", str(size), samples]
    return {"Evoke": ours, "EDFlib, flushed": [*edflib, "flush"], "EDFlib": edflib}


def same_samples(ours: Path, edflib: Path, reader: Path) -> bool:
    """Whether both files hold the same samples, by the checksum of our reader."""
    checksums = [measure([str(reader), "all", str(path), "1"])["checksum"] for path in (ours, edflib)]
    return checksums[0] == checksums[1]


def compare(options: argparse.Namespace, samples: str, folder: Path) -> dict:
    """All runs that write one kind of samples into one folder."""
    size = QUICK_SIZE if options.quick else SIZE
    commands = writers(options, samples, folder, size)
    runs: dict[str, list[dict]] = {name: [] for name in commands}
    names = list(commands)
    paths = [folder / "evoke.edf", folder / "edflib.edf"]
    try:
        for turn in range(options.rounds):
            for name in names[turn % 3:] + names[:turn % 3]:
                Path(commands[name][1]).unlink(missing_ok=True)
                runs[name].append(measure(commands[name]))
        if not same_samples(*paths, options.reader):
            sys.exit(f"{folder}: Evoke and EDFlib wrote different samples")
    finally:
        for path in paths:
            path.unlink(missing_ok=True)
    return {"samples": samples, "bytes": size, "runs": runs}


def rows(results: list[dict]) -> str:
    """Markdown: medians with their extremes, and ratios of medians to the first writer."""
    lines = ["| samples, folder | writer | wall s | ratio | CPU s | ratio |", "|---|---|---|---|---|---|"]
    for result in results:
        base = next(iter(result["runs"].values()))
        for name, runs in result["runs"].items():
            wall, cpu = [run["seconds"] for run in runs], [run["cpu"] for run in runs]
            wall_ratio = statistics.median(wall) / statistics.median(run["seconds"] for run in base)
            cpu_ratio = statistics.median(cpu) / statistics.median(run["cpu"] for run in base)
            lines.append(f"| {result['samples']}, {result['folder']} | {name} | {spread(wall)} | {wall_ratio:.1f} "
                         f"| {spread(cpu)} | {cpu_ratio:.1f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for the files")
    parser.add_argument("--ours", type=Path, required=True, help="edf-write of the benchmark package")
    parser.add_argument("--reader", type=Path, required=True, help="edf-read of the benchmark package")
    parser.add_argument("--edflib", type=Path, required=True, help="edflib-write")
    parser.add_argument("--rounds", type=int, default=None, help="runs of each writer (default 5, quick 3)")
    parser.add_argument("--quick", action="store_true", help="files of 50 MiB and three rounds, to see that it works")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 5)

    folders = {"disk": options.work}
    if MEMORY_FOLDER.is_dir() and shutil.disk_usage(MEMORY_FOLDER).free > 3 * SIZE:
        folders["memory"] = MEMORY_FOLDER
    results = []
    for name, folder in folders.items():
        # A folder of its own, so that two runs at once do not meet.
        with tempfile.TemporaryDirectory(dir=folder) as private:
            for samples in ("digital", "physical"):
                results.append(compare(options, samples, Path(private)) | {"folder": name})
                print(f"writing {samples} samples, {name}: done", file=sys.stderr)
    facts = machine()
    (options.work / "writing.json").write_text(json.dumps({"machine": facts, "results": results}, indent=1) + "\n")
    print(f"\n{conditions(facts)}; writing {results[0]['bytes'] / MEBIBYTE:.0f} MiB of EDF, 64 channels of 256 Hz, from "
          f"memory, not read back; {options.rounds} rounds; median [lowest-highest].\n")
    print(rows(results))


if __name__ == "__main__":
    main()
