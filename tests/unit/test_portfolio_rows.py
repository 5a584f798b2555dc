"""Every row is screened or rejected, with the reason; what is repaired is noted on the row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from qinglu import portfolio
from qinglu.errors import InputError, OptionError
from qinglu.model import NOTES, Portfolio, countries
from qinglu.portfolio import REASONS, flag_country_mismatch
from qinglu.portfolio.coordinates import parse_degrees
from qinglu.settings import Settings

SETTINGS = Settings()


def read(tmp_path: Path, text: str, **kwargs: object) -> Portfolio:
    path = tmp_path / "p.csv"
    path.write_text(text, encoding="utf-8")
    p = portfolio.read(path, settings=kwargs.pop("settings", SETTINGS), **kwargs)  # type: ignore[arg-type]
    assert p.n_read == len(p.projects) + len(p.rejected)
    return p


def reasons(p: Portfolio) -> list[tuple[int, str, str]]:
    return [(r["source_row"], r["project_id"], r["reason"]) for r in p.rejected.to_pylist()]


def test_each_reason_with_its_row_and_id(tmp_path: Path) -> None:
    text = (
        "id,lon,lat\n"
        "ok,36.8,-1.3\n"
        "m1,,-1.3\n"
        "m2,n/a,\n"
        "t,here,1\n"
        "r,200,95\n"
        "s,26.2082,119.5354\n"
        "d,1075744.39,330310.39\n"
        "d2,107.5,33 0310.39\n"
        "o,11285,4262\n"
        "z,0,0\n"
        "few,1\n"
        "many,1,2,3\n"
        ",,\n"
        "i,inf,1\n"
        "n,12°N,5°E\n"
    )
    assert reasons(read(tmp_path, text)) == [
        (2, "m1", "missing-coordinates"),
        (3, "m2", "missing-coordinates"),
        (4, "t", "not-a-number"),
        (5, "r", "out-of-range"),
        (6, "s", "swapped-coordinates"),
        (7, "d", "dms-run-together"),
        (8, "d2", "dms-run-together"),
        (9, "o", "out-of-range"),
        (10, "z", "null-island"),
        (11, "few", "ragged-row"),
        (12, "many", "ragged-row"),
        (13, "", "missing-coordinates"),
        (14, "i", "not-a-number"),
        (15, "n", "swapped-coordinates"),
    ]


def test_messages_say_what_to_try_in_the_language_asked(tmp_path: Path) -> None:
    text = "id,lon,lat\ns,26.2082,119.5354\nd,1075744.39,330310.39\nok,1,2\n"
    english = read(tmp_path, text).rejected["message"].to_pylist()
    chinese = read(tmp_path, text, lang="zh").rejected["message"].to_pylist()
    assert "likely longitude 119.5354, latitude 26.2082" in english[0]
    assert "应为经度 119.5354、纬度 26.2082" in chinese[0]
    assert "33.052886, 107.962331" in english[1]
    assert "连写的度分秒" in chinese[1]


@pytest.mark.parametrize("slug", sorted(REASONS))
def test_every_reason_names_the_same_values_in_both_languages(slug: str) -> None:
    def names(text: str) -> set[str]:
        import string

        return {name.removesuffix("_en") for _, name, _, _ in string.Formatter().parse(text) if name}

    assert names(REASONS[slug].zh) == names(REASONS[slug].en)


def test_swapped_lines_and_areas_are_found_by_their_extent(tmp_path: Path) -> None:
    text = 'id,wkt\nl,"LINESTRING (9 120, 9.1 121)"\na,"POLYGON ((9 120, 9 121, 8 121, 9 120))"\nk,"LINESTRING (36 1, 37 1)"\n'
    assert [r for _, _, r in reasons(read(tmp_path, text))] == ["swapped-coordinates"] * 2


def test_swapped_within_range_is_told_by_the_declared_country(tmp_path: Path) -> None:
    text = "id,country,lon,lat\n1,Kenya,-1.29,36.82\n2,Kenya,36.82,-1.29\n3,Kenya,-1.29,50\n4,,-1.29,36.82\n5,Fiji,-17.7,178.1\n6,Fiji,-179,-17\n"
    p = read(tmp_path, text)
    assert reasons(p) == [(1, "1", "swapped-coordinates"), (5, "5", "swapped-coordinates")]
    assert "Kenya as declared" in p.rejected["message"][0].as_py()
    assert p.projects["project_id"].to_pylist() == ["2", "3", "4", "6"], "far from Kenya either way is no swap"


def test_overseas_provinces_do_not_make_a_swap(tmp_path: Path) -> None:
    p = read(tmp_path, "id,country,lon,lat\n1,France,45.1864,-12.747\n")
    assert len(p.projects) == 1


@pytest.mark.parametrize(
    ("text", "degrees", "axis"),
    [
        ("38.75°E", 38.75, "lon"),
        ("38°45'E", 38.75, "lon"),
        ("38°45′36″ S", -38.76, "lat"),
        ("N 9 1.8", None, ""),
        ("N9°1.8'", 9.03, "lat"),
        ("北纬38度45分36秒", 38.76, "lat"),
        ("西经3.5", -3.5, "lon"),
        ("38°45'", 38.75, ""),
        ("-38°45'", -38.75, ""),
        ("38,75 E", 38.75, "lon"),
        ("12.5 South", -12.5, "lat"),
        ("38°75'E", None, ""),
        ("38°45'75\"E", None, ""),
        ("38 45 36", None, ""),
        ("38.5°45'E", None, ""),
        ("-38.5 S", None, ""),
        ("E", None, ""),
        ("36.8, -1.3", None, ""),
        ("1,234.5", None, ""),
    ],
)
def test_degrees_as_people_write_them(text: str, degrees: float | None, axis: str) -> None:
    found, of = parse_degrees(text)
    assert of == axis or degrees is None
    assert found is None if degrees is None else found == pytest.approx(degrees, abs=1e-12)


def test_an_open_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    text = (
        'id,name,lon,lat\n1,"abc,3,4\n2,"def,4,5\n3,ok,5,6\n4,"two\nlines",7,8\n5,"Big" Dam,8,9\n'
        '\n6,say "hi",1,2\n7,"end,1,2\n8,last,1,2\n'
    )
    p = read(tmp_path, text)
    assert reasons(p) == [(1, "1", "unclosed-quote"), (2, "2", "unclosed-quote"), (7, "7", "unclosed-quote")]
    assert p.projects["name"].to_pylist() == ["ok", "two\nlines", "Big Dam", 'say "hi"', "last"]
    assert p.projects["source_row"].to_pylist() == [3, 4, 5, 6, 8]


def test_lines_joined_by_a_stray_pair_of_quotes_are_counted_each(tmp_path: Path) -> None:
    p = read(tmp_path, 'id,name,lon,lat\n1,"abc\n2",3\n3,ok,5,6\n')
    assert reasons(p) == [(1, "1", "unclosed-quote"), (2, '2"', "ragged-row")]
    assert p.projects["source_row"].to_pylist() == [3]


def test_ids_are_text_made_where_missing_and_unique(tmp_path: Path) -> None:
    text = "id,lon,lat\n007,1,1\nNA,1,2\n,1,3\n007,1,4\n007-2,1,5\nrow-3,1,6\n 8 ,1,7\n1e5,1,8\n"
    p = read(tmp_path, text)
    assert p.projects["project_id"].to_pylist() == ["007", "NA", "row-3-2", "007-3", "007-2", "row-3", "8", "1e5"]
    notes = p.projects["notes"].to_pylist()
    assert "id-made" in notes[2]
    assert "id-repeated" in notes[3]
    assert not any("id-" in n for k in (0, 1, 4, 5, 6, 7) for n in notes[k])


def test_stages_in_both_languages(tmp_path: Path) -> None:
    stages = ["Cancelled", "canceled - inferred", "已取消", "取消", "Pipeline: Cancelled", "Suspended", "未取消", "Not cancelled", "搁置", ""]
    text = "id,stage,lon,lat\n" + "".join(f"{k},{s},{k},1\n" for k, s in enumerate(stages, 1))
    p = read(tmp_path, text)
    assert ["cancelled" in n for n in p.projects["notes"].to_pylist()] == [True] * 5 + [False] * 5
    assert p.projects["stage"].to_pylist() == stages


def test_countries_are_noted_never_rejected(tmp_path: Path) -> None:
    given = ["Viet Nam", "越南", "VNM", "NA", "Atlantis", "Africa, regional", "Multi-Region", "Kenya; Uganda", "", "n/a", "中国台湾"]
    rows = "".join(f'{k},"{c}",{k}.5,1\n' for k, c in enumerate(given))
    p = read(tmp_path, "id,国别,lon,lat\n" + rows)
    assert p.projects["country"].to_pylist() == ["VNM", "VNM", "VNM", "NAM", "", "", "", "", "", "", "TWN"]
    assert p.projects["country_given"].to_pylist() == given
    flags = [[n for n in notes if n.startswith("country")] for notes in p.projects["notes"].to_pylist()]
    assert flags == [[], [], [], [], ["country-unknown"], *[["country-several"]] * 3, *[["country-missing"]] * 2, []]


def test_shared_coarse_wrapped_repaired_and_cut_places(tmp_path: Path) -> None:
    text = (
        'id,wkt\n1,"POINT (10 10)"\n2,"POINT (10 10)"\n3,"POLYGON ((20 0, 22 0, 22 2, 20 2, 20 0))"\n'
        '4,"POINT (200 10)"\n5,"POLYGON ((30 0, 30.1 0.1, 30.1 0, 30 0.1, 30 0))"\n6,"LINESTRING (179 0, -179 0)"\n'
        '7,"POLYGON ((20 10, 20.5 10, 20.5 10.5, 20 10.5, 20 10))"\n'
    )
    p = read(tmp_path, text)
    notes = [[n for n in row if n != "country-missing"] for row in p.projects["notes"].to_pylist()]
    assert notes == [
        ["shared-geometry"], ["shared-geometry"], ["location-too-coarse"], ["longitude-wrapped"],
        ["geometry-repaired"], ["cut-at-antimeridian"], [],
    ]  # fmt: skip
    assert p.projects["geometry"].to_pylist() == [0, 0, 1, 2, 3, 4, 5]
    assert p.geometries[2].x == -160.0
    assert p.meta["assets"] == len(p.geometries) == 6
    assert {n for row in notes for n in row} <= set(NOTES)


def test_collections_take_one_dimension_and_keep_their_parts(tmp_path: Path) -> None:
    text = (
        'id,wkt\n1,"GEOMETRYCOLLECTION (LINESTRING (10 10, 11 10), POINT (12 12))"\n'
        '2,"GEOMETRYCOLLECTION (POLYGON ((20 0, 22 0, 22 2, 20 2, 20 0)), LINESTRING (30 0, 30.1 0))"\n'
        '3,"GEOMETRYCOLLECTION (POINT (1 2), MULTIPOINT (3 4, 5 6))"\n'
    )
    p = read(tmp_path, text)
    assert p.projects["shape"].to_pylist() == ["line", "area", "point"]
    assert ["mixed-parts" in n for n in p.projects["notes"].to_pylist()] == [True, True, False]
    assert shapely.get_num_geometries(p.geometries).tolist() == [2, 2, 3]
    assert p.geometries[0].distance(shapely.Point(12, 12)) < 2e-5
    assert p.geometries[1].distance(shapely.Point(30.05, 0)) == 0
    assert p.geometries[1].is_valid


def test_extra_columns_are_kept_as_json(tmp_path: Path) -> None:
    import json

    value = 'say "hi" \\ back\tend'
    quoted = value.replace('"', '""')
    p = read(tmp_path, f'id,lon,lat,"备 注",empty\n1,2,3,"{quoted}",\n2,2,4,,\n')
    assert [json.loads(e) for e in p.projects["extra"].to_pylist()] == [{"备 注": value}, {}]


def test_too_many_vertices(tmp_path: Path) -> None:
    ring = shapely.Point(30, 10).buffer(1, quad_segs=100).wkt
    p = read(tmp_path, f'id,wkt\n1,"{ring}"\n2,POINT (1 1)\n', settings=Settings(max_vertices=100))
    assert reasons(p) == [(1, "1", "too-many-vertices")]
    assert "401" in p.rejected["message"][0].as_py()


def test_fields_can_be_named_and_a_slip_is_met_with_the_closest(tmp_path: Path) -> None:
    text = "key,id,easting_deg,northing_deg\nA,1,36,1\n"
    named = {"id": "key", "lon": "Easting Deg", "lat": "northing_deg"}
    p = read(tmp_path, text, fields=named)
    assert p.projects["project_id"].to_pylist() == ["A"]
    assert p.fields == {"id": "key", "lon": "easting_deg", "lat": "northing_deg"}
    with pytest.raises(OptionError, match=r"--lon-field .*eastng_deg.*closest is 'easting_deg'"):
        read(tmp_path, text, fields={**named, "lon": "eastng_deg"})
    with pytest.raises(OptionError, match="columns are key, id"):
        read(tmp_path, text, fields={**named, "lon": "q"})
    with pytest.raises(OptionError, match="no field 'colour'"):
        read(tmp_path, text, fields={"colour": "key"})


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("AidData TUFF Project ID,Title,Recipient,Longitude,Latitude", {"id", "name", "country", "lon", "lat"}),
        ("项目编号,项目名称,东道国,所属行业,项目阶段,经度（°E）,纬度（°N）", {"id", "name", "country", "sector", "stage", "lon", "lat"}),
        ("PROJECT_ID,Name (English),中文名称,STATUS,X,Y", {"id", "name", "name_zh", "stage", "lon", "lat"}),
    ],
)
def test_fields_are_found_in_both_languages(tmp_path: Path, header: str, found: set[str]) -> None:
    p = read(tmp_path, header + "\n" + ",".join("1" for _ in header.split(",")) + "\n")
    assert set(p.fields) == found


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n \n\n", "is empty"),
        ("a.csv", b"id,lon,lat\n", "no data rows"),
        ("a.csv", b"id,name,where\n1,a,b\n", "columns are id, name, where. Name them with --lon-field"),
        ("a.csv", b"id,x,y\n1,500000,4649776\n2,510000,4649776\n", "EPSG:4326"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        ("a.xlsx", b"not a workbook", "intact Excel workbook"),
        ("a.xlsx", b"PK\x03\x04 not a workbook", "intact zip"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[', "line 1, column 41"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[]}', "no data rows"),
        ("a.json", b'{"a": 1}', "not GeoJSON"),
        ("a.json", b"[" * 100_000, "intact GeoJSON"),
        ("a.html", b"<html></html>", "web page"),
        ("a.kml", b"<kml><Placemark></kml>", "intact KML"),
        ("a.kml", b"<!DOCTYPE k [<!ENTITY a 'aa'>]><kml>&a;</kml>", "document type"),
        ("a.gpkg", b"SQLite format 3\0" + b"\0" * 52 + b"GPKG" + b"\0" * 400, "intact GeoPackage"),
        ("a.parquet", b"PAR1 and nothing more", "intact Parquet"),
        ("a.shp", b"\0\0\x27\x0a" + b"\0" * 96, "Zip its .shp"),
        ("a.csv.gz", b"\x1f\x8b\x08\0 damaged", "intact gzip"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(
    tmp_path: Path, name: str, content: bytes, says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        portfolio.read(path, settings=SETTINGS)
    for line in (caught.value.line("en"), caught.value.line("zh")):
        assert name in line
        assert "\n" not in line
        assert len(line) < 500
    assert says in caught.value.line("en")
    assert capfd.readouterr() == ("", "")


def test_what_is_no_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        portfolio.read(tmp_path / "nowhere.csv", settings=SETTINGS)
    with pytest.raises(InputError, match="is a folder"):
        portfolio.read(tmp_path, settings=SETTINGS)


def test_country_mismatch_is_noted_but_never_at_sea(tmp_path: Path) -> None:
    text = (
        "id,country,lon,lat\nin,Kenya,37,0\nfar,Kenya,44,0\nnear,Kenya,42.05,0\nsea,Kenya,60,0\nmacao,China,113.5,22.2\n"
        "unknown,Atlantis,44,0\nother,Brazil,44,0\n"
    )
    p = read(tmp_path, text)
    boxes = np.array([shapely.box(34, -5, 42, 5), shapely.box(42, -5, 50, 5), shapely.box(113, 22, 114, 23)])
    flagged = flag_country_mismatch(p, boxes, ["KEN", "SOM", "MAC"], tolerance_km=10)
    assert len(flagged.projects) == len(p.projects)
    ids = flagged.projects["project_id"].to_pylist()
    noted = [i for i, n in zip(ids, flagged.projects["notes"].to_pylist(), strict=True) if "country-mismatch" in n]
    assert noted == ["far", "near"]


def test_extents_cross_the_antimeridian() -> None:
    fiji = countries()["FJI"]
    assert fiji.holds(179.5, -17)
    assert fiji.holds(-179.5, -17)
    assert not fiji.holds(0, -17)
    assert fiji.holds(173, -17, margin_deg=1.5)


def test_a_line_across_a_border_is_noted_once_it_reaches_far(tmp_path: Path) -> None:
    text = (
        "id,country,wkt\nbridge,Kenya,\"LINESTRING (41 0, 42.05 0)\"\n"
        "railway,Kenya,\"LINESTRING (36 0, 42.5 0)\"\nhome,Kenya,\"LINESTRING (36 0, 41 0)\"\n"
    )
    p = read(tmp_path, text)
    boxes = np.array([shapely.box(34, -5, 42, 5), shapely.box(42, -5, 50, 5)])
    flagged = flag_country_mismatch(p, boxes, ["KEN", "SOM"])
    ids = flagged.projects["project_id"].to_pylist()
    noted = [i for i, n in zip(ids, flagged.projects["notes"].to_pylist(), strict=True) if "country-mismatch" in n]
    assert noted == ["railway"]
