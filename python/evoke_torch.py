"""The networks of `evoke train` in PyTorch: reads a weights file and gives the same estimates.

    import evoke_torch
    model = evoke_torch.load("weights.h5")
    mean, covariance = model.estimate(x)     # x [n, channel, time] in volts; covariance is None without --uncertainty

`model.network` is a plain `torch.nn.Module` whose parameters have the names of the file (docs/networks.md).
"""

import json

import h5py
import numpy as np
import torch
from torch import nn
from torch.nn.functional import gelu, relu, softplus


class StudyTransformer(nn.Module):
    """The EEGTransformer of Tilwani and O'Reilly 2024."""

    def __init__(self, sizes, channels, times, outputs):
        super().__init__()
        width = sizes["width"]
        self.embedding = nn.Linear(times, width)
        self.gate = nn.Parameter(torch.ones(width))
        self.attention = nn.MultiheadAttention(width, sizes["heads"], dropout=sizes["dropout"], batch_first=True)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.linear1, self.linear2 = nn.Linear(width, sizes["feed_forward"]), nn.Linear(sizes["feed_forward"], width)
        self.output = nn.Linear(width, outputs)
        angle = torch.arange(channels)[:, None] * 10000.0 ** (-(torch.arange(width) // 2 * 2) / width)
        even = torch.arange(width) % 2 == 0
        self.register_buffer("positions", torch.where(even, angle.sin(), angle.cos()), persistent=False)

    def forward(self, x):
        x = self.embedding(x) * torch.sigmoid(self.gate) + self.positions
        x = self.norm1(self.attention(x, x, x, need_weights=False)[0])
        x = self.norm2(x + self.linear2(relu(self.linear1(x))))
        return self.output(x.mean(1))


class ResidualHead(nn.Module):
    """x + linear2(gelu(linear1(norm(x)))) for every block, then a linear layer of norm(x)."""

    def __init__(self, width, blocks, outputs, dropout):
        super().__init__()
        self.blocks = nn.ModuleList(nn.ModuleDict({
            "norm": nn.LayerNorm(width), "linear1": nn.Linear(width, 2 * width), "linear2": nn.Linear(2 * width, width)
        }) for _ in range(blocks))
        self.norm, self.output, self.drop = nn.LayerNorm(width), nn.Linear(width, outputs), nn.Dropout(dropout)

    def forward(self, x):
        for block in self.blocks:
            x = x + block["linear2"](self.drop(gelu(block["linear1"](block["norm"](x)))))
        return self.output(self.norm(x))


def normalize(x):
    """Every sample over its root mean square, and the logarithm of that."""
    scale = x.square().flatten(1).mean(1).sqrt().clamp(min=1e-6)
    return x / scale[:, None, None], scale.log()[:, None]


class ElectrodeTransformer(nn.Module):
    """Attention between electrodes at any places; `places` [electrode, 3] may be replaced by those of another cap."""

    def __init__(self, sizes, places, values, outputs):
        super().__init__()
        width, hidden, head = sizes["width"], sizes["place_hidden"], sizes["head_width"]
        self.register_buffer("places", torch.as_tensor(places, dtype=torch.float32), persistent=False)
        self.normalizes = sizes["normalizes_samples"]
        self.embedding = nn.Linear(values, width, bias=False)
        self.gains, self.offsets = (
            nn.Sequential(nn.Linear(3, hidden), nn.GELU(), nn.Linear(hidden, width)) for _ in range(2))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, sizes["heads"], sizes["feed_forward"], sizes["dropout"], "gelu",
                                       batch_first=True) for _ in range(sizes["layers"]))
        self.filtered = nn.Linear(width, head)
        self.attended = nn.Linear(width, head) if sizes["layers"] else None
        self.scale = nn.Linear(1, head) if self.normalizes else None
        self.count = nn.Linear(1, head) if sizes.get("counts_channels") else None  # absent in files of before
        self.head = ResidualHead(head, sizes["head_blocks"], outputs, sizes["dropout"])

    def forward(self, x):
        x = x - x.mean(1, keepdim=True)
        if self.normalizes:
            x, scale = normalize(x)
        x = self.embedding(x) * self.gains(self.places) + self.offsets(self.places)
        summary = self.filtered(x.mean(1))
        for layer in self.layers:
            x = layer(x)
        if self.attended is not None:
            summary = summary + self.attended(x.mean(1))
        if self.normalizes:
            summary = summary + self.scale(scale)
        if self.count is not None:
            summary = summary + self.count(torch.full_like(x[:, :1, 0], x.shape[1] / 32).log())
        return self.head(summary)


class RecurrentNetwork(nn.Module):
    """Recurrent layers along time, with convolutions in front of them or without; x [n, channel, time]."""

    def __init__(self, sizes, channels, outputs):
        super().__init__()
        self.sizes, filters, kernel, width = sizes, sizes["filters"], sizes["kernel"], sizes["head_width"]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(filters if number else channels, filters, kernel, padding=kernel // 2)
            for number in range(sizes["convolutions"]))
        self.lstm = nn.LSTM(
            filters if sizes["convolutions"] else channels, sizes["hidden"], sizes["layers"], batch_first=True,
            bidirectional=sizes["bidirectional"], dropout=sizes["dropout"] if sizes["layers"] > 1 else 0)
        count = sizes["hidden"] * (2 if sizes["bidirectional"] else 1)
        self.scale = nn.Linear(1, width) if width and sizes["normalizes_samples"] else None
        self.summary = nn.Linear(count, width) if width else None
        self.head = ResidualHead(width, sizes["head_blocks"], outputs, sizes["dropout"]) if width else None
        self.output = None if width else nn.Linear(count, outputs)

    def forward(self, x):
        if self.scale is not None:
            x, scale = normalize(x)
        for convolution in self.convolutions:
            x = nn.functional.max_pool1d(relu(convolution(x)), 2)
        steps, (state, _) = self.lstm(x.transpose(1, 2))
        last = torch.cat([state[-2], state[-1]], 1) if self.sizes["bidirectional"] else state[-1]
        summary = steps.mean(1) if self.sizes["averages_steps"] else last
        if self.output is not None:
            return self.output(summary)
        return self.head(self.summary(summary) + (0 if self.scale is None else self.scale(scale)))


def directions(positions):
    """Unit vectors [electrode, 3] from the centre of the sphere nearest to positions [m] off the face."""
    p = np.asarray(positions, float)
    used = p[~((p[:, 2] < -1e-6) & (p[:, 1] > 1e-6))]
    center = np.zeros(3)
    if len(used) >= 4:
        center = np.linalg.lstsq(np.c_[2 * used, np.ones(len(used))], (used**2).sum(1), rcond=None)[0][:3]
    return (p - center) / np.linalg.norm(p - center, axis=1, keepdims=True)


def build(config, channels, times, targets, places=None):
    """The network of a configuration, for prepared data of so many channels and times."""
    outputs = targets + targets * (targets + 1) // 2 if config["uncertainty"] else targets
    if config["model"] == "eegtransformer":
        kind, shape = (StudyTransformer, channels) if config["preset"] == "study" else (ElectrodeTransformer, places)
        return kind(config["network"], shape, times, outputs)
    return RecurrentNetwork(config["network"], channels, outputs)


class Model:
    """A trained network with its scalings."""

    def __init__(self, config, scaling, targets, state, positions=None):
        self.config, self.scaling, self.targets = config, scaling, targets
        channels, times = (int(value) for value in scaling["input_shape"])
        channels = len(scaling["channel_map"]) if "channel_map" in scaling else channels
        times = len(scaling["components"]) if "components" in scaling else times // int(scaling["decimation"])
        self.network = build(config, channels, times, len(targets),
                             None if positions is None else directions(positions)).eval()
        self.network.load_state_dict(state)

    def prepare(self, x):
        """What the network sees of potentials x [n, channel, time] in volts."""
        x = torch.as_tensor(np.asarray(x, np.float32))
        if "channel_map" in self.scaling:
            x = torch.as_tensor(self.scaling["channel_map"], dtype=torch.float32) @ x
        step = int(self.scaling["decimation"])
        count = x.shape[2] // step
        x = x[:, :, : count * step].unflatten(2, (count, step)).mean(3) * float(self.scaling["factor"])
        if "components" in self.scaling:
            x = x @ torch.as_tensor(self.scaling["components"], dtype=torch.float32).T
        return x

    @torch.no_grad()
    def estimate(self, x):
        """Estimates [n, target], and their covariances [n, target, target] or None."""
        output, d, s = self.network(self.prepare(x)).double(), len(self.targets), self.scaling
        offset, scale = s["target_mean"], s["target_deviation"]
        if self.config["unit_targets"]:
            offset, scale = s["target_minimum"], s["target_maximum"] - s["target_minimum"]
        mean = output[:, :d].numpy() * scale + offset
        if not self.config["uncertainty"]:
            return mean, None
        factor = torch.zeros(len(output), d, d, dtype=torch.float64)
        factor[(slice(None), *np.tril_indices(d))] = output[:, d:]
        diagonal = torch.diagonal(factor, dim1=1, dim2=2)
        diagonal.copy_(softplus(diagonal) + 1e-4)
        return mean, (factor @ factor.transpose(1, 2)).numpy() * np.outer(scale, scale)


def load(path):
    """The model of a weights file."""
    with h5py.File(path) as file:
        return Model(
            json.loads(file["config"][()]), {name: data[()] for name, data in file["scaling"].items()},
            [name.decode() for name in file["targets/name"][()]],
            {name: torch.from_numpy(data[()]) for name, data in file["state"].items()},
            file["channels/position_m"][()] if "channels" in file else None)
