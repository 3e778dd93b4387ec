"""How near posteriors of tasks of sbibm come to their reference draws: ours, and sbi's on the same pairs.

    compare_tasks.py EVOKE REFERENCES [--tasks NAME ...] [--pairs N ...] [--seeds N ...] [--observations N]
                     [--draws N] [--estimator nsf|maf|mdn] [--rounds R] [--sbi] [--output FILE]

EVOKE is the built command; REFERENCES is the folder `sbibm/tasks` of the package sbibm 1.1.0. For every task, number of
pairs and seed, a posterior is trained with the defaults, draws are made for the first observations, and C2ST (`evoke
c2st`, the classifier of sbibm) compares them with as many reference draws. With --rounds, every observation is also
estimated in so many rounds of a tenth of the pairs, by SNPE-C and TSNPE (`evoke snpe`). With --sbi, sbi does the same
with its own defaults, and the same classifier judges it.

Needs h5py; sbi and PyTorch for --sbi, PyTorch for bernoulli_glm.
"""

import argparse
import json
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

from posterior_tasks import TASKS, reference
from timing import machine


def write_pairs(path, task, theta, x):
    with h5py.File(path, "w", libver=("earliest", "v110")) as file:
        file["theta"], file["x"] = theta, x.astype(np.float32)
        prior = file.create_group("prior")
        prior.attrs["kind"] = task.prior["kind"]
        for name, value in task.prior.items():
            if name != "kind":
                prior[name] = value


def write_samples(path, samples):
    with h5py.File(path, "w", libver=("earliest", "v110")) as file:
        file["samples"] = samples


def simulate(name, folder, parameters, output):
    """What `evoke snpe --simulator` calls."""
    with h5py.File(parameters) as file:
        theta = file["theta"][:]
        generator = np.random.default_rng([int(file.attrs["seed"]), int(file.attrs["first"])])
    with h5py.File(output, "w", libver=("earliest", "v110")) as file:
        file["x"] = TASKS[name](folder).simulate(theta, generator).astype(np.float32)


def train_sbi(name, folder, pairs, observations, draws, estimator, seed, output):
    """Runs in a process of its own; writes draws [observation, draw, parameter]."""
    import warnings

    import torch
    from sbi.inference import NPE
    from sbi.utils import BoxUniform
    from torch.distributions import Independent, LogNormal, MultivariateNormal

    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    prior = {key: torch.as_tensor(value, dtype=torch.float32) if key != "kind" else value
             for key, value in TASKS[name](folder).prior.items()}
    distribution = {
        "box": lambda: BoxUniform(prior["lower"], prior["upper"]),
        "normal": lambda: MultivariateNormal(prior["mean"], prior["covariance"]),
        "lognormal": lambda: Independent(LogNormal(prior["location"], prior["scale"]), 1),
    }[prior["kind"]]()
    with h5py.File(pairs) as file:
        theta, x = (torch.as_tensor(file[key][:], dtype=torch.float32) for key in ("theta", "x"))
    with h5py.File(observations) as file:
        observed = torch.as_tensor(file["x"][:])
    inference = NPE(distribution, density_estimator=estimator, show_progress_bars=False)
    start = time.process_time()
    network = inference.append_simulations(theta, x).train()
    trained = time.process_time() - start
    posterior = inference.build_posterior(network)
    write_samples(output, np.stack([
        posterior.sample((draws,), x=row, show_progress_bars=False).numpy() for row in observed]))
    print()
    print(json.dumps({"cpu": trained}))


class Comparison:
    """Files of one run, and what becomes of them."""

    def __init__(self, options, folder):
        self.options, self.folder, self.rows = options, folder, []
        # sbi leaves logs where it runs.
        self.evoke = str(options.evoke.resolve())

    def run(self, *command):
        return subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              cwd=self.folder).stdout

    def judge(self, who, task, count, seed, samples, cpu):
        """C2ST of every observation, printed as a line of a table."""
        output = json.loads(self.run(self.evoke, "c2st", "reference.h5", samples, "-n", self.options.draws, "--json"))
        values = [row["c2st"] for row in output["observations"]]
        self.rows.append({"task": task, "pairs": count, "seed": seed, "who": who, "c2st": values, "train_cpu": cpu})
        print(f"| {task} | {count:,} | {seed} | {who} | {' '.join(f'{v:.3f}'.lstrip('0') for v in values)} "
              f"| {statistics.median(values):.3f} | {'' if cpu is None else f'{cpu:.1f}'} |", flush=True)

    def timed(self, *command):
        """CPU seconds of a program."""
        before = subprocess_cpu()
        self.run(*command)
        return subprocess_cpu() - before

    def compare(self, name, count, seed):
        options, estimator = self.options, self.options.estimator
        folder = (options.references / name).resolve()
        task = TASKS[name](folder / "files")
        generator = np.random.default_rng([seed, count])
        theta = task.draw(count, generator)
        write_pairs(self.folder / "pairs.h5", task, theta, task.simulate(theta, generator))
        observations, draws = zip(*(reference(folder, k + 1) for k in range(options.observations)))
        with h5py.File(self.folder / "observed.h5", "w", libver=("earliest", "v110")) as file:
            file["x"] = np.stack(observations).astype(np.float32)
        write_samples(self.folder / "reference.h5", np.stack(draws))
        cpu = self.timed(self.evoke, "train", "pairs.h5", "--model", "snpe", "--estimator", estimator, "--seed", seed, "-o",
                         "posterior.h5", "--threads", 1)
        self.run(self.evoke, "sample", "posterior.h5", "--observation", "observed.h5", "-n", options.draws, "--seed", seed,
                 "-o", "samples.h5")
        self.judge("evoke", name, count, seed, "samples.h5", cpu)
        if options.rounds:
            for method in ("snpe-c", "tsnpe"):
                self.sequential(method, name, task, count, seed, observations)
        if options.sbi:
            output = self.run(sys.executable, Path(__file__).resolve(), "--train-sbi", name, folder / "files", "pairs.h5",
                              "observed.h5", options.draws, estimator, seed, "sbi.h5")
            self.judge("sbi", name, count, seed, "sbi.h5", json.loads(output.splitlines()[-1])["cpu"])

    def sequential(self, method, name, task, count, seed, observations):
        """All observations, one behind the other, each with simulations of its own."""
        write_pairs(self.folder / "prior.h5", task, task.draw(1, np.random.default_rng(0)), np.stack(observations[:1]))
        samples, cpu = [], 0.0
        here, folder = Path(__file__).resolve(), (self.options.references / name).resolve() / "files"
        simulator = shlex.join([sys.executable, str(here), "--simulate", name, str(folder)])
        for row in observations:
            with h5py.File(self.folder / "one.h5", "w", libver=("earliest", "v110")) as file:
                file["x"] = row[None].astype(np.float32)
            cpu += self.timed(
                self.evoke, "snpe", "--prior", "prior.h5", "--observation", "one.h5", "--simulator", simulator, "--method",
                method, "--rounds", self.options.rounds, "--simulations", count // self.options.rounds, "--seed", seed,
                "--estimator", self.options.estimator, "-n", self.options.draws, "--samples", "samples.h5", "-o",
                "rounds.h5", "--threads", 1)
            with h5py.File(self.folder / "samples.h5") as file:
                samples.append(file["samples"][0])
        write_samples(self.folder / "samples.h5", np.stack(samples))
        self.judge(method, name, count, seed, "samples.h5", cpu / len(observations))


def subprocess_cpu():
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evoke", type=Path)
    parser.add_argument("references", type=Path)
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--pairs", nargs="+", type=int, default=[10_000])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--observations", type=int, default=5)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--estimator", default="nsf", choices=["nsf", "maf", "mdn"])
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--sbi", action="store_true")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    facts = machine()
    print("| task | pairs | seed | | C2ST of observations | median | training, CPU s |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(options, Path(folder))
        for name in options.tasks:
            for count in options.pairs:
                for seed in options.seeds:
                    comparison.compare(name, count, seed)
    if options.output:
        options.output.write_text(json.dumps(facts | {"rows": comparison.rows}, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--train-sbi"]:
        name, folder, pairs, observations, draws, estimator, seed, output = sys.argv[2:]
        train_sbi(name, Path(folder), pairs, observations, int(draws), estimator, int(seed), output)
    elif sys.argv[1:2] == ["--simulate"]:
        name, folder, parameters, output = sys.argv[2:]
        simulate(name, Path(folder), Path(parameters), Path(output))
    else:
        main()
