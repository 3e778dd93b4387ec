"""Tasks of sbibm 1.1.0 in NumPy: prior, simulator, and where its observations and reference posteriors lie.

Source: Lueckmann et al. 2021, "Benchmarking simulation-based inference", AISTATS, PMLR 130, 343-351, and its
`sbibm/tasks/*/task.py`.
"""

import bz2
import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np

Simulator = Callable[[np.ndarray, np.random.Generator], np.ndarray]


@dataclass
class Task:
    """A prior as an archive of pairs describes it, draws from it, and data of parameters [n, d]."""

    dimensions: int
    prior: dict
    simulate: Simulator
    draw: Callable[[int, np.random.Generator], np.ndarray]


def box(limit, d, simulate):
    """A uniform prior on -limit ... limit."""
    prior = {"kind": "box", "lower": np.full(d, -limit), "upper": np.full(d, limit)}
    return Task(d, prior, simulate, lambda n, rng: rng.uniform(-limit, limit, (n, d)))


def normal(covariance, simulate):
    """A normal prior around 0."""
    d = len(covariance)
    prior = {"kind": "normal", "mean": np.zeros(d), "covariance": covariance}
    return Task(d, prior, simulate, lambda n, rng: rng.multivariate_normal(np.zeros(d), covariance, n))


def linear(theta, rng):
    return theta + np.sqrt(0.1) * rng.normal(size=theta.shape)


def two_moons(theta, rng):
    angle, radius = rng.uniform(-np.pi / 2, np.pi / 2, len(theta)), rng.normal(0.1, 0.01, len(theta))
    moon = np.stack([radius * np.cos(angle) + 0.25, radius * np.sin(angle)], 1)
    both = np.stack([-np.abs(theta.sum(1)), theta[:, 1] - theta[:, 0]], 1)
    return moon + both / np.sqrt(2)


def gaussian_mixture(theta, rng):
    scale = np.where(rng.uniform(size=(len(theta), 1)) < 0.5, 1.0, 0.1)
    return theta + scale * rng.normal(size=theta.shape)


def slcp(theta, rng):
    """Four points of a normal distribution in the plane."""
    first, second, correlation = theta[:, 2]**2, theta[:, 3]**2, np.tanh(theta[:, 4])
    noise = rng.normal(size=(len(theta), 4, 2))
    x = theta[:, None, 0] + first[:, None] * noise[..., 0]
    slope, rest = correlation * second, second * np.sqrt(1 - correlation**2)
    y = theta[:, None, 1] + slope[:, None] * noise[..., 0] + rest[:, None] * noise[..., 1]
    return np.stack([x, y], 2).reshape(len(theta), 8)


def bernoulli_covariance():
    """The prior asks filters to be smooth."""
    d = 9
    first = np.eye(d) - np.eye(d, k=-1)
    root = first @ first + np.diag(np.sqrt(np.arange(d) / d))
    precision = np.zeros((d + 1, d + 1))
    precision[0, 0], precision[1:, 1:] = 0.5, root.T @ root
    return np.linalg.inv(precision)


def bernoulli_glm(folder):
    """Spikes of a filtered stimulus, as their number and their average stimulus; the stimulus is sbibm's."""
    import torch

    stimulus, design = (torch.load(folder / name).numpy().astype(float) for name in ("stimulus_I.pt", "design_matrix.pt"))

    def simulate(theta, rng):
        spikes = rng.uniform(size=(len(theta), len(design))) < 1 / (1 + np.exp(-theta @ design.T))
        padded = np.pad(spikes.astype(float), ((0, 0), (8, 8)))
        lags = len(padded[0]) - len(stimulus) + 1
        average = np.stack([padded[:, lag:lag + len(stimulus)] @ stimulus for lag in range(lags)][-9:], 1)
        return np.column_stack([spikes.sum(1), average])

    return normal(bernoulli_covariance(), simulate)


def sir(theta, rng, people=1e6, days=160, steps_per_day=10):
    """Infected people of an epidemic on ten days, of a thousand who are asked."""
    beta, gamma = theta.T
    state = np.stack([np.full(len(theta), people - 1), np.ones(len(theta))])

    def slope(state):
        infections = beta * state[0] * state[1] / people
        return np.stack([-infections, infections - gamma * state[1]])

    step, infected = 1 / steps_per_day, []
    for number in range(days * steps_per_day + 1):
        if number % (17 * steps_per_day) == 0:
            infected.append(state[1])
        a = slope(state)
        b = slope(state + step / 2 * a)
        c = slope(state + step / 2 * b)
        state = state + step / 6 * (a + 2 * b + 2 * c + slope(state + step * c))
    return rng.binomial(1000, np.clip(np.array(infected).T / people, 0, 1)).astype(float)


def sir_task():
    location, scale = np.log([0.4, 0.125]), np.array([0.5, 0.2])
    return Task(2, {"kind": "lognormal", "location": location, "scale": scale}, sir,
                lambda n, rng: np.exp(location + scale * rng.normal(size=(n, 2))))


TASKS = {
    "two_moons": lambda folder: box(1.0, 2, two_moons),
    "gaussian_linear_uniform": lambda folder: box(1.0, 10, linear),
    "gaussian_linear": lambda folder: normal(0.1 * np.eye(10), linear),
    "gaussian_mixture": lambda folder: box(10.0, 2, gaussian_mixture),
    "slcp": lambda folder: box(3.0, 5, slcp),
    "bernoulli_glm": bernoulli_glm,
    "sir": lambda folder: sir_task(),
}


def read_table(path):
    """Numbers of a CSV file with a line of names, compressed or not."""
    opener = {".bz2": bz2.open, ".gz": gzip.open}.get(path.suffix, open)
    with opener(path, "rt") as file:
        return np.array([[float(value) for value in row] for row in list(csv.reader(file))[1:]])


def reference(folder: Path, number: int):
    """Observation [m] and draws [n, d] from its posterior, of sbibm's own folders or of plain copies of them."""
    own = folder / "files" / f"num_observation_{number}"
    if own.exists():
        return read_table(own / "observation.csv")[0], read_table(own / "reference_posterior_samples.csv.bz2")
    return (read_table(folder / f"obs{number:02d}_observation.csv")[0],
            read_table(folder / f"obs{number:02d}_reference.csv.gz"))
