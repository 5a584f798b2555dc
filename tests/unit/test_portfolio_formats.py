"""Every format a portfolio comes in, read to the same projects; ids stay text in each."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
import xlsxwriter

from qinglu import portfolio
from qinglu.model import Portfolio
from qinglu.settings import Settings

SETTINGS = Settings()
IDS = ["007", "NA", "12345678901234567890"]
NAMES = ["蒙内铁路", "Hambantota Port", "Ville d'Été, №4"]
LON = [36.8219, 81.0966, -1.5]
LAT = [-1.2921, 6.1185, 12.25]
POINTS = shapely.points(LON, LAT)


def read(path: Path, **kwargs: object) -> Portfolio:
    return portfolio.read(path, settings=SETTINGS, **kwargs)  # type: ignore[arg-type]


def delimited(separator: str, header: list[str] | None = None) -> str:
    rows = [header or ["编号", "名称", "经度", "纬度"]]
    rows += [[i, n, str(x), str(y)] for i, n, x, y in zip(IDS, NAMES, LON, LAT, strict=True)]
    return "\n".join(separator.join(f'"{c}"' if separator in c else c for c in row) for row in rows) + "\n"


def collection() -> str:
    features = [
        {"type": "Feature", "properties": {"id": i, "name": n}, "geometry": {"type": "Point", "coordinates": [x, y]}}
        for i, n, x, y in zip(IDS, NAMES, LON, LAT, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def kml() -> str:
    marks = "".join(
        f'<Placemark><name>{n.replace("&", "&amp;")}</name><ExtendedData><Data name="id"><value>{i}</value></Data>'
        f"</ExtendedData><Point><coordinates>{x},{y}</coordinates></Point></Placemark>"
        for i, n, x, y in zip(IDS, NAMES, LON, LAT, strict=True)
    )
    return f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'


def write_ogr(path: Path, geoms: np.ndarray, crs: str | None, **kwargs: object) -> None:
    fields = [np.array(IDS[: len(geoms)], dtype=object), np.array(NAMES[: len(geoms)], dtype=object)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the writer, not of what is tested
        pyogrio.raw.write(
            path, shapely.to_wkb(geoms), fields, ["id", "name"], geometry_type="Point", crs=crs, **kwargs
        )


def zipped_shapefile(path: Path, geoms: np.ndarray, crs: str, encoding: str, leave_out: tuple[str, ...] = ()) -> None:
    folder = path.parent / path.stem
    folder.mkdir()
    write_ogr(folder / "项目.shp", geoms, crs, encoding=encoding)
    with zipfile.ZipFile(path, "w") as z:
        for part in sorted(folder.iterdir()):
            if part.suffix not in leave_out:
                z.write(part, f"folder/{part.name}")


def write_xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("封面").write(0, 0, "说明")
        sheet = book.add_worksheet("项目")
        sheet.write(0, 0, "海外项目清单")
        sheet.write_row(2, 0, ["编号", "名称", "经度", "纬度"])
        for k, row in enumerate(zip(IDS, NAMES, LON, LAT, strict=True)):
            for c, cell in enumerate(row):
                (sheet.write_string if isinstance(cell, str) else sheet.write_number)(3 + k, c, cell)


def write_parquet(path: Path) -> None:
    geo = {"version": "1.1.0", "primary_column": "place", "columns": {"place": {"encoding": "WKB", "geometry_types": []}}}
    table = pa.table({"id": IDS, "name": NAMES, "place": pa.array(shapely.to_wkb(POINTS), pa.binary())})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)


def made(path: Path, form: str) -> Path:
    text = {
        "csv": lambda: delimited(",").encode(),
        "csv-bom": lambda: delimited(",").encode("utf-8-sig"),
        "csv-gbk": lambda: delimited(",").encode("gb18030"),
        "csv-utf16": lambda: delimited("\t").encode("utf-16"),
        "csv-crlf": lambda: delimited(",").replace("\n", "\r\n").encode(),
        "semicolon": lambda: delimited(";").encode(),
        "tab": lambda: delimited("\t").encode(),
        "csv.gz": lambda: gzip.compress(delimited(",").encode()),
        "geojson": lambda: collection().encode(),
        "kml": lambda: kml().encode(),
    }
    if form in text:
        path = path / f"p.{'csv' if form not in ('csv.gz', 'geojson', 'kml') else form}"
        path.write_bytes(text[form]())
        return path
    path = path / {"xlsx": "p.xlsx", "gpkg": "p.gpkg", "kmz": "p.kmz", "parquet": "p.parquet"}.get(form, "p.zip")
    if form == "xlsx":
        write_xlsx(path)
    elif form == "gpkg":
        write_ogr(path, POINTS, "EPSG:4326")
    elif form == "parquet":
        write_parquet(path)
    elif form == "kmz":
        with zipfile.ZipFile(path, "w") as z:
            z.writestr("doc.kml", kml())
    else:
        zipped_shapefile(path, POINTS, "EPSG:4326", form.removeprefix("shp-"))
    return path


FORMS = [
    "csv", "csv-bom", "csv-gbk", "csv-utf16", "csv-crlf", "semicolon", "tab", "csv.gz", "xlsx", "geojson", "gpkg",
    "shp-UTF-8", "shp-GB18030", "kml", "kmz", "parquet",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_format_gives_the_same_projects(form: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = made(tmp_path, form)
    before = sorted(p.name for p in tmp_path.iterdir())
    p = read(path)
    assert p.projects["project_id"].to_pylist() == IDS
    assert p.projects["name"].to_pylist() == NAMES
    np.testing.assert_allclose(shapely.get_coordinates(p.geometries), np.column_stack([LON, LAT]), atol=1e-9)
    assert p.projects["shape"].to_pylist() == ["point"] * 3
    assert p.projects["source_row"].to_pylist() == [1, 2, 3]
    assert (p.n_read, len(p.rejected)) == (3, 0)
    assert sorted(q.name for q in tmp_path.iterdir()) == before, "reading must leave nothing beside the file"
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_a_name_that_lies_about_the_format_is_overruled_by_the_content(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(collection(), encoding="utf-8")
    p = read(path)
    assert p.meta["format"] == "GeoJSON"
    assert len(p.projects) == 3


@pytest.mark.parametrize("name", ["a!b.gpkg", "x#1?.gpkg", "vsizip.gpkg", "项 目.gpkg"])
def test_file_names_mean_nothing_to_the_driver(name: str, tmp_path: Path) -> None:
    plain = made(tmp_path, "gpkg")
    assert len(read(plain.rename(tmp_path / name)).projects) == 3


def test_semicolons_with_decimal_commas(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('id;name;x;y\n1;"Port; phase 2";36,81;-1,29\n2;b;36.9;-1.3\n')
    p = read(path)
    assert shapely.get_coordinates(p.geometries).tolist() == [[36.81, -1.29], [36.9, -1.3]]
    assert p.projects["name"][0].as_py() == "Port; phase 2"
    assert ["coordinate-rewritten" in n for n in p.projects["notes"].to_pylist()] == [True, False]


def test_excel_declares_its_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sep=|\nid|lon|lat\n1|2|3\n")
    assert len(read(path).projects) == 1


def test_shapefile_without_cpg_is_read_as_the_chinese_it_is(tmp_path: Path) -> None:
    zipped_shapefile(tmp_path / "p.zip", POINTS[:2], "EPSG:4326", "GBK", leave_out=(".cpg",))
    assert read(tmp_path / "p.zip").projects["name"].to_pylist() == NAMES[:2]


def test_known_projection_is_undone_and_noted(tmp_path: Path) -> None:
    zipped_shapefile(tmp_path / "p.zip", shapely.points([[500000.0, 0.0]]), "EPSG:32637", "UTF-8")
    p = read(tmp_path / "p.zip")
    np.testing.assert_allclose(shapely.get_coordinates(p.geometries), [[39.0, 0.0]], atol=1e-9)
    assert "reprojected" in p.projects["notes"][0].as_py()


def test_layers_of_a_geopackage_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    write_ogr(path, POINTS[:2], "EPSG:4326", layer="one")
    numbers = [np.array([42], dtype=np.int64)]
    pyogrio.raw.write(
        path, shapely.to_wkb(POINTS[2:]), numbers, ["项目编号"], geometry_type="Point", crs="EPSG:4326", layer="two"
    )
    p = read(path)
    assert p.projects["project_id"].to_pylist() == ["007", "NA", "42"]
    assert p.projects["source_row"].to_pylist() == [1, 2, 3]
    assert p.meta["layers"] == {"one": 2, "two": 1}


def test_geojson_keeps_every_digit_and_every_null(tmp_path: Path) -> None:
    feature = {"type": "Feature", "id": 123456789012345678901234567890, "geometry": {"type": "Point", "coordinates": [1, 2, 3]}}
    feature["properties"] = {"name": None, "n": {"a": [1]}, "big": 98765432109876543210}
    path = tmp_path / "p.geojson"
    path.write_text(json.dumps(feature))
    row = read(path).projects.to_pylist()[0]
    assert row["project_id"] == "123456789012345678901234567890"
    assert json.loads(row["extra"]) == {"n": '{"a": [1]}', "big": "98765432109876543210"}
    assert "z-dropped" in row["notes"]


def test_geojson_of_every_geometry_and_with_faults(tmp_path: Path) -> None:
    good = [
        {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
        {"type": "LineString", "coordinates": [[1, 2], [3, 4, 5]]},
        {"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]], [[5, 1], [6, 1], [6, 2], [5, 1]]]},
        {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]},
    ]
    bad = [
        {"type": "Point", "coordinates": ["east", 2]},
        {"type": "LineString", "coordinates": [[1, 2]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1]]]},
        {"type": "Circle", "coordinates": [0, 0]},
    ]
    features: list[object] = [{"type": "Feature", "properties": {}, "geometry": g} for g in [*good, *bad]]
    features += [None, {"type": "Feature", "properties": None, "geometry": None}]
    path = tmp_path / "p.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    p = read(path)
    assert p.projects["source_row"].to_pylist() == [1, 2, 3, 4, 5]
    assert p.projects["shape"].to_pylist() == ["point", "line", "line", "area", "area"]
    assert p.rejected["reason"].to_pylist() == ["bad-geometry"] * 5 + ["empty-geometry"]


def test_geojson_lines_and_an_old_crs_member(tmp_path: Path) -> None:
    point = '{"type":"Feature","properties":{"id":%d},"geometry":{"type":"Point","coordinates":[1,%d]}}'
    path = tmp_path / "p.geojsonl"
    path.write_text("\n".join(point % (i, i) for i in range(1, 4)))
    assert read(path).projects["project_id"].to_pylist() == ["1", "2", "3"]
    document = json.loads(collection())
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}}
    path.write_text(json.dumps(document))
    np.testing.assert_allclose(shapely.get_x(read(path).geometries), LON)


def test_native_geoparquet_and_plain_parquet(tmp_path: Path) -> None:
    kind, xy, offsets = shapely.to_ragged_array(shapely.from_wkt(["LINESTRING (0 1, 2 3)", "LINESTRING (4 5, 6 7, 8 9)"]))
    assert kind == shapely.GeometryType.LINESTRING
    corner = pa.StructArray.from_arrays([pa.array(xy[:, 0]), pa.array(xy[:, 1])], ["x", "y"])
    place = pa.ListArray.from_arrays(pa.array(offsets[0].astype(np.int32)), corner)
    geo = {"version": "1.1.0", "primary_column": "g", "columns": {"g": {"encoding": "linestring", "geometry_types": []}}}
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"id": [1.0, 2.0], "g": place}).replace_schema_metadata({"geo": json.dumps(geo)}), path)
    p = read(path)
    assert shapely.to_wkt(p.geometries).tolist() == ["LINESTRING (0 1, 2 3)", "LINESTRING (4 5, 6 7, 8 9)"]
    assert p.projects["project_id"].to_pylist() == ["1", "2"], "whole numbers that came as floats"
    pq.write_table(pa.table({"id": IDS, "lon": LON, "lat": LAT}), path)
    np.testing.assert_allclose(shapely.get_y(read(path).geometries), LAT, atol=0)


def test_kml_folders_shapes_and_empty_marks(tmp_path: Path) -> None:
    ring = "<LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing>"
    text = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Folder><name>East</name><Folder><name>Rail</name>'
        '<Placemark id="a"><LineString><coordinates>\n 1,2,0\n 3,4,0 </coordinates></LineString></Placemark></Folder>'
        f"<Placemark><Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon></Placemark>"
        "<Placemark><name>none</name></Placemark>"
        "<Placemark><Point><coordinates>x,y</coordinates></Point></Placemark></Folder></kml>"
    )
    path = tmp_path / "p.kml"
    path.write_text(text)
    p = read(path)
    assert p.projects["shape"].to_pylist() == ["line", "area"]
    assert p.projects["project_id"].to_pylist() == ["a", "row-2"]
    assert json.loads(p.projects["extra"][0].as_py()) == {"folder": "East / Rail"}
    assert p.rejected["reason"].to_pylist() == ["empty-geometry", "bad-geometry"]


def test_wkt_and_hexadecimal_wkb_in_a_column(tmp_path: Path) -> None:
    line = "LINESTRING (0 10, 1 11)"
    path = tmp_path / "p.csv"
    path.write_text(f'id,geom\n1,"{line}"\n2,"SRID=4326;{line}"\n3,{shapely.to_wkb(shapely.from_wkt(line), hex=True)}\n4,LINE (0)\n5,\n')
    p = read(path)
    assert shapely.to_wkt(p.geometries).tolist() == [line]
    assert p.rejected["reason"].to_pylist() == ["bad-wkt", "missing-coordinates"]
    path.write_text("id,shape,lon,lat\n1,Point,2,3\n")
    assert len(read(path).projects) == 1, "a column named shape need not hold one"


def test_outlines_longer_than_the_limit_of_the_csv_module(tmp_path: Path) -> None:
    ring = shapely.Point(30, 10).buffer(1, quad_segs=4000)
    path = tmp_path / "p.csv"
    path.write_text(f'id,wkt\n1,"{ring.wkt}"\n2,a,b\n')
    assert len(ring.wkt) > 131_072
    p = read(path)
    assert (len(p.projects), p.rejected["reason"].to_pylist()) == (1, ["ragged-row"])


def test_numbers_of_excel_as_a_person_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "lon", "lat", "share", "date"])
        sheet.write_row(1, 0, [7, 36.8, -1.3, 0.1])
        sheet.write_datetime(1, 4, dt.date(2024, 5, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(3, 0, [8, 36.8, -1.3])
        sheet.write_blank(9, 0, None, book.add_format({"bold": True}))
    p = read(path)
    assert p.projects["project_id"].to_pylist() == ["7", "8"]
    assert json.loads(p.projects["extra"][0].as_py()) == {"share": "0.1", "date": "2024-05-01"}
    assert p.rejected.to_pylist()[0] | {"message": ""} == {
        "source_row": 2, "project_id": "", "reason": "empty-row", "message": "",
    }  # fmt: skip
    assert p.projects["source_row"].to_pylist() == [1, 3]


def test_kmz_reads_its_main_document(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as z:
        z.writestr("files/other.kml", "<kml/>")
        z.writestr("main.kml", kml())
    (tmp_path / "p.kmz").write_bytes(packed.getvalue())
    p = read(tmp_path / "p.kmz")
    assert (len(p.projects), p.meta["member"]) == (3, "main.kml")
