"""Distances by sea: Qinglu's search over the lanes of searoute, and searoute itself, between the same ports."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from qinglu.ledger.distances import great_circle_km

PAIRS, SEED = 200, 20261122
_FLATTENING = 0.006  # share by which a sphere's length may differ from the ellipsoid's


def sea(_: argparse.Namespace) -> Iterator[str]:
    """Distances by sea between 200 pairs of ports, beside searoute with the same passages closed."""
    pairs = _pairs()
    start = time.process_time()
    from qinglu.ledger.sealanes import lanes, sea_route

    lanes()
    ready_ours, start = time.process_time() - start, time.process_time()
    ours = [sea_route(a, b) for a, b in pairs]
    each_ours, start = (time.process_time() - start) / len(pairs), time.process_time()
    try:
        import searoute
    except ModuleNotFoundError:
        yield "searoute is not installed: left out"
        return
    searoute.get_graphs()
    ready_theirs, start = time.process_time() - start, time.process_time()
    theirs = [searoute.searoute(list(a), list(b)) for a, b in pairs]
    each_theirs = (time.process_time() - start) / len(pairs)

    yield "| | CPU until ready, s | CPU a pair, ms |"
    yield "|---|---|---|"
    yield f"| Qinglu | {ready_ours:.2f} | {1e3 * each_ours:.1f} |"
    yield f"| searoute {distribution('searoute').version} | {ready_theirs:.2f} | {1e3 * each_theirs:.1f} |"
    yield ""
    same = [(o, t) for o, t in zip(ours, theirs, strict=True) if _ends(o.line) == _ends(_line(t))]
    off = [abs(o.km / t["properties"]["length"] - 1) for o, t in same if t["properties"]["length"]]
    rest = [(pair, o, t) for pair, o, t in zip(pairs, ours, theirs, strict=True) if _ends(o.line) != _ends(_line(t))]
    farther = [sum(o.snap_km) - _snaps(pair, t) for pair, o, t in rest]
    yield f"- {len(same)} of {len(pairs)} pairs end at the same nodes. Of the other {len(rest)} ours are nearer on the "
    yield f"  globe in {sum(x < 0 for x in farther)}, by {-sorted(farther)[len(rest) // 2]:.0f} km in the median: "
    yield "  searoute measures nearness in degrees."
    mean = sum(off) / len(off)
    yield f"- Their lengths differ by {max(off):.2%} at most, {mean:.2%} on average: those of searoute are of a sphere."
    yield f"- {sum(x > _FLATTENING for x in off)} differ by more than a sphere can from the ellipsoid."


def _pairs() -> list[tuple[tuple[float, float], tuple[float, float]]]:
    file = Path(str(distribution("searoute").locate_file("searoute/data/ports.geojson")))
    ports = [f["geometry"]["coordinates"] for f in json.loads(file.read_text(encoding="utf-8"))["features"]]
    draw = random.Random(SEED)
    chosen = [draw.sample(ports, 2) for _ in range(PAIRS)]
    return [((float(a[0]), float(a[1])), (float(b[0]), float(b[1]))) for a, b in chosen]


def _snaps(pair: tuple[tuple[float, float], tuple[float, float]], feature: Any) -> float:
    """Kilometres from two ports to the ends of a way of searoute's."""
    line = _line(feature)
    return sum(great_circle_km(port, end) for port, end in zip(pair, (line[0], line[-1]), strict=True))


def _line(feature: Any) -> list[tuple[float, float]]:
    return [tuple(p) for p in feature["geometry"]["coordinates"]]


def _ends(line: Any) -> list[tuple[float, float]]:
    """First and last place, on one globe."""
    if not line:
        return []
    return [(round((x + 180) % 360 - 180, 4), round(y, 4)) for x, y in (line[0], line[-1])]
