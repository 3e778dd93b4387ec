"""Checks that simulators of Jansen-Rit columns computed the same, so that their times may be compared.

    simulator_checks.py REQUESTS      a JSON list: name, method, dt, seconds, path, type, arithmetic and offset of
                                      samples; noisy ones are compared with longer ones of the name "reference"

Without noise a trace has to agree with the same scheme in Python's double precision, and schemes of second order
and above with SciPy's solution. With noise, mean and variance of y1 - y2 after the first second have to agree with the
reference's for the same scheme and step, by the standard errors between columns. Prints a JSON list of verdicts.
"""

import json
import math
import sys
from functools import cache

import numpy as np
from scipy.integrate import solve_ivp

COLUMNS = 64
P = 220.0
SETTLED = 1000
# Largest difference from the same scheme in double precision [mV], by what is calculated in and samples are kept in.
SAME_SCHEME = {("float64", "float64"): 1e-9, ("float64", "float32"): 1e-6, ("float32", "float32"): 1e-3}
# Largest difference from SciPy's solution at 0.1 ms and at 1 ms [mV].
EXACT = {"heun": (0.02, 2.0), "rungeKutta4": (0.002, 0.02)}
STANDARD_ERRORS = 4


def derivative(_, y):
    firing = lambda v: 5 / (1 + math.exp(0.56 * (6 - v)))
    y0, y1, y2, z0, z1, z2 = y
    return (z0, z1, z2,
            3.25 * 100 * firing(y1 - y2) - 200 * z0 - 100**2 * y0,
            3.25 * 100 * (P + 108 * firing(135 * y0)) - 200 * z1 - 100**2 * y1,
            22 * 50 * 33.75 * firing(33.75 * y0) - 100 * z2 - 50**2 * y2)


def moved(y, h, slope):
    return [a + h * b for a, b in zip(y, slope)]


def step(method, y, h):
    k1 = derivative(0, y)
    if method == "euler":
        return moved(y, h, k1)
    if method == "heun":
        k2 = derivative(0, moved(y, h, k1))
        return moved(y, h / 2, [a + b for a, b in zip(k1, k2)])
    k2 = derivative(0, moved(y, h / 2, k1))
    k3 = derivative(0, moved(y, h / 2, k2))
    k4 = derivative(0, moved(y, h, k3))
    return moved(y, h / 6, [a + 2 * b + 2 * c + d for a, b, c, d in zip(k1, k2, k3, k4)])


@cache
def scheme(method, dt, seconds):
    """y1 - y2 after every step, from time 0 on."""
    y, output = [0.0] * 6, [0.0]
    for _ in range(round((seconds + 1e-3) / dt)):
        y = step(method, y, dt)
        output.append(y[1] - y[2])
    return np.array(output)


@cache
def solution(seconds):
    found = solve_ivp(derivative, (0, seconds + 1e-3), [0] * 6, "DOP853", dense_output=True, rtol=1e-11, atol=1e-11)
    return lambda times: (values := found.sol(times))[1] - values[2]


def samples(request):
    return np.fromfile(request["path"], request["type"]).reshape(COLUMNS, -1).astype(float)


def exact(request):
    """Verdict on a trace without noise."""
    found, dt, method = samples(request), request["dt"], request["method"]
    places = request["offset"] + round(1e-3 / dt) * np.arange(found.shape[1])
    same = np.abs(found - scheme(method, dt, request["seconds"])[places]).max()
    true = np.abs(found - solution(request["seconds"])(places * dt)).max()
    limit = EXACT.get(method, (math.inf, math.inf))[dt > 5e-4]
    agrees = same <= SAME_SCHEME[request["arithmetic"], request["type"]] and true <= limit
    return {"agrees": bool(agrees), "same": same, "true": true}


def statistics(request):
    """Mean and variance over all columns with their standard errors [mV, mV^2]."""
    values = samples(request)[:, SETTLED:]
    columns = values.mean(axis=1)
    squares = ((values - columns.mean()) ** 2).mean(axis=1)
    error = lambda figures: figures.std(ddof=1) / math.sqrt(len(figures))
    return columns.mean(), error(columns), squares.mean(), error(squares)


def noisy(request, reference):
    mean, mean_error, variance, variance_error = statistics(request)
    true_mean, true_mean_error, true_variance, true_variance_error = reference
    deviations = [(mean - true_mean) / math.hypot(mean_error, true_mean_error),
                  (variance - true_variance) / math.hypot(variance_error, true_variance_error)]
    return {"agrees": bool(max(map(abs, deviations)) <= STANDARD_ERRORS), "mean": mean, "sd": math.sqrt(variance),
            "deviations": deviations, "reference": [true_mean, math.sqrt(true_variance)]}


def main() -> None:
    requests = json.load(open(sys.argv[1]))
    references = {(request["method"], request["dt"]): statistics(request)
                  for request in requests if request["name"] == "reference"}
    verdicts = []
    for request in requests:
        key = request["method"], request["dt"]
        if request["name"] == "reference":
            continue
        verdict = noisy(request, references[key]) if key in references else exact(request)
        verdicts.append({"name": request["name"], "method": key[0], "dt": key[1]} | verdict)
    print(json.dumps(verdicts))


if __name__ == "__main__":
    main()
