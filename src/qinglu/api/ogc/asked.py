"""What a request for features asks, read once: box, time, filters, page and reference system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
import shapely
from fastapi import Query, Request

from ...errors import OptionError
from ...text import Text
from .common import MOST, USUAL, known_only
from .cql import Filter, both, parse
from .crs import code_of, given_box
from .when import Span, span

_NAMES = ("bbox", "bbox-crs", "crs", "datetime", "limit", "cursor", "filter", "filter-lang", "filter-crs")
Limit = Annotated[int, Query(ge=1, le=2**31 - 1, description=f"Features a page; no more than {MOST} are given")]
Long = Annotated[str | None, Query(max_length=4_096)]
Short = Annotated[str | None, Query(max_length=200)]


@dataclass(frozen=True)
class Asked:
    """One request for a page of features.

    Attributes
    ----------
    bbox : (west, south, east, north) or None
        Degrees.
    span : (date, date) or None
    tree : mapping or None
        Conditions over properties, as CQL2 JSON.
    shapes : tuple of shapely geometries
        A feature has to meet each of them, the box among them.
    crs : str
        Code of the system of the answer.
    """

    limit: int
    cursor: str | None
    bbox: tuple[float, float, float, float] | None
    span: Span | None
    crs: str
    shapes: tuple[shapely.Geometry, ...] = ()
    tree: Mapping[str, Any] | None = field(default=None)

    def meets(self, shape: shapely.Geometry | None) -> bool:
        """Whether a geometry meets the box and every shape, not only with its own box."""
        if shape is None:
            return not self.shapes
        return all(bool(shapely.intersects(shape, s)) for s in self.shapes)


def asked(
    request: Request,
    kinds: Mapping[str, str],
    limit: int = USUAL,
    cursor: str | None = None,
    bbox: str | None = None,
    bbox_crs: str | None = None,
    crs: str | None = None,
    when: str | None = None,
    filter_: str | None = None,
    filter_lang: str | None = None,
    filter_crs: str | None = None,
) -> Asked:
    """Read the parameters of a request; `kinds` are the properties that may be asked by.

    Raises
    ------
    OptionError, BadRequestError
    """
    known_only(request, (*_NAMES, *kinds))
    if filter_lang not in (None, "cql2-text", "cql2-json"):
        raise OptionError(
            Text(f"没有过滤语言 {filter_lang!r}", f"there is no filter language {filter_lang!r}"),
            Text("可用：cql2-text、cql2-json", "Use cql2-text or cql2-json"), where="filter-lang",
        )  # fmt: skip
    if code_of(filter_crs, "filter-crs") != "OGC:CRS84":
        raise OptionError(
            Text("过滤条件中的几何只能用 CRS84", "geometries in a filter are in CRS84"),
            Text("请省略 filter-crs", "Leave filter-crs out"), where="filter-crs",
        )  # fmt: skip
    box = given_box(bbox, code_of(bbox_crs, "bbox-crs"))
    given = (
        parse(filter_, filter_lang or ("cql2-json" if filter_.lstrip()[:1] == "{" else "cql2-text"))
        if filter_
        else Filter()
    )
    shapes = given.shapes
    if box is None and shapes:
        box = _bounds(shapes)
    if box is not None:
        shapes = (*shapes, *_boxes(bbox and box))
    tree = both(
        given.tree,
        *(_equal(name, value, kinds[name]) for name, value in request.query_params.multi_items() if name in kinds),
    )
    return Asked(min(limit, MOST), cursor, box, span(when), code_of(crs, "crs"), shapes, tree)


def _boxes(box: Any) -> tuple[shapely.Geometry, ...]:
    if not box:
        return ()
    west, south, east, north = box
    if west <= east:
        return (shapely.box(west, south, east, north),)
    return (shapely.MultiPolygon([shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]),)


def _bounds(shapes: tuple[shapely.Geometry, ...]) -> tuple[float, float, float, float]:
    """A box that holds whatever meets the first of the shapes, on the globe."""
    west, south, east, north = (float(v) for v in shapes[0].bounds)
    clipped = np.clip([west, east], -180, 180), np.clip([south, north], -90, 90)
    return float(clipped[0][0]), float(clipped[1][0]), float(clipped[0][1]), float(clipped[1][1])


def _equal(name: str, given: str, kind: str) -> Mapping[str, Any]:
    value: Any = given
    if kind == "number":
        try:
            value = float(given)
        except ValueError:
            value = given  # refused where it is compared, with its name
    elif kind == "boolean":
        value = {"true": True, "false": False, "1": True, "0": False}.get(given.casefold(), given)
    return {"op": "=", "args": [{"property": name}, value]}
