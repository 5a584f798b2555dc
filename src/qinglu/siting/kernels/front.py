"""Ways from one cell to another, none better than another in every objective: label setting with lower bounds.

Labels are taken in the order of the first objective, so a label is beaten at its cell exactly when one taken there
before is no worse in the others (Pulido, Mandow and Pérez-de-la-Cruz 2015, doi:10.1016/j.cor.2015.05.007). What beats
only labels that another beats too is forgotten: of two objectives one number a cell remains (Hernández et al. 2023,
doi:10.1016/j.artint.2022.103807). With a tolerance, labels of one cell that wait are merged into one way and the
corner below all it stands for, as long as the way stays within the tolerance of its corner (Zhang et al. 2022,
doi:10.1609/icaps.v32i1.19825); the tolerance does not add up along a way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...space.kernels._jit import jit
from .spread import COL_MOVES, ROW_MOVES

LOOKS = 16  # comparisons of labels that take as long as making one
NOISE = 1.0 + 1e-13  # two sums of the same steps in another order are the same cost


@jit
def _push(keys: Any, ties: Any, items: Any, size: Any, key: Any, tie: Any, item: Any) -> None:
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if keys[up] < key or (keys[up] == key and ties[up] <= tie):
            break
        keys[i], ties[i], items[i] = keys[up], ties[up], items[up]
        i = up
    keys[i], ties[i], items[i] = key, tie, item


@jit
def _pop(keys: Any, ties: Any, items: Any, size: Any) -> Any:
    first = items[0]
    last = size - 1
    key, tie, item = keys[last], ties[last], items[last]
    i = 0
    while True:
        down = 2 * i + 1
        if down >= last:
            break
        right = down + 1
        if right < last and (keys[right] < keys[down] or (keys[right] == keys[down] and ties[right] < ties[down])):
            down = right
        if key < keys[down] or (key == keys[down] and tie <= ties[down]):
            break
        keys[i], ties[i], items[i] = keys[down], ties[down], items[down]
        i = down
    keys[i], ties[i], items[i] = key, tie, item
    return first


@jit
def _beaten(first: Any, after: Any, corner: Any, label: Any, m: Any) -> Any:
    """How many closed labels of the cell were looked at; negative where one of them beats `label`."""
    looked = 1
    c = first
    while c >= 0:
        i = 1
        while i < m and corner[c, i] <= corner[label, i] * NOISE:
            i += 1
        if i == m:
            return -looked
        looked += 1
        c = after[c]
    return looked


@jit
def _matched(won: Any, n_won: Any, way: Any, bound: Any, factor: Any, m: Any) -> Any:
    """Whether a way already found is within the tolerance of all that `bound` may lead to."""
    for w in range(n_won - 1, -1, -1):
        i = 1
        while i < m and way[won[w], i] <= factor * bound[i] * NOISE:
            i += 1
        if i == m:
            return True
    return False


@jit
def _wanted(boxes: Any, limits: Any, bound: Any, bound_sum: Any, factor: Any, m: Any) -> Any:
    """Whether something in one of the boxes may still be reached."""
    for k in range(len(limits)):
        if factor * bound_sum <= limits[k]:
            i = 0
            while i < m and factor * bound[i] <= boxes[k, i]:
                i += 1
            if i == m:
                return True
    return False


@jit
def _price(
    costs: Any, u: Any, v: Any, k: Any, n_cols: Any, length: Any, z: Any, tables: Any, climb: Any, m: Any, out: Any
) -> Any:
    """Put what a move costs in each objective into `out`; False where it is too steep."""
    if k < 8:
        for i in range(m):
            out[i] = 0.5 * (costs[u, i] + costs[v, i])
    else:
        if k < 10 or k > 13:
            a = u + ROW_MOVES[k] // 2 * n_cols
            b = a + COL_MOVES[k]
        else:
            a = u + COL_MOVES[k] // 2
            b = a + ROW_MOVES[k] * n_cols
        for i in range(m):
            out[i] = 0.25 * (costs[u, i] + costs[v, i] + costs[a, i] + costs[b, i])
    if len(z):
        gradient = (np.float64(z[v]) - np.float64(z[u])) / length
        if not abs(gradient) <= climb[2]:
            return False
        x = (gradient - climb[0]) * climb[1]
        j = min(max(np.int64(x), 0), tables.shape[1] - 2)
        for i in range(m):
            out[i] += tables[i, j] + (x - j) * (tables[i, j + 1] - tables[i, j])
    for i in range(m):
        out[i] *= length
    return True


@jit
def _ways(won: Any, n_won: Any, parent: Any, cell: Any) -> tuple[Any, Any]:
    """Cells of the ways found, one after the other, and where each begins."""
    offsets = np.zeros(n_won + 1, np.int64)
    for w in range(n_won):
        label = won[w]
        offsets[w + 1] = offsets[w]
        while label >= 0:
            offsets[w + 1] += 1
            label = parent[label]
    cells = np.empty(offsets[n_won], np.int64)
    for w in range(n_won):
        label, at = won[w], offsets[w + 1]
        while label >= 0:
            at -= 1
            cells[at] = cell[label]
            label = parent[label]
    return offsets, cells


@jit
def label(
    costs: Any, least: Any, shape: tuple[int, int], steps: Any, z: Any, tables: Any, climb: Any, n_moves: int,
    start: int, end: int, boxes: Any, weights: Any, least_sum: Any, limits: Any, factor: float, only_first: bool,
    most: int,
) -> tuple[bool, int, int, Any, Any]:  # fmt: skip
    """Ways from `start` to `end` inside the boxes, none better than another in every objective.

    Parameters
    ----------
    costs : float64 (n, m), cost per metre of each cell in each objective; NaN or infinity cannot be entered
    least : float64 (n, m)
        What is at least still to pay from each cell; infinity where nothing leads to the end.
    shape, steps : (n_rows, n_cols); float64 (5, n_rows), metres, as `spread` takes them
    z : float32 (n,) metres, or (0,) for flat ground
    tables : float64 (m, k), cost per metre by gradient
    climb : (lowest gradient, gradients a unit, steepest allowed)
    n_moves : 8 or 16
    boxes : float64 (b, m)
        Only ways with values at most those of one of the boxes, divided by `factor`, are looked for.
    weights, least_sum, limits : float64 (m,), (n,), (b,)
        A weighted sum, what of it is at least still to pay, and the most of it in each box.
    factor : float
        1 + tolerance.
    only_first : bool
        Stop at the first way.
    most : int
        Labels that may be made; `LOOKS` comparisons of labels count as one more.

    Returns
    -------
    finished : bool
        False where `most` was hit first.
    made, spent : int
        Labels, and what counts against `most`.
    offsets, cells : int64 (ways + 1,), int64; way w is cells[offsets[w]:offsets[w + 1]]
    """
    n_rows, n_cols = shape
    n, m = costs.shape
    merging = factor > 1.0
    room = 1024
    cell = np.empty(room, np.int32)
    parent = np.empty(room, np.int32)
    after = np.empty(room, np.int32)  # the next of the closed, the waiting or the unused labels
    alive = np.empty(room, np.uint8)
    corner = np.empty((room, m), np.float64)  # below all the ways a label stands for
    way = corner
    if merging:
        way = np.empty((room, m), np.float64)
    keys, ties, items = np.empty(room), np.empty(room), np.empty(room, np.int32)
    closed, waiting = np.empty(n, np.int32), np.empty(n if merging else 1, np.int32)
    for i in range(n):
        closed[i] = -1
    for i in range(len(waiting)):
        waiting[i] = -1
    won = np.empty(64, np.int32)
    ahead = np.empty(64, np.int32)  # of the ways found, those not beaten by a later one in all but the first objective
    n_won, n_ahead = 0, 0
    price, bound = np.empty(m), np.empty(m)
    along = np.zeros(16)
    unused: Any = -1
    used: Any = 1
    size, made, looks = 1, 1, 0
    finished = True

    cell[0], parent[0], after[0], alive[0] = start, -1, -1, 1
    for i in range(m):
        corner[0, i] = way[0, i] = 0.0
    keys[0], ties[0], items[0] = 0.0, 0.0, 0
    if merging:
        waiting[start] = 0

    while size > 0:
        now = _pop(keys, ties, items, size)
        size -= 1
        u = np.int64(cell[now])
        if merging and alive[now]:
            before, o = -1, waiting[u]
            while o != now:
                before, o = o, after[o]
            if before < 0:
                waiting[u] = after[now]
            else:
                after[before] = after[now]
        drop = not alive[now]
        if not drop:
            for i in range(m):
                bound[i] = corner[now, i] + least[u, i]
            looked = _beaten(closed[u], after, corner, now, m)
            looks += abs(looked)
            drop = looked < 0 or _matched(ahead, n_ahead, way, bound, factor, m)
        if drop:
            after[now] = unused
            unused = now
            continue

        # Closed labels that `now` beats in all but the first objective beat nothing more than it does.
        before, c = -1, closed[u]
        while c >= 0:
            i = 1
            while i < m and corner[now, i] <= corner[c, i]:
                i += 1
            if i < m:
                before = c
            elif before < 0:
                closed[u] = after[c]
            else:
                after[before] = after[c]
            c = after[c]
        after[now] = closed[u]
        closed[u] = now

        if u == end:
            kept = 0
            for w in range(n_ahead):
                i = 1
                while i < m and way[now, i] <= way[ahead[w], i]:
                    i += 1
                if i < m:
                    ahead[kept] = ahead[w]
                    kept += 1
            n_ahead = kept
            if n_won == len(won):
                larger = np.empty(2 * n_won, np.int32)
                larger[:n_won] = won
                won = larger
                larger = np.empty(2 * n_won, np.int32)
                larger[:n_won] = ahead
                ahead = larger
            ahead[n_ahead] = won[n_won] = now
            n_ahead += 1
            n_won += 1
            if only_first:
                break
            continue

        if made + looks // LOOKS > most:
            finished = False
            break
        if used + n_moves > room:
            room += room // 2
            fewer = np.empty(room, np.int32)
            fewer[:used] = cell[:used]
            cell = fewer
            fewer = np.empty(room, np.int32)
            fewer[:used] = parent[:used]
            parent = fewer
            fewer = np.empty(room, np.int32)
            fewer[:used] = after[:used]
            after = fewer
            lives = np.empty(room, np.uint8)
            lives[:used] = alive[:used]
            alive = lives
            wider = np.empty((room, m), np.float64)
            wider[:used] = corner[:used]
            corner = wider
            if merging:
                wider = np.empty((room, m), np.float64)
                wider[:used] = way[:used]
                way = wider
            else:
                way = corner
        if size + n_moves > len(keys):
            longer = np.empty(2 * len(keys))
            longer[:size] = keys[:size]
            keys = longer
            longer = np.empty(2 * len(ties))
            longer[:size] = ties[:size]
            ties = longer
            fewer = np.empty(2 * len(items), np.int32)
            fewer[:size] = items[:size]
            items = fewer

        r = u // n_cols
        c = u - r * n_cols
        along[3] = along[4] = steps[0, r]
        if r > 0:
            along[0] = along[2] = steps[2, r - 1]
            along[1] = steps[1, r - 1]
            along[10] = along[11] = steps[3, r - 1]
        if r > 1:
            along[8] = along[9] = steps[4, r - 2]
        if r < n_rows - 1:
            along[5] = along[7] = steps[2, r]
            along[6] = steps[1, r]
            along[12] = along[13] = steps[3, r]
        if r < n_rows - 2:
            along[14] = along[15] = steps[4, r]
        for k in range(n_moves):
            rr, cc = r + ROW_MOVES[k], c + COL_MOVES[k]
            if rr < 0 or rr >= n_rows or cc < 0 or cc >= n_cols:
                continue
            v = rr * n_cols + cc
            if not least[v, 0] < np.inf:
                continue
            if not _price(costs, u, v, k, n_cols, along[k], z, tables, climb, m, price):
                continue
            new = unused if unused >= 0 else used
            tie = 0.0
            bound_sum = least_sum[v]
            for i in range(m):
                corner[new, i] = corner[now, i] + price[i]
                bound[i] = corner[new, i] + least[v, i]
                tie += weights[i] * bound[i]
                bound_sum += weights[i] * corner[new, i]
            if not (bound_sum < np.inf and _wanted(boxes, limits, bound, bound_sum, factor, m)):
                continue
            if _matched(ahead, n_ahead, way, bound, factor, m):
                continue
            looked = _beaten(closed[v], after, corner, new, m)
            looks += abs(looked) + n_ahead
            if looked < 0:
                continue
            origin = now
            if merging:
                for i in range(m):
                    way[new, i] = way[now, i] + price[i]
                spare = False
                before, o = -1, waiting[v]
                while o >= 0:
                    looks += 1
                    old_stands, new_stands, lower = True, True, True
                    for i in range(m):
                        high = factor * (min(corner[o, i], corner[new, i]) + least[v, i])
                        old_stands &= way[o, i] + least[v, i] <= high
                        new_stands &= way[new, i] + least[v, i] <= high
                        lower &= corner[o, i] <= corner[new, i]
                    if old_stands and lower:
                        spare = True
                        break
                    ahead_of = after[o]
                    if old_stands or new_stands:
                        for i in range(m):
                            corner[new, i] = min(corner[o, i], corner[new, i])
                            if not new_stands:
                                way[new, i] = way[o, i]
                        if not new_stands:
                            origin = parent[o]
                        alive[o] = 0
                        if before < 0:
                            waiting[v] = ahead_of
                        else:
                            after[before] = ahead_of
                    else:
                        before = o
                    o = ahead_of
                if spare:
                    continue
                tie = 0.0
                for i in range(m):
                    tie += weights[i] * (corner[new, i] + least[v, i])
            if unused >= 0:
                unused = after[unused]
            else:
                used += 1
            cell[new], parent[new], alive[new] = v, origin, 1
            if merging:
                after[new] = waiting[v]
                waiting[v] = new
            _push(keys, ties, items, size, corner[new, 0] + least[v, 0], tie, new)
            size += 1
            made += 1
    offsets, cells = _ways(won, n_won, parent, cell)
    return finished, made, made + looks // LOOKS, offsets, cells
