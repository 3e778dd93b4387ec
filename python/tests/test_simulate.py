"""`evoke simulate`, recomputed in Python from its archives: sources, potentials, parameters, noise, recordings."""

import sys
from zlib import crc32

import h5py
import mne
import numpy as np
import pytest
from conftest import PACKAGE
from scipy.stats import norm

sys.path.insert(0, str(PACKAGE / "python"))

import evoke_io  # noqa: E402


# Part of the peak. Eight columns of each protocol differ from double precision by 1.5e-7 to 1.65e-5, most by 2e-6 or less.
TOLERANCE = 3e-5


@pytest.fixture
def simulate(evoke, tmp_path):
    """Runs `evoke simulate` over 16 channels and returns the simulations."""

    def run(*options, count=8):
        path = tmp_path / "simulations.h5"
        path.unlink(missing_ok=True)
        evoke("simulate", "--set", "montage=biosemi16", "--count", count, "-o", path, *options)
        return evoke_io.read_simulations(path)

    return run


def numbers(simulations, row):
    """All parameters of a simulation: those that were drawn, and the fixed ones of the settings."""
    return simulations.settings["settings"]["parameters"] | dict(zip(simulations.names, simulations.theta[row]))


def derivatives(p, routing, y, stimulus):
    """Jansen and Rit's equations (docs/model.md); y holds potentials and their derivatives."""
    def rate(v):
        return p["v_max"] / (1 + np.exp(p["r"] * (p["v_0"] - v)))

    drive = [rate(y[1] - y[2]) + routing["pyramidal"] * stimulus,
             p["p"] + routing["excitatory"] * stimulus + p["a_2"] * p["C"] * rate(p["a_1"] * p["C"] * y[0]),
             routing["inhibitory"] * stimulus + p["a_4"] * p["C"] * rate(p["a_3"] * p["C"] * y[0])]
    gain = [p["A_e"] * p["b_e"], p["A_e"] * p["b_e"], p["A_i"] * p["b_i"]]
    b = [p["b_e"], p["b_e"], p["b_i"]]
    return np.array([*y[3:], *(gain[k] * drive[k] - 2 * b[k] * y[3 + k] - b[k] ** 2 * y[k] for k in range(3))])


def test_a_deepjr_simulation_is_twenty_lines_of_numpy(simulate):
    simulations = simulate("--protocol", "deepjr", "--noise-level", 0, "--keep-sources", "--set", "trials=4")
    for row in np.flatnonzero(simulations.ok)[:2]:
        p, settings = numbers(simulations, row), simulations.settings["settings"]
        y, output = np.zeros(6), np.empty(5000)
        for k in range(5000):  # Euler, 1 ms; pulses of 50 ms at 1, 2, 3 and 4 s
            output[k] = y[1] - y[2]
            stimulus = p["I"] if k >= 1000 and k % 1000 < 50 else 0
            y = y + 1e-3 * derivatives(p, settings["stimulus"]["routing"], y, stimulus)
        # The last epoch, of -0.2 to 1 s, would end behind the recording.
        epochs = np.array([output[event - 200 : event + 1001] for event in (1000, 2000, 3000)])
        source = (epochs - epochs[:, :201].mean(axis=1, keepdims=True)).mean(axis=0)
        x = simulations.file["gain"][:, :1] * source
        np.testing.assert_allclose(simulations.source[row, 0], source, rtol=0, atol=TOLERANCE * abs(source).max())
        np.testing.assert_allclose(simulations.x[row], x, rtol=0, atol=TOLERANCE * abs(x).max())


def test_a_physiological_simulation_is_twenty_lines_of_numpy(simulate):
    simulations = simulate("--noise-level", 0, "--keep-sources")
    for row in np.flatnonzero(simulations.ok)[:2]:
        p, settings = numbers(simulations, row), simulations.settings["settings"]
        routing, dt = settings["stimulus"]["routing"], 1 / (256 * 40)

        def volley(t):
            return p["I"] * np.exp(-0.5 * ((t - 1 - p["I_onset"]) / p["I_width"]) ** 2)

        y, output = np.zeros(6), []
        for k in range(462 * 40):  # Heun, 0.098 ms, from 1 s before the event to 0.8 s behind it
            if k % 40 == 0:
                output.append(y[1] - y[2])
            slope = derivatives(p, routing, y, volley(k * dt))
            y = y + dt / 2 * (slope + derivatives(p, routing, y + dt * slope, volley((k + 1) * dt)))
        source = np.array(output[256 - 51 : 256 + 206])
        source = source - source[:52].mean()
        x = simulations.file["gain"][:, :1] * source
        np.testing.assert_allclose(simulations.source[row, 0], source, rtol=0, atol=TOLERANCE * abs(source).max())
        np.testing.assert_allclose(simulations.x[row], x, rtol=0, atol=TOLERANCE * abs(x).max())


def philox(x, key):
    """docs/randomness.md"""
    for _ in range(10):
        a, b = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        x = [b >> 32 ^ x[1] ^ key[0], b % 2**32, a >> 32 ^ x[3] ^ key[1], a % 2**32]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return x


def uniform(seed, simulation, purpose, p):
    words = philox([p // 2 % 2**32, p // 2 >> 32, simulation, crc32(purpose.encode())], [seed % 2**32, seed >> 32])
    low, high = words[2 * (p % 2):][:2]
    return ((high << 32 | low) // 2**12 + 0.5) / 2**52


@pytest.mark.parametrize("seed", [1, 2**64 - 1])
def test_random_parameters_are_drawn_by_philox(simulate, seed):
    options = ["--set", "sampling=random", "--set", "C=box(65, 1350)", "--set", "noise=lognormal(-1.6, 0.4)",
               "--set", "b_e=normal(100, 25)", "--set", "tmax_s=0.1", "--seed", seed]
    simulations = simulate(*options, count=40)
    assert simulations.seed == seed
    for number in range(40):
        for place, name in enumerate(simulations.names):
            share, value = uniform(seed, number, "parameters", place), simulations.theta[number, place]
            if name == "C":
                assert value == pytest.approx(65 + 1285 * share, rel=1e-13)
            elif name == "noise":
                assert value == pytest.approx(np.exp(-1.6 + 0.4 * norm.ppf(share)), rel=1e-12)
            elif name == "b_e":
                assert value == pytest.approx(100 + 25 * norm.ppf(share), rel=1e-12)
    assert {"C", "noise", "b_e"} < set(simulations.names)


def test_white_noise_is_drawn_by_box_and_muller(simulate):
    simulations = simulate("--set", "kind=white", "--set", "reference=none", "--set", "baseline_s=none", "--set",
                           "tmax_s=0.05", "--set", "trials=36", "--noise-level", 0, 4, "--seed", 9, count=3)
    channels, times = simulations.x.shape[1:]
    blocks = -(-times // 4)  # a row of whole blocks a channel
    for number in range(3):
        words = np.array([philox([block, 0, number, crc32(b"sensor noise")], [9, 0]) for block in range(channels * blocks)])
        radius = np.sqrt(-2 * np.log((words[:, ::2] // 2 + 0.5) / 2**31))
        angle = 2 * np.pi * words[:, 1::2] / 2**32
        normals = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).reshape(channels, -1)[:, :times]
        # 0.2 uV, level 4, 36 trials.
        expected = 0.2e-6 * 2 / 6 * normals
        found = simulations.levels[1][number].astype(float) - simulations.levels[0][number]
        single = np.spacing(abs(simulations.levels[1][number]).max())
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * abs(expected).max() + 2 * single)


def test_a_lead_field_of_mne_is_used_as_it_is(evoke, tmp_path):
    info = mne.create_info(["Fz", "Cz", "Pz", "C3", "C4", "Oz", "T7", "T8"], 256, "eeg")
    info.set_montage("biosemi64")
    sphere = mne.make_sphere_model("auto", "auto", info, verbose="error")
    place = dict(rr=[[0.02, 0.01, 0.05], [-0.03, 0, 0.04]], nn=[[0, 0, 1], [0, 1, 0]])
    source = mne.setup_volume_source_space(pos=place, sphere=sphere, verbose="error")
    fwd = mne.make_forward_solution(info, None, source, sphere, meg=False, verbose="error")
    # The snippet of docs/simulate.md.
    fwd = mne.convert_forward_solution(fwd, force_fixed=True, verbose="error")
    with h5py.File(tmp_path / "leadfield.h5", "w") as f:
        f["leadfield"] = fwd["sol"]["data"]          # [channel, source], V/(A m)
        f["channels/name"] = fwd["sol"]["row_names"]

    path = tmp_path / "simulations.h5"
    for column, reference in [(0, "none"), (1, "average")]:
        path.unlink(missing_ok=True)
        evoke("simulate", "--leadfield", tmp_path / "leadfield.h5", "--set", f"leadfield_columns=[{column}]", "--set",
              f"reference={reference}", "--set", "q=25", "--noise-level", 0, "--keep-sources", "--count", 3, "-o", path)
        simulations = evoke_io.read_simulations(path)
        assert simulations.channels == fwd["sol"]["row_names"]
        gains = 25e-9 * fwd["sol"]["data"][:, [column]]
        if reference == "average":
            gains = gains - gains.mean()
        expected = gains * simulations.source[:]
        np.testing.assert_allclose(simulations.x, expected, rtol=2e-7, atol=1e-6 * abs(expected).max() * 1e-3)
        assert abs(expected).max() > 1e-6


def test_mne_reads_a_simulated_recording_and_averages_the_truth(evoke, tmp_path):
    recording = tmp_path / "simulated.bdf"
    evoke("simulate", "--recording", recording, "--set", "montage=biosemi16", "--set", "trials=30", "--blinks", 6,
          "--noise-level", 0, "--set", "filter_hz=none")
    raw = mne.io.read_raw_bdf(recording, preload=True, verbose="error")
    truth = evoke_io.read_simulations(tmp_path / "simulated.h5")
    assert raw.ch_names[:16] == truth.channels and raw.info["sfreq"] == 256
    texts = list(raw.annotations.description)
    assert texts.count("stimulus") == 30 and set(texts) <= {"stimulus", "blink"}
    onsets = raw.annotations.onset[raw.annotations.description == "stimulus"]
    np.testing.assert_allclose(onsets, 1 + 1.25 * np.arange(30), atol=1e-9)
    assert raw.n_times >= 256 * (1 + 30 * 1.25)


@pytest.mark.parametrize("band", [(0.5, 30)])
def test_mne_filters_and_averages_a_simulated_recording_as_erp_does(evoke, tmp_path, band):
    recording, path = tmp_path / "simulated.bdf", tmp_path / "erp.h5"
    evoke("simulate", "--recording", recording, "--set", "montage=biosemi16", "--set", "trials=30")
    evoke("erp", recording, "--events", "stimulus", "--tmin", -0.2, "--tmax", 0.8, "--filter", f"{band[0]}:{band[1]}",
          "--reference", "average", "-o", path)
    raw = mne.io.read_raw_bdf(recording, preload=True, verbose="error").pick(list(range(16)))
    raw.filter(*band, phase="zero", fir_design="firwin", pad="reflect_limited", verbose="error")
    raw.set_eeg_reference("average", verbose="error")
    events, _ = mne.events_from_annotations(raw, {"stimulus": 1}, verbose="error")
    average = mne.Epochs(raw, events, tmin=-0.2, tmax=0.8, baseline=(None, 0), preload=True, verbose="error").average()
    found = evoke_io.read(path).evoked["stimulus"].average
    np.testing.assert_allclose(found, average.data, rtol=0, atol=1e-9 * abs(average.data).max())
