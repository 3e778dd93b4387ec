"""Simulations: files that h5py writes by the documented layout, and stored ones of the program itself."""

import json
import shutil
import sys

import h5py
import numpy as np
import pytest
from conftest import PACKAGE

sys.path.insert(0, str(PACKAGE / "python"))

import evoke_io  # noqa: E402

STORED = PACKAGE / "fixtures" / "simulations"


@pytest.fixture
def documented(tmp_path):
    """A file by the layout of docs/archives.md, and what is in it."""
    random = np.random.default_rng(1)
    theta, x = random.normal(size=(6, 2)), random.normal(size=(2, 6, 3, 4)).astype("f4")
    path = tmp_path / "simulations.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(
            evoke_kind="simulations", evoke_version=1, evoke_settings=json.dumps({"seed": 7}), rate_hz=250.0,
            total=10, first=4, instruction_set="x86-64-v3", arithmetic="fast")
        file["theta"] = theta
        file["theta"].attrs.update(names=["A", "\u03b1"], units=["mV", "1/s"], axes="simulation,parameter")
        for level, name in enumerate(["x", "x_1"]):
            file[name] = x[level]
            file[name].attrs.update(unit="V", axes="simulation,channel,time", noise_level=1.0 + level)
        file["source"] = x[0, :, :2]
        file["ok"] = np.array([1, 1, 0, 1, 1, 255], "u1")
        file["simulation"] = np.arange(4, 10, dtype="u4")
        file["seed"] = np.uint64(2**64 - 1)
        file["times_s"] = np.arange(4) / 250
        file["channels/name"] = ["Fz", "Cz", "Pz"]
        file["prior/lower"], file["prior/upper"] = np.zeros(2), np.ones(2)
        file["prior"].attrs["kind"] = "box"
    return path, theta, x


@pytest.mark.parametrize("reader", [evoke_io.read_simulations, evoke_io.read])
def test_a_documented_file_is_read(documented, reader):
    path, theta, x = documented
    found = reader(path)
    np.testing.assert_array_equal(found.theta, theta)
    np.testing.assert_array_equal(found.x, x[0])
    np.testing.assert_array_equal(found.levels[1][2:4], x[1, 2:4])
    np.testing.assert_array_equal(found.source[()], x[0, :, :2])
    assert found.noise_levels == [1, 2]
    assert found.names == ["A", "\u03b1"] and found.units == ["mV", "1/s"]
    assert found.ok.tolist() == [True, True, False, True, True, False]
    assert found.status.tolist() == [1, 1, 0, 1, 1, 255]
    assert found.numbers.tolist() == [4, 5, 6, 7, 8, 9]
    assert found.seed == 2**64 - 1 and found.settings == {"seed": 7}
    assert found.channels == ["Fz", "Cz", "Pz"] and found.times[1] == 1 / 250
    assert found.prior["kind"] == "box" and found.prior["upper"].tolist() == [1, 1]


@pytest.mark.parametrize("name", ["box", "normal", "lognormal", "truncated", "independent"])
def test_files_of_other_programs_are_read(name):
    found = evoke_io.read_simulations(STORED / f"{name}.h5")
    count, parameters = found.theta.shape
    np.testing.assert_array_equal(found.theta, np.arange(count)[:, None] + np.arange(parameters) / 8)
    np.testing.assert_array_equal(found.x.ravel(), np.arange(found.x.size) / 4)
    assert len(found.names) == len(found.units) == parameters
    assert found.settings is None and found.seed is None
    if name == "normal":
        assert found.names == ["A", "\u03b1"] and found.ok.tolist() == [True, False, True]
    if name == "truncated":
        assert found.names == ["C1", "C2", "C3"] and found.noise_levels == [0.5, 1.5]
    if name == "independent":
        assert [part["kind"] for part in found.prior["parts"]] == ["box", "independent", "normal"]


def stored_values():
    """What Tests/EEGArchiveTests/SimulationsJob.swift puts into the stored archives."""
    with h5py.File(STORED / "all.h5") as file:
        shape = file["x"].shape
    number = np.arange(10)
    good = number % 7 != 3
    place = np.arange(shape[1] * shape[2])
    x = number[:, None] + place / 1024 + 1000 * np.arange(2)[:, None, None]
    x = np.where(good[:, None] | (place % 2 == 0), x, np.nan).astype("f4").reshape(2, *shape)
    return number[:, None] + np.arange(3) / 8, x, good


def test_h5py_reads_virtual_archives(tmp_path, monkeypatch):
    theta, x, good = stored_values()
    for name in ("all.h5", "shard-1.h5", "shard-2.h5"):
        shutil.copy(STORED / name, tmp_path)
    monkeypatch.chdir("/")  # names of shards are relative to the archive, not to the working folder
    with h5py.File(tmp_path / "all.h5") as file:
        for name in ("theta", "x", "x_1", "ok", "simulation", "source"):
            assert file[name].is_virtual
        np.testing.assert_array_equal(file["theta"], theta)
        np.testing.assert_array_equal(file["x"], x[0])
        np.testing.assert_array_equal(file["x_1"], x[1])
        np.testing.assert_array_equal(file["ok"][()], good)
        np.testing.assert_array_equal(file["simulation"], np.arange(10))
        assert file["x"].attrs["unit"] == "V" and file["x_1"].attrs["noise_level"] == 0.5
        assert file["ok"].fillvalue == 255 and np.isnan(file["x"].fillvalue)
    found = evoke_io.read(tmp_path / "all.h5")
    np.testing.assert_array_equal(found.x, x[0])
    assert found.settings == {"count": 40, "protocol": {"rate_hz": 250.0}, "seed": 7}
    assert found.prior["parts"][2]["kind"] == "lognormal" and found.ok.sum() == good.sum()


def test_a_missing_shard_is_an_error(tmp_path):
    for name in ("all.h5", "shard-1.h5"):
        shutil.copy(STORED / name, tmp_path)
    with pytest.raises(FileNotFoundError, match="shard-2.h5"):
        evoke_io.read(tmp_path / "all.h5")
