"""The compiled form of many geometries: coordinates, and box trees over runs of edges and over whole items."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ..errors import IntegrityError
from ..text import Text
from .kernels import tree
from .repair import Geometries

_MAGIC = b"QINGLUX2"
_ALIGN = 64
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Index:
    """Geometries compiled for measuring. Build with `Index.build`, keep with `save`, memory-map with `open`.

    An *item* is a polygon, a line or a point; a feature has as many items as it has parts.

    Attributes
    ----------
    coords : float64 (v, 2)
        Longitude, latitude in degrees, as given; rings closed, shells counter-clockwise, holes clockwise.
    ring_start : int64 (r + 1,)
    item_ring, item_feature, item_areal : (i + 1,), (i,), (i,)
    feature_item : int64 (n + 1,)
        First item of each feature.
    item_plane : float64 (i, 4)
        West, south, east, north in degrees.
    item_box : float32 (i, 6)
        Earth-centred boxes of items, metres.
    leaf_vertex, leaf_count, leaf_part, leaf_parts : blocks, see `kernels.tree`
    box : float32 (blocks + nodes, 6)
        Earth-centred boxes of blocks, then of the nodes over them.
    item_root, node_child, node_children : trees within items
    order, top_box, top_child, top_children, top_root : the tree over items, listed by `order` along a Hilbert curve
    """

    coords: Array
    ring_start: Array
    item_ring: Array
    item_feature: Array
    item_areal: Array
    feature_item: Array
    item_plane: Array
    item_box: Array
    leaf_vertex: Array
    leaf_count: Array
    leaf_part: Array
    leaf_parts: Array
    box: Array
    item_root: Array
    node_child: Array
    node_children: Array
    order: Array
    top_box: Array
    top_child: Array
    top_children: Array
    top_root: Array

    @property
    def n_features(self) -> int:
        """How many features, those without geometry included."""
        return len(self.feature_item) - 1

    @property
    def n_vertices(self) -> int:
        """How many vertices as delivered."""
        return len(self.coords)

    @property
    def nbytes(self) -> int:
        """Size in bytes, on disk and in memory."""
        return sum(getattr(self, f.name).nbytes for f in fields(self))

    @classmethod
    def build(cls, geoms: Geometries) -> Index:
        """Compile geometries.

        Parameters
        ----------
        geoms : array of shapely geometries, shape (n,)
            Repaired (`space.repair`): longitude/latitude in range, valid, cut at the antimeridian. None and empty
            geometries keep their place and match nothing.
        """
        parts, feature = _parts(np.asarray(geoms, dtype=object))
        areal = shapely.get_type_id(parts) == 3
        parts[areal] = shapely.orient_polygons(parts[areal])
        coords, ring_start, item_ring = _rings(parts, areal)
        n_items = len(parts)
        feature_item = np.searchsorted(feature, np.arange(len(geoms) + 1)).astype(np.int64)
        leaf, ring_block = _leaves(coords, ring_start)
        nodes = _forest(ring_block[item_ring], leaf.pop("box"))
        plane, box = np.empty((n_items, 4)), np.empty((n_items, 6), np.float32)
        tree.item_boxes(coords, item_ring, ring_start, areal, nodes["root"], nodes["box"], plane, box)
        order = _hilbert_order(plane)
        top = _forest(np.array([0, n_items], np.int64), box[order])
        index = cls(
            coords, ring_start, item_ring, feature, areal, feature_item, plane, box,
            leaf["vertex"], leaf["count"], leaf["part"], leaf["parts"], nodes["box"],
            nodes["root"], nodes["child"], nodes["children"],
            order, top["box"], top["child"], top["children"], top["root"],
        )  # fmt: skip
        for f in fields(cls):  # as from a memory map, so that kernels are compiled for one kind of array only
            getattr(index, f.name).setflags(write=False)
        return index

    def save(self, path: Path) -> None:
        """Write aside, then rename: a reader never sees half an index."""
        aside = path.with_name(f".{path.name}.{os.getpid()}.part")
        header, offset = {}, 0
        arrays = {f.name: np.ascontiguousarray(getattr(self, f.name)) for f in fields(self)}
        for name, a in arrays.items():
            header[name] = {"dtype": a.dtype.str, "shape": list(a.shape), "offset": offset}
            offset += -(-a.nbytes // _ALIGN) * _ALIGN
        head = json.dumps({"arrays": header, "size": offset}, sort_keys=True).encode()
        try:
            with aside.open("wb") as file:
                file.write(_MAGIC + len(head).to_bytes(8, "little") + head)
                file.write(bytes(-file.tell() % _ALIGN))
                for a in arrays.values():
                    file.write(a.data if a.size else b"")
                    file.write(bytes(-a.nbytes % _ALIGN))
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)

    @classmethod
    def open(cls, path: Path) -> Index:
        """Memory-map a saved index.

        Raises
        ------
        IntegrityError
            Not an index, of another version, or cut short.
        """
        try:
            with path.open("rb") as file:
                lead = file.read(16)
                if lead[:8] != _MAGIC:
                    raise ValueError("magic")
                size = int.from_bytes(lead[8:], "little")
                head: Mapping[str, Any] = json.loads(file.read(size))
            start = -(-(16 + size) // _ALIGN) * _ALIGN
            if path.stat().st_size != start + head["size"]:
                raise ValueError("size")
            raw = np.memmap(path, np.uint8, "r")
            arrays = {}
            for f in fields(cls):
                spec = head["arrays"][f.name]
                dtype = np.dtype(spec["dtype"])
                count = int(np.prod(spec["shape"], dtype=np.int64))
                at = start + spec["offset"]
                flat = np.asarray(raw[at : at + count * dtype.itemsize]).view(dtype)
                arrays[f.name] = flat.reshape(spec["shape"])
        except (ValueError, KeyError, UnicodeDecodeError) as cause:
            raise IntegrityError(
                Text(
                    f"编译后的图层文件已损坏或版本不符：{path.name}",
                    f"compiled layer damaged or of another version: {path.name}",
                ),
                Text("请删除该文件，系统会重新编译", "delete it; it is compiled again"),
            ) from cause
        return cls(**arrays)

    def geometries(self, rows: Array) -> Geometries:
        """Features as shapely geometries again (rows int64 (k,)); repaired, as they were compiled."""
        out = np.empty(len(rows), dtype=object)
        for k, f in enumerate(np.asarray(rows).tolist()):
            items = [self._item(i) for i in range(self.feature_item[f], self.feature_item[f + 1])]
            out[k] = (
                items[0]
                if len(items) == 1
                else shapely.GeometryCollection(items)
                if _mixed(items)
                else _multi(items)
            )
        return out

    def _item(self, i: int) -> shapely.Geometry:
        rings = [
            self.coords[self.ring_start[r] : self.ring_start[r + 1]]
            for r in range(self.item_ring[i], self.item_ring[i + 1])
        ]
        if self.item_areal[i]:
            return shapely.Polygon(rings[0], rings[1:])
        return shapely.LineString(rings[0]) if len(rings[0]) > 1 else shapely.Point(rings[0][0])


def _mixed(items: list[shapely.Geometry]) -> bool:
    return len({g.geom_type for g in items}) > 1


def _multi(items: list[shapely.Geometry]) -> shapely.Geometry:
    kinds = {
        "Polygon": shapely.multipolygons,
        "LineString": shapely.multilinestrings,
        "Point": shapely.multipoints,
    }
    return kinds[items[0].geom_type](items) if items else shapely.GeometryCollection()


def _parts(geoms: Geometries) -> tuple[Geometries, Array]:
    parts, feature = shapely.get_parts(geoms, return_index=True)
    while (shapely.get_type_id(parts) >= 4).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        feature = feature[inner]
    keep = ~(shapely.is_empty(parts) | shapely.is_missing(parts))
    return parts[keep].copy(), feature[keep].astype(np.int64)


def _rings(parts: Geometries, areal: Array) -> tuple[Array, Array, Array]:
    """Coordinates with where each ring, line or point starts, and which is the first of each item."""
    rings, owner = shapely.get_rings(parts[areal], return_index=True)
    chains = np.concatenate([rings, parts[~areal]])
    item = np.concatenate([np.flatnonzero(areal)[owner], np.flatnonzero(~areal)])
    if areal.any() and not areal.all():
        order = np.argsort(item, kind="stable")
        chains, item = chains[order], item[order]
    coords, chain = shapely.get_coordinates(chains, return_index=True)
    ring_start = np.zeros(len(chains) + 1, np.int64)
    np.cumsum(np.bincount(chain, minlength=len(chains)), out=ring_start[1:])
    item_ring = np.searchsorted(item, np.arange(len(parts) + 1)).astype(np.int64)
    return coords, ring_start, item_ring


def _leaves(coords: Array, ring_start: Array) -> tuple[dict[str, Array], Array]:
    n = tree.count_blocks(coords, ring_start)
    leaf: dict[str, Array] = {
        "vertex": np.empty(n, np.int64),
        "count": np.empty(n, np.int16),
        "part": np.empty(n, np.int32),
        "parts": np.empty(n, np.int32),
        "box": np.empty((n, 6), np.float32),
    }
    ring_block = np.empty(len(ring_start), np.int64)
    args = leaf["vertex"], leaf["count"], leaf["part"], leaf["parts"]
    tree.fill_blocks(coords, ring_start, *args, ring_block)
    tree.block_boxes(coords, *args, leaf["box"])
    return leaf, ring_block


def _forest(start: Array, leaf_box: Array) -> dict[str, Array]:
    leaves, n = len(leaf_box), tree.count_nodes(start)
    nodes = {
        "box": np.concatenate([leaf_box, np.empty((n, 6), np.float32)]),
        "child": np.empty(n, np.int64),
        "children": np.empty(n, np.int16),
        "root": np.zeros(len(start) - 1, np.int64),
    }
    assert start[-1] == leaves
    tree.fill_nodes(start, nodes["box"], nodes["child"], nodes["children"], nodes["root"])
    return nodes


def _hilbert_order(plane: Array) -> Array:
    """Items along a Hilbert curve through the middles of their boxes (order 16)."""
    x = ((plane[:, 0] + plane[:, 2]) / 2 + 180) / 360
    y = ((plane[:, 1] + plane[:, 3]) / 2 + 90) / 180
    ix = np.clip(x * 65535, 0, 65535).astype(np.int64)
    iy = np.clip(y * 65535, 0, 65535).astype(np.int64)
    key = np.zeros(len(plane), np.int64)
    s = 1 << 15
    while s:
        rx, ry = (ix & s) > 0, (iy & s) > 0
        key += s * s * ((3 * rx) ^ ry)
        turn = ~ry
        flip = turn & rx
        ix, iy = np.where(flip, 65535 - ix, ix), np.where(flip, 65535 - iy, iy)
        ix, iy = np.where(turn, iy, ix), np.where(turn, ix, iy)
        s >>= 1
    return np.argsort(key, kind="stable").astype(np.int64)
