"""The twin networks of evoke_torch.py estimate what the program does; skipped without torch."""

import json
import sys

import h5py
import numpy as np
import pytest
from conftest import PACKAGE

torch = pytest.importorskip("torch")
sys.path.insert(0, str(PACKAGE / "python"))
import evoke_torch  # noqa: E402

MODELS = [(model, preset, options) for model in ("eegtransformer", "lstm", "cnn-bilstm")
          for preset, options in (("study", []), ("default", []), ("default", ["--uncertainty"]))]


@pytest.fixture(scope="module")
def simulations(evoke, tmp_path_factory):
    path = tmp_path_factory.mktemp("networks") / "sims.h5"
    evoke("simulate", "--count", 200, "--montage", "biosemi16", "-o", path)
    return path


@pytest.mark.parametrize("model, preset, options", MODELS)
def test_twin_has_the_scores_of_the_program(evoke, simulations, tmp_path, model, preset, options):
    weights = tmp_path / "weights.h5"
    evoke("train", simulations, "--model", model, "--preset", preset, *options, "--epochs", 2, "-o", weights)
    scores = json.loads(evoke("evaluate", weights, simulations, "--json"))
    twin = evoke_torch.load(weights)
    with h5py.File(weights) as file, h5py.File(simulations) as data:
        rows = np.flatnonzero(file["data/split"][()] == 2)
        theta, x = data["theta"][rows], data["x"][rows]
    mean, covariance = twin.estimate(x)
    assert (covariance is not None) == bool(options)
    span = twin.scaling["target_maximum"] - twin.scaling["target_minimum"]
    for column, score in enumerate(scores["targets"]):
        assert np.corrcoef(mean[:, column], theta[:, column])[0, 1] == pytest.approx(score["pearson"], abs=1e-4)
        error = np.mean(((mean[:, column] - theta[:, column]) / span[column]) ** 2)
        assert error == pytest.approx(score["mse"], rel=1e-4)
        if options:
            reach = 1.6448536269514722 * np.sqrt(covariance[:, column, column])
            inside = np.mean(np.abs(mean[:, column] - theta[:, column]) <= reach)
            assert inside == pytest.approx(score["coverage_90"], abs=1 / len(rows))
