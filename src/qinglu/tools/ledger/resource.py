"""The resource of a place from a raster of the user's: read at the point, as a capacity factor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from ...atlas import read_raster
from ...errors import OptionError
from ...ledger.tables import name_of
from ...ledger.trail import Trail
from ...model.level import Level
from ...space.zonal import zonal
from ...text import Text
from ...workspace import Workspace

_PER_UNIT = {"capacity_factor": 1.0, "percent": 100.0, "kwh_per_kw_day": 24.0, "kwh_per_kw_year": 8760.0}
"""What a raster shows of a plant that always runs at full load."""


def sampled(
    workspace: Workspace, raster: Mapping[str, Any], place: tuple[float, float], where: str, trail: Trail
) -> float | None:
    """The capacity factor of the cell that the place lies in; None, and flagged, where the raster tells nothing.

    Raises
    ------
    LayerError
        A raster that cannot be read.
    OptionError
        A value below 0 or above full load: then it shows another quantity.
    """
    option, quantity = raster["name"], raster["quantity"]
    layer = read_raster(option, raster["path"], settings=workspace.settings, band=raster["band"])
    with layer.source() as source:
        value = float(zonal(np.array([shapely.Point(place)]), source, threads=1).mean[0])
    share = value / _PER_UNIT[quantity]
    title = name_of("options", option)
    if not math.isfinite(value) or share == 0:
        trail.flag("ledger.resource.unknown", Level.UNKNOWN, Text(
            f"栅格在 {place[0]:g}, {place[1]:g} 处无值：{title.zh}的资源未知",
            f"the raster has no value at {place[0]:g}, {place[1]:g}: the resource for {title.en} is unknown"),
            field=where)  # fmt: skip
        return None
    if not 0 < share <= 1:
        raise OptionError(
            Text(f"栅格在该处的值 {value:g} 相当于容量系数 {share:g}",
                 f"the raster has {value:g} there, a capacity factor of {share:g}"),
            Text(f"允许：大于0、不大于1；请检查 quantity（现为 {quantity}）",
                 f"Allowed: above 0, up to 1; look at quantity, now {quantity}"),
            where=where,
        )  # fmt: skip
    trail.given(
        Text(f"资源：{title.zh}", f"Resource: {title.en}"),
        Text(f"{layer.layer.provenance}：{value:g} → 容量系数 {share:g}",
             f"{layer.layer.provenance}: {value:g}, a capacity factor of {share:g}"),
        sha256=layer.layer.sha256,
    )  # fmt: skip
    return share
