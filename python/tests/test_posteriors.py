"""Posteriors: a stored archive of the program, and files that h5py writes by the documented layout."""

import json
import sys

import h5py
import numpy as np
import pytest
from conftest import PACKAGE

sys.path.insert(0, str(PACKAGE / "python"))
import evoke_io  # noqa: E402

STORED = PACKAGE / "fixtures" / "posteriors"


def test_stored_archive_is_read():
    found = evoke_io.read(STORED / "archive.h5")
    k, i, j = np.ogrid[:3, :4, :2]
    np.testing.assert_array_equal(found.samples, k + i / 8 + 100 * j)
    np.testing.assert_array_equal(found.log_prob, -np.arange(12.0).reshape(3, 4))
    np.testing.assert_array_equal(found.map, found.truth + 0.5)
    np.testing.assert_array_equal(found.map_log_prob, [1, 2, 3])
    np.testing.assert_array_equal(found.observation, np.arange(12).reshape(3, 2, 2))
    assert found.observation.dtype == np.float32 and found.samples.dtype == np.float64
    assert found.names == ["A_e", "\u03b1"] and found.units == ["mV", ""]
    assert found.prior["kind"] == "box" and list(found.prior["upper"]) == [10, 200]
    assert found.settings == {"draws": 4, "observation": "x.h5", "seed": 9, "verb": "sample", "weights": "w.h5"}
    assert found.diagnostics == {} and found.predictive is None


@pytest.mark.parametrize("name, shape", [("single", (1, 6, 2)), ("flat", (1, 4, 3)), ("several", (2, 5, 2))])
def test_files_of_other_programs_are_read(name, shape):
    found = evoke_io.read_posterior(STORED / f"{name}.h5")
    np.testing.assert_array_equal(found.samples, np.arange(np.prod(shape)).reshape(shape) / 8)
    assert len(found.names) == len(found.units) == shape[-1]
    if name == "single":
        assert found.names == ["theta_0", "theta_1"] and found.truth is None and found.prior is None
    else:
        assert found.truth.shape == (shape[0], shape[-1]) and found.observation.shape[0] == shape[0]


@pytest.fixture
def documented(tmp_path):
    """A file by the layout of docs/archives.md."""
    random = np.random.default_rng(1)
    samples = random.normal(size=(2, 501, 3)) ** 3
    path = tmp_path / "posterior.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(evoke_kind="posterior", evoke_version=1, evoke_settings=json.dumps({"verb": "sample"}))
        file["samples"] = samples
        file["samples"].attrs.update(names=["a", "b", "c"], units=["mV", "", "1/s"], axes="observation,draw,parameter")
        file["truth"] = samples[:, 7]
        file["map"] = samples[:, 9]
        file["observation"] = random.normal(size=(2, 4))
        file["diagnostics/mahalanobis_distance"] = [1.5, np.inf]
        file["diagnostics/out_of_distribution_p"] = [0.25, 0.001]
        file["diagnostics/predictive_p"] = [0.5, np.nan]
        file["diagnostics/predictive_inside_share"] = [0.75, np.nan]
        for name, value in [("lower", -1.0), ("median", 0.0), ("upper", 1.0)]:
            file[f"predictive/{name}"] = np.full((1, 4), value)
        file["predictive/level"] = 0.9
    return path


def test_summaries_are_those_of_numpy(evoke, documented):
    report = json.loads(evoke("info", "--json", documented))[0]
    found = evoke_io.read(documented)
    assert report["format"] == "EVOKE" and report["kind"] == "posterior"
    assert report["observations"] == 2 and report["draws"] == 501
    assert [(p["name"], p["unit"]) for p in report["parameters"]] == list(zip(found.names, found.units))
    for k, posterior in enumerate(report["posteriors"]):
        draws = found.samples[k]
        np.testing.assert_allclose(posterior["mean"], draws.mean(0), rtol=1e-12)
        np.testing.assert_allclose(posterior["deviation"], draws.std(0, ddof=1), rtol=1e-12)
        np.testing.assert_allclose(posterior["median"], np.median(draws, 0), rtol=1e-12)
        np.testing.assert_allclose(posterior["interval_90"], np.quantile(draws, [0.05, 0.95], axis=0).T, rtol=1e-12)
        np.testing.assert_array_equal(posterior["truth"], found.truth[k])
        np.testing.assert_array_equal(posterior["map"], found.map[k])
        for name, values in found.diagnostics.items():
            assert posterior.get(name) == (values[k] if np.isfinite(values[k]) else None)


def test_diagnostics_and_bands_are_read(documented):
    found = evoke_io.read(documented)
    assert sorted(found.diagnostics) == [
        "mahalanobis_distance", "out_of_distribution_p", "predictive_inside_share", "predictive_p"]
    assert found.predictive["level"] == 0.9 and found.predictive["upper"].shape == (1, 4)


def test_bands_of_the_program_are_quantiles_of_the_simulator(evoke, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(3)
    theta = random.uniform(-1, 1, (400, 1))
    with h5py.File("pairs.h5", "w") as file:
        file["theta"], file["x"] = theta, theta + random.normal(0, 0.1, (400, 2))
        file.create_group("prior").attrs["kind"] = "box"
        file["prior/lower"], file["prior/upper"] = [-1.0], [1.0]
    with h5py.File("x.h5", "w") as file:
        file["x"] = [[0.2, 0.3], [0.3, 0.2]]
    (tmp_path / "sim.py").write_text(
        "import sys, h5py, numpy as np\n"
        "theta = h5py.File(sys.argv[1])['theta'][()]\n"
        "noise = np.random.default_rng(5).normal(0, 0.1, (len(theta), 2))\n"
        "h5py.File(sys.argv[2], 'w')['x'] = theta + noise\n")
    evoke("train", "pairs.h5", "--model", "snpe", "--estimator", "mdn", "--epochs", "3", "-o", "w.h5")
    evoke("sample", "w.h5", "--observation", "x.h5", "-n", "50", "--simulator", f"{sys.executable} sim.py",
          "--predict", "40", "-o", "s.h5")
    found = evoke_io.read("s.h5")
    made = found.samples[:, :40] + np.random.default_rng(5).normal(0, 0.1, (80, 2)).reshape(2, 40, 2)
    # A quantile p is the value of rank p (n + 1).
    expected = np.quantile(made.astype("float32"), [0.05, 0.5, 0.95], axis=1, method="weibull")
    for name, band in zip(["lower", "median", "upper"], expected):
        np.testing.assert_allclose(found.predictive[name], band, rtol=1e-5, atol=1e-6)
    assert np.isfinite(found.diagnostics["predictive_p"]).all()
