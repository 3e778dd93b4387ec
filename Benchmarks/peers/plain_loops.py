"""Jansen-Rit columns as plain Numba loops in double precision, one column after the other.

What a careful user would write: scalars, nothing allocated in the loop, one exponential a sigmoid. Parameters are
those of Jansen and Rit 1995 in millivolts and seconds; `p` [1/s] and `noise` [1/sqrt(s)] are as in BackgroundInput.
Each function fills `samples`, shape [column, sample], with y1 - y2 [mV], the first at time 0.
"""

import math

import numpy as np
from numba import njit

A, B, RATE_A, RATE_B = 3.25, 22.0, 100.0, 50.0
C1, C2, C3, C4 = 135.0, 0.8 * 135.0, 0.25 * 135.0, 0.25 * 135.0
V_MAX, V_0, SLOPE = 5.0, 6.0, 0.56


@njit
def firing(v):
    return V_MAX / (1.0 + math.exp(SLOPE * (V_0 - v)))


@njit
def accelerations(y0, y1, y2, z0, z1, z2, p):
    return (A * RATE_A * firing(y1 - y2) - 2 * RATE_A * z0 - RATE_A * RATE_A * y0,
            A * RATE_A * (p + C2 * firing(C1 * y0)) - 2 * RATE_A * z1 - RATE_A * RATE_A * y1,
            B * RATE_B * C4 * firing(C3 * y0) - 2 * RATE_B * z2 - RATE_B * RATE_B * y2)


@njit
def euler_maruyama(dt, every, p, noise, seed, samples):
    np.random.seed(seed)
    deviation = A * RATE_A * noise * math.sqrt(dt)
    for column in range(samples.shape[0]):
        y0 = y1 = y2 = z0 = z1 = z2 = 0.0
        for sample in range(samples.shape[1]):
            samples[column, sample] = y1 - y2
            for _ in range(every):
                a0, a1, a2 = accelerations(y0, y1, y2, z0, z1, z2, p)
                y0 += dt * z0
                y1 += dt * z1
                y2 += dt * z2
                z0 += dt * a0
                z1 += dt * a1 + deviation * np.random.normal()
                z2 += dt * a2


@njit
def heun(dt, every, p, noise, seed, samples):
    for column in range(samples.shape[0]):
        y0 = y1 = y2 = z0 = z1 = z2 = 0.0
        for sample in range(samples.shape[1]):
            samples[column, sample] = y1 - y2
            for _ in range(every):
                a0, a1, a2 = accelerations(y0, y1, y2, z0, z1, z2, p)
                w0, w1, w2 = z0 + dt * a0, z1 + dt * a1, z2 + dt * a2
                b0, b1, b2 = accelerations(y0 + dt * z0, y1 + dt * z1, y2 + dt * z2, w0, w1, w2, p)
                y0 += 0.5 * dt * (z0 + w0)
                y1 += 0.5 * dt * (z1 + w1)
                y2 += 0.5 * dt * (z2 + w2)
                z0 += 0.5 * dt * (a0 + b0)
                z1 += 0.5 * dt * (a1 + b1)
                z2 += 0.5 * dt * (a2 + b2)


@njit
def stochastic_heun(dt, every, p, noise, seed, samples):
    np.random.seed(seed)
    deviation = A * RATE_A * noise * math.sqrt(dt)
    for column in range(samples.shape[0]):
        y0 = y1 = y2 = z0 = z1 = z2 = 0.0
        for sample in range(samples.shape[1]):
            samples[column, sample] = y1 - y2
            for _ in range(every):
                kick = deviation * np.random.normal()
                a0, a1, a2 = accelerations(y0, y1, y2, z0, z1, z2, p)
                w0, w1, w2 = z0 + dt * a0, z1 + dt * a1 + kick, z2 + dt * a2
                b0, b1, b2 = accelerations(y0 + dt * z0, y1 + dt * z1, y2 + dt * z2, w0, w1, w2, p)
                y0 += 0.5 * dt * (z0 + w0)
                y1 += 0.5 * dt * (z1 + w1)
                y2 += 0.5 * dt * (z2 + w2)
                z0 += 0.5 * dt * (a0 + b0)
                z1 += 0.5 * dt * (a1 + b1) + kick
                z2 += 0.5 * dt * (a2 + b2)
