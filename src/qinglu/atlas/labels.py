"""Names for a map of one's own: countries and areas, towns; in both languages where both are known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely

from ..model import country_title
from ..settings import Settings
from . import starter
from .catalogue import Atlas

_COUNTRY_DEG2 = ((180.0, 2), (40.0, 3), (8.0, 4), (1.0, 5))
_PEOPLE = ((5_000_000, 4), (1_500_000, 5), (400_000, 6), (120_000, 7), (40_000, 8))
_TRANSLATED = 40_000  # people; for smaller towns the source's names in Chinese are too uneven


class Label(NamedTuple):
    """A name and where it stands.

    Attributes
    ----------
    kind : str
        ``country`` or ``place``.
    lon, lat : float
        Degrees.
    zh, en : str or None
        None where there is no name in that language.
    rank : int
        The zoom of a web map from which it is worth its room.
    """

    kind: str
    lon: float
    lat: float
    zh: str | None
    en: str | None
    rank: int


def labels(settings: Settings) -> tuple[Label, ...]:
    """Every name that a map may show, countries first.

    Raises
    ------
    IntegrityError
        A layer of the atlas is damaged.
    """
    return (*_countries(settings), *_places())


def _countries(settings: Settings) -> Iterator[Label]:
    shapes, codes = Atlas(settings).countries()
    for shape, code in zip(shapes, codes, strict=True):
        parts = shapely.get_parts(shape)
        largest = parts[int(np.argmax(shapely.area(parts)))]
        at = shapely.point_on_surface(largest)
        rank = next((zoom for area, zoom in _COUNTRY_DEG2 if largest.area > area), 6)
        title = country_title(code)
        yield Label("country", round(at.x, 3), round(at.y, 3), title.zh, title.en, rank)


def _places() -> Iterator[Label]:
    towns = json.loads(starter._source("places").read_text(encoding="utf-8")).values()
    for town in towns:
        people = town["population"]
        rank = next((zoom for least, zoom in _PEOPLE if people >= least), 9)
        zh = simplified(town["alternatenames"]) if people >= _TRANSLATED else None
        yield Label("place", round(town["longitude"], 4), round(town["latitude"], 4), zh, town["name"], rank)


def simplified(names: Sequence[str]) -> str | None:
    """The first of many names in all scripts that is written in simplified Chinese.

    Examples
    --------
    >>> simplified(["Kaboul", "喀布爾", "喀布尔"])
    '喀布尔'
    >>> simplified(["Nairobi"])
    """
    return next((n for n in names if 2 <= len(n) <= 8 and _is_simplified(n)), None)


def _is_simplified(name: str) -> bool:
    if not all("\u4e00" <= c <= "\u9fff" for c in name):
        return False
    try:
        name.encode("gb2312")  # has the simplified characters and not the traditional ones
    except UnicodeEncodeError:
        return False
    return True
