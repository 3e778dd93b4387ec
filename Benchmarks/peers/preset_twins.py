"""The networks of `evoke train` in PyTorch, with the batch and the optimiser of a preset.

The networks are those of python/evoke_torch.py; weights, potentials and targets come from `network-step --export`.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
import evoke_torch  # noqa: E402


class PartOfElectrodes(nn.Module):
    """An ElectrodeTransformer that in training keeps some electrodes of every sample, others each time.

    With a mask: as many tokens as there are electrodes are computed. Gathering those that are kept would save nothing,
    as the fullest of so many samples keeps nearly all, and samples of a batch need one length.
    """

    def __init__(self, network, fewest):
        super().__init__()
        self.network, self.fewest = network, fewest

    def forward(self, x):
        if not self.training:
            return self.network(x)
        count, electrodes, _ = x.shape
        kept = torch.randint(self.fewest, electrodes + 1, (count, 1))
        return self.masked(x, torch.rand(count, electrodes).argsort(1).argsort(1) < kept)

    def masked(self, x, kept):
        """Outputs for x [sample, electrode, value], of the electrodes where kept [sample, electrode] is true."""
        net, shares = self.network, kept / kept.sum(1, keepdim=True)

        def mean(values):
            return torch.einsum("nev,ne->nv", values, shares)

        x = x - mean(x)[:, None]
        if net.normalizes:
            scale = (x.square().mean(2) * shares).sum(1, keepdim=True).sqrt().clamp(min=1e-6)
            x = x / scale[:, :, None]
        x = net.embedding(x) * net.gains(net.places) + net.offsets(net.places)
        summary = net.filtered(mean(x))
        for layer in net.layers:
            x = layer(x, src_key_padding_mask=~kept)
        if net.attended is not None:
            summary = summary + net.attended(mean(x))
        if net.normalizes:
            summary = summary + net.scale(scale.log())
        if net.count is not None:
            summary = summary + net.count((kept.sum(1, keepdim=True) / 32).log())
        return net.head(summary)

    def mask_difference(self, x):
        """How far outputs with a mask are from those of the kept electrodes alone, over the largest output."""
        net, places, count = self.network, self.network.places, x.shape[1]
        kept = torch.rand(8, count).argsort(1) < torch.linspace(self.fewest, count, 8).long()[:, None]
        masked, single = self.masked(x[:8], kept), []
        for sample, rows in zip(x, kept):
            net.places = places[rows]
            single.append(net(sample[None, rows]))
        net.places = places
        single = torch.cat(single)
        return ((masked - single).abs().max() / single.abs().max()).item()


class Preset:
    """A network of `network-step --export` with its batch and optimiser."""

    def __init__(self, folder, name):
        facts = json.loads((Path(folder) / f"{name}.json").read_text())
        raw, arrays = np.fromfile(Path(folder) / f"{name}.f32", "<f4"), {}
        for array in facts["arrays"]:
            count = math.prod(array["shape"])
            arrays[array["name"]], raw = raw[:count].reshape(array["shape"]), raw[count:]

        def part(group):
            return {key.removeprefix(group): array for key, array in arrays.items() if key.startswith(group)}

        config = json.loads(facts["configuration"])
        model = evoke_torch.Model(
            config, part("scaling/"), facts["targets"],
            {key: torch.tensor(array) for key, array in part("state/").items()}, arrays["positions"])
        self.network, self.x = model.network, model.prepare(arrays["potentials"]).contiguous()
        self.y, self.plan = torch.tensor(arrays["targets"]), config["training"]
        self.parameters = sum(parameter.numel() for parameter in self.network.parameters())
        if 0 < config["network"].get("fewest_channels", 0) < self.x.shape[1]:
            self.network = PartOfElectrodes(self.network, config["network"]["fewest_channels"])
        if config["network"].get("convolutions") == 0:
            # The twin makes [n, time, channel] of it again, which then is contiguous, as nn.LSTM likes it best.
            self.x = self.x.mT.contiguous().mT
        # AdamW without decay is Adam. One kernel for all parameters is the fastest that PyTorch has.
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=self.plan["learning_rate"],
                                           weight_decay=self.plan["weight_decay"], fused=True)

    def loss(self):
        return nn.functional.mse_loss(self.network(self.x), self.y)

    def train(self):
        self.network.train()
        self.optimizer.zero_grad()
        self.loss().backward()
        if self.plan["longest_gradient"] > 0:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.plan["longest_gradient"])
        self.optimizer.step()

    def infer(self):
        self.network.eval()
        with torch.inference_mode():
            self.network(self.x)

    def facts(self):
        """The number of parameters and the loss before the first step, without dropout."""
        self.network.eval()
        with torch.no_grad():
            result = {"parameters": self.parameters, "loss": self.loss().item()}
            if isinstance(self.network, PartOfElectrodes):
                result["mask_difference"] = self.network.mask_difference(self.x)
        return result
