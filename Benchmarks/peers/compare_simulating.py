"""Times simulators of Jansen-Rit columns in one interleaved loop, each on one core, and checks that they agree.

Uses nothing but the standard library; see run.sh for what it needs, simulator_worker.py for what each program does.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from timing import conditions, machine, one_thread, other_load, spread

HERE = Path(__file__).resolve().parent
STEPS = (1e-4, 1e-3)
COLUMNS, SECONDS = 64, 2
CHECK_SECONDS, REFERENCE_SECONDS = 6, 100
EXACT_SECONDS = 2
SCHEMES = {
    "euler": "Euler", "heun": "Heun", "rungeKutta4": "Runge-Kutta 4", "eulerMaruyama": "Euler-Maruyama",
    "stochasticHeun": "stochastic Heun", "splitting": "splitting"}
NOISY = ("eulerMaruyama", "stochasticHeun", "splitting")
OURS, LOOPS = "Evoke", "Numba, plain loop"
# Evoke at 0.1 ms beside the plain loop, Heun's method; wall time of one thread over that of two.
LIMIT_RATIO, LIMIT_SCALING = 20, 1.8
SCALING_COLUMNS = 8192
# So many pairs of runs during which others took less than this share of the machine are wanted, of so many at most.
SCALING_ROUNDS, SCALING_TRIES, QUIET = 9, 60, 0.05
# On a busy machine there are fewer rounds and pairs, so that all is done in six minutes [s].
TIMED_LIMIT, LEAST_ROUNDS, SCALING_LIMIT = 150, 3, 40
# The instruction set on which the first bar is judged.
LIMIT_SET = "x86-64-v4"


def absolute(text: str) -> Path:
    return Path(text).absolute()


class Worker:
    """A program that answers requests, see simulator_worker.py."""

    def __init__(self, name: str, command: list[str], precision: str, log: Path, core: int | None):
        pin = [] if core is None else ["taskset", "-c", str(core)]
        self.name, self.precision, self.log, self.command = name, precision, log, [*pin, *command]
        # CPU time and largest memory of what was ended.
        self.spent, self.peak = 0.0, 0.0
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log.open("w"), text=True,
            env=one_thread(self.log.parent))
        self.hello = self.answer()

    def restart(self) -> None:
        self.spent, self.peak = self.cpu_seconds(), self.peak_mebibytes()
        self.end()
        self.start()

    def answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name}: ended; what it said is in {self.log}")
        return json.loads(line)

    def ask(self, *words: object) -> dict:
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def peak_mebibytes(self) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return max(self.peak, next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return self.spent + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def workers(options: argparse.Namespace, core: int) -> list[Worker]:
    """All that can run, ours first; says loudly what cannot."""
    python = [sys.executable, str(HERE / "simulator_worker.py")]
    commands = {
        OURS: ([str(options.ours)], "float32"),
        LOOPS: ([*python, "numba"], "float64"),
        "jrnmm, jitted by its user": ([*python, "jrnmm"], "float64"),
        "VBI, Numba, 64 nodes": ([*python, "vbi-numba"], "float64"),
        "VBI, C++, 64 nodes": ([str(options.vbi_columns)], "float64"),
        "TVB, 64 nodes": ([*python, "tvb"], "float64"),
    }
    started = []
    for name, (command, precision) in commands.items():
        if not Path(command[0]).exists():
            print(f"SKIPPED {name}: {command[0]} was not built, see above", file=sys.stderr)
            continue
        log = options.work / f"simulator-{len(started)}.log"
        worker = Worker(name, command, precision, log, core)
        if "skip" in worker.hello:
            print(f"SKIPPED {name}: {worker.hello['skip']}", file=sys.stderr)
            worker.end()
            continue
        started.append(worker)
    return started


def timed(running: list[Worker], rounds: int) -> tuple[list[dict], float]:
    """Rates of all schemes, in simulated seconds a second of CPU time; what others took of the machine meanwhile."""
    rows = [{"name": worker.name, "method": method, "precision": worker.precision, "version": worker.hello["version"],
             "rates": {dt: [] for dt in STEPS}, "worker": worker}
            for worker in running for method in worker.hello["methods"]]
    began = time.monotonic()
    for turn in range(-1, rounds):
        if turn >= LEAST_ROUNDS and time.monotonic() - began > TIMED_LIMIT:
            break
        # How its arrays lie in memory stays as it is while it runs, and changes some rates by a quarter.
        running[0].restart()
        shift = max(0, turn) * 5 % len(rows)
        for row in rows[shift:] + rows[:shift]:
            for dt in STEPS:
                cpu = row["worker"].ask("time", row["method"], dt, turn + 2)["cpu"]
                # The round before the first compiles and warms up.
                if turn >= 0:
                    row["rates"][dt].append(COLUMNS * SECONDS / cpu)
        if turn < 0:
            own, load = sum(worker.cpu_seconds() for worker in running), other_load()
        print(f"simulating: {'warm' if turn < 0 else f'round {turn + 1} of {rounds}'}", file=sys.stderr)
    busy = load(sum(worker.cpu_seconds() for worker in running) - own)
    for row in rows:
        row["peak_mb"] = row.pop("worker").peak_mebibytes()
    return rows, busy


def checked(running: list[Worker], work: Path) -> list[dict]:
    """Verdicts on what each program computes, see simulator_checks.py."""
    requests = []

    def write(name: str, worker: Worker, method: str, dt: float, seconds: float, seed: int) -> None:
        path = work / f"samples-{len(requests)}.raw"
        told = worker.ask("write", method, dt, seconds, seed, path)
        requests.append({"name": name, "method": method, "dt": dt, "seconds": seconds, "path": str(path),
                         "arithmetic": worker.precision} | told)

    try:
        for worker in running:
            for method in [*worker.hello["methods"], *worker.hello.get("also", [])]:
                for dt in STEPS:
                    write(worker.name, worker, method, dt, CHECK_SECONDS if method in NOISY else EXACT_SECONDS, 11)
        for method in NOISY:
            for dt in STEPS:
                write("reference", running[0], method, dt, REFERENCE_SECONDS, 12)
        path = work / "checks.json"
        path.write_text(json.dumps(requests))
        command = [sys.executable, str(HERE / "simulator_checks.py"), str(path)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    finally:
        for request in requests:
            Path(request["path"]).unlink(missing_ok=True)


def scaling(options: argparse.Namespace) -> dict:
    """Wall times of one and of two threads in turns, and what others took of the machine during each pair."""
    worker = Worker(OURS, [str(options.ours)], "float32", options.work / "simulator-scaling.log", None)
    pairs: list[dict] = []
    began = time.monotonic()
    for turn in range(-1, SCALING_TRIES):
        load = other_load()
        one, two = (worker.ask("scale", "heun", STEPS[0], 1, threads, SCALING_COLUMNS) for threads in (1, 2))
        if turn >= 0:
            pairs.append({"walls": [one["seconds"], two["seconds"]], "others": load(one["cpu"] + two["cpu"])})
        if sum(pair["others"] < QUIET for pair in pairs) == SCALING_ROUNDS or time.monotonic() - began > SCALING_LIMIT:
            break
    worker.end()
    quiet = [pair["walls"] for pair in pairs if pair["others"] < QUIET]
    return {"pairs": pairs, "quiet": quiet,
            "ratio": statistics.median(one / two for one, two in quiet) if quiet else None}


def by_program(options: argparse.Namespace, core: int) -> dict[tuple[str, float], float]:
    """What simulate-columns prints, by method and step: the same columns, with p from 120 to 320/s.

    Either lines `evoke METHOD DT RATE`, or a table of method, arithmetic, milliseconds and rate.
    """
    pin = ["taskset", "-c", str(core)]
    for arguments in (["--plain"], ["3"]):
        run = subprocess.run([*pin, str(options.program), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True)
        if run.returncode == 0:
            break
    else:
        sys.exit(f"{options.program}: {run.stderr}")
    rates = {}
    for words in map(str.split, run.stdout.splitlines()):
        if len(words) == 4 and words[0] == "evoke":
            rates[words[1], float(words[2])] = float(words[3])
        elif len(words) == 4 and words[1] == "fast":
            rates[words[0], float(words[2]) / 1000] = float(words[3])
    return rates


def word(verdicts: list[dict], name: str, method: str) -> str:
    """What the checks say on a scheme of a program."""
    found = [verdict for verdict in verdicts if verdict["name"] == name and verdict["method"] == method]
    differing = [verdict for verdict in found if not verdict["agrees"]]
    if not differing:
        return "agrees"
    parts = []
    for verdict in differing:
        where = f"{1000 * verdict['dt']:g} ms"
        if "sd" in verdict:
            parts.append(f"{where}: {verdict['mean']:.2f} ± {verdict['sd']:.2f}, not {verdict['reference'][0]:.2f} ± "
                         f"{verdict['reference'][1]:.2f} mV")
        else:
            parts.append(f"{where}: {verdict['same']:.1e} mV from the scheme, {verdict['true']:.1e} from SciPy")
    return "**differs**, " + "; ".join(parts)


def table(rows: list[dict], verdicts: list[dict]) -> str:
    """Markdown: medians, and how many times as fast we are with the same scheme."""
    lines = ["| program | scheme | arithmetic | 0.1 ms | Evoke is | 1 ms | Evoke is | peak MiB | results |",
             "|---|---|---|---|---|---|---|---|---|"]
    ours = {row["method"]: row for row in rows if row["name"] == OURS}
    for row in rows:
        cells = []
        for dt in STEPS:
            rate = statistics.median(row["rates"][dt])
            ratio = statistics.median(ours[row["method"]]["rates"][dt]) / rate
            times = f"{ratio:.{1 if ratio < 100 else 0}f} x"
            cells += [f"{rate:,.0f}", "" if row["name"] == OURS else times]
        lines.append(f"| {row['name']} | {SCHEMES[row['method']]} | {row['precision']} | {' | '.join(cells)} "
                     f"| {row['peak_mb']:.0f} | {word(verdicts, row['name'], row['method'])} |")
    return "\n".join(lines)


def rate(rows: list[dict], name: str, method: str, dt: float) -> float | None:
    return next((statistics.median(row["rates"][dt]) for row in rows if (row["name"], row["method"]) == (name, method)),
                None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for files")
    parser.add_argument("--ours", type=absolute, required=True, help="peer-columns of the benchmark package")
    parser.add_argument("--program", type=absolute, required=True, help="simulate-columns of the benchmark package")
    parser.add_argument("--vbi-columns", type=absolute, required=True, help="vbi_columns.cpp, compiled; may be missing")
    parser.add_argument("--rounds", type=int, default=None, help="runs of each program (default 5, quick 2)")
    parser.add_argument("--quick", action="store_true", help="two rounds, to see that it works")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 5)
    core = max(os.sched_getaffinity(0))

    start = time.monotonic()
    running = workers(options, core)
    rows, busy = timed(running, options.rounds)
    threads = scaling(options)
    spread_input = by_program(options, core)
    verdicts = checked(running, options.work)
    for worker in running:
        worker.end()
    facts = machine()
    (options.work / "simulating.json").write_text(json.dumps(
        {"machine": facts, "others": busy, "rows": rows, "scaling": threads, "verdicts": verdicts,
         "program": [[*key, value] for key, value in spread_input.items()]}, indent=1) + "\n")

    print(f"\n{conditions(facts)}, {running[0].hello['version']}; simulated seconds a second of CPU time on one core, "
          f"{COLUMNS} columns of {SECONDS} s sampled at 1 kHz; {len(rows[0]['rates'][STEPS[0]])} rounds, medians; "
          f"other programs took {100 * busy:.0f} % of the machine; {time.monotonic() - start:.0f} s in all.\n")
    print(table(rows, verdicts))
    print("\nVersions: " + "; ".join(worker.hello["version"] for worker in running[1:]) + ".")
    spans = [max(values) / min(values) for row in rows if row["name"] == OURS for values in row["rates"].values()]
    print(f"Spread of Evoke's rates, largest over smallest: {max(spans):.2f}.")
    print("Evoke by simulate-columns, p from 120 to 320/s, 0.1 ms: " + ", ".join(
        f"{SCHEMES[method]} {spread_input[method, STEPS[0]]:,.0f}" for method in SCHEMES
        if (method, STEPS[0]) in spread_input) + ".")
    exact = [verdict for verdict in verdicts if "same" in verdict and verdict["name"] == OURS]
    print("Evoke from the same scheme in double precision: at most "
          f"{max(verdict['same'] for verdict in exact):.1e} mV over {EXACT_SECONDS} s.")
    quiet = threads["quiet"]
    print(f"Two threads, {SCALING_COLUMNS} columns, Heun, 0.1 ms: " + (
        f"{threads['ratio']:.2f} times one; wall s {spread([one for one, _ in quiet])} and "
        f"{spread([two for _, two in quiet])}" if quiet else "not known") +
        f"; in {len(quiet)} of {len(threads['pairs'])} pairs of runs other programs took less than "
        f"{100 * QUIET:.0f} % of the machine, and only those count.")

    problems = [f"{verdict['name']}, {verdict['method']}, {verdict['dt']} s: other results than expected: {verdict}"
                for verdict in verdicts if not verdict["agrees"] and verdict["name"] in (OURS, LOOPS)]
    for verdict in verdicts:
        if not verdict["agrees"]:
            print(f"DIFFERS {verdict}", file=sys.stderr)
    loops, heun = rate(rows, LOOPS, "heun", STEPS[0]), rate(rows, OURS, "heun", STEPS[0])
    if running[0].hello["version"] != LIMIT_SET or not loops:
        print(f"NOT JUDGED: Evoke beside the plain loop, which needs both and {LIMIT_SET}", file=sys.stderr)
    elif heun < LIMIT_RATIO * loops:
        problems.append(f"Evoke is {heun / loops:.1f} times as fast as the plain loop, less than {LIMIT_RATIO} times")
    if len(quiet) < SCALING_ROUNDS:
        print("NOT JUDGED: what two threads gain, for the machine is busy", file=sys.stderr)
    elif threads["ratio"] < LIMIT_SCALING:
        problems.append(f"two threads are {threads['ratio']:.2f} times one, less than {LIMIT_SCALING}")
    if problems and not options.quick:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
