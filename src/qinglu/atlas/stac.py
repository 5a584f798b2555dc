"""A layer as a STAC item, so that any STAC tool can read what is kept, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import IntegrityError
from ..model import Layer
from ..text import Text
from .keeping import sha256_of

if TYPE_CHECKING:
    import pystac

ITEM = "item.json"
FILE_EXTENSION = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
_SHA2_256 = "1220"  # multihash: function 0x12, 32 bytes
_PREFIX = "qinglu:"
_WORLD = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class Asset:
    """One kept file.

    Attributes
    ----------
    name : str
        Within the layer's folder.
    media_type : str
    role : str
        ``data`` for what was delivered, ``index`` for what can be compiled from it again.
    """

    name: str
    media_type: str
    role: str


def write_item(
    folder: Path,
    layer: Layer,
    assets: tuple[Asset, ...],
    *,
    bbox: tuple[float, float, float, float] | None,
    dated: datetime,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Describe the files of a folder in its ``item.json``.

    Parameters
    ----------
    folder : Path
        Holds the assets.
    layer : Layer
    assets : tuple of Asset
    bbox : (west, south, east, north), degrees; None where nothing has a place
    dated : datetime
        With a time zone; of the data, as far as is known.
    more : mapping, optional
        Further properties, JSON values, without prefix.
    """
    import pystac

    item = item_of(layer, bbox=bbox, dated=dated, more=more)
    for asset in assets:
        path = folder / asset.name
        extra = {"file:size": path.stat().st_size, "file:checksum": _SHA2_256 + sha256_of(path)}
        item.add_asset(
            Path(asset.name).stem + "-" + asset.role,
            pystac.Asset(
                f"./{asset.name}", media_type=asset.media_type, roles=[asset.role], extra_fields=extra
            ),
        )
    text = json.dumps(item.to_dict(include_self_link=False), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / ITEM).write_text(text + "\n", encoding="utf-8")


def item_of(
    layer: Layer,
    *,
    bbox: tuple[float, float, float, float] | None,
    dated: datetime,
    more: Mapping[str, Any] | None = None,
) -> pystac.Item:
    """The item of a layer, without files; see `write_item`."""
    import pystac

    bbox = bbox or _WORLD
    properties = {f"{_PREFIX}{k}": v for k, v in {**_plain(layer), **(more or {})}.items()}
    item = pystac.Item(
        id=layer.id,
        geometry=_box(bbox),
        bbox=list(bbox),
        datetime=dated,
        properties={"title": layer.title.en, "license": "other", **properties},
        stac_extensions=[FILE_EXTENSION],
    )
    if layer.provider:
        item.properties["providers"] = [{"name": layer.provider, "roles": ["producer"]}]
    return item


def read_item(folder: Path) -> dict[str, Any]:
    """The item of a folder.

    Raises
    ------
    IntegrityError
        Missing or damaged.
    """
    try:
        item: dict[str, Any] = json.loads((folder / ITEM).read_text(encoding="utf-8"))
        item["properties"][f"{_PREFIX}role"], item["assets"]
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise IntegrityError(
            Text(
                f"图层 {folder.name} 的说明文件缺失或损坏",
                f"the description of layer {folder.name} is missing or damaged",
            ),
            Text("请移除该图层后重新添加", "remove the layer and add it again"),
            where=folder.name,
        ) from e
    return item


def layer_of(item: Mapping[str, Any]) -> Layer:
    """The layer that an item describes."""
    given = {
        f.name: item["properties"][_PREFIX + f.name]
        for f in fields(Layer)
        if _PREFIX + f.name in item["properties"]
    }
    given["id"] = item["id"]
    for name in ("title", "how_to_get"):
        given[name] = Text(**given[name])
    given["withheld"] = tuple(given["withheld"])
    given["covers"] = None if given["covers"] is None else tuple(given["covers"])
    return Layer(**given)


def extra(item: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """A further property written with `write_item`."""
    return item["properties"].get(_PREFIX + name, default)


def checksums(item: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """File name → (role, SHA-256) of every asset."""
    return {
        a["href"].removeprefix("./"): (a["roles"][0], a["file:checksum"].removeprefix(_SHA2_256))
        for a in item["assets"].values()
    }


def _plain(layer: Layer) -> dict[str, Any]:
    out = {f.name: getattr(layer, f.name) for f in fields(layer) if f.name != "id"}
    for name in ("title", "how_to_get"):
        out[name] = {"zh": out[name].zh, "en": out[name].en}
    out["withheld"] = list(out["withheld"])
    out["covers"] = None if out["covers"] is None else list(out["covers"])
    return out


def _box(bbox: tuple[float, float, float, float]) -> dict[str, Any]:
    west, south, east, north = bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
