"""An existing or planned line as a file holds it: one alignment, its gaps counted, its side tracks told apart."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from ..errors import LayerError, OptionError, SizeLimitError, UnknownNameError
from ..portfolio.fields import find_fields
from ..portfolio.places import check, place
from ..portfolio.raw import Raw
from ..portfolio.reasons import message
from ..portfolio.sniff import read_file
from ..settings import Settings
from ..space import length_m
from ..text import Text
from .grid import _GEOD, Float, Int
from .joining import joined, without_side_tracks

ALL = "*"
MOST = 50
"""Lines of one file that are read one by one."""
_FIRST_NAMES = 8
_MOST_PARTS = 2_000


@dataclass(frozen=True, eq=False)
class Alignment:
    """A line as read.

    Attributes
    ----------
    parts : tuple of float64 (n, 2)
        Longitude and latitude, one part after another along the line; continuous over the antimeridian.
    length_m : float
        Of the parts, on the ellipsoid.
    gaps_m : tuple of float
        Metres between the end of each part and the start of the next; nothing is drawn there.
    side_tracks : int
    side_tracks_m : float
        Pieces beside a longer piece (second tracks, sidings, outlines of stations) that were left out.
    name : str
        Of the feature; of the file where it has none.
    source : str
        Name of the file.
    notes : tuple of str
        What was done to the geometry: slugs of `model.project.NOTES`.
    left_out : int
        Features chosen that are no lines (points, areas) or could not be read.
    """

    parts: tuple[Float, ...]
    length_m: float
    gaps_m: tuple[float, ...]
    side_tracks: int
    side_tracks_m: float
    name: str
    source: str
    notes: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def remark(self) -> Text | None:
        """Gaps and what was left out, in a sentence; None where there is neither."""
        zh, en = [], []
        if self.gaps_m:
            n, most, total = len(self.gaps_m), max(self.gaps_m), sum(self.gaps_m)
            zh.append(f"该线分为 {n + 1} 段，间断 {n} 处，共 {total:.0f} m，最长 {most:.0f} m，间断处未计入")
            gaps = "gap" if n == 1 else "gaps"
            en.append(f"{n + 1} parts with {n} {gaps} of {total:.0f} m in all, the longest {most:.0f} m, not counted")
        if self.side_tracks:
            n, metres = self.side_tracks, self.side_tracks_m
            zh.append(f"略去与主线并行的 {n} 段（复线、站线等），共 {metres:.0f} m")
            pieces = "piece" if n == 1 else "pieces"
            en.append(f"{n} {pieces} beside the main line (second tracks, sidings) left out, {metres:.0f} m in all")
        if self.left_out:
            n = self.left_out
            zh.append(f"另有 {n} 个所选要素不是线或无法读取，未计入")
            en.append(f"{n} chosen {'feature' if n == 1 else 'features'} not counted: no line, or not readable")
        return Text("；".join(zh), "; ".join(en)) if zh else None


def read_alignment(path: Path | str, *, settings: Settings, feature: str | None = None) -> Alignment:
    """Read a line from a file.

    Lines that meet end to end are joined; the others stay parts, in order along the line. Narrow polygons, which is
    what lines become in files that hold areas only, are brought back to their centre line.

    Parameters
    ----------
    path : Path or str
        GeoJSON, GeoPackage, zipped Shapefile, KML/KMZ, GeoParquet, or CSV/XLSX with WKT; told by content.
    settings : Settings
        Bounds on sizes.
    feature : str, optional
        Which one of several: its id or name, or any value that stands in one of its columns; features that share
        it are sections of one line. ``#3`` is the third row, ``*`` all of them.

    Raises
    ------
    PortfolioError, SizeLimitError
        The file cannot be read.
    OptionError
        It holds several lines and `feature` does not say which.
    UnknownNameError
        No feature is called so.
    LayerError
        What was chosen is no line.
    """
    path = Path(path)
    return _alignment(_chosen(read_file(path, settings), feature, path.name), settings, path)


def read_alignments(path: Path | str, *, settings: Settings) -> tuple[Alignment, ...]:
    """Read every line of a file, a feature a line; as for `read_alignment`.

    Raises
    ------
    SizeLimitError
        More than `MOST` lines: they are more likely the sections of one.
    """
    path = Path(path)
    raws = read_file(path, settings)
    rows = [(raw, np.array([r])) for raw in raws for r in np.flatnonzero(_may_be_line(raw))]
    if not rows:
        raise _no_line(path.name, raws)
    if len(rows) > MOST:
        raise SizeLimitError(
            Text(f"文件中有 {len(rows)} 条线，超过 {MOST} 条", f"holds {len(rows)} lines, more than {MOST}"),
            Text(f"如为同一线路的各段，请用 {ALL} 连成一条；否则请用编号或名称指定其一",
                 f"If they are sections of one line join them with {ALL}, else name one by its id or name"),
            where=path.name,
        )  # fmt: skip
    return tuple(_alignment([_taken(raw, r)], settings, path) for raw, r in rows)


def _alignment(rows: list[Raw], settings: Settings, path: Path) -> Alignment:
    geoms: list[shapely.Geometry] = []
    notes: set[str] = set()
    left_out = 0
    for raw in rows:
        found, others, slugs = _lines(raw, settings, path.name)
        geoms += found
        left_out += others
        notes |= slugs
    if not geoms:
        raise _no_line(path.name, rows)
    main, n_side, side_m = without_side_tracks(joined(np.array(geoms, dtype=object)))
    if len(main) > _MOST_PARTS:
        raise SizeLimitError(
            Text(f"该线分为 {len(main)} 段互不相接，超过 {_MOST_PARTS} 段",
                 f"the line is in {len(main)} parts that do not meet, more than {_MOST_PARTS}"),
            Text("请先连接各段，或只取其中一条", "Join them first, or choose one of them"),
            where=path.name,
        )  # fmt: skip
    parts, gaps = _in_order(main)
    length = float(length_m(np.array([shapely.LineString(p) for p in parts], dtype=object)).sum())
    names = {str(v) for raw in rows for v in _column(raw, "name", path.name) if v}
    name = names.pop() if len(names) == 1 else path.stem
    return Alignment(tuple(parts), length, gaps, n_side, side_m, name, path.name, tuple(sorted(notes)), left_out)


def _chosen(raws: list[Raw], feature: str | None, where: str) -> list[Raw]:
    """The rows asked for, as the readers delivered them."""
    if feature == ALL:
        return raws
    if feature is None:
        rows = [(raw, np.flatnonzero(_may_be_line(raw))) for raw in raws]
        if sum(len(r) for _, r in rows) > 1:
            raise _several(raws, where)
        return [_taken(raw, r) for raw, r in rows if len(r)]
    if feature.startswith("#") and feature[1:].isdigit():
        rows = [(raw, np.flatnonzero(raw.source_row == int(feature[1:]))) for raw in raws]
    else:
        rows = next((r for r in _matches(raws, feature, where) if any(len(i) for _, i in r)), [])
    chosen = [_taken(raw, r) for raw, r in rows if len(r)]
    if not chosen:
        raise _unknown(raws, feature, where)
    return chosen


def _matches(raws: list[Raw], feature: str, where: str) -> Iterator[list[tuple[Raw, Int]]]:
    """Rows that hold the text: in the column of ids, else of names, else in any."""
    for field in ("id", "name", "name_zh"):
        yield [(raw, np.flatnonzero(np.array([v == feature for v in _column(raw, field, where)]))) for raw in raws]
    for i in range(max((raw.columns.num_columns for raw in raws), default=0)):
        yield [(raw, _equal(raw.columns.column(i), feature)) for raw in raws if i < raw.columns.num_columns]


def _equal(column: pa.ChunkedArray, text: str) -> Int:
    return np.flatnonzero(pc.fill_null(pc.equal(column, text), False).to_numpy())


def _column(raw: Raw, field: str, where: str) -> list[str | None]:
    column = find_fields(raw.columns.column_names, {}, where=where).get(field)
    return raw.columns[column].to_pylist() if column is not None else []


def _may_be_line(raw: Raw) -> npt.NDArray[np.bool_]:
    """Rows that are not points; rows whose geometry stands in a column are all looked at."""
    if raw.geoms is None:
        return np.ones(len(raw.source_row), bool)
    kind = shapely.get_type_id(raw.geoms)
    line = np.isin(kind, (1, 2, 5))
    return np.asarray(line if line.any() else np.isin(kind, (3, 6, 7)))


def _taken(raw: Raw, rows: Int) -> Raw:
    return replace(
        raw,
        columns=raw.columns.take(pa.array(rows)),
        source_row=raw.source_row[rows],
        geoms=None if raw.geoms is None else raw.geoms[rows],
        faults=None if raw.faults is None else raw.faults[rows],
        rejected=(),
    )


def _lines(raw: Raw, settings: Settings, where: str) -> tuple[list[shapely.Geometry], int, set[str]]:
    """Lines of rows, how many rows gave none, and what was done to them."""
    placed = place(raw, find_fields(raw.columns.column_names, {}, where=where), where)
    checked = check(placed.geoms, raw.source_row, np.full(len(raw.source_row), "", dtype=object), settings)
    rejected = [*placed.rejected, *checked.rejected]
    if rejected and len(rejected) == len(raw.source_row):
        first = rejected[0]
        zh, en = message(first.reason, first.values)
        raise LayerError(Text(f"第 {first.source_row} 行：{zh}", f"row {first.source_row}: {en}"), where=where)
    rows = checked.of_row[checked.of_row >= 0]
    lines = [checked.geoms[k] for k in np.unique(rows) if checked.shape[k] == "line"]
    others = len(raw.source_row) + len(raw.rejected) - int((checked.shape[rows] == "line").sum())
    return lines, others, {slug for slug, mask in {**placed.notes, **checked.notes}.items() if mask.any()}


def _in_order(parts: list[Float]) -> tuple[list[Float], tuple[float, ...]]:
    """Parts one after another, from one far end on to whichever end is nearest, and the metres between them."""
    if len(parts) == 1:
        return parts, ()
    ends = np.array([p[[0, -1]] for p in parts])  # (n, 2, 2)
    flat = ends.reshape(-1, 2)
    apart = np.array([np.hypot(*((flat - e) * [np.cos(np.radians(e[1])), 1.0]).T) for e in flat])
    first = int(min(np.unravel_index(np.argmax(apart), apart.shape)))
    used, order = np.zeros(len(parts), bool), [first]
    used[first // 2] = True
    while not used.all():
        distance = np.where(np.repeat(used, 2), np.inf, apart[order[-1] ^ 1])
        order.append(int(np.argmin(distance)))
        used[order[-1] // 2] = True
    # An end with an odd number is a part's last vertex: that part is walked backward.
    backward = sum(len(parts[k // 2]) * (1 if k % 2 else -1) for k in order) > 0
    if backward:
        order = [k ^ 1 for k in order[::-1]]
    out = [parts[k // 2][::-1] if k % 2 else parts[k // 2] for k in order]
    gaps = [_GEOD.inv(*a[-1], *b[0])[2] for a, b in pairwise(out)]
    return out, tuple(float(g) for g in gaps)


def _names(raws: list[Raw], where: str) -> list[str]:
    out: list[str] = []
    for raw in raws:
        for field in ("id", "name"):
            values = [v for v in _column(raw, field, where) if v]
            if values:
                out += values
                break
        else:
            out += [f"#{i}" for i in raw.source_row.tolist()]
    return out


def _several(raws: list[Raw], where: str) -> OptionError:
    names = _names(raws, where)
    some = names[:_FIRST_NAMES]
    more = len(names) - len(some)
    return OptionError(
        Text(f"文件中有多条线（{'、'.join(some)}{f' 等 {len(names)} 个要素' if more else ''}）",
             f"holds several lines ({', '.join(some)}{f' and {more} more' if more else ''})"),
        Text(f"请用编号或名称指定其一，或用 {ALL} 取全部", f"Name one by its id or name, or take all with {ALL}"),
        where=where,
    )  # fmt: skip


def _unknown(raws: list[Raw], feature: str, where: str) -> UnknownNameError:
    names = _names(raws, where)
    near = difflib.get_close_matches(feature, names, _FIRST_NAMES, 0.6) or names[:_FIRST_NAMES]
    return UnknownNameError(
        Text(
            f"没有编号、名称或任何一列为 {feature!r} 的要素", f"no feature has {feature!r} as id, name or in any column"
        ),
        Text(f"可试：{'、'.join(near)}", f"Try {', '.join(near)}"),
        where=where,
    )


def _no_line(where: str, rows: list[Raw]) -> LayerError:
    kinds = sorted({g.geom_type for raw in rows if raw.geoms is not None for g in raw.geoms if g is not None})
    held = ", ".join(kinds)
    return LayerError(
        Text(
            f"所选要素不是线{f'（{held}）' if held else ''}",
            f"what was chosen is no line{f' ({held})' if held else ''}",
        ),
        Text("请提供线要素，或线路缓冲而成的窄条多边形", "Give a line, or the narrow strip a line was buffered to"),
        where=where,
    )
