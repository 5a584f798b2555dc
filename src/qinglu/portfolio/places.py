"""Places of rows, from coordinates or as delivered; each distinct one checked, repaired and reduced once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from .. import space
from ..model import countries
from ..settings import Settings
from ..text import Text
from .coordinates import Read, read_degrees, run_together
from .errors import no_place, projected, unknown_crs
from .raw import Geometries, Ints, Mask, Raw, Rejection, parsed
from .shapes import reduce

Floats = npt.NDArray[np.float64]

COARSE_M2 = 1e10
"""A location larger than 10,000 square kilometres cannot be judged as a site."""
_WIDE_DEG = 65.0
_FAR_DEG = 400.0  # beyond any way of writing degrees
_M2_PER_DEG2 = 111_320.0**2


@dataclass(frozen=True)
class Placed:
    """Rows with the geometry they were given, before any check.

    Attributes
    ----------
    geoms : array, shape (n,)
        None on rows that are rejected.
    rejected : list of Rejection
    notes : mapping
        Slug to bool array, shape (n,).
    """

    geoms: Geometries
    rejected: list[Rejection]
    notes: dict[str, Mask]


def place(raw: Raw, fields: Mapping[str, str], where: str) -> Placed:
    """The geometry of each row of a file.

    Raises
    ------
    PortfolioError
        No column holds coordinates; or they are not degrees and no coordinate system is declared.
    """
    placed = _from_columns(raw, fields, where) if raw.geoms is None else _delivered(raw)
    if raw.crs:
        return _reprojected(placed, raw, where)
    _refuse_projected(placed.geoms, where)
    return placed


def _delivered(raw: Raw) -> Placed:
    assert raw.geoms is not None
    faults = np.full(len(raw.geoms), "", dtype=object) if raw.faults is None else raw.faults
    empty = shapely.is_missing(raw.geoms) | shapely.is_empty(raw.geoms)
    faults = np.where((faults == "") & empty, "empty-geometry", faults)
    rows = np.flatnonzero(faults != "")
    geoms: Geometries = raw.geoms.copy()
    geoms[rows] = None
    return Placed(geoms, [Rejection(int(raw.source_row[i]), str(faults[i])) for i in rows], {})


def _from_columns(raw: Raw, fields: Mapping[str, str], where: str) -> Placed:
    n = raw.columns.num_rows
    geoms: Geometries = np.full(n, None, dtype=object)
    rejected: list[Rejection] = []
    open_rows = np.ones(n, bool)
    if "wkt" in fields and not ("lon" in fields and _no_shapes(raw.columns[fields["wkt"]])):
        open_rows = _from_wkt(raw, fields["wkt"], geoms, rejected)
    notes: dict[str, Mask] = {}
    if "lon" in fields and "lat" in fields:
        notes["coordinate-rewritten"] = _from_degrees(raw, fields, geoms, rejected, open_rows)
    elif "wkt" in fields:
        rejected += [Rejection(int(r), "missing-coordinates") for r in raw.source_row[open_rows]]
    else:
        raise no_place(where, raw.columns.column_names)
    return Placed(geoms, rejected, notes)


def _no_shapes(column: pa.ChunkedArray) -> bool:
    """Whether no cell can be a geometry: a column named "shape" may just say "Point"."""
    return not pc.any(pc.match_substring_regex(pc.fill_null(column, ""), r"\(|EMPTY|^[0-9A-Fa-f]{42,}$")).as_py()


def _from_wkt(raw: Raw, column: str, geoms: Geometries, rejected: list[Rejection]) -> Mask:
    """Fill `geoms` from WKT; returns the rows that have none."""
    text = pc.fill_null(pc.utf8_trim_whitespace(raw.columns[column]), "").to_numpy()
    # EWKT may name the one system that is ours anyway.
    text = np.array([t[10:] if t[:10].upper() == "SRID=4326;" else t for t in text], dtype=object)
    empty = text == ""
    # Databases write WKB in hexadecimal.
    binary = np.array([t[:2] in ("00", "01") for t in text], dtype=bool)
    faults: Geometries = np.full(len(text), "", dtype=object)
    for rows, parse in ((~empty & ~binary, shapely.from_wkt), (binary, shapely.from_wkb)):
        geoms[rows], faults[rows] = parsed(parse, text[rows])
    faults[faults == "bad-geometry"] = "bad-wkt"
    bad = faults != ""
    values = [{"value": t} for t in text[bad]]
    rejected += map(Rejection, raw.source_row[bad].tolist(), faults[bad].tolist(), values)
    none = ~empty & ~bad & shapely.is_empty(geoms)
    rejected += [Rejection(int(r), "empty-geometry") for r in raw.source_row[none]]
    geoms[none] = None
    return np.asarray(empty)


def _from_degrees(
    raw: Raw, fields: Mapping[str, str], geoms: Geometries, rejected: list[Rejection], rows: Mask
) -> Mask:
    lon = read_degrees(raw.columns[fields["lon"]], "lon")
    lat = read_degrees(raw.columns[fields["lat"]], "lat")
    missing = rows & (lon.missing | lat.missing) & ~lon.wrong & ~lat.wrong
    wrong = rows & (lon.wrong | lat.wrong)
    crossed = rows & ~missing & ~wrong & (lon.crossed | lat.crossed)
    rejected += [Rejection(int(r), "missing-coordinates") for r in raw.source_row[missing]]
    for i in np.flatnonzero(wrong):
        column = fields["lon"] if lon.wrong[i] else fields["lat"]
        rejected.append(_unreadable(int(raw.source_row[i]), raw.columns[column][int(i)].as_py()))
    for i in np.flatnonzero(crossed):
        rejected.append(_swapped(int(raw.source_row[i]), lon.value[i], lat.value[i], _BY_LETTER))
    good = rows & ~missing & ~wrong & ~crossed
    geoms[good] = shapely.points(lon.value[good] + 0.0, lat.value[good] + 0.0)
    return _rewritten(lon, lat) & good


def _rewritten(lon: Read, lat: Read) -> Mask:
    return lon.rewritten | lat.rewritten


def _unreadable(source_row: int, text: str) -> Rejection:
    digits = text.replace(" ", "")
    try:
        reading = run_together(float(digits)) if " " in text.strip() else ""
    except ValueError:
        reading = ""
    if reading:
        return Rejection(source_row, "dms-run-together", {"value": text, "reading": reading})
    return Rejection(source_row, "not-a-number", {"value": text})


_BY_LETTER = Text("数值自带的方位字母与列不符", "by the letter beside the number")
_BY_RANGE = Text("纬度不可能超过90°", "a latitude cannot exceed 90")


def _swapped(source_row: int, x: float, y: float, why: Text) -> Rejection:
    values = {"x": float(x), "y": float(y), "why": why.zh, "why_en": why.en}
    return Rejection(source_row, "swapped-coordinates", values)


def _refuse_projected(geoms: Geometries, where: str) -> None:
    """Refuse a file all of whose coordinates are far from degrees and which does not say what they are."""
    given = geoms[~shapely.is_missing(geoms)]
    bounds = shapely.bounds(given)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if len(bounds) == 0:
        return
    far = np.abs(bounds).max(axis=1) > _FAR_DEG
    if far.all() and not all(run_together(v) for v in bounds[:100, :2].ravel()):
        raise projected(where, float(bounds[0, 0]), float(bounds[0, 1]))


def _reprojected(placed: Placed, raw: Raw, where: str) -> Placed:
    try:
        crs = pyproj.CRS.from_user_input(raw.crs)
        if crs.equals(pyproj.CRS("EPSG:4326"), ignore_axis_order=True):
            return placed
        change = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.ProjError as e:
        raise unknown_crs(where) from e
    have = ~shapely.is_missing(placed.geoms)
    flat = shapely.force_2d(placed.geoms[have])

    def to_degrees(xy: Floats) -> Floats:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    geoms = placed.geoms.copy()
    geoms[have] = shapely.transform(flat, to_degrees)
    return Placed(geoms, placed.rejected, {**placed.notes, "reprojected": have})


@dataclass(frozen=True)
class Checked:
    """Distinct places, checked and ready to be measured.

    Attributes
    ----------
    geoms : array, shape (k,)
    shape : array of str, shape (k,)
    of_row : int64 array, shape (n,)
        Place of each row; -1 where it is rejected.
    rejected : list of Rejection
    notes : mapping
        Slug to bool array, shape (n,).
    """

    geoms: Geometries
    shape: npt.NDArray[np.str_]
    of_row: Ints
    rejected: list[Rejection]
    notes: dict[str, Mask]


def check(geoms: Geometries, source_row: Ints, country: npt.NDArray[np.object_], settings: Settings) -> Checked:
    """Check, repair and reduce the places of rows, each distinct place once.

    Parameters
    ----------
    geoms : array of geometries, shape (n,)
        Longitude/latitude; None on rows already rejected.
    source_row : array, shape (n,)
    country : array of str, shape (n,)
        Alpha-3 codes, "" where not known; they tell swapped coordinates that are both in range.
    """
    distinct, of_row = distinct_places(geoms)
    reasons, values = _faults(distinct, settings)
    swapped = _swapped_by_country(distinct, of_row, country, reasons)
    rejected: list[Rejection] = []
    bad = (of_row >= 0) & ((np.append(reasons, "")[of_row] != "") | swapped)
    for i in np.flatnonzero(bad):
        k, row = of_row[i], int(source_row[i])
        if swapped[i]:
            x, y = _middle(distinct[k])
            title = countries()[country[i]].title
            why = Text(f"对调后位于所申报的{title.zh}境内", f"exchanged, they lie in {title.en} as declared")
            rejected.append(_swapped(row, x, y, why))
        else:
            rejected.append(Rejection(row, reasons[k], values[k]))
    of_row = np.where(bad, -1, of_row)
    return _ready(distinct, of_row, source_row, rejected)


def distinct_places(geoms: Geometries) -> tuple[Geometries, Ints]:
    """The distinct geometries in order of appearance, and which each row has; -1 for None."""
    wkb = pa.array(shapely.to_wkb(geoms, include_srid=False), pa.large_binary())
    coded = wkb.dictionary_encode()
    of_row = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    first = np.full(len(coded.dictionary), -1, dtype=np.int64)
    rows = np.flatnonzero(of_row >= 0)[::-1]
    first[of_row[rows]] = rows
    return geoms[first], of_row


def _faults(geoms: Geometries, settings: Settings) -> tuple[npt.NDArray[np.object_], dict[int, dict[str, object]]]:
    """Why each place cannot be used, "" if it can, and what the message is filled with."""
    reasons: npt.NDArray[np.object_] = np.full(len(geoms), "", dtype=object)
    values: dict[int, dict[str, object]] = {}
    count = shapely.get_num_coordinates(geoms)
    bounds = shapely.bounds(geoms)
    xy, of = shapely.get_coordinates(geoms, return_index=True)
    infinite = np.zeros(len(geoms), bool)
    infinite[of[~np.isfinite(xy).all(axis=1)]] = True
    with np.errstate(invalid="ignore"):
        lon, lat = np.abs(bounds[:, ::2]).max(axis=1), np.abs(bounds[:, 1::2]).max(axis=1)
        off = (lat > 90.0) | (lon > 360.0)
    null = (shapely.get_type_id(geoms) == 0) & (lon == 0.0) & (lat == 0.0)
    for mask, reason in (
        (null, "null-island"),
        (infinite, "not-finite"),
        (count > settings.max_vertices, "too-many-vertices"),
    ):
        reasons[mask] = reason
    for k in np.flatnonzero(reasons == "too-many-vertices"):
        values[int(k)] = {"count": int(count[k]), "limit": settings.max_vertices}
    for k in np.flatnonzero(off & (reasons == "")):
        reasons[k], values[int(k)] = _off_the_globe(bounds[k])
    return reasons, _Defaulting(values)


class _Defaulting(dict[int, dict[str, object]]):
    def __missing__(self, key: int) -> dict[str, object]:
        return {}


def _off_the_globe(bounds: Floats) -> tuple[str, dict[str, object]]:
    x, y = (float(v) for v in bounds[:2] / 2 + bounds[2:] / 2)
    if np.abs(bounds[::2]).max() <= 90.0 and np.abs(bounds[1::2]).max() <= 180.0:
        return "swapped-coordinates", {"x": x, "y": y, "why": _BY_RANGE.zh, "why_en": _BY_RANGE.en}
    reading_x, reading_y = run_together(x), run_together(y)
    if reading_x and reading_y:
        return "dms-run-together", {"value": f"{y:.10g}, {x:.10g}", "reading": f"{reading_y}, {reading_x}"}
    return "out-of-range", {"x": x, "y": y}


def _swapped_by_country(
    geoms: Geometries, of_row: Ints, country: npt.NDArray[np.object_], reasons: npt.NDArray[np.object_]
) -> Mask:
    """Rows far from the country they declare whose exchanged coordinates lie within it."""
    out = np.zeros(len(of_row), bool)
    bounds = shapely.bounds(geoms)
    codes, of = np.unique(country.astype(str), return_inverse=True)
    for j, code in enumerate(codes):
        known = countries().get(str(code))
        # With provinces overseas an extent spans half the globe and holds nearly any pair either way.
        if known is None or known.extent is None or (known.extent[2] - known.extent[0]) % 360.0 > _WIDE_DEG:
            continue
        rows = np.flatnonzero((of == j) & (of_row >= 0))
        rows = rows[reasons[of_row[rows]] == ""]
        box = bounds[of_row[rows]]
        given = _within(box, known.extent, 3.0)
        exchanged = _within(box[:, [1, 0, 3, 2]], known.extent, 0.0)
        both = (np.abs(box[:, [0, 2]]) <= 90.0).all(axis=1)
        out[rows] = ~given.any(axis=1) & exchanged.all(axis=1) & both
    return out


def _within(box: Floats, extent: tuple[float, float, float, float], margin: float) -> Mask:
    """Whether the lower and the upper corner of each box lie in an extent widened by `margin` degrees."""
    west, south, east, north = extent
    width = (east - west) % 360.0 or 360.0
    lon, lat = box[:, ::2], box[:, 1::2]
    across = (lon - west + margin) % 360.0 <= width + 2 * margin
    return np.asarray(across & (lat >= south - margin) & (lat <= north + margin))


def _middle(geom: shapely.Geometry) -> tuple[float, float]:
    west, south, east, north = geom.bounds
    return (west + east) / 2, (south + north) / 2


def _ready(geoms: Geometries, of_row: Ints, source_row: Ints, rejected: list[Rejection]) -> Checked:
    used = np.unique(of_row[of_row >= 0])
    renumber = np.full(len(geoms) + 1, -1, dtype=np.int64)
    renumber[used] = np.arange(len(used))
    of_row = renumber[of_row]
    repaired = space.repair(geoms[used])
    lost = shapely.is_missing(repaired.geoms) | shapely.is_empty(repaired.geoms)
    gone = (of_row >= 0) & lost[of_row] if len(used) else np.zeros(len(of_row), bool)
    rejected += [Rejection(int(r), "empty-geometry") for r in source_row[gone]]
    kept = np.flatnonzero(~lost)
    renumber = np.full(len(used) + 1, -1, dtype=np.int64)
    renumber[kept] = np.arange(len(kept))
    of_row = renumber[of_row]
    reduced = reduce(repaired.geoms[kept])
    by_place = {
        "strip-as-line": reduced.strip,
        "disc-as-point": reduced.disc,
        "mixed-parts": reduced.mixed,
        "location-too-coarse": _coarse(reduced.geoms, reduced.shape == "area"),
        "geometry-repaired": repaired.invalid[kept],
        "cut-at-antimeridian": repaired.cut[kept],
        "longitude-wrapped": repaired.wrapped[kept],
        "z-dropped": repaired.z_dropped[kept],
    }
    have = of_row >= 0
    notes = {slug: have & np.append(mask, False)[of_row] for slug, mask in by_place.items()}
    # Two places that differed as delivered (a disc and a point) may be one now.
    final, again = distinct_places(reduced.geoms)
    first = np.full(len(final), -1, dtype=np.int64)
    first[again[::-1]] = np.arange(len(again))[::-1]
    of_row = np.append(again, -1)[of_row]
    times = np.bincount(of_row[have], minlength=len(final))
    notes["shared-geometry"] = have & (np.append(times, 0)[of_row] > 1)
    return Checked(final, reduced.shape[first], of_row, rejected, notes)


def _coarse(geoms: Geometries, area: Mask) -> Mask:
    """Areas above `COARSE_M2`; the true area is taken only of those that may be."""
    _, south, _, north = shapely.bounds(geoms).T
    scale = np.cos(np.radians(np.minimum(np.abs(south), np.abs(north))))
    scale = np.where((south < 0) & (north > 0), 1.0, scale)  # widest where it is nearest the equator
    big = np.flatnonzero(area & (shapely.area(geoms) * scale * _M2_PER_DEG2 * 1.02 > COARSE_M2))
    out = np.zeros(len(geoms), bool)
    out[big] = space.area_m2(geoms[big]) > COARSE_M2
    return out
