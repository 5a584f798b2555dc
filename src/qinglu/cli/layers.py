"""Layers as they are written on the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..errors import OptionError
from ..text import Text


def layer_given(raw: str, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """``NAME=PATH[,key=value]…`` taken apart; a path may hold commas and equals signs.

    Examples
    --------
    >>> layer_given("parks=a,b.gpkg,role=protected", "--layer", ("role", "id"))
    {'name': 'parks', 'path': PosixPath('a,b.gpkg'), 'role': 'protected'}
    """
    name, equals, rest = raw.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise OptionError(
            Text(f"{raw!r} 不是 名称=路径 的形式", f"{raw!r} is not NAME=PATH"),
            Text("例如 parks=parks.gpkg,role=protected", "For example parks=parks.gpkg,role=protected"),
            where=where,
        )
    given: dict[str, Any] = {}
    pattern = re.compile(r",\s*([A-Za-z_]+)\s*=\s*([^,=]*)$")
    while (found := pattern.search(rest)) and not Path(rest).exists():
        key, value = found.group(1).lower(), found.group(2).strip()
        if key not in keys:
            raise OptionError(
                Text(f"图层没有 {key} 这一项", f"a layer has no {key!r}"),
                Text(f"可用：{'、'.join(keys)}", f"Use {', '.join(keys)}"),
                where=where,
            )
        given[f"{key}_field" if key in ("id", "name") else key] = value
        rest = rest[: found.start()]
    if "band" in given:
        given["band"] = _band(given["band"], where)
    return {
        "name": name.strip(),
        "path": Path(rest.strip()).expanduser(),
        **dict(reversed(given.items())),
    }


def _band(raw: str, where: str) -> int:
    try:
        return int(raw)
    except ValueError:
        raise OptionError(
            Text(f"波段 {raw!r} 不是整数", f"the band {raw!r} is not a whole number"),
            Text("波段从1起", "Bands count from 1"),
            where=where,
        ) from None
