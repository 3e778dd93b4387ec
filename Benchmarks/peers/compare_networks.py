"""Times one training step and one inference of small networks, ours against PyTorch, in turns.

    compare_networks.py NETWORK_STEP [--rounds N] [--threads N ...] [--output FILE]

NETWORK_STEP is the built benchmark `network-step`. A training step is forward, backward and Adam on 64 samples of 200
steps by 64 channels, in single precision. Wall time is quoted as median [least-greatest] over all rounds; CPU time, the
least of all rounds, counts all threads, and other programs on the machine lengthen it little. Only on a quiet machine do
figures of two threads mean anything: PyTorch waits for all threads at every step of a recurrent network.

Needs torch. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE would change what OpenBLAS does, and are not passed on.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from timing import conditions, machine, spread

NETWORKS = ("lstm", "cnn-bilstm", "transformer", "transformer-no-dropout")
BATCH, LENGTH, CHANNELS = 64, 200, 64


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


def time_torch(name, threads, rounds):
    """Runs in a process of its own; prints JSON as network-step does."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    twin = network(name)
    optimizer = torch.optim.Adam(twin.parameters())
    x = torch.randn(BATCH, LENGTH, CHANNELS)
    with torch.no_grad():
        y = torch.randn_like(twin(x))

    def train():
        twin.train()
        optimizer.zero_grad()
        ((twin(x) - y) ** 2).mean().backward()
        optimizer.step()

    def infer():
        twin.eval()
        with torch.inference_mode():
            twin(x)

    result = {"version": torch.__version__}
    for kind, body in {"training": train, "inference": infer}.items():
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


def run(command, environment):
    return json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours", type=Path)
    parser.add_argument("--rounds", type=int, default=3, help="turns of both")
    parser.add_argument("--steps", type=int, default=9, help="timed steps of a turn")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--networks", nargs="+", default=NETWORKS, choices=NETWORKS)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    facts, rows = machine(), []
    print(conditions(facts))
    for threads in options.threads:
        for name in options.networks:
            figures = {"ours": [], "torch": []}
            for _ in range(options.rounds):
                ours = run([str(options.ours), "--json", "--rounds", str(options.steps), "--threads", str(threads),
                            name], environment)
                figures["ours"].append(ours["results"][0])
                figures["torch"].append(run([sys.executable, __file__, "--torch", name, str(threads),
                                             str(options.steps)], environment))
            if not rows:
                print(f"kernels {ours['kernels']}, {ours['blas']}, {ours['shards']} shards, sgemm peak "
                      f"{ours['peak_gflops']:.0f} GFLOP/s a thread; PyTorch {figures['torch'][0]['version']}")
            for kind in ("training", "inference"):
                wall = {who: [turn[kind]["median"] for turn in turns] for who, turns in figures.items()}
                cpu = {who: min(turn[kind]["cpu"] for turn in turns) for who, turns in figures.items()}
                ratios = [theirs / own for own, theirs in zip(wall["ours"], wall["torch"])]
                rows.append({"network": name, "threads": threads, "kind": kind, "wall": wall, "cpu": cpu,
                             "share_of_peak": max(turn["share_of_peak"] for turn in figures["ours"])})
                print(f"{name:24} {threads} threads {kind:10} wall ms: ours {spread(wall['ours'], 1)}, "
                      f"PyTorch {spread(wall['torch'], 1)}, ratio {spread(ratios, 2)}; CPU ms: {cpu['ours']:.1f}, "
                      f"{cpu['torch']:.1f}, ratio {cpu['torch'] / cpu['ours']:.2f}", flush=True)
    if options.output:
        options.output.write_text(json.dumps(facts | {"rows": rows}, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--torch"]:
        time_torch(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
