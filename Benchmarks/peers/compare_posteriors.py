"""Trains posteriors on the same pairs with our library and with sbi, one thread each.

    compare_posteriors.py TRAIN_POSTERIOR [--tasks NAME ...] [--estimators nsf|maf ...] [--pairs N] [--epochs N]
                          [--output FILE]

TRAIN_POSTERIOR is the built benchmark `train-posterior`. Tasks: `features-4` and `features-9` (that many parameters, 32
features), `series-4` (128 samples of a noisy damped wave, behind a convolutional embedding of the same sizes). Each is
learnt three times: by sbi with its defaults; by ours with sbi's sizes, batches and learning rate; by ours with our own
defaults. A figure of an epoch counts the whole training, so validation too. The loss is the mean negative log density
of 5,000 pairs that nobody trained on.

Needs sbi. With --epochs all runs end there, for a quick look at the time of an epoch.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from timing import conditions, machine, one_thread

TEST_COUNT = 5000
TASKS = {"features-4": (4, "32"), "features-9": (9, "32"), "series-4": (4, "1,128")}


def make_pairs(task, count, seed=1):
    """Parameters, uniform on -1 ... 1, and data, in single precision."""
    generator = np.random.default_rng(seed)
    d = TASKS[task][0]
    theta = generator.uniform(-1, 1, (count, d)).astype(np.float32)
    if task.startswith("features"):
        weights = np.random.default_rng(0).normal(size=(2, 32, d)) / np.sqrt(d)
        x = np.tanh(theta @ weights[0].T) + 0.5 * np.square(theta @ weights[1].T)
        x += 0.1 * generator.normal(size=x.shape)
    else:
        times = np.linspace(0, 1, 128)
        amplitude, rate, decay, phase = (theta[:, k, None] for k in range(4))
        x = (1 + 0.5 * amplitude) * np.exp(-(2 + decay) * times) * np.sin(
            2 * np.pi * (3 + rate) * times + 0.5 * np.pi * phase)
        x += 0.2 * generator.normal(size=x.shape)
    return theta, x.astype(np.float32)


def train_sbi(path, task, estimator, count, epochs, seed):
    """Runs in a process of its own; prints JSON as train-posterior does."""
    import warnings

    import torch
    from sbi.inference import NPE
    from sbi.neural_nets import posterior_nn
    from sbi.neural_nets.embedding_nets import CNNEmbedding
    from sbi.utils import BoxUniform

    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    d, shape = TASKS[task]
    values = torch.from_numpy(np.fromfile(path, np.float32).reshape(TEST_COUNT + count, -1))
    theta, x = values[:, :d], values[:, d:]
    density = estimator
    if task.startswith("series"):
        embedding = CNNEmbedding(input_shape=(128,))
        density = posterior_nn(estimator, embedding_net=embedding, z_score_x="structured")
    inference = NPE(BoxUniform(-torch.ones(d), torch.ones(d)), density_estimator=density, show_progress_bars=False)
    inference.append_simulations(theta[:count], x[:count])
    start = time.process_time()
    network = inference.train(**({"max_num_epochs": epochs, "stop_after_epochs": epochs} if epochs else {}))
    trained = time.process_time() - start
    done = inference.summary["epochs_trained"][-1]
    with torch.no_grad():
        loss = -network.log_prob(theta[None, count:], x[count:]).mean().item()
    posterior = inference.build_posterior(network)
    posterior.sample((1000,), x=x[count], show_progress_bars=False)
    start = time.process_time()
    for row in range(5):
        posterior.sample((10_000,), x=x[count + row], show_progress_bars=False)
    drawn = (time.process_time() - start) / 5
    # On a line of its own: sbi does not end its last one.
    print()
    print(json.dumps({
        "epochs": done, "parameters": sum(p.numel() for p in network.parameters()), "train_cpu": trained,
        "epoch_cpu": trained / done, "test_loss": loss, "draws_cpu": drawn}))


def run(command, environment, folder):
    """Runs in a folder, where sbi leaves its logs; what the last line says."""
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, cwd=folder).stdout
    return json.loads(output.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours", type=Path)
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--estimators", nargs="+", default=["nsf", "maf"], choices=["nsf", "maf"])
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    facts, rows = machine(), []
    print(conditions(facts))
    print("\n| | | parameters | CPU ms an epoch | epochs | CPU s | test loss | 10,000 draws [CPU ms] |\n"
          "|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        environment = one_thread(Path(folder))
        for task in options.tasks:
            path = Path(folder) / "pairs.f32"
            np.hstack(make_pairs(task, options.pairs + TEST_COUNT)).tofile(path)
            for estimator in options.estimators:
                d, shape = TASKS[task]
                own = [str(options.ours.resolve()), str(path), "--parameters", str(d), "--shape", shape, "--training",
                       str(options.pairs), "--estimator", estimator, "--seed", str(options.seed), "--embedding",
                       "cnn" if task.startswith("series") else "identity"]
                if options.epochs:
                    own += ["--epochs", str(options.epochs)]
                peer = [sys.executable, str(Path(__file__).resolve()), "--sbi", str(path), task, estimator, str(options.pairs),
                        str(options.epochs), str(options.seed)]
                for who, command in (("ours, sbi's settings", [*own, "--sbi"]), ("ours", own), ("sbi", peer)):
                    figures = run(command, environment, folder)
                    rows.append({"task": task, "estimator": estimator, "who": who} | figures)
                    print(f"| {task}, {estimator} | {who} | {figures['parameters']} | {1e3 * figures['epoch_cpu']:.0f} "
                          f"| {figures['epochs']} | {figures['train_cpu']:.1f} | {figures['test_loss']:.3f} "
                          f"| {1e3 * figures['draws_cpu']:.1f} |", flush=True)
    if options.output:
        options.output.write_text(json.dumps(facts | {"rows": rows}, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--sbi"]:
        train_sbi(sys.argv[2], sys.argv[3], sys.argv[4], *map(int, sys.argv[5:8]))
    else:
        main()
