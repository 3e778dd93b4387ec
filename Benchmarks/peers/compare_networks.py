"""Times one training step and one inference of networks, ours against PyTorch, in turns.

    compare_networks.py NETWORK_STEP [--rounds N] [--threads N ...] [--networks NAME ...] [--output FILE]

NETWORK_STEP is the built benchmark `network-step`. A training step is forward, backward and Adam, in single precision.
There are two kinds of networks:

- four of the engine, with 64 samples of 200 steps by 64 channels;
- the presets of `evoke train`, with the batch, dropout and optimiser of the preset, on 64 channels by 1201 samples
  (study) or by 257 samples (default), prepared before. Both sides have the same weights, potentials and targets. First
  of all their losses without dropout are compared, and the comparison ends where they differ.

Wall time is quoted as median [least-greatest] over all rounds; CPU time, the least of all rounds, counts all threads,
and other programs on the machine lengthen it little. Only on a quiet machine do figures of two threads mean anything:
PyTorch waits for all threads at every step of a recurrent network.

Needs torch and h5py. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE would change what OpenBLAS does, and are not passed on.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from timing import conditions, machine, spread

ENGINE = ("lstm", "cnn-bilstm", "transformer", "transformer-no-dropout")
PRESETS = tuple(f"{model}-{preset}" for preset in ("study", "default")
                for model in ("eegtransformer", "lstm", "cnn-bilstm"))
BATCH, LENGTH, CHANNELS = 64, 200, 64
# Of the first losses of both sides, relative: single precision, summed in another order.
LARGEST_DIFFERENCE = 1e-4


def network(name):
    """PyTorch's twin of ComparedNetwork in network-step."""
    import torch
    from torch import nn

    class LSTM(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = nn.LSTM(CHANNELS, 128, batch_first=True), nn.Linear(128, 8)

        def forward(self, x):
            return self.head(self.lstm(x)[0][:, -1])

    class CNNBiLSTM(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(
                nn.Conv1d(CHANNELS, 64, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2),
                nn.Conv1d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool1d(2))
            self.lstm = nn.LSTM(128, 64, bidirectional=True, batch_first=True)
            self.head = nn.Linear(128, 9)

        def forward(self, x):
            return self.head(self.lstm(self.features(x.mT).mT)[0].mean(1))

    class Transformer(nn.Module):
        def __init__(self, dropout):
            super().__init__()
            self.projection = nn.Linear(CHANNELS, 128)
            self.positions = nn.Parameter(0.02 * torch.randn(LENGTH, 128))
            layer = nn.TransformerEncoderLayer(128, 8, 256, dropout=dropout, batch_first=True)
            self.encoder = nn.TransformerEncoder(layer, 3)
            self.head = nn.Linear(128, 8)

        def forward(self, x):
            return self.head(self.encoder(self.projection(x) + self.positions).mean(1))

    return {"lstm": LSTM, "cnn-bilstm": CNNBiLSTM, "transformer": lambda: Transformer(0.1),
            "transformer-no-dropout": lambda: Transformer(0.0)}[name]()


class EngineTwin:
    """A network of the engine with a batch and Adam."""

    def __init__(self, name):
        import torch

        torch.manual_seed(1)
        self.network = network(name)
        self.optimizer = torch.optim.Adam(self.network.parameters())
        self.x = torch.randn(BATCH, LENGTH, CHANNELS)
        with torch.no_grad():
            self.y = torch.randn_like(self.network(self.x))

    def train(self):
        self.network.train()
        self.optimizer.zero_grad()
        ((self.network(self.x) - self.y) ** 2).mean().backward()
        self.optimizer.step()

    def infer(self):
        import torch

        self.network.eval()
        with torch.inference_mode():
            self.network(self.x)


def time_torch(name, threads, rounds, folder):
    """Runs in a process of its own; prints JSON as network-step does."""
    import torch

    torch.set_num_threads(threads)
    if name in PRESETS:
        from preset_twins import Preset

        torch.manual_seed(1)
        twin = Preset(folder, name)
    else:
        twin = EngineTwin(name)
    result = {"version": torch.__version__, "instructions": torch.backends.cpu.get_cpu_capability()}
    for kind, body in {"training": twin.train, "inference": twin.infer}.items():
        for _ in range(3):
            body()
        wall, cpu = [], []
        for _ in range(rounds):
            starts = time.perf_counter(), time.process_time()
            body()
            wall.append(1e3 * (time.perf_counter() - starts[0]))
            cpu.append(1e3 * (time.process_time() - starts[1]))
        result[kind] = {"median": sorted(wall)[rounds // 2], "least": min(wall), "greatest": max(wall),
                        "cpu": min(cpu)}
    print(json.dumps(result))


def print_facts(folder, names):
    """Runs in a process of its own: prints JSON of the parameters and first losses of presets."""
    import torch
    from preset_twins import Preset

    torch.manual_seed(1)
    print(json.dumps({name: Preset(folder, name).facts() for name in names}))


def run(command, environment):
    return json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)


def compare_losses(ours, names, folder, environment):
    """Has presets written into a folder; ends unless both sides have the same networks."""
    own = run([str(ours), "--export", folder, *names], environment)["results"]
    twins = run([sys.executable, __file__, "--facts", folder, *names], environment)
    for facts in own:
        name, twin = facts["network"], twins[facts["network"]]
        difference = abs(facts["loss"] - twin["loss"]) / twin["loss"]
        masked = twin.get("mask_difference", 0)
        print(f"{name:24} {facts['parameters']:8} parameters, first loss: ours {facts['loss']:.7f}, PyTorch "
              f"{twin['loss']:.7f}, relative difference {difference:.1e}"
              + (f"; PyTorch with a mask and with fewer electrodes {masked:.1e}" if masked else ""))
        # Not >, which a loss that is not a number would pass.
        if facts["parameters"] != twin["parameters"] or not (difference <= LARGEST_DIFFERENCE
                                                             and masked <= LARGEST_DIFFERENCE):
            sys.exit(f"{name}: PyTorch has {twin['parameters']} parameters and other results; this is another network")
    return {facts["network"]: {"ours": facts, "torch": twins[facts["network"]]} for facts in own}


def print_table(rows, threads):
    """CPU time of one thread, wall time of more."""
    kind = "cpu" if threads == 1 else "wall"
    print(f"\n{threads} thread{'s' if threads > 1 else ''}, {'CPU' if kind == 'cpu' else 'wall'} ms of a batch\n\n"
          "| | batch | ours | PyTorch | ratio | ours, share of the product's peak |\n|---|---|---|---|---|---|")
    for row in rows:
        if row["threads"] == threads:
            own, theirs = (row["cpu"][who] if kind == "cpu" else median(row["wall"][who]) for who in ("ours", "torch"))
            share = f"{100 * row['share_of_peak']:.0f} %" if row["kind"] == "training" else ""
            print(f"| {row['network']}, {row['kind']} | {row['batch']} | {own:.1f} | {theirs:.1f} | {theirs / own:.2f} "
                  f"| {share} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours", type=Path)
    parser.add_argument("--rounds", type=int, default=3, help="turns of both")
    parser.add_argument("--steps", type=int, default=9, help="timed steps of a turn")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--networks", nargs="+", default=ENGINE + PRESETS, choices=ENGINE + PRESETS)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    with tempfile.TemporaryDirectory() as folder:
        compare(options, environment, folder)


def compare(options, environment, folder):
    facts, rows, losses = machine(), [], {}
    print(conditions(facts))
    presets = [name for name in options.networks if name in PRESETS]
    if presets:
        losses = compare_losses(options.ours, presets, folder, environment)
    for threads in options.threads:
        for name in options.networks:
            figures = {"ours": [], "torch": []}
            for _ in range(options.rounds):
                ours = run([str(options.ours), "--json", "--rounds", str(options.steps), "--threads", str(threads),
                            name], environment)
                figures["ours"].append(ours["results"][0])
                figures["torch"].append(run([sys.executable, __file__, "--torch", name, str(threads),
                                             str(options.steps), folder], environment))
            if not rows:
                torch = figures["torch"][0]
                facts |= {"kernels": ours["kernels"], "blas": ours["blas"], "peak_gflops": ours["peak_gflops"],
                          "torch": torch["version"], "torch_instructions": torch["instructions"]}
                print(f"kernels {ours['kernels']}, {ours['blas']}, sgemm peak {ours['peak_gflops']:.0f} GFLOP/s a "
                      f"thread; PyTorch {torch['version']}, {torch['instructions']}")
            result = figures["ours"][0]
            for kind in ("training", "inference"):
                wall = {who: [turn[kind]["median"] for turn in turns] for who, turns in figures.items()}
                cpu = {who: min(turn[kind]["cpu"] for turn in turns) for who, turns in figures.items()}
                ratios = [theirs / own for own, theirs in zip(wall["ours"], wall["torch"])]
                rows.append({"network": name, "threads": threads, "kind": kind, "wall": wall, "cpu": cpu,
                             "batch": result["batch"], "shards": result["shards"],
                             "share_of_peak": max(turn["share_of_peak"] for turn in figures["ours"])})
                print(f"{name:24} {threads} threads {kind:10} wall ms: ours {spread(wall['ours'], 1)}, "
                      f"PyTorch {spread(wall['torch'], 1)}, ratio {spread(ratios, 2)}; CPU ms: {cpu['ours']:.1f}, "
                      f"{cpu['torch']:.1f}, ratio {cpu['torch'] / cpu['ours']:.2f}", flush=True)
    for threads in options.threads:
        print_table(rows, threads)
    if options.output:
        options.output.write_text(json.dumps(facts | {"losses": losses, "rows": rows}, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--torch"]:
        time_torch(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    elif sys.argv[1:2] == ["--facts"]:
        print_facts(sys.argv[2], sys.argv[3:])
    else:
        main()
