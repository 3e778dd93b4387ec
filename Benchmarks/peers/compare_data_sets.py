"""Times `evoke simulate` on whole data sets beside a straightforward Python program; see run.sh.

Uses nothing but the standard library; see timing.py.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import MEBIBYTE, conditions, machine, measure, one_thread, other_load, run_process

HERE = Path(__file__).resolve().parent
MEMORY_FOLDER = Path("/dev/shm")
# Arguments, count, bar [s] on two cores, bytes a data set takes at most.
DATA_SETS = {
    "deepjr": (["--protocol", "deepjr"], 1000, 10, 1 * 2**30),
    "default protocol": ([], 100_000, 120, 8 * 2**30),
}
QUICK_COUNT = 100
# A run that takes longer is ended.
LIMIT_SECONDS = 600
PYTHON_COUNT = 20
# Above this share of the machine, other programs decide whether a bar is met.
BUSY = 0.05


def has_verb(evoke: Path) -> bool:
    help_text = subprocess.run([str(evoke), "simulate", "--help"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True)
    return help_text.returncode == 0 and "--protocol" in help_text.stdout


def available_memory() -> int:
    line = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
    return int(line.split()[1]) * 1024


def room(options: argparse.Namespace, size: int) -> tuple[str, Path] | None:
    """Where a data set fits: in memory when that leaves as much again, else on the disk."""
    if (MEMORY_FOLDER.is_dir() and shutil.disk_usage(MEMORY_FOLDER).free > size and available_memory() > 2 * size):
        return "memory", MEMORY_FOLDER
    return ("disk", options.work) if shutil.disk_usage(options.work).free > 2 * size else None


def ours(options: argparse.Namespace, name: str) -> dict | None:
    arguments, count, _, size = DATA_SETS[name]
    count = QUICK_COUNT if options.quick else count
    place = room(options, size)
    if place is None:
        print(f"SKIPPED {count} simulations, {name}: less than {2 * size / 2**30:.0f} GiB free", file=sys.stderr)
        return None
    # A folder of its own, so that two runs at once do not meet.
    with tempfile.TemporaryDirectory(dir=place[1]) as folder:
        output = Path(folder) / "simulations.h5"
        load = other_load()
        command = [str(options.evoke), "simulate", *arguments, "--count", str(count), "-o", str(output)]
        _, run = run_process(command, limit=LIMIT_SECONDS)
        return run | {"name": name, "count": count, "folder": place[0], "others": load(run["process_cpu"]),
                      "bytes": output.stat().st_size}


def python_program(options: argparse.Namespace) -> dict:
    output = options.work / "python-data-set.h5"
    count = 4 if options.quick else PYTHON_COUNT
    try:
        return measure([sys.executable, str(HERE / "python_data_set.py"), str(count), str(output)],
                       environment=one_thread(options.work))
    finally:
        output.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for files")
    parser.add_argument("--evoke", type=Path, required=True, help="the release build of the command")
    parser.add_argument("--rounds", type=int, default=None, help="of no effect: each data set is made once")
    parser.add_argument("--quick", action="store_true", help="a hundred simulations, to see that it works")
    options = parser.parse_args()

    runs = []
    if has_verb(options.evoke):
        for name in DATA_SETS:
            runs += filter(None, [ours(options, name)])
    else:
        print(f"SKIPPED evoke's data sets: this {options.evoke.name} has no verb `simulate`", file=sys.stderr)
    python = python_program(options)
    facts = machine()
    (options.work / "data-sets.json").write_text(
        json.dumps({"machine": facts, "runs": runs, "python": python}, indent=1) + "\n")

    scale = DATA_SETS["deepjr"][1] / python["count"]
    print(f"\n{conditions(facts)}; wall and CPU time of whole processes, and their peak memory.\n")
    print("| program | protocol | simulations | wall s | CPU s | peak MiB | file, MiB | folder |")
    print("|---|---|---|---|---|---|---|---|")
    for run in runs:
        print(f"| `evoke simulate` | {run['name']} | {run['count']:,} | {run['process_seconds']:.1f} "
              f"| {run['process_cpu']:.1f} | {run['peak_mb']:.0f} | {run['bytes'] / MEBIBYTE:.0f} | {run['folder']} |")
    print(f"| Python, one thread, scaled up from {python['count']} | deepjr | {DATA_SETS['deepjr'][1]:,} "
          f"| {python['seconds'] * scale:.0f} | {python['cpu'] * scale:.0f} | {python['peak_mb']:.0f} | | |")
    print("\nPython, ms a simulation: " + ", ".join(
        f"{name} {1000 * seconds / python['count']:.1f}" for name, seconds in python["steps"].items()) + ".")
    for run in runs:
        if run["name"] == "deepjr":
            wall, cpu = (python[key] / python["count"] / (run[f"process_{key}"] / run["count"])
                         for key in ("seconds", "cpu"))
            print(f"For deepjr Evoke is {wall:.0f} times as fast by wall time and {cpu:.0f} times by CPU time.")

    problems = []
    for run in runs:
        limit = DATA_SETS[run["name"]][2]
        if run["others"] > BUSY:
            print(f"NOT JUDGED: {run['name']}, since other programs took {100 * run['others']:.0f} % of the machine",
                  file=sys.stderr)
        elif run["process_seconds"] > limit:
            problems.append(f"{run['count']} simulations, {run['name']}, took {run['process_seconds']:.1f} s, "
                            f"more than {limit} s")
    if problems and not options.quick:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
