"""Read the HDF5 archives that `evoke` writes: recordings, epochs, evoked potentials, simulations, estimates,
posteriors.

Needs h5py and numpy; the to_mne methods need MNE-Python too. docs/archives.md describes the layouts.
"""

import json
from collections import Counter, namedtuple
from datetime import datetime, timezone
from pathlib import Path

import h5py
import numpy as np

MNE_TYPES = {"eeg": "eeg", "eog": "eog", "ecg": "ecg", "emg": "emg", "status": "stim", "other": "misc"}


def read(path):
    """Return a Recording, Epochs, Evoked, Simulations, Estimates or Posterior, by the kind of the archive."""
    file = h5py.File(path, "r")
    kind, version = file.attrs.get("evoke_kind"), file.attrs.get("evoke_version", 0)
    readers = {"recording": Recording, "epochs": Epochs, "evoked": Evoked, "simulations": Simulations,
               "estimates": Estimates, "posterior": Posterior}
    if kind not in readers or version > 1:
        file.close()
        raise ValueError(f"{path}: kind {kind!r}, version {version}, is not one that this module reads")
    return readers[kind](file)


def texts(dataset):
    return list(dataset.asstr()[()])


class Recording:
    """A recording; samples are read when `signal` asks for them, until `file` is closed."""

    def __init__(self, file):
        self.file = file
        self.settings = json.loads(file.attrs["evoke_settings"])
        self.start = file.attrs.get("start")  # ISO 8601 without zone, or None
        self.samples = [file[f"signals/{n}/samples"] for n in range(len(file["signals"]))]
        self.labels, self.kinds, self.units, self.rates = (
            [samples.attrs[name] for samples in self.samples] for name in ("label", "kind", "unit", "rate_hz"))
        notes = file["annotations"]  # onset and duration (NaN when absent) in seconds, text, channel labels
        self.annotations = list(zip(
            notes["onset_s"][()].tolist(), notes["duration_s"][()].tolist(), texts(notes["text"]),
            map(json.loads, texts(notes["channels"]))))
        self.segments = np.column_stack([file["segments/onset_s"], file["segments/duration_s"]])

    def signal(self, n, physical=True):
        """All samples of signal `n`, in its own unit or as stored."""
        stored, attributes = self.samples[n][()], self.samples[n].attrs
        return attributes["gain"] * stored + attributes["offset"] if physical else stored

    def to_mne(self):
        """The signals of the most frequent rate as an mne.io.RawArray, voltages in volts.

        The pieces of a discontinuous recording are joined: annotations move with them, those in gaps are dropped,
        and "BAD boundary" and "EDGE boundary" mark the joints, as after mne.concatenate_raws.
        """
        import mne

        scales = [samples.attrs.get("volts_per_unit") for samples in self.samples]
        shapes = [(rate, len(samples)) for rate, samples in zip(self.rates, self.samples)]
        voltages = [shape for shape, scale in zip(shapes, scales) if scale is not None]
        common = Counter(voltages or shapes).most_common(1)[0][0]
        picks = [n for n, shape in enumerate(shapes) if shape == common]
        types = [MNE_TYPES[self.kinds[n]] if scales[n] or self.kinds[n] == "status" else "misc" for n in picks]
        data = [self.signal(n, physical=kind != "stim") * (scales[n] or 1.0) for n, kind in zip(picks, types)]
        info = mne.create_info([self.labels[n] for n in picks], common[0], types)
        raw = mne.io.RawArray(np.array(data, float), info, verbose="error")
        if self.start:  # MNE wants a zone, which EEG files lack; Python's datetime ends at microseconds
            whole, _, fraction = self.start.partition(".")
            start = datetime.fromisoformat(whole).replace(microsecond=int(fraction[:6].ljust(6, "0")))
            raw.set_meas_date(start.replace(tzinfo=timezone.utc))
        notes, joined = [], 0.0
        for number, (first, length) in enumerate(self.segments):
            notes += [(joined, 0, f"{word} boundary", []) for word in ("BAD", "EDGE") if number > 0]
            notes += [
                (onset - first + joined, 0 if np.isnan(duration) else duration, text,
                 [name for name in channels if name in raw.ch_names])
                for onset, duration, text, channels in self.annotations
                if len(self.segments) == 1 or first <= onset < first + length]
            joined += round(length * common[0]) / common[0]
        onsets, durations, words, channels = zip(*notes) if notes else ([], [], [], [])
        annotations = mne.Annotations(
            onsets, durations, words, orig_time=raw.info["meas_date"], ch_names=list(channels) or None)
        return raw.set_annotations(annotations, verbose="error")


class Epochs:
    """Epochs: `data` [epoch, channel, time] in volts, with `conditions` and `samples` of the epochs."""

    def __init__(self, file):
        with file:
            self.load(file)

    def load(self, file):
        self.settings = json.loads(file.attrs["evoke_settings"])
        self.rate, self.times = float(file.attrs["rate_hz"]), file["times_s"][()]
        self.channels, self.kinds = texts(file["channels/name"]), texts(file["channels/kind"])
        self.positions = file["channels/position_m"][()]  # [channel, 3], NaN when unknown
        self.drop_log = list(zip(texts(file["events/condition"]), texts(file["drop_log"])))  # "" when kept
        if "epochs" in file:
            self.data, self.samples = file["epochs/data"][()], file["epochs/sample"][()]
            self.conditions = texts(file["epochs/condition"])

    def info(self):
        import mne

        info = mne.create_info(self.channels, self.rate, [MNE_TYPES[kind] for kind in self.kinds])
        known = {name: xyz for name, xyz in zip(info.ch_names, self.positions) if np.isfinite(xyz).all()}
        montage = mne.channels.make_dig_montage(known, coord_frame="head") if known else None
        return info.set_montage(montage, on_missing="ignore")

    def to_mne(self):
        """The epochs as mne.EpochsArray."""
        import mne

        codes = {name: number + 1 for number, name in enumerate(dict.fromkeys(self.conditions))}
        # MNE wants sample numbers that differ, and epochs of several recordings may repeat them.
        samples = self.samples if len(set(self.samples)) == len(self.samples) else range(len(self.samples))
        events = np.array([(sample, 0, codes[name]) for sample, name in zip(samples, self.conditions)], int).reshape(-1, 3)
        return mne.EpochsArray(self.data, self.info(), events, self.times[0], codes, verbose="error")


# One evoked potential: average, standard_error, noise, lower and upper are [channel, time] in volts, or None.
Condition = namedtuple(
    "Condition", "average standard_error count method divisor noise lower upper confidence_level channel_count")


class Evoked(Epochs):
    """Evoked potentials: `evoked` maps names to Condition; `data` and so on are there when epochs were kept."""

    def load(self, file):
        super().load(file)
        groups = [file["evoked"][link] for link in file["evoked"].attrs["order"]]
        self.evoked = {group.attrs["name"]: self.condition(group) for group in groups}

    @staticmethod
    def condition(group):
        def optional(name):
            return group[name][()] if name in group else None

        attributes = group.attrs
        return Condition(
            group["average"][()], optional("standard_error"), float(attributes["count"]), attributes["method"],
            attributes.get("divisor"), optional("noise"), optional("confidence_lower"), optional("confidence_upper"),
            attributes.get("confidence_level"), optional("channel_count"))

    def to_mne(self):
        """The averages as a list of mne.EvokedArray."""
        import mne

        return [
            mne.EvokedArray(c.average, self.info(), self.times[0], name, max(1, round(c.count)), verbose="error")
            for name, c in self.evoked.items()]

    def epochs_to_mne(self):
        """The kept epochs as mne.EpochsArray."""
        return super().to_mne()


def read_simulations(path):
    """Return the Simulations of a file: ours, or of any program with /theta and /x."""
    return Simulations(h5py.File(path, "r"))


class Simulations:
    """Parameters in memory; `levels` are h5py datasets, so that a part can be read, until `file` is closed."""

    def __init__(self, file):
        self.file, attributes = file, file.attrs
        check_shards(file)
        self.settings = json.loads(attributes["evoke_settings"]) if "evoke_settings" in attributes else None
        theta = file["theta"]
        count, parameters = theta.shape
        self.theta = theta[()]  # [n, d]
        self.names = decoded(theta.attrs.get("names", [f"theta_{k}" for k in range(parameters)]))
        self.units = decoded(theta.attrs.get("units", [""] * parameters))
        self.status = file["ok"][()].astype("u1") if "ok" in file else np.ones(count, "u1")
        self.ok = self.status == 1  # the others failed (0), or are not there yet in an unfinished file (255)
        self.levels = [file["x"]]  # [n, channel, time] in volts, one a level of noise
        while f"x_{len(self.levels)}" in file:
            self.levels.append(file[f"x_{len(self.levels)}"])
        self.noise_levels = [x.attrs.get("noise_level") for x in self.levels]
        self.source = file.get("source")  # [n, column, time] in mV, or None
        self.numbers = file["simulation"][()] if "simulation" in file else np.arange(count)
        self.seed = int(file["seed"][()]) if "seed" in file else None
        self.prior = read_prior(file["prior"]) if "prior" in file else None
        self.times = file["times_s"][()] if "times_s" in file else None
        self.channels = texts(file["channels/name"]) if "channels/name" in file else None

    @property
    def x(self):
        """All data of the first level of noise."""
        return self.levels[0][()]


class Estimates:
    """What a network said of simulations: `estimate` and `truth` [n, d], `covariance` [n, d, d] or None.

    `simulations` [n] are rows of the data; `settings` say which weights and data.
    """

    def __init__(self, file):
        with file:
            self.settings = json.loads(file.attrs["evoke_settings"])
            self.names, self.units = (decoded(file["estimate"].attrs[name]) for name in ("names", "units"))
            self.estimate, self.truth = file["estimate"][()], file["truth"][()]
            self.covariance = file["covariance"][()] if "covariance" in file else None
            self.simulations = file["simulation"][()]


def read_posterior(path):
    """Return the Posterior of a file: ours, or of any program with /samples."""
    return Posterior(h5py.File(path, "r"))


class Posterior:
    """Draws: `samples` [k, n, d] and `log_prob` [k, n] of k observations, with columns `names` and `units`.

    `map` and `truth` [k, d], `map_log_prob` [k], `observation` [k, ...] and `prior` are None where the file has none.
    `diagnostics` is a dict of arrays [k], such as "out_of_distribution_p"; NaN where nobody looked. `predictive` is a
    dict of the bands "lower", "median" and "upper" [k or fewer, ...] and their "level", or None.
    """

    def __init__(self, file):
        with file:
            def optional(name, axes):
                if not isinstance(file.get(name), h5py.Dataset):
                    return None
                values = file[name][()]
                return values[np.newaxis] if is_single and values.ndim < axes else values

            samples, attributes = file["samples"], file["samples"].attrs
            is_single, parameters = samples.ndim == 2, samples.shape[-1]
            self.settings = json.loads(file.attrs.get("evoke_settings", "{}"))
            self.names = decoded(attributes.get("names", [f"theta_{k}" for k in range(parameters)]))
            self.units = decoded(attributes.get("units", [""] * parameters))
            self.samples, self.log_prob = optional("samples", 3), optional("log_prob", 2)
            self.map, self.map_log_prob = optional("map", 2), optional("map_log_prob", 1)
            self.observation, self.truth = optional("observation", 2), optional("truth", 2)
            self.prior = read_prior(file["prior"]) if isinstance(file.get("prior"), h5py.Group) else None
            is_ours = file.attrs.get("evoke_kind") == "posterior"
            self.diagnostics = read_arrays(file["diagnostics"]) if is_ours and "diagnostics" in file else {}
            self.predictive = read_arrays(file["predictive"]) if is_ours and "predictive" in file else None


def decoded(words):
    return [word.decode() if isinstance(word, bytes) else str(word) for word in words]


def read_arrays(group):
    return {name: dataset[()] for name, dataset in group.items() if isinstance(dataset, h5py.Dataset)}


def read_prior(group):
    """A prior as a dict: "kind" and its arrays; "parts", a list of such, for kind "independent"."""
    kind = decoded([group.attrs["kind"]])[0]
    if kind == "independent":
        return {"kind": kind, "parts": [read_prior(group[str(k)]) for k in range(len(group))]}
    return {"kind": kind} | {name: dataset[()] for name, dataset in group.items()}


def check_shards(file):
    """HDF5 reads the fill value where a file behind a virtual archive is missing; here that is an error."""
    folder = Path(file.filename).parent
    for name in file.attrs.get("shard_files", []):
        if not (folder / name).exists() and not (folder.resolve() / name).exists():
            raise FileNotFoundError(f"{file.filename}: refers to {name} beside it, which is missing")
