"""Building the box trees: runs of edges into blocks, blocks into nodes, items into one tree over all.

A *block* is a run of up to 16 consecutive edges of one ring, or a fraction of one long edge. It is evaluated as
*chords*: pieces short enough that a straight line in earth-centred space stands for them. Boxes are earth-centred
and axis-aligned, float32, rounded outwards: no projection, no seam, no pole.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ._jit import jit
from .earth import DEG, E2, R_BOUND, A, xyz

BLOCK_EDGES = 16
BLOCK_CHORDS = 48
EDGE_CHORDS = 16  # an edge of more chords is cut into fractions
CHORD_M = 2000.0
CHORD_TURN = 0.1  # radians a chord may turn on the ground: matters near the poles only
FANOUT = 8


@jit
def edge_shape(lat1: float, dlon: float, dlat: float) -> Any:
    """Upper bounds of an edge's length (metres) and turning (radians) from its ends."""
    lat2 = lat1 + dlat
    c = math.cos(min(abs(lat1), abs(lat2))) if lat1 * lat2 > 0.0 else 1.0
    e = R_BOUND * c * dlon
    n = R_BOUND * dlat
    length = math.sqrt(e * e + n * n)
    ground = abs(dlon) * math.sin(min(max(abs(lat1), abs(lat2)), 0.5 * math.pi))
    return length, ground + length / (0.99 * A)


@jit
def edge_chords(lat1: float, dlon: float, dlat: float) -> int:
    """How many chords an edge is evaluated as."""
    length, turn = edge_shape(lat1, dlon, dlat)
    return int(max(math.ceil(max(length / CHORD_M, turn / CHORD_TURN)), 1.0))


@jit
def _chords_from(coords: Any, i: int) -> int:
    """How many chords the edge that begins at vertex i is evaluated as."""
    return edge_chords(
        coords[i, 1] * DEG, (coords[i + 1, 0] - coords[i, 0]) * DEG, (coords[i + 1, 1] - coords[i, 1]) * DEG
    )


@jit
def count_blocks(coords: Any, ring_start: Any) -> int:
    """Number of blocks that `fill_blocks` will write."""
    n = 0
    for r in range(len(ring_start) - 1):
        lo, hi = ring_start[r], ring_start[r + 1]
        if hi - lo <= 1:
            n += hi - lo
            continue
        edges = 0
        chords = 0
        for i in range(lo, hi - 1):
            k = _chords_from(coords, i)
            if k > EDGE_CHORDS:
                n += (1 if edges else 0) + (k + EDGE_CHORDS - 1) // EDGE_CHORDS
                edges = 0
                chords = 0
                continue
            if edges == BLOCK_EDGES or chords + k > BLOCK_CHORDS:
                n += 1
                edges = 0
                chords = 0
            edges += 1
            chords += k
        n += 1 if edges else 0
    return n


@jit
def fill_blocks(coords: Any, ring_start: Any, vertex: Any, count: Any, part: Any, parts: Any, ring_block: Any) -> None:
    """Write the blocks of every ring.

    vertex: first vertex; count: edges (0 for a point); part, parts: which fraction of the edge, of how many
    (0 of 1 where whole). ring_block (r + 1,): first block of each ring.
    """
    n = 0
    for r in range(len(ring_start) - 1):
        ring_block[r] = n
        lo, hi = ring_start[r], ring_start[r + 1]
        if hi - lo == 1:
            vertex[n] = lo
            count[n] = 0
            part[n] = 0
            parts[n] = 1
            n += 1
            continue
        edges = 0
        chords = 0
        for i in range(lo, hi - 1):
            k = _chords_from(coords, i)
            if edges and (k > EDGE_CHORDS or edges == BLOCK_EDGES or chords + k > BLOCK_CHORDS):
                n += 1
                edges = 0
                chords = 0
            if k > EDGE_CHORDS:
                m = (k + EDGE_CHORDS - 1) // EDGE_CHORDS
                for j in range(m):
                    vertex[n] = i
                    count[n] = 1
                    part[n] = j
                    parts[n] = m
                    n += 1
                continue
            if edges == 0:
                vertex[n] = i
                part[n] = 0
                parts[n] = 1
            edges += 1
            chords += k
            count[n] = edges
        n += 1 if edges else 0
    ring_block[len(ring_start) - 1] = n


@jit
def block_points(coords: Any, vertex: int, count: int, part: int, parts: int, px: Any, edge: Any, ta: Any) -> Any:
    """Chord ends of a block.

    Writes positions px (k + 1, 3) metres, and per chord i its edge (first vertex) edge[i] and start parameter ta[i];
    ta[k] is unused. Returns (k chords, largest sagitta in metres: how far the curve can lie from its chord).
    """
    k = 0
    sag = 0.0
    for e in range(count):
        i = vertex + e
        lon1 = coords[i, 0] * DEG
        lat1 = coords[i, 1] * DEG
        dlon = coords[i + 1, 0] * DEG - lon1
        dlat = coords[i + 1, 1] * DEG - lat1
        n = edge_chords(lat1, dlon, dlat)
        t0 = 0.0
        step = 1.0 / n
        if parts > 1:
            n = (n + parts - 1) // parts
            t0 = part / parts
            step = 1.0 / (parts * n)
        length, turn = edge_shape(lat1, dlon, dlat)
        pieces = n * parts
        sag = max(sag, length * turn / (8.0 * pieces * pieces))
        for j in range(n):
            t = t0 + j * step
            px[k, 0], px[k, 1], px[k, 2] = xyz(lon1 + t * dlon, lat1 + t * dlat)
            edge[k] = i
            ta[k] = t
            k += 1
        if e == count - 1:
            t = t0 + n * step
            px[k, 0], px[k, 1], px[k, 2] = xyz(lon1 + t * dlon, lat1 + t * dlat)
    if count == 0:
        px[0, 0], px[0, 1], px[0, 2] = xyz(coords[vertex, 0] * DEG, coords[vertex, 1] * DEG)
        edge[0] = vertex
        ta[0] = 0.0
    return k, sag


@jit
def block_boxes(coords: Any, vertex: Any, count: Any, part: Any, parts: Any, box: Any) -> None:
    """Earth-centred boxes of blocks, float32 (n or more, 6) as min x, y, z, max x, y, z, rounded outwards."""
    px = np.empty((BLOCK_CHORDS + 2, 3))
    edge = np.empty(BLOCK_CHORDS + 2, np.int64)
    ta = np.empty(BLOCK_CHORDS + 2)
    for b in range(len(vertex)):
        k, sag = block_points(coords, vertex[b], count[b], part[b], parts[b], px, edge, ta)
        # Half a metre is what float32 can round away at 6.4e6 m.
        pad = sag + 0.5
        for d in range(3):
            lo = px[0, d]
            hi = lo
            for i in range(1, k + 1):
                lo = min(lo, px[i, d])
                hi = max(hi, px[i, d])
            box[b, d] = lo - pad
            box[b, d + 3] = hi + pad


@jit
def patch_box(west: float, south: float, east: float, north: float, box: Any) -> None:
    """Box of the whole patch of ellipsoid between two meridians and two parallels (degrees): interiors bulge."""
    w, s, e, n = west * DEG, south * DEG, east * DEG, north * DEG
    near = 0.0 if s <= 0.0 <= n else min(abs(s), abs(n))
    far = min(max(abs(s), abs(n)), 0.5 * math.pi)
    r_hi = A * math.cos(near) / math.sqrt(1.0 - E2 * math.sin(near) ** 2)
    r_lo = A * math.cos(far) / math.sqrt(1.0 - E2 * math.sin(far) ** 2)
    c_lo, c_hi = min(math.cos(w), math.cos(e)), max(math.cos(w), math.cos(e))
    s_lo, s_hi = min(math.sin(w), math.sin(e)), max(math.sin(w), math.sin(e))
    if w <= 0.0 <= e:
        c_hi = 1.0
    if w <= -math.pi or e >= math.pi:
        c_lo = -1.0
    if w <= 0.5 * math.pi <= e:
        s_hi = 1.0
    if w <= -0.5 * math.pi <= e:
        s_lo = -1.0
    box[0] = min(c_lo * r_lo, c_lo * r_hi) - 0.5
    box[3] = max(c_hi * r_lo, c_hi * r_hi) + 0.5
    box[1] = min(s_lo * r_lo, s_lo * r_hi) - 0.5
    box[4] = max(s_hi * r_lo, s_hi * r_hi) + 0.5
    ns, nn = A / math.sqrt(1.0 - E2 * math.sin(s) ** 2), A / math.sqrt(1.0 - E2 * math.sin(n) ** 2)
    box[2] = ns * (1.0 - E2) * math.sin(s) - 0.5
    box[5] = nn * (1.0 - E2) * math.sin(n) + 0.5


@jit
def _cover(box: Any, lo: int, hi: int, into: int) -> None:
    for d in range(3):
        least, most = box[lo, d], box[lo, d + 3]
        for c in range(lo + 1, hi):
            least = min(least, box[c, d])
            most = max(most, box[c, d + 3])
        box[into, d], box[into, d + 3] = least, most


@jit
def count_nodes(start: Any) -> int:
    """Nodes above the leaves of a forest with one tree per range of `start`."""
    total = 0
    for i in range(len(start) - 1):
        n = start[i + 1] - start[i]
        while n > 1:
            n = (n + FANOUT - 1) // FANOUT
            total += n
    return total


@jit
def fill_nodes(start: Any, box: Any, child: Any, children: Any, root: Any) -> None:
    """Pack each range of leaves, in order, into a tree of fan-out 8.

    Leaves and the nodes above them are numbered together: box (leaves + nodes, 6) holds the leaves first and gets
    the nodes. child, children (nodes,): number of a node's first child, and how many follow each other; root (n,):
    number of each tree's root.
    """
    leaves = start[len(start) - 1]
    top = leaves
    for i in range(len(start) - 1):
        lo, hi = start[i], start[i + 1]
        root[i] = lo
        while hi - lo > 1:
            first = top
            for c in range(lo, hi, FANOUT):
                end = min(c + FANOUT, hi)
                _cover(box, c, end, top)
                child[top - leaves] = c
                children[top - leaves] = end - c
                top += 1
            lo, hi = first, top
            root[i] = first


@jit
def item_boxes(
    coords: Any, item_ring: Any, ring_start: Any, areal: Any, root: Any, tree_box: Any, plane: Any, box: Any
) -> None:
    """Boxes of items: in degrees (n, 4) west, south, east, north; and earth-centred (n, 6).

    An areal item's earth-centred box covers its interior as well, which bulges out of the box of its rim.
    """
    for i in range(len(areal)):
        lo, hi = ring_start[item_ring[i]], ring_start[item_ring[i + 1]]
        west = south = np.inf
        east = north = -np.inf
        for v in range(lo, hi):
            west = min(west, coords[v, 0])
            east = max(east, coords[v, 0])
            south = min(south, coords[v, 1])
            north = max(north, coords[v, 1])
        plane[i, 0], plane[i, 1], plane[i, 2], plane[i, 3] = west, south, east, north
        if areal[i]:
            patch_box(west, south, east, north, box[i])
        else:
            for d in range(6):
                box[i, d] = tree_box[root[i], d]
