"""Simulates Jansen-Rit columns with one of the other simulators, on request.

    simulator_worker.py NAME       numba, jrnmm, vbi-numba, tvb

Requests come line by line on standard input, answers are JSON on standard output, as of `peer-columns`:

    time METHOD DT SEED                 CPU time of 64 columns of 2 s, mean over as many runs as take 50 ms
    write METHOD DT SECONDS SEED FILE   samples of shape [column, sample]

The first line says which version runs, which methods are timed and which are checked only, or why nothing runs. METHOD
is named as in Evoke, DT is in seconds, samples come at 1 kHz. All start from zero, with p = 220/s and, where the method
has noise, noise of 22/sqrt(s).
"""

import json
import os
import sys
import time
from importlib.metadata import version

COLUMNS = 64
TIMED_SECONDS = 2.0
LEAST_SECONDS = 0.05
P, NOISE = 220.0, 22.0
# What the noise adds to y1' in one second: A a times it [mV/s].
KICK = 3.25 * 100 * NOISE
# The same for those who count in milliseconds [mV/ms a square root of a millisecond].
KICK_MS = KICK / 1000 / 1000**0.5


class NumbaLoops:
    """Our own loops, see plain_loops.py."""

    methods = ("heun", "eulerMaruyama", "stochasticHeun")
    offset = "start"

    def __init__(self):
        import numba
        import numpy
        import plain_loops

        self.numpy, self.version = numpy, f"Numba {numba.__version__}"
        self.loops = {"heun": plain_loops.heun, "eulerMaruyama": plain_loops.euler_maruyama,
                      "stochasticHeun": plain_loops.stochastic_heun}

    def prepare(self, method, dt, seconds, seed):
        every = round(1e-3 / dt)
        noise = NOISE if method != "heun" else 0.0

        def run():
            samples = self.numpy.empty((COLUMNS, round(seconds * 1000)))
            self.loops[method](dt, every, P, noise, seed, samples)
            return samples
        return run


class Jrnmm:
    """A batch, compiled by its user; as documented it compiles anew in every call."""

    methods = ("splitting",)
    offset = "end"

    def __init__(self):
        import jax
        import numpy
        from jrnmm import simulate

        self.jax, self.numpy, self.simulate = jax, numpy, simulate
        self.version = f"jrnmm {version('jrnmm')}, JAX {jax.__version__}"
        self.compiled = {}

    def prepare(self, method, dt, seconds, seed):
        every, count = round(1e-3 / dt), round(seconds * 1000)
        jnp = self.jax.numpy

        def batch(key):
            full = lambda value: jnp.full(COLUMNS, value)
            y = self.simulate(key, dt=dt, t_end=seconds, initial_states=jnp.zeros(6), Cs=full(135.0), mus=full(P),
                              sigmas=full(KICK), gains=full(0.0))
            return y[:, every - 1:count * every:every, 0]

        if (dt, seconds) not in self.compiled:
            self.compiled[dt, seconds] = self.jax.jit(batch)
        compiled, key = self.compiled[dt, seconds], self.jax.random.PRNGKey(seed)
        return lambda: self.numpy.asarray(compiled(key))


class VBINumba:
    """One network of nodes without connections; an object is made outside the clock."""

    methods = ("stochasticHeun",)
    also = ("heun",)
    # A sample is taken after the first step of its millisecond.
    offset = "one step"

    def __init__(self):
        import numpy
        from vbi.models.numba.jansen_rit import JR_sde

        self.numpy, self.model, self.version = numpy, JR_sde, f"VBI {version('vbi')}, Numba {version('numba')}"

    def prepare(self, method, dt, seconds, seed):
        model = self.model({
            "weights": self.numpy.zeros((COLUMNS, COLUMNS)), "G": 0.0, "mu": P / 1000, "dt": 1000 * dt,
            "t_end": 1000 * seconds, "decimate": round(1e-3 / dt), "noise_amp": KICK_MS if method != "heun" else 0.0})
        # Only this seeds the generator of compiled code.
        model.set_initial_state(seed)
        model.P.initial_state = self.numpy.zeros(6 * COLUMNS)
        return lambda: model.run()["x"].T


class TVB:
    """One simulator of nodes without connections; it is configured outside the clock."""

    methods = ("heun", "eulerMaruyama", "stochasticHeun")
    also = ("euler",)
    offset = "end"

    def __init__(self):
        import logging
        import warnings

        warnings.filterwarnings("ignore")
        import numpy
        from tvb.datatypes.connectivity import Connectivity
        from tvb.simulator import coupling, integrators, monitors, noise, simulator
        from tvb.simulator.models.jansen_rit import JansenRit

        logging.disable(logging.CRITICAL)
        self.numpy, self.connectivity, self.simulator, self.model = numpy, Connectivity, simulator.Simulator, JansenRit
        self.coupling, self.monitors, self.noise = coupling, monitors, noise
        self.integrators = {
            "euler": integrators.EulerDeterministic, "heun": integrators.HeunDeterministic,
            "eulerMaruyama": integrators.EulerStochastic, "stochasticHeun": integrators.HeunStochastic}
        self.version = f"TVB {version('tvb-library')}"

    def prepare(self, method, dt, seconds, seed):
        numpy, zeros = self.numpy, self.numpy.zeros((COLUMNS, COLUMNS))
        connectivity = self.connectivity(
            weights=zeros, tract_lengths=zeros, region_labels=numpy.array([str(node) for node in range(COLUMNS)]),
            centres=numpy.zeros((COLUMNS, 3)))
        connectivity.configure()
        settings = {}
        if method in ("eulerMaruyama", "stochasticHeun"):
            # Its noise has the deviation sqrt(2 nsig).
            strength = numpy.array([0, 0, 0, 0, KICK_MS**2 / 2, 0])
            settings["noise"] = self.noise.Additive(nsig=strength, noise_seed=seed)
        simulator = self.simulator(
            model=self.model(v0=numpy.array([6.0]), mu=numpy.array([P / 1000]), variables_of_interest=("y1", "y2")),
            connectivity=connectivity, coupling=self.coupling.SigmoidalJansenRit(a=numpy.array([0.0])),
            integrator=self.integrators[method](dt=1000 * dt, **settings),
            monitors=(self.monitors.SubSample(period=1.0),), simulation_length=1000 * seconds,
            initial_conditions=numpy.zeros((1, 6, COLUMNS, 1)))
        simulator.configure()

        def run():
            (_, values), = simulator.run()
            return (values[:, 0, :, 0] - values[:, 1, :, 0]).T
        return run


PEERS = {"numba": NumbaLoops, "jrnmm": Jrnmm, "vbi-numba": VBINumba, "tvb": TVB}


def answer(values: dict) -> None:
    # Packages print what they like to standard output, so answers go where it pointed to at the start.
    os.write(ANSWERS, json.dumps(values).encode() + b"\n")


def main() -> None:
    try:
        peer = PEERS[sys.argv[1]]()
    except Exception as error:  # Whatever goes wrong here, there is nothing to time.
        answer({"skip": f"{type(error).__name__}: {error}"})
        return
    answer({"version": peer.version, "methods": peer.methods, "also": getattr(peer, "also", ())})
    for line in sys.stdin:
        verb, method, dt, *rest = line.split()
        dt = float(dt)
        if verb == "write":
            seconds, seed, path = float(rest[0]), int(rest[1]), rest[2]
            samples = peer.prepare(method, dt, seconds, seed)()
            samples = peer.numpy.ascontiguousarray(samples)
            assert samples.shape == (COLUMNS, round(1000 * seconds)), samples.shape
            samples.tofile(path)
            every = round(1e-3 / dt)
            answer({"type": str(samples.dtype), "offset": {"start": 0, "one step": 1, "end": every}[peer.offset]})
            continue
        elapsed, runs, seed = 0.0, 0, int(rest[0])
        while elapsed < LEAST_SECONDS:
            run = peer.prepare(method, dt, TIMED_SECONDS, seed + runs)
            start = time.process_time()
            run()
            elapsed += time.process_time() - start
            runs += 1
        answer({"cpu": elapsed / runs, "runs": runs})


if __name__ == "__main__":
    ANSWERS = os.dup(1)
    os.dup2(2, 1)
    main()
