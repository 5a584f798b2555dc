"""A line as files hold it: joined, in order, gaps and side tracks told, never guessed among several."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from qinglu.errors import LayerError, OptionError, PortfolioError, SizeLimitError, UnknownNameError
from qinglu.settings import Settings
from qinglu.siting.alignment import Alignment, read_alignment, read_alignments

SETTINGS = Settings()
DEGREE_M = 111_319.5  # of longitude on the equator


def written(path: Path, *features: tuple[dict[str, Any], shapely.Geometry]) -> Path:
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "properties": p, "geometry": json.loads(shapely.to_geojson(g))} for p, g in features
                ],
            }
        ),
        encoding="utf-8",
    )  # fmt: skip
    return path


def read(path: Path, feature: str | None = None) -> Alignment:
    return read_alignment(path, settings=SETTINGS, feature=feature)


def one(tmp_path: Path, shape: shapely.Geometry) -> Alignment:
    return read(written(tmp_path / "line.geojson", ({"id": "a", "name": "Line"}, shape)))


def test_a_line_keeps_its_direction(tmp_path: Path) -> None:
    for xy in ([(36.0, 0.0), (36.5, 0.1), (37.0, 0.0)], [(37.0, 0.0), (36.5, 0.1), (36.0, 0.0)]):
        found = one(tmp_path, shapely.LineString(xy))
        assert found.parts[0].tolist() == [list(p) for p in xy]
        assert (found.name, found.source, found.remark, found.gaps_m) == ("Line", "line.geojson", None, ())


def test_pieces_that_meet_are_joined(tmp_path: Path) -> None:
    """In any order, and with one of three drawn backward."""
    found = one(tmp_path, shapely.MultiLineString([[(2, 0), (3, 0)], [(0, 0), (1, 0)], [(2, 0), (1, 0)]]))
    assert [p.tolist() for p in found.parts] == [[[0, 0], [1, 0], [2, 0], [3, 0]]]
    assert found.length_m == pytest.approx(3 * DEGREE_M, rel=1e-6)


def test_a_gap_is_told_and_not_bridged(tmp_path: Path) -> None:
    found = one(tmp_path, shapely.MultiLineString([[(2.1, 0), (3, 0)], [(0, 0), (1, 0)], [(1.01, 0), (2, 0)]]))
    assert [p[0, 0] for p in found.parts] == [0.0, 1.01, 2.1]
    assert found.gaps_m == pytest.approx((0.01 * DEGREE_M, 0.1 * DEGREE_M), rel=1e-6)
    assert found.length_m == pytest.approx(2.89 * DEGREE_M, rel=1e-6)
    assert found.remark is not None
    assert "3 parts with 2 gaps of 12245 m in all, the longest 11132 m" in found.remark.en
    assert "间断 2 处，共 12245 m，最长 11132 m" in found.remark.zh


def test_parts_follow_from_where_the_last_one_ended(tmp_path: Path) -> None:
    """Not from where it began, which is nearer to another part; and each part turned the way of the whole."""
    u = [[(0, 0), (1, 0)], [(0.9, 1.02), (0, 0.7)], [(1, 1), (1, 0.05)]]
    found = one(tmp_path, shapely.MultiLineString(u))
    assert [p[[0, -1]].tolist() for p in found.parts] == [
        [[0, 0], [1, 0]],
        [[1, 0.05], [1, 1]],
        [[0.9, 1.02], [0, 0.7]],
    ]


def test_a_strip_becomes_its_centre_line(tmp_path: Path) -> None:
    line = shapely.LineString([(36.0, 0.0), (36.05, 0.02), (36.1, 0.0)])
    found = one(tmp_path, line.buffer(0.00001))
    assert "strip-as-line" in found.notes
    assert found.length_m == pytest.approx(line.length * DEGREE_M, rel=0.01)
    assert shapely.LineString(found.parts[0]).hausdorff_distance(line) < 0.0001


def test_second_tracks_and_sidings_are_not_counted_twice(tmp_path: Path) -> None:
    """A siding from 1° to 1.05° E that joins the main line at both ends; branches and short cuts stay."""
    main = [[(0, 0), (1, 0)], [(1, 0), (1.02, 0.002), (1.05, 0)], [(1.05, 0), (2, 0)]]
    siding = [(1, 0), (1.05, 0)]
    found = one(tmp_path, shapely.MultiLineString([*main, siding]))
    assert len(found.parts) == 1
    assert found.parts[0][:, 1].max() == 0.002
    assert found.length_m == pytest.approx(2 * DEGREE_M, rel=1e-3)
    assert found.side_tracks == 1
    assert found.side_tracks_m == pytest.approx(0.05 * DEGREE_M, rel=1e-3)
    assert found.remark is not None
    assert "1 piece beside the main line" in found.remark.en
    around = [(0, 0), (0.5, 0.5), (1, 0)]
    short_cut = one(tmp_path, shapely.MultiLineString([[(-1, 0), (0, 0)], around, [(0, 0), (1, 0)], [(1, 0), (2, 0)]]))
    assert short_cut.side_tracks == 0
    branch = one(tmp_path, shapely.MultiLineString([main[0], main[2], siding, [(1, 0), (1.0, 0.3)]]))
    assert branch.side_tracks == 0
    assert branch.length_m == pytest.approx(2 * DEGREE_M + 0.3 * 110_574.3, rel=1e-5)


def test_one_line_over_the_antimeridian_stays_one(tmp_path: Path) -> None:
    for shape in (
        shapely.LineString([(179.0, 0.0), (-179.0, 0.0)]),
        shapely.MultiLineString([[(179.0, 0.0), (180.0, 0.0)], [(-180.0, 0.0), (-179.0, 0.0)]]),
    ):
        found = one(tmp_path, shape)
        assert len(found.parts) == 1
        assert found.parts[0][[0, -1], 0].tolist() == [179.0, 181.0]
        assert found.length_m == pytest.approx(2 * DEGREE_M, rel=1e-6)


@pytest.fixture
def several(tmp_path: Path) -> Path:
    return written(
        tmp_path / "lines.geojson",
        ({"id": "n1", "name": "Northern", "section": "x"}, shapely.LineString([(0, 1), (1, 1)])),
        ({"id": "n2", "name": "Northern", "section": "y"}, shapely.LineString([(1, 1), (2, 1)])),
        ({"id": "s", "name": "Southern", "section": "y"}, shapely.LineString([(0, 0), (1, 0)])),
        ({"id": "town", "name": "Town", "section": "z"}, shapely.Point(0, 0)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("feature", "degrees", "parts"),
    [("s", 1, 1), ("Northern", 2, 1), ("y", 2, 2), ("#2", 1, 1), ("*", 3, 2)],
    ids=["id", "name of two sections", "any column", "row", "all"],
)
def test_one_of_several_is_chosen(several: Path, feature: str, degrees: float, parts: int) -> None:
    found = read(several, feature)
    assert len(found.parts) == parts
    assert found.length_m == pytest.approx(degrees * DEGREE_M, rel=1e-3)


def test_what_was_chosen_and_is_no_line_is_counted(several: Path) -> None:
    found = read(several, "*")
    assert found.left_out == 1
    assert found.remark is not None
    assert "1 chosen feature not counted" in found.remark.en
    assert "1 个所选要素不是线" in found.remark.zh


def test_every_line_of_a_file_one_by_one(several: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = read_alignments(several, settings=SETTINGS)
    assert [a.name for a in every] == ["Northern", "Northern", "Southern"]
    assert [a.length_m for a in every] == pytest.approx([DEGREE_M] * 3, rel=1e-3)
    monkeypatch.setattr("qinglu.siting.alignment.MOST", 2)
    with pytest.raises(SizeLimitError, match="3 lines, more than 2"):
        read_alignments(several, settings=SETTINGS)


def test_too_many_parts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qinglu.siting.alignment._MOST_PARTS", 2)
    with pytest.raises(SizeLimitError, match="3 parts that do not meet"):
        one(tmp_path, shapely.MultiLineString([[(k, 0), (k + 0.5, 0)] for k in range(3)]))


def test_several_without_a_choice_are_refused_with_their_ids(several: Path) -> None:
    with pytest.raises(OptionError, match=r"several lines \(n1, n2, s, town\).*take all with \*") as e:
        read(several)
    assert "n1、n2、s" in e.value.line("zh")


def test_an_unknown_name_is_refused_with_near_ones(several: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"'n3'.*Try n1, n2|'n3'.*Try n2, n1"):
        read(several, "n3")


def test_points_beside_one_line_do_not_hinder(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.geojson", ({}, shapely.Point(0, 0)), ({}, shapely.LineString([(0, 0), (1, 0)])), ({}, shapely.Point(1, 0))
    )  # fmt: skip
    assert read(path).length_m == pytest.approx(DEGREE_M, rel=1e-6)


@pytest.mark.parametrize("shape", [shapely.Point(36, 0), shapely.box(36, 0, 37, 1)], ids=["point", "area"])
def test_what_is_no_line_is_refused(tmp_path: Path, shape: shapely.Geometry) -> None:
    path = written(tmp_path / "a.geojson", ({"id": "a"}, shape))
    with pytest.raises(LayerError, match=f"is no line .{shape.geom_type}"):
        read(path, "a")


def test_coordinates_that_cannot_be_are_refused_with_their_row(tmp_path: Path) -> None:
    path = written(tmp_path / "a.geojson", ({"id": "a"}, shapely.LineString([(500, 0), (501, 700)])))
    with pytest.raises((LayerError, PortfolioError), match=r"a\.geojson"):
        read(path)


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PortfolioError, match="no such file"):
        read(tmp_path / "none.geojson")


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>Line</name><LineString><coordinates>36,0,5 36.5,0.1,5 37,0,5</coordinates></LineString></Placemark>
</Document></kml>"""


def test_other_formats(tmp_path: Path) -> None:
    import pyogrio.raw

    xy = np.array([(36.0, 0.0), (36.5, 0.1), (37.0, 0.0)])
    (tmp_path / "a.kml").write_text(KML, encoding="utf-8")
    (tmp_path / "a.csv").write_text('id,wkt\nx,"LINESTRING (36 0, 36.5 0.1, 37 0)"\n', encoding="utf-8")
    utm = shapely.transform(shapely.LineString(xy), lambda p: np.column_stack(_to_utm(p[:, 0], p[:, 1])))
    pyogrio.raw.write(
        tmp_path / "a.gpkg", np.array([shapely.to_wkb(utm)], dtype=object), [np.array(["x"], dtype=object)], ["id"],
        geometry_type="LineString", crs="EPSG:32637",
    )  # fmt: skip
    for name in ("a.kml", "a.csv", "a.gpkg"):
        found = read(tmp_path / name)
        assert found.parts[0] == pytest.approx(xy, abs=1e-7), name


def _to_utm(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import pyproj

    return pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32637", always_xy=True).transform(lon, lat)
