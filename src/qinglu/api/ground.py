"""The ground of the web maps, made here from the starter atlas: land and names as vector tiles. No border is drawn.

Somebody with a better map names a folder in the setting ``basemap``: a style (``style.json``) with its tiles, PMTiles
or glyphs beside it, all served from this server, so that no page asks anybody else.
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ..atlas.labels import Label, labels
from ..settings import Settings
from ..workspace import Workspace
from .mvt import bounds, tile

STYLE = "style.json"
DEEPEST = 8
"""Deeper tiles would show nothing more."""
_COARSE, _COARSE_DEG = 4, 0.03
_MARGIN = 1 / 64
_KEPT = 4_096
_AHEAD = 1
"""Names come this many zooms before they are shown, so that a map between two zooms has them."""
_ATTRIBUTION = "Natural Earth · GeoNames (CC BY 4.0)"


class Ground:
    """Tiles are made when they are first asked for, and some thousands kept compressed."""

    def __init__(self, settings: Settings, workspace: Workspace) -> None:
        self._settings = settings
        self._workspace = workspace
        self._lock = threading.Lock()
        self._tiles: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()

    @property
    def folder(self) -> Path | None:
        """The folder of somebody's own map, where one is set."""
        return Path(self._settings.basemap).expanduser() if self._settings.basemap else None

    def config(self) -> dict[str, Any]:
        """What the pages ask first: the address of a style, or null for the ground made here."""
        own = self.folder is not None and (self.folder / STYLE).is_file()
        return {"style": f"/basemap/own/{STYLE}" if own else None, "attribution": "" if own else _ATTRIBUTION}

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """A tile, gzipped; None where there is none."""
        if not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
            return None
        with self._lock:
            if (z, x, y) not in self._tiles:
                self._tiles[z, x, y] = gzip.compress(self._made(z, x, y), 6, mtime=0)
                if len(self._tiles) > _KEPT:
                    self._tiles.popitem(last=False)
            self._tiles.move_to_end((z, x, y))
            return self._tiles[z, x, y]

    def _made(self, z: int, x: int, y: int) -> bytes:
        box = bounds(z, x, y, _MARGIN)
        shapes, tree = self._coarse if z <= _COARSE else self._fine
        near = shapes[tree.query(shapely.box(*box))]
        cut = shapely.clip_by_rect(near, *box)
        side = (box[2] - box[0]) / 4096
        land = shapely.simplify(cut[~shapely.is_empty(cut)], side, preserve_topology=False)
        names = self._names
        west, south, east, north = bounds(z, x, y)
        lon, lat, rank = names["lon"], names["lat"], names["rank"]
        inside = (lon >= west) & (lon < east) & (lat >= south) & (lat < north) & (rank <= z + _AHEAD)
        if z == DEEPEST:
            inside = (lon >= west) & (lon < east) & (lat >= south) & (lat < north)
        said = [self._labels[i] for i in np.flatnonzero(inside)]
        return tile(z, x, y, {
            "land": ((shape, {}) for shape in land if not shape.is_empty),
            "names": (
                (shapely.Point(n.lon, n.lat), {"kind": n.kind, "zh": n.zh, "en": n.en, "rank": n.rank}) for n in said
            ),
        })  # fmt: skip

    @cached_property
    def _labels(self) -> tuple[Label, ...]:
        return labels(self._settings)

    @cached_property
    def _names(self) -> dict[str, Any]:
        return {name: np.array([getattr(label, name) for label in self._labels]) for name in ("lon", "lat", "rank")}

    @cached_property
    def _fine(self) -> tuple[Any, shapely.STRtree]:
        parts = shapely.get_parts(self._workspace.atlas.land())
        return parts, shapely.STRtree(parts)

    @cached_property
    def _coarse(self) -> tuple[Any, shapely.STRtree]:
        drawn = shapely.simplify(self._fine[0], _COARSE_DEG, preserve_topology=False)
        drawn = drawn[~shapely.is_empty(drawn)]
        return drawn, shapely.STRtree(drawn)
