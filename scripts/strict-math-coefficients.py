#!/usr/bin/env python3
"""Prints the polynomials of offchain-worker/executor/src/libraries/strict_math/*.cl.

Each is a fit of the relative error over its interval, close to the best one, with coefficients
that are rounded to single precision one after the other, each time fitting the rest again. Needs
mpmath: `python3 -m venv /tmp/fit && /tmp/fit/bin/pip install mpmath==1.3.0`.
"""

import struct

from mpmath import chebyt, cos, cosh, exp, lu_solve, log, matrix, mp, mpf, pi, sin, sinh, tan, tanh
from mpmath import asin, atan

mp.prec = 120


def single(value):
    """The nearest number of single precision."""
    return mpf(struct.unpack("<f", struct.pack("<f", float(value)))[0])


def fit(function, scale, low, high, degrees, fixed):
    """Coefficients of `degrees` so that scale(x) * (fixed(x) + sum c x^d) is close to function."""
    points = 12 * len(degrees) + 20
    xs = [(low + high) / 2 + (high - low) / 2 * cos((2 * k + 1) * pi / (2 * points)) for k in range(points)]
    weights = [mpf(1)] * points
    best = None
    for _ in range(30):
        rows, right = [], []
        for x, weight in zip(xs, weights):
            norm = weight / function(x)
            rows.append([scale(x) * x**d * norm for d in degrees])
            right.append((function(x) - scale(x) * fixed(x)) * norm)
        solution = lu_solve(matrix(rows), matrix(right))
        errors = [
            abs(scale(x) * (fixed(x) + sum(c * x**d for c, d in zip(solution, degrees))) / function(x) - 1)
            for x in xs
        ]
        worst = max(errors)
        if best is None or worst < best[0]:
            best = (worst, list(solution))
        # Lawson: points that are far off count more the next time.
        mean = sum(w * e for w, e in zip(weights, errors)) / sum(weights)
        if mean == 0:
            break
        weights = [w * (e / mean) ** mpf("0.5") + mpf(10) ** -30 for w, e in zip(weights, errors)]
    return best


def rounded(function, scale, low, high, degrees, fixed=lambda x: mpf(0)):
    known = {}
    left = list(degrees)
    while left:
        taken = dict(known)
        base = lambda x: fixed(x) + sum(c * x**d for d, c in taken.items())
        worst, solution = fit(function, scale, low, high, left, base)
        known[left[0]] = single(solution[0])
        left.pop(0)
    return worst, known


def show(name, worst, known):
    print(f"{name}: relative error 2^{float(log(worst, 2)):.1f}")
    for degree, value in sorted(known.items(), reverse=True):
        print(f"    x^{degree}: {float(value).hex()}f = {float(value):.9g}")


one = lambda x: mpf(1)
tiny = mpf(2) ** -20

if __name__ == "__main__":
    half_ln2 = log(2) / 2 + mpf("0.0001")
    # exp(x) = 1 + x + x^2 P(x)
    show("exp", *rounded(lambda x: (exp(x) - 1 - x) / x**2 if x else mpf("0.5"), one, -half_ln2, half_ln2, range(6)))
    # 2^x = 1 + x P(x)
    show("exp2", *rounded(lambda x: (mpf(2) ** x - 1) / x if x else log(2), one, mpf("-0.5"), mpf("0.5"), range(7)))
    # log(1 + x) = x - x^2 / 2 + x^3 P(x); P's own error counts for at most a ninth
    third = mpf(1) / 3 + mpf("0.0001")
    show("log", *rounded(lambda x: (log(1 + x) - x + x * x / 2) / x**3 if abs(x) > tiny else mpf(1) / 3, one, -third, third, range(8)))
    quarter = (pi / 4 + mpf("0.001")) ** 2
    root = lambda x: x ** mpf("0.5")
    # In z = x^2. sin(x) = x + x^3 P(z); cos(x) = 1 - z / 2 + z^2 P(z); tan(x) = x + x^3 P(z)
    show("sin", *rounded(lambda z: (sin(root(z)) / root(z) - 1) / z, one, tiny, quarter, range(4)))
    show("cos", *rounded(lambda z: (cos(root(z)) - 1 + z / 2) / z**2, one, mpf(2) ** -10, quarter, range(4)))
    show("tan", *rounded(lambda z: (tan(root(z)) / root(z) - 1) / z, one, tiny, quarter, range(7)))
    # asin(x) = x + x^3 P(z) up to 1/2; atan(x) = x + x^3 P(z) up to 1
    show("asin", *rounded(lambda z: (asin(root(z)) / root(z) - 1) / z, one, tiny, mpf("0.2501"), range(6)))
    show("atan", *rounded(lambda z: (atan(root(z)) / root(z) - 1) / z, one, tiny, mpf(1), range(9)))
    # sinh(x) = x + x^3 P(z) up to 1; tanh(x) = x + x^3 P(z) up to 0.625
    show("sinh", *rounded(lambda z: (sinh(root(z)) / root(z) - 1) / z, one, tiny, mpf(1), range(4)))
    show("tanh", *rounded(lambda z: (tanh(root(z)) / root(z) - 1) / z, one, tiny, mpf("0.4"), range(6)))
