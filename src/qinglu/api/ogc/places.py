"""Where a layer is, from what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import QingluError
from ..context import Context

WORLD = (-180.0, -90.0, 180.0, 90.0)
Box = tuple[float, float, float, float]


def item_of(ctx: Context, layer_id: str) -> Mapping[str, Any] | None:
    """The STAC item of a layer; None where the register knows a layer that this machine does not have."""
    try:
        return ctx.workspace().atlas.item(layer_id)
    except QingluError:
        return None


def box_of(ctx: Context, layer_id: str) -> Box:
    """West, south, east, north in degrees; the world where nothing is known."""
    found = item_of(ctx, layer_id)
    if found is None:
        return WORLD
    west, south, east, north = (float(v) for v in found["bbox"])
    return west, south, east, north


def meets(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two boxes meet; one with west > east reaches across the antimeridian.

    Examples
    --------
    >>> meets((170, 0, -170, 5), (-175, 0, -172, 1)), meets((0, 0, 1, 1), (2, 0, 3, 1))
    (True, False)
    """
    level = a[1] <= b[3] and a[3] >= b[1]
    return level and any(p[0] <= q[1] and p[1] >= q[0] for p in _spans(a) for q in _spans(b))


def polygon(box: Box) -> dict[str, Any]:
    """A box as a GeoJSON polygon."""
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _spans(box: Sequence[float]) -> list[tuple[float, float]]:
    west, _, east, _ = box
    return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
