"""Vector tiles (Mapbox Vector Tile 2.1), written by hand: a few messages of protocol buffers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import shapely

EXTENT = 4096
_POINT, _LINE, _AREA = 1, 2, 3
_MOVE, _TO, _CLOSE = 1, 2, 7
_EDGE = 85.051128779806604  # where the square map of the world ends


def bounds(z: int, x: int, y: int, margin: float = 0.0) -> tuple[float, float, float, float]:
    """West, south, east, north of a tile in degrees; `margin` is a share of its side.

    Examples
    --------
    >>> [round(v, 2) for v in bounds(1, 1, 0)]
    [0.0, 0.0, 180.0, 85.05]
    """
    n = 2**z
    west, east = ((x - margin) / n) * 360 - 180, ((x + 1 + margin) / n) * 360 - 180
    return west, _latitude((y + 1 + margin) / n), east, _latitude((y - margin) / n)


def tile(z: int, x: int, y: int, layers: Mapping[str, Iterable[tuple[shapely.Geometry, Mapping[str, Any]]]]) -> bytes:
    """A tile of some layers, each of shapes in longitude and latitude with their properties.

    Shapes are taken as they come: clip them to `bounds` with a margin first.
    """
    made = b""
    for name, features in layers.items():
        made += _field(3, _layer(name, z, x, y, features))
    return made


def _layer(name: str, z: int, x: int, y: int, features: Iterable[tuple[shapely.Geometry, Mapping[str, Any]]]) -> bytes:
    keys: dict[str, int] = {}
    values: dict[tuple[type, Any], int] = {}
    body = b""
    for shape, properties in features:
        tags = b""
        for key, value in properties.items():
            if value is not None:
                tags += _varint(keys.setdefault(key, len(keys)))
                tags += _varint(values.setdefault((type(value), value), len(values)))
        for kind, commands in _drawn(shape, z, x, y):
            message = (_field(2, tags) if tags else b"") + b"\x18" + _varint(kind) + _field(4, commands)
            body += _field(2, message)
    head = b"\x78\x02" + _field(1, name.encode())
    words = b"".join(_field(3, key.encode()) for key in keys)
    held = b"".join(_field(4, _value(value)) for _, value in values)
    return head + body + words + held + b"\x28" + _varint(EXTENT)


def _drawn(shape: shapely.Geometry, z: int, x: int, y: int) -> Iterator[tuple[int, bytes]]:
    """The kind and the drawing commands of a shape, a feature for each kind of its parts."""
    made: dict[int, list[bytes]] = {}
    cursor = {_POINT: (0, 0), _LINE: (0, 0), _AREA: (0, 0)}
    for part in shapely.get_parts(shape):
        kind = int(shapely.get_dimensions(part)) + 1
        for ring, outer in _rings(part):
            at = _on_tile(shapely.get_coordinates(ring), z, x, y)
            if kind == _AREA:
                at = _turned(at[:-1], outer)
            if (len(at) < kind and kind != _POINT) or not len(at):
                continue
            commands, cursor[kind] = _commands(at, kind, cursor[kind])
            made.setdefault(kind, []).append(commands)
    for kind, drawn in made.items():
        yield kind, b"".join(drawn)


def _rings(part: shapely.Geometry) -> Iterator[tuple[shapely.Geometry, bool]]:
    if shapely.get_dimensions(part) < 2:
        yield part, True
        return
    yield part.exterior, True
    for hole in part.interiors:
        yield hole, False


def _on_tile(lon_lat: Any, z: int, x: int, y: int) -> Any:
    """Whole numbers within the tile, without points that fall together."""
    n = 2**z
    lat = np.radians(np.clip(lon_lat[:, 1], -_EDGE, _EDGE))
    across = (lon_lat[:, 0] + 180) / 360 * n - x
    down = (1 - np.arcsinh(np.tan(lat)) / math.pi) / 2 * n - y
    at = np.rint(np.column_stack([across, down]) * EXTENT).astype(np.int64)
    keep = np.ones(len(at), dtype=bool)
    keep[1:] = (np.diff(at, axis=0) != 0).any(axis=1)
    return at[keep]


def _turned(ring: Any, outer: bool) -> Any:
    """A ring in the direction that its part in the polygon asks for; empty where it has shrunk to nothing."""
    if len(ring) > 1 and (ring[0] == ring[-1]).all():
        ring = ring[:-1]
    if len(ring) < 3:
        return ring[:0]
    across, down = ring[:, 0], ring[:, 1]
    area = int((across * np.roll(down, -1) - np.roll(across, -1) * down).sum())
    if area == 0:
        return ring[:0]
    return ring if (area > 0) == outer else ring[::-1]


def _commands(at: Any, kind: int, cursor: tuple[int, int]) -> tuple[bytes, tuple[int, int]]:
    steps = np.diff(np.vstack([[cursor], at]), axis=0)
    zigzag = ((steps << 1) ^ (steps >> 63)).ravel().tolist()
    if kind == _POINT:
        words = [_MOVE | len(at) << 3, *zigzag]
    else:
        words = [_MOVE | 1 << 3, *zigzag[:2], _TO | (len(at) - 1) << 3, *zigzag[2:]]
        if kind == _AREA:
            words.append(_CLOSE | 1 << 3)
    return b"".join(map(_varint, words)), (int(at[-1][0]), int(at[-1][1]))


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"\x38" + _varint(int(value))
    if isinstance(value, int):
        return b"\x20" + _varint(value & (2**64 - 1))
    if isinstance(value, float):
        return b"\x19" + np.float64(value).tobytes()
    return _field(1, str(value).encode())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    if number < 0x80:
        return bytes((number,))
    made = bytearray()
    while number >= 0x80:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def _latitude(down: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))
