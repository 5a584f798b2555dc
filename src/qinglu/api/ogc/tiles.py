"""Projects as vector tiles: every one of a million is counted in each tile, thinned to a grid where they are many."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
import shapely
from fastapi import Path, Request
from starlette.responses import Response

from ...store import NotFoundError
from ...store.points import BITS, COLOURS, LEVELS, Points
from ...text import Text
from ..actor import Somebody
from ..context import Context, Ctx
from ..described import gives
from ..mvt import bounds, tile
from ..routes.projects import Wanted
from .common import base, known_only, link, ogc_router, say, tagged

router = ogc_router("/ogc", "tiles")
MVT = "application/vnd.mapbox-vector-tile"
DEEPEST = BITS - 6
MATRIX = "WebMercatorQuad"
_GRID = 5
"""Projects are thinned to a grid of 2**5 by 2**5 cells a tile."""
_SINGLE = 1 << 2 * _GRID
_NAMED = 400
_MOST_SHAPES, _LEAST = 300, 1 / 64
_MARGIN = 1 / 64
_KEPT = 4_096
_TILE = Text("瓦片", "tile")
_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
_EDGE_M, _CELL_M = 20037508.342789244, 156543.03392804097
Zoom = Annotated[int, Path(ge=0, le=DEEPEST)]
Number = Annotated[int, Path(ge=0, le=2**DEEPEST)]
_FILTERS = ("bbox", "country", "sector", "stage", "level", "colour", "q", "updated_since", "organisation",
            "shared_with", "portfolio", "unknown", "published", "archived")  # fmt: skip
_LOCK = threading.Lock()


@router.get("/collections/projects/tiles/WebMercatorQuad/{z}/{y}/{x}", responses=gives({"type": "string"}, media=MVT))
def project_tile(
    request: Request, ctx: Ctx, actor: Somebody, z: Zoom, y: Number, x: Number, filters: Wanted
) -> Response:
    """One tile of the projects that one may see, filtered as the list of projects is.

    Layer ``projects``: a point each, or one for all within a cell, ``n`` of them with the worst level. Layer
    ``shapes``: outlines that are more than a point here.
    """
    known_only(request, _FILTERS)
    if x >= 2**z or y >= 2**z:
        raise NotFoundError.of(_TILE, f"{z}/{y}/{x}")
    points = ctx.store.points(actor, **{k: v for k, v in filters.items() if v is not None})
    packed = "gzip" in request.headers.get("accept-encoding", "")
    body = _kept(ctx, points, z, x, y)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    found = tagged(request, body if packed else gzip.decompress(body), MVT, headers=headers)
    found.headers["Vary"] += ", Accept-Encoding"
    return found


@router.get("/collections/projects/tiles", responses=gives())
def tilesets(request: Request, ctx: Ctx, actor: Somebody) -> Response:
    """The tile sets of the projects: one."""
    known_only(request, ())
    here = f"{base(request, ctx)}/ogc/collections/projects/tiles"
    return say(request, {"links": [link(here, "self")], "tilesets": [_tileset(here)]})


@router.get("/collections/projects/tiles/WebMercatorQuad", responses=gives())
def tileset(request: Request, ctx: Ctx, actor: Somebody) -> Response:
    """How the tiles are asked for."""
    known_only(request, ())
    here = f"{base(request, ctx)}/ogc/collections/projects/tiles"
    made = _tileset(here)
    made["tileMatrixSetLimits"] = [
        {"tileMatrix": str(z), "minTileRow": 0, "maxTileRow": 2**z - 1, "minTileCol": 0, "maxTileCol": 2**z - 1}
        for z in range(DEEPEST + 1)
    ]
    made["layers"] = [
        {"id": "projects", "dataType": "vector", "geometryDimension": 0}, {"id": "shapes", "dataType": "vector"},
    ]  # fmt: skip
    return say(request, made)


@router.get("/tileMatrixSets", responses=gives())
def matrix_sets(request: Request, ctx: Ctx, actor: Somebody) -> Response:
    """The grids of tiles that are known: one."""
    known_only(request, ())
    href = f"{base(request, ctx)}/ogc/tileMatrixSets/{MATRIX}"
    return say(request, {"tileMatrixSets": [{"id": MATRIX, "links": [link(href, "self")]}]})


@router.get("/tileMatrixSets/WebMercatorQuad", responses=gives())
def matrix_set(request: Request, actor: Somebody) -> Response:
    """The grid of the web's maps."""
    known_only(request, ())
    return say(request, {
        "id": MATRIX, "title": "Google Maps Compatible for the World", "crs": _MERCATOR, "orderedAxes": ["X", "Y"],
        "uri": f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{MATRIX}",
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {"id": str(z), "scaleDenominator": _CELL_M / 2**z / 0.00028, "cellSize": _CELL_M / 2**z,
             "cornerOfOrigin": "topLeft", "pointOfOrigin": [-_EDGE_M, _EDGE_M], "tileWidth": 256, "tileHeight": 256,
             "matrixWidth": 2**z, "matrixHeight": 2**z} for z in range(DEEPEST + 1)
        ],
    })  # fmt: skip


def _tileset(here: str) -> dict[str, Any]:
    root = here.removesuffix("/collections/projects/tiles")
    items = link(f"{here}/{MATRIX}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", MVT) | {"templated": True}
    return {
        "title": "projects", "dataType": "vector", "crs": _MERCATOR,
        "tileMatrixSetURI": f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{MATRIX}",
        "links": [
            link(f"{here}/{MATRIX}", "self"), items,
            link(f"{root}/tileMatrixSets/{MATRIX}", "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"),
        ],
    }  # fmt: skip


def _kept(ctx: Context, points: Points, z: int, x: int, y: int) -> bytes:
    """The tile, gzipped, as long as nothing has changed."""
    with _LOCK:
        found = points.tiles.get((z, x, y))
    if found is None:
        body = tile(z, x, y, {
            "projects": _points(ctx, points, points.of_tile(z, x, y), z), "shapes": _shapes(ctx, points, z, x, y)
        })  # fmt: skip
        found = gzip.compress(body, 5, mtime=0)
        with _LOCK:
            points.tiles[z, x, y] = found
            while len(points.tiles) > _KEPT:
                points.tiles.popitem(last=False)
    return found


def _points(ctx: Context, points: Points, part: slice, z: int) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    n = part.stop - part.start
    if n > _SINGLE and z < DEEPEST:
        yield from thinned(points, part, z)
        return
    named = ctx.store.named(points.id[part].tolist()) if 0 < n <= _NAMED else {}
    for i in range(part.start, part.stop):
        number = int(points.id[i])
        yield shapely.Point(points.place[i]), {"id": number, **_levels(points, i), **named.get(number, {})}


def thinned(points: Points, part: slice, z: int) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """One point for all in a cell: in their middle, with their number, their worst level and colour."""
    cells = points.code[part] >> 2 * (BITS - z - _GRID)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(cells)) + 1])
    number = np.diff(starts, append=len(cells))
    place = np.add.reduceat(points.place[part], starts, axis=0) / number[:, None]
    rank = np.maximum.reduceat(points.rank[part], starts)
    colour = np.maximum.reduceat(points.colour[part], starts)
    unknown = np.logical_or.reduceat(points.unknown[part], starts)
    for k, start in enumerate(starts.tolist()):
        if number[k] == 1:
            i = part.start + start
            yield shapely.Point(points.place[i]), {"id": int(points.id[i]), **_levels(points, i)}
            continue
        yield shapely.Point(place[k]), {
            "n": int(number[k]), "level": LEVELS[rank[k]], "colour": COLOURS[colour[k]], "unknown": bool(unknown[k])
        }  # fmt: skip


def _levels(points: Points, i: int) -> dict[str, Any]:
    return {"n": 1, "level": LEVELS[points.rank[i]], "colour": COLOURS[points.colour[i]],
            "unknown": bool(points.unknown[i])}  # fmt: skip


def _shapes(ctx: Context, points: Points, z: int, x: int, y: int) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Outlines that reach into the tile and are large enough to be seen, the largest where they are too many."""
    west, south, east, north = bounds(z, x, y, _MARGIN)
    seen = points.reaching((west, south, east, north), _LEAST * 360 / 2**z, _MOST_SHAPES)
    if not len(seen):
        return
    outlines = ctx.store.outlines(points.id[seen].tolist())
    side = (east - west) / 4096
    for i in seen.tolist():
        whole = outlines.get(int(points.id[i]))
        if whole is None:
            continue
        cut = shapely.simplify(shapely.clip_by_rect(whole, west, south, east, north), side, preserve_topology=False)
        if not cut.is_empty and shapely.get_dimensions(cut) > 0:
            yield cut, {"id": int(points.id[i]), **_levels(points, i)}
