"""WGS 84: earth-centred positions, true lengths of edges, authalic areas. Angles in radians, metres.

Edges between vertices are straight in longitude/latitude (RFC 7946, section 3.1.1).

References
----------
Snyder, J. P. (1987), *Map Projections: A Working Manual*, USGS PP 1395, eqs. 3-11 to 3-18 (authalic latitude).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ._jit import jit

A = 6378137.0  # WGS 84 semi-major axis, metres
F = 1 / 298.257223563  # WGS 84 flattening
E2 = F * (2 - F)
B = A * (1 - F)
R_BOUND = A * A / B  # largest radius of curvature: lengths from it are upper bounds
DEG = math.pi / 180.0


def _area_series() -> tuple[float, ...]:
    """Coefficients of A(φ) = Σ c_k sin((2k+1)φ), the area between equator and φ per radian of longitude, m².

    dA/dφ = M N cos φ is even and 2π-periodic; its cosine coefficients follow to machine precision from 64 samples.
    """
    phi = (np.arange(64) + 0.5) * (2 * np.pi / 64)
    w = 1 - E2 * np.sin(phi) ** 2
    density = A * A * (1 - E2) * np.cos(phi) / (w * w)
    return tuple(float(2 * np.mean(density * np.cos(m * phi)) / m) for m in (1, 3, 5, 7, 9, 11))


C1, C3, C5, C7, C9, C11 = _area_series()


@jit
def xyz(lon: float, lat: float) -> Any:
    """Earth-centred position of a point on the ellipsoid."""
    s = math.sin(lat)
    c = math.cos(lat)
    n = A / math.sqrt(1.0 - E2 * s * s)
    return n * c * math.cos(lon), n * c * math.sin(lon), n * (1.0 - E2) * s


@jit
def tangents(lon: float, lat: float, dlon: float, dlat: float) -> Any:
    """Derivative of `xyz` along (dlon, dlat)."""
    s = math.sin(lat)
    c = math.cos(lat)
    w2 = 1.0 - E2 * s * s
    n = A / math.sqrt(w2)
    m = n * (1.0 - E2) / w2
    cl = math.cos(lon)
    sl = math.sin(lon)
    return (
        -n * c * sl * dlon - m * s * cl * dlat,
        n * c * cl * dlon - m * s * sl * dlat,
        m * c * dlat,
    )


@jit
def speed(lat: float, dlon: float, dlat: float) -> float:
    """Metres per unit of the parameter along (dlon, dlat) at `lat`."""
    s = math.sin(lat)
    w2 = 1.0 - E2 * s * s
    n = A / math.sqrt(w2)
    m = n * (1.0 - E2) / w2
    e = n * math.cos(lat) * dlon
    return math.sqrt(e * e + m * m * dlat * dlat)


@jit
def curve_length(lat1: float, dlon: float, dlat: float, t0: float, t1: float) -> float:
    """Length in metres of an edge, straight in longitude/latitude, between parameters `t0` and `t1`.

    Gauss-Legendre with three nodes on spans of at most 0.02 rad: error below 1e-12 of the length.
    """
    span = max(abs(dlon), abs(dlat)) * (t1 - t0)
    steps = int(span / 0.02) + 1
    h = (t1 - t0) / steps
    total = 0.0
    for i in range(steps):
        mid = t0 + (i + 0.5) * h
        off = 0.3872983346207417 * h  # sqrt(3/5) / 2
        total += h * (
            5.0 * speed(lat1 + (mid - off) * dlat, dlon, dlat)
            + 8.0 * speed(lat1 + mid * dlat, dlon, dlat)
            + 5.0 * speed(lat1 + (mid + off) * dlat, dlon, dlat)
        )
    return total / 18.0


@jit
def _mean_sine(m: float, mid: float, half: float) -> float:
    """Mean of sin(mφ) over mid ± half."""
    x = m * half
    sinc = 1.0 - x * x / 6.0 * (1.0 - x * x / 20.0) if abs(x) < 1e-3 else math.sin(x) / x
    return math.sin(m * mid) * sinc


@jit
def mean_area(lat1: float, lat2: float) -> float:
    """Mean of A(φ) between two latitudes, m² per radian of longitude: the area under an edge per its longitude."""
    mid = 0.5 * (lat1 + lat2)
    half = 0.5 * (lat2 - lat1)
    return (
        C1 * _mean_sine(1.0, mid, half)
        + C3 * _mean_sine(3.0, mid, half)
        + C5 * _mean_sine(5.0, mid, half)
        + C7 * _mean_sine(7.0, mid, half)
        + C9 * _mean_sine(9.0, mid, half)
        + C11 * _mean_sine(11.0, mid, half)
    )


@jit
def area_density(lat: float) -> float:
    """dA/dφ = M N cos φ, m² per square radian."""
    s = math.sin(lat)
    w = 1.0 - E2 * s * s
    return A * A * (1.0 - E2) * math.cos(lat) / (w * w)


@jit
def ring_areas(coords: Any, starts: Any, out: Any) -> None:
    """Signed area of each closed ring, m², counter-clockwise positive.

    coords (n, 2) degrees; starts (r + 1,); out (r,).
    """
    for r in range(len(starts) - 1):
        total = 0.0
        lo = starts[r]
        base = mean_area(coords[lo, 1] * DEG, coords[lo, 1] * DEG) if starts[r + 1] > lo else 0.0
        for i in range(lo, starts[r + 1] - 1):
            dlon = (coords[i + 1, 0] - coords[i, 0]) * DEG
            if dlon != 0.0:
                total -= dlon * (mean_area(coords[i, 1] * DEG, coords[i + 1, 1] * DEG) - base)
        out[r] = total


@jit
def chain_lengths(coords: Any, starts: Any, out: Any) -> None:
    """Length of each chain of vertices, metres. coords (n, 2) degrees; starts (r + 1,); out (r,)."""
    for r in range(len(starts) - 1):
        total = 0.0
        for i in range(starts[r], starts[r + 1] - 1):
            dlon = (coords[i + 1, 0] - coords[i, 0]) * DEG
            dlat = (coords[i + 1, 1] - coords[i, 1]) * DEG
            if dlon != 0.0 or dlat != 0.0:
                total += curve_length(coords[i, 1] * DEG, dlon, dlat, 0.0, 1.0)
        out[r] = total
