"""The ground of the web maps, made here from the starter atlas: land, a graticule, names. No border is drawn.

Somebody with a better map names a folder in the setting ``basemap``: a style (``style.json``) with its tiles, PMTiles
or glyphs beside it, all served from this server, so that no page asks anybody else.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ..atlas.labels import labels
from ..settings import Settings
from ..workspace import Workspace

STYLE = "style.json"
_COARSE_DEG, _LEAST_DEG2 = 0.05, 0.01
_ATTRIBUTION = "Natural Earth · GeoNames (CC BY 4.0)"


class Ground:
    """Each part is made when it is first asked for, and kept compressed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._kept: dict[str, bytes] = {}
        self._parts = {
            "land.json": self._land, "shore.json": self._shore, "graticule.json": _graticule, "names.json": self._names,
        }  # fmt: skip

    @property
    def folder(self) -> Path | None:
        """The folder of somebody's own map, where one is set."""
        return Path(self._settings.basemap).expanduser() if self._settings.basemap else None

    def config(self) -> dict[str, Any]:
        """What the pages ask first: the address of a style, or null for the ground made here."""
        own = self.folder is not None and (self.folder / STYLE).is_file()
        return {"style": f"/basemap/own/{STYLE}" if own else None, "attribution": "" if own else _ATTRIBUTION}

    def part(self, name: str, workspace: Workspace) -> bytes | None:
        """A GeoJSON document, gzipped; None where there is none of that name."""
        make = self._parts.get(name)
        if make is None:
            return None
        with self._lock:
            if name not in self._kept:
                self._kept[name] = gzip.compress(make(workspace), 6, mtime=0)
            return self._kept[name]

    def _land(self, workspace: Workspace) -> bytes:
        parts = shapely.get_parts(workspace.atlas.land())
        drawn = shapely.simplify(parts[shapely.area(parts) >= _LEAST_DEG2], _COARSE_DEG, preserve_topology=False)
        return _polygons(drawn[~shapely.is_empty(drawn)], 2)

    def _shore(self, workspace: Workspace) -> bytes:
        return _polygons(shapely.get_parts(workspace.atlas.land()), 3)

    def _names(self, workspace: Workspace) -> bytes:
        del workspace
        return _collection(
            (
                {k: v for k, v in label._asdict().items() if k not in ("lon", "lat") and v is not None},
                {"type": "Point", "coordinates": [label.lon, label.lat]},
            )
            for label in labels(self._settings)
        )


def _graticule(workspace: Workspace) -> bytes:
    del workspace
    lines = [[[lon, lat] for lat in range(-84, 85, 4)] for lon in range(-180, 181, 30)]
    lines += [[[lon, lat] for lon in range(-180, 181, 10)] for lat in range(-60, 61, 30)]
    return _collection(({}, {"type": "LineString", "coordinates": line}) for line in lines)


def _polygons(shapes: Any, digits: int) -> bytes:
    """Rounded for drawing; a ring that rounding folds is drawn the same."""
    rounded = shapely.transform(shapes, lambda c: np.round(c, digits))
    features = ('{"type":"Feature","properties":{},"geometry":' + g + "}" for g in shapely.to_geojson(rounded))
    return ('{"type":"FeatureCollection","features":[' + ",".join(features).replace(", ", ",") + "]}").encode()


def _collection(features: Iterable[tuple[Any, Any]]) -> bytes:
    made = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
    document = {"type": "FeatureCollection", "features": made}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
