"""Whatever stands in a file: read = screened + rejected, every row once, and ids unique."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qinglu import portfolio
from qinglu.errors import InputError
from qinglu.model import NOTES, Portfolio
from qinglu.portfolio import REASONS
from qinglu.settings import Settings

number = st.one_of(
    st.floats(-400, 400).map(repr), st.floats(allow_nan=True, allow_infinity=True).map(repr), st.integers(-200, 2_000_000).map(str)
)
coordinate = st.one_of(number, st.sampled_from(["", "0", "12,5", "38°45'N", "经度", "n/a", "36 12.5", "-0.0", "1e400"]))
text = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)
identifier = st.sampled_from(["", "007", "NA", "7", "row-1", "a-2", "a", " a "]) | text
country = st.sampled_from(["", "Kenya", "NA", "Fiji", "Africa, regional", "China"]) | text
cells = st.tuples(identifier, text, country, coordinate, coordinate)
HEADER = ["id", "name", "country", "lon", "lat"]


def attempt(path: Path) -> Portfolio | str:
    """The portfolio, or the one line that refuses it."""
    try:
        return portfolio.read(path, settings=Settings())
    except InputError as e:
        return e.line("en")


def check(p: Portfolio, n: int) -> None:
    assert p.n_read == n == len(p.projects) + len(p.rejected)
    rows = p.projects["source_row"].to_pylist() + p.rejected["source_row"].to_pylist()
    assert sorted(rows) == list(range(1, n + 1))
    ids = p.projects["project_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    assert all(ids)
    assert set(p.rejected["reason"].to_pylist()) <= set(REASONS)
    assert {s for notes in p.projects["notes"].to_pylist() for s in notes} <= set(NOTES)
    used = p.projects["geometry"].to_pylist()
    assert set(used) == set(range(len(p.geometries)))
    if len(p.geometries):
        bounds = shapely.bounds(p.geometries)
        assert (abs(bounds[:, [0, 2]]) <= 180).all()
        assert (abs(bounds[:, [1, 3]]) <= 90).all()
        assert shapely.is_valid(p.geometries).all()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(cells, min_size=1, max_size=8), delimiter=st.sampled_from(",;\t"))
def test_rows_well_written(tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([HEADER, *rows])
    path = tmp_path / "p.csv"
    path.write_bytes(out.getvalue().replace("\r", " ").encode())
    p = attempt(path)
    if isinstance(p, str):
        assert "EPSG:4326" in p, "only a file of projected numbers is refused as a whole"
    else:
        check(p, len(rows))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text('ab1.,"; ', max_size=12), min_size=1, max_size=10))
def test_rows_badly_written(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,lon,lat\n" + "\n".join(lines) + "\n")
    p = attempt(path)
    if isinstance(p, str):
        assert len(p) < 500
        return
    check(p, p.n_read)
    # A row may span lines only where its quotes are sound; no line may vanish without one.
    if not any('"' in line for line in lines):
        assert p.n_read == sum(bool(line.strip()) for line in lines)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200), name=st.sampled_from(["p.csv", "p.xlsx", "p.geojson", "p.kml", "p.gpkg", "p.zip", "p.csv.gz", "p.parquet"]),
       magic=st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"SQLite format 3\0", b"{", b"<kml>", b"\x1f\x8b\x08", b"\xff\xfe"]))  # fmt: skip
def test_noise_is_refused_in_one_line(tmp_path: Path, data: bytes, name: str, magic: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(magic + data)
    p = attempt(path)
    if isinstance(p, str):
        assert p.startswith(name)
        assert len(p) < 500
        assert "\n" not in p
    else:
        check(p, p.n_read)


wkt = st.sampled_from(
    ["", "POINT (1 2)", "POINT EMPTY", "POINT (1 200)", "LINESTRING (0 0, 0 0)", "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", "POINT Z (1 2 3)",
     "LINESTRING (170 0, -170 10)", "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))", "POLYGON ((0 0, 1 0, 2 0, 0 0))",
     "GEOMETRYCOLLECTION EMPTY", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((0.5 0, 2 0, 2 2, 0.5 0)))", "POINT (nan nan)", "LINESTRING (0 0, inf 1)",
     "CIRCULARSTRING (0 0, 1 1, 2 0)", "TRIANGLE ((0 0, 1 0, 0 1, 0 0))", "POLYGON ((0 0, 0.00001 0, 0.00001 5, 0 5, 0 0))"]
)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(wkt, min_size=1, max_size=6))
def test_geometries_of_every_kind(tmp_path: Path, rows: list[str]) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,wkt\n" + "".join(f'{k},"{w}"\n' for k, w in enumerate(rows)))
    p = portfolio.read(path, settings=Settings())
    check(p, len(rows))
    assert not (shapely.get_type_id(p.geometries) >= 7).any(), "no collections"


def test_one_of_each_kind_is_kept_or_refused_as_expected(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('id,wkt\n1,"POLYGON ((0 0, 0.00001 0, 0.00001 5, 0 5, 0 0))"\n2,"LINESTRING (0 0, inf 1)"\n')
    p = portfolio.read(path, settings=Settings())
    assert p.projects["shape"].to_pylist() == ["line"]
    assert p.rejected["reason"].to_pylist() == ["not-finite"]
    assert p.geometries[0].length == pytest.approx(5, abs=1e-3)
