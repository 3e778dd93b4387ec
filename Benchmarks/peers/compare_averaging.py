"""Times going from a file to averages, Evoke beside MNE-Python, in one interleaved loop; see run.sh.

Uses nothing but the standard library; see timing.py.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from timing import MEBIBYTE, conditions, machine, measure, spread, touch_memory

HERE = Path(__file__).resolve().parent
SECONDS = 3600
QUICK_SECONDS = 600
TOLERANCE_VOLTS = 1e-9
# With two threads, on the hour.
LIMIT_SECONDS = 6
LIMIT_MEBIBYTES = 1e9 / MEBIBYTE
LIMIT_RATIO = 4
COMMAND = "`evoke erp`, 2 threads, the whole process"


def programs(options: argparse.Namespace, path: Path) -> dict[str, tuple[list[str], Path]]:
    """The commands, and the files they write, by the name they have in the table.

    The first is what the others are compared with. All do the same steps with the same settings.
    """
    def to_array(name: str, program: list[str], threads: int) -> tuple[list[str], Path]:
        output = options.work / f"{name}-{threads}.f64"
        return [*program, str(path), str(output), str(threads)], output

    ours, python = [str(options.ours)], [sys.executable, str(HERE / "python_average.py")]
    archive = options.work / "evoke-erp.h5"
    command = [
        str(options.evoke), "erp", str(path), "-o", str(archive), "--events", "standard,target", "--filter", "0.1:40",
        "--reference", "average", "--reject-ptp", "150uV", "--threads", "2", "--json"]
    return {
        "Evoke, 1 thread": to_array("evoke", ours, 1),
        "Evoke, 2 threads": to_array("evoke", ours, 2),
        COMMAND: (command, archive),
        "MNE-Python, `n_jobs=1`": to_array("mne", python, 1),
        "MNE-Python, `n_jobs=2`": to_array("mne", python, 2),
    }


def child(program: str, *arguments: str) -> dict:
    """What one of our Python programs prints; they load packages, which this process must not."""
    command = [sys.executable, str(HERE / program), *arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def agreement(truth: dict, last: dict[str, dict], outputs: list[Path]) -> dict:
    """Stops unless all programs dropped the epochs with artifacts and no others, and their averages are the same."""
    found = child("averages_differ.py", str(truth["channels"]), *map(str, outputs))
    dropped = {name: run["dropped"] for name, run in last.items() if name != COMMAND}
    dropped[COMMAND] = found["dropped"][0]
    for name, numbers in dropped.items():
        if numbers != truth["artifacts"]:
            sys.exit(f"{name} dropped the epochs {numbers}, expected {truth['artifacts']}")
    if not found["difference"] <= TOLERANCE_VOLTS:
        sys.exit(f"the averages differ by {found['difference']} V, more than {TOLERANCE_VOLTS} V")
    return found


def compare(options: argparse.Namespace) -> dict:
    """All runs over one file."""
    path = options.work / "events.edf"
    print(f"Writing {path.name}", file=sys.stderr)
    truth = child("event_recording.py", str(QUICK_SECONDS if options.quick else SECONDS), str(path))
    commands = programs(options, path)
    outputs = [output for _, output in commands.values()]
    names = list(commands)
    runs: dict[str, list[dict]] = {name: [] for name in names}
    agreements = []
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass
    touch_memory()
    try:
        for turn in range(options.rounds):
            shift = turn * 2 % len(names)
            for name in names[shift:] + names[:shift]:
                run = measure(commands[name][0])
                if name == COMMAND:
                    run = {key: run[key] for key in ("process_seconds", "process_cpu", "peak_mb")}
                    run |= {"seconds": run["process_seconds"], "cpu": run["process_cpu"]}
                runs[name].append(run)
            agreements.append(agreement(truth, {name: runs[name][-1] for name in names}, outputs))
            print(f"{path.name}: round {turn + 1} of {options.rounds}", file=sys.stderr)
    finally:
        for made in [path, *outputs]:
            made.unlink(missing_ok=True)
    return truth | {"runs": runs, "agreements": agreements}


def median(runs: list[dict], key: str) -> float:
    return statistics.median(run[key] for run in runs)


def table(result: dict) -> str:
    """Markdown: medians with their extremes, and ratios of medians to the first program."""
    base = next(iter(result["runs"].values()))
    lines = ["| program | wall s | ratio | CPU s | ratio | peak MiB |", "|---|---|---|---|---|---|"]
    for name, runs in result["runs"].items():
        wall, cpu = [run["seconds"] for run in runs], [run["cpu"] for run in runs]
        lines.append(
            f"| {name} | {spread(wall, 2)} | {median(runs, 'seconds') / median(base, 'seconds'):.1f} "
            f"| {spread(cpu, 2)} | {median(runs, 'cpu') / median(base, 'cpu'):.1f} "
            f"| {max(run['peak_mb'] for run in runs):.0f} |")
    return "\n".join(lines)


def steps(runs: list[dict]) -> str:
    """Medians of the steps of one of MNE-Python's rows."""
    return ", ".join(f"{name} {statistics.median(run['steps'][name] for run in runs):.2f}" for name in runs[0]["steps"])


def missed(result: dict) -> list[str]:
    """Which of the bars were missed."""
    runs = result["runs"]
    ours = [name for name in runs if not name.startswith("MNE")]
    fastest = min(median(runs[name], "seconds") for name in runs if name not in ours)
    found = []
    for name in ours[1:]:
        wall = median(runs[name], "seconds")
        if wall > LIMIT_SECONDS:
            found.append(f"{name} took {wall:.1f} s, more than {LIMIT_SECONDS} s")
        if fastest < LIMIT_RATIO * wall:
            found.append(f"{name} is {fastest / wall:.1f} times as fast as MNE-Python, less than {LIMIT_RATIO} times")
    for name in ours:
        peak = max(run["peak_mb"] for run in runs[name])
        if peak > LIMIT_MEBIBYTES:
            found.append(f"{name} took {peak:.0f} MiB, more than {LIMIT_MEBIBYTES:.0f}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for the files")
    parser.add_argument("--ours", type=Path, required=True, help="erp-average of the benchmark package")
    parser.add_argument("--evoke", type=Path, required=True, help="the release build of the command")
    parser.add_argument("--rounds", type=int, default=None, help="runs of each program (default 5, quick 3)")
    parser.add_argument("--quick", action="store_true", help="ten minutes and three rounds, to see that it works")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 5)

    result = compare(options)
    facts = machine()
    (options.work / "averaging.json").write_text(json.dumps({"machine": facts, **result}, indent=1) + "\n")
    print(f"\n{conditions(facts)}; averaging {result['events']} events in {result['seconds']} s, {result['channels']} "
          f"channels of {result['rate_hz']} Hz, {result['bytes'] / MEBIBYTE:.0f} MiB of EDF+; {options.rounds} rounds; "
          "median [lowest-highest].\n")
    print(table(result))
    for jobs in (1, 2):
        print(f"\nMNE-Python, `n_jobs={jobs}`, s: {steps(result['runs'][f'MNE-Python, `n_jobs={jobs}`'])}.")
    difference = max(found["difference"] for found in result["agreements"])
    print(f"\nAll dropped the same {len(result['artifacts'])} epochs; averages differ by at most {difference:.1e} V, "
          f"where the largest value is {result['agreements'][0]['largest']:.1e} V.")
    problems = [] if options.quick else missed(result)
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
