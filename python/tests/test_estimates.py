"""Estimates that `evoke evaluate -o` writes, and the scores that it prints of them, held against NumPy and SciPy."""

import json
import sys

import h5py
import numpy as np
import pytest
from conftest import PACKAGE
from scipy import stats

sys.path.insert(0, str(PACKAGE / "python"))
import evoke_io  # noqa: E402

SMALL = ["--set", "network.width=16", "--set", "network.feed_forward=16", "--set", "network.head_width=16",
         "--set", "components=8", "--epochs", "3"]


@pytest.fixture(scope="module", params=[(), ("--uncertainty",)], ids=["point", "normal"])
def evaluated(request, evoke, tmp_path_factory):
    """The folder of an evaluation on other data, and what it printed."""
    folder = tmp_path_factory.mktemp("estimates")
    sims, other, weights, estimates = (folder / f"{name}.h5" for name in ("sims", "other", "weights", "estimates"))
    evoke("simulate", "--count", 60, "--montage", "1020-19", "-o", sims)
    evoke("simulate", "--count", 50, "--montage", "1020-19", "--seed", 2, "-o", other)
    evoke("train", sims, "--model", "eegtransformer", *request.param, "--targets", "A_e,b_e,A_i*a_4*C", *SMALL,
          "-o", weights)
    return folder, json.loads(evoke("evaluate", weights, other, "--json", "-o", estimates)), bool(request.param)


def test_scores_are_those_of_the_stored_estimates(evaluated):
    folder, printed, has_uncertainty = evaluated
    found = evoke_io.read(folder / "estimates.h5")
    assert printed["split"] == "all" and printed["simulations"] == len(found.simulations) == 50
    assert found.names == [target["name"] for target in printed["targets"]]
    assert found.units == [target["unit"] for target in printed["targets"]]
    with h5py.File(folder / "weights.h5") as file:
        low, high, mean = (file[f"scaling/target_{name}"][()] for name in ("minimum", "maximum", "mean"))
    for column, target in enumerate(printed["targets"]):
        estimate, truth = found.estimate[:, column], found.truth[:, column]
        result = stats.pearsonr(estimate, truth)
        assert target["pearson"] == pytest.approx(result.statistic, abs=1e-12)
        assert target["pearson_95"] == pytest.approx(list(result.confidence_interval(0.95)), abs=1e-12)
        assert target["spearman"] == pytest.approx(stats.spearmanr(estimate, truth).statistic, abs=1e-12)
        error = np.mean((estimate - truth) ** 2)
        span = high[column] - low[column]
        assert target["r2"] == pytest.approx(1 - error / truth.var(), abs=1e-12)
        assert target["nrmse"] == pytest.approx(error**0.5 / np.ptp(truth), rel=1e-12)
        assert target["mse"] == pytest.approx(error / span**2, rel=1e-12)
        assert target["mse_of_mean"] == pytest.approx(np.mean((truth - mean[column]) ** 2) / span**2, rel=1e-12)
        if has_uncertainty:
            reach = stats.norm.ppf(0.95) * np.sqrt(found.covariance[:, column, column])
            assert target["coverage_90"] == pytest.approx(np.mean(np.abs(estimate - truth) <= reach), abs=1e-12)


def test_truth_is_that_of_the_rows(evaluated):
    folder, _, _ = evaluated
    found, data = evoke_io.read(folder / "estimates.h5"), evoke_io.read(folder / "other.h5")
    theta = dict(zip(data.names, data.theta[found.simulations].T))
    np.testing.assert_array_equal(found.truth[:, 0], theta["A_e"])
    np.testing.assert_array_equal(found.truth[:, 1], theta["b_e"])
    # C is fixed in the settings of the data.
    product = theta["A_i"] * theta["a_4"] * data.settings["settings"]["parameters"]["C"]
    np.testing.assert_allclose(found.truth[:, 2], product, rtol=1e-15)


def test_h5py_finds_the_layout(evaluated):
    folder, _, has_uncertainty = evaluated
    with h5py.File(folder / "estimates.h5") as file:
        assert dict(file.attrs)["evoke_kind"] == "estimates" and file.attrs["evoke_version"] == 1
        assert set(file) == {"estimate", "truth", "simulation"} | ({"covariance"} if has_uncertainty else set())
        for name in ("estimate", "truth"):
            dataset = file[name]
            assert dataset.shape == (50, 3) and dataset.dtype == np.float64
            assert list(dataset.attrs["names"]) == ["A_e", "b_e", "A_i*a_4*C"]
            assert list(dataset.attrs["units"]) == ["mV", "1/s", "mV"]
            assert dataset.attrs["axes"] == "simulation,target"
        assert file["simulation"].dtype == np.uint32
        np.testing.assert_array_equal(file["simulation"], np.arange(50))
        settings = json.loads(file.attrs["evoke_settings"])
    assert settings["weights"] == "weights.h5" and settings["data"] == "other.h5"
    assert settings["seed"] == 1 and settings["noise_level"] == 2500 and settings["split"] == "all"


def test_covariances_are_those_of_distributions(evaluated):
    folder, _, has_uncertainty = evaluated
    found = evoke_io.read(folder / "estimates.h5")
    assert (found.covariance is not None) == has_uncertainty
    if has_uncertainty:
        np.testing.assert_allclose(found.covariance, found.covariance.transpose(0, 2, 1), rtol=1e-12)
        assert (np.linalg.eigvalsh(found.covariance) > 0).all()
