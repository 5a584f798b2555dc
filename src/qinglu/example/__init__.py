"""The embedded example: well-known overseas projects, and sketches of three parks in Kenya.

Everything here was entered by hand (docs/decisions/0002-embedded-example.md). The projects are
facts with a public source each; the parks are demonstration sketches and never a boundary.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from ..model import Layer
from ..text import Text

__all__ = ["parks_layer", "parks_path", "portfolio_path", "sources"]


def portfolio_path() -> Path:
    """The projects: a GeoJSON file that ``qinglu screen`` reads like any other portfolio.

    Examples
    --------
    >>> portfolio_path().name
    'projects.geojson'
    """
    return _file("projects.geojson")


def parks_path() -> Path:
    """Sketches of Nairobi, Tsavo East and Tsavo West national parks (GeoJSON, polygons).

    Examples
    --------
    >>> parks_path().name
    'parks.geojson'
    """
    return _file("parks.geojson")


def parks_layer() -> Layer:
    """What is known of the parks file as a layer: a demonstration that covers Kenya only.

    Outside Kenya it answers *unknown*, never *clear*.

    Examples
    --------
    >>> parks = parks_layer()
    >>> parks.role, parks.covers, parks.demonstration
    ('protected', ('KEN',), True)
    """
    return Layer(
        id="example-parks",
        role="protected",
        title=Text(
            "肯尼亚三座国家公园（示意草图）", "Three national parks of Kenya (demonstration sketches)"
        ),
        kind="area",
        version="1",
        provider="Qinglu",
        licence="Apache-2.0",
        provenance="Drawn by hand for this example; areas within 15 % of the published ones.",
        sha256=hashlib.sha256(parks_path().read_bytes()).hexdigest(),
        covers=("KEN",),
        demonstration=True,
        how_to_get=Text(
            "仅供演示；真实边界请从 Protected Planet（WDPA）获取。",
            "For demonstration only; real boundaries come from Protected Planet (WDPA).",
        ),
    )


def sources() -> Mapping[str, Mapping[str, str | None]]:
    """Where the facts were seen, by the ids in the ``source`` column of the projects.

    Returns
    -------
    mapping
        Id to title, publisher, date, url and checked. ``checked`` is the day on which the facts
        were read in a copy of that page, or None where nobody has read it yet.

    Examples
    --------
    >>> sources()["ndrc-2020"]["publisher"]
    'National Development and Reform Commission of China'
    """
    import yaml  # not needed to find the two paths

    raw = yaml.safe_load(_file("sources.yaml").read_text(encoding="utf-8"))
    return MappingProxyType({key: {k: _text(v) for k, v in entry.items()} for key, entry in raw.items()})


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _file(name: str) -> Path:
    return Path(str(files(__name__).joinpath(name)))
