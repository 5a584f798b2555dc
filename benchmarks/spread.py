"""Made-up projects, as many as wanted, spread like those of AidData's Global Chinese Development Finance Dataset 2.0.

Of its 3,319 projects with a place, counted here: how many each of the 40 countries with the most has, about where they
lie and how far apart. Shares of points, lines and areas and their vertices are of the same order as there.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

COUNTRIES = (
    ("AGO", 122, 14, -9, 1.8, 2.5), ("PAK", 104, 71, 30, 3.4, 4.6), ("IDN", 95, 108, -6, 7.1, 3.6),
    ("LKA", 81, 80, 7, 0.5, 0.9), ("ETH", 71, 39, 9, 0.6, 0.6), ("COG", 67, 15, -4, 0.3, 1.6),
    ("LAO", 65, 103, 18, 0.6, 1.0), ("KEN", 63, 37, -1, 1.1, 0.5), ("KHM", 63, 105, 12, 1.1, 0.9),
    ("VNM", 60, 106, 21, 0.7, 5.5), ("BLR", 60, 28, 54, 1.5, 0.7), ("COD", 58, 15, -4, 6.8, 0.5),
    ("CMR", 52, 12, 4, 0.9, 0.1), ("SDN", 50, 33, 15, 1.3, 1.4), ("LBR", 49, -11, 6, 0.6, 0.1),
    ("NPL", 47, 85, 28, 0.5, 0.2), ("TJK", 46, 69, 39, 0.3, 0.5), ("BRA", 44, -48, -13, 2.0, 4.9),
    ("PNG", 44, 147, -9, 1.5, 2.0), ("GHA", 43, 0, 6, 0.5, 0.2), ("MMR", 43, 96, 20, 1.0, 3.4),
    ("DJI", 42, 43, 12, 0.1, 0.05), ("MWI", 40, 34, -14, 0.4, 1.1), ("BGD", 39, 90, 24, 1.0, 1.2),
    ("IRN", 39, 51, 33, 1.8, 4.1), ("RUS", 39, 72, 56, 45.0, 9.0), ("KAZ", 38, 71, 47, 12.5, 3.8),
    ("BEN", 37, 2, 7, 0.5, 1.8), ("PER", 36, -77, -12, 0.4, 0.2), ("GUY", 36, -58, 6, 0.1, 0.2),
    ("FJI", 36, 178, -18, 0.4, 0.2), ("UZB", 36, 69, 41, 2.2, 1.2), ("TGO", 35, 1, 6, 0.05, 1.7),
    ("ZWE", 34, 30, -18, 1.1, 0.5), ("MNG", 34, 107, 48, 0.8, 0.8), ("CPV", 33, -24, 15, 0.05, 0.1),
    ("GAB", 32, 10, 0, 1.1, 0.8), ("MLI", 32, -8, 13, 0.5, 0.1), ("KGZ", 32, 74, 42, 0.9, 1.4),
    ("SLE", 31, -13, 8, 0.1, 0.05),
)  # fmt: skip
"""Alpha-3 code, projects, longitude and latitude of the median, half the span of the middle 68 % in degrees."""
SECTORS = ("road", "railway", "port", "mining", "hydropower", "power-lines", "water", "hospital", "school", "telecom")
STAGES = ("planned", "construction", "operation", "completed", "cancelled")


def projects(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Fields of so many projects, as `Store.create_project` takes them."""
    rng = random.Random(seed)
    weights = [c[1] for c in COUNTRIES]
    for number in range(count):
        code, _, lon, lat, wide, high = rng.choices(COUNTRIES, weights)[0]
        x = min(176.0, max(-176.0, rng.gauss(lon, wide)))
        y = min(80.0, max(-60.0, rng.gauss(lat, high)))
        yield {
            "code": f"P{number:06d}", "name": f"Loan for {_words(rng)} project number {number} in {code}",
            "name_zh": f"{code}第{number}号项目", "country": code, "sector": rng.choice(SECTORS),
            "stage": rng.choice(STAGES), "cost": round(rng.lognormvariate(17, 2)), "currency": "USD",
            "approved_on": f"{rng.randint(2000, 2021)}-{rng.randint(1, 12):02d}-15",
            "extra": {"Funding Agencies": _words(rng), "Receiving Agencies": _words(rng), "Status": "Completion"},
            "geometry": _place(rng, x, y),
        }  # fmt: skip


def _words(rng: random.Random) -> str:
    return " ".join(
        rng.choice(("North", "Coastal", "Rural", "Second", "Upper", "Ring", "Border", "Delta")) for _ in range(3)
    )


def _place(rng: random.Random, x: float, y: float) -> shapely.Geometry:
    """Six in ten points, two lines, two areas; most have tens of vertices, a few thousands."""
    kind = rng.random()
    if kind < 0.6:
        return shapely.Point(x, y)
    vertices = int(min(20_000, max(5, rng.lognormvariate(3.9, 1.3))))
    size = min(3.0, rng.lognormvariate(-4.5, 1.8))
    along = np.linspace(0, 1, vertices)
    if kind < 0.8:
        bend = rng.uniform(1, 5)
        return shapely.LineString(_held(x + size * along, y + 0.3 * size * np.sin(bend * along)))
    ring = _held(x + size * np.cos(2 * np.pi * along), y + size * np.sin(2 * np.pi * along))
    return shapely.Polygon(ring)


def _held(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Within the degrees there are."""
    return np.column_stack([np.clip(x, -180, 180), np.clip(y, -90, 90)])
