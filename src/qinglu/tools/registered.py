"""Layers of the atlas on this machine, as the register knows them: who may see which, and which take part."""

from __future__ import annotations

from typing import Any

from ..atlas import Atlas, starter
from ..store import SYSTEM, ConflictError, Store


def register_layers(store: Store, atlas: Atlas) -> int:
    """Enter layers that are new or of another version; how many. What a steward decided about one stays.

    Layers of the starter atlas rest on open data: everybody may see what they are. Others are for users
    until a steward opens them.
    """
    known = {record.id: record for record in store.layers(SYSTEM)}
    open_ones = set(starter.ids())
    n = 0
    here = atlas.list()
    for gone in known.keys() - {layer.id for layer in here}:
        if known[gone].enabled:
            store.put_layer(SYSTEM, gone, {"enabled": False}, known[gone].version)
    for layer in here:
        found: dict[str, Any] = {
            "role": layer.role, "title_zh": layer.title.zh, "title_en": layer.title.en, "kind": layer.kind or "area",
            "layer_version": layer.version, "provider": layer.provider, "licence": layer.licence,
            "sha256": layer.sha256,
            "record": {
                "covers": None if layer.covers is None else list(layer.covers), "withheld": list(layer.withheld),
                "provenance": layer.provenance, "demonstration": layer.demonstration,
                "how_to_get": layer.how_to_get._asdict(),
            },
        }  # fmt: skip
        before = known.get(layer.id)
        if before is not None and all(getattr(before, k) == v for k, v in found.items()):
            continue
        if before is None:
            found |= {"open": layer.id in open_ones and layer.id not in atlas.own()}
        try:
            store.put_layer(SYSTEM, layer.id, found, 0 if before is None else before.version)
        except ConflictError:  # another process was first
            continue
        n += 1
    return n
