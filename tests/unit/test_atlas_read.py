"""Layers read as delivered: formats, coordinate systems, ids, names, classes, the compiled cache."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio.raw
import pytest
import shapely
from pyproj import CRS, Geod, Transformer

from qinglu.atlas import read_vector, vector
from qinglu.errors import LayerError, OptionError, SizeLimitError
from qinglu.settings import Settings

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="shared test data is not beside the repository")


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data")


SQUARES = [shapely.box(10, 0, 11, 1), None, shapely.box(20, 5, 21, 6), shapely.Polygon()]
NAMES = ["one", "null", "三", "empty"]


def write(path: Path, geoms=SQUARES, names=NAMES, crs="EPSG:4326", driver=None, **fields):
    """A small file in any format that pyogrio writes."""
    wkb = np.array([None if g is None else shapely.to_wkb(g) for g in geoms], object)
    columns = {"name": np.array(names, object), **{k: np.array(v, object) for k, v in fields.items()}}
    pyogrio.raw.write(
        path, wkb, list(columns.values()), list(columns), crs=crs, driver=driver, geometry_type="Unknown",
        **({"encoding": "UTF-8"} if path.suffix == ".shp" else {}),
    )  # fmt: skip
    return path


def geoparquet(path: Path, geoms, *, crs="absent", edges=None, **columns):
    meta = {"encoding": "WKB", "geometry_types": []}
    if crs != "absent":
        meta["crs"] = crs
    if edges:
        meta["edges"] = edges
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": meta}}
    wkb = [None if g is None else shapely.to_wkb(g) for g in geoms]
    table = pa.table({**columns, "geometry": pa.array(wkb, pa.binary())})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


def ids(layer):
    return layer.features["feature_id"].to_pylist()


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.fgb", "a.parquet", "a.shp.zip"])
def test_every_format_gives_the_same_features_in_the_order_of_the_file(tmp_path, settings, name):
    geoms = [shapely.box(i, 0, i + 0.5, 1) for i in range(5)]
    names = [f"名{i}" for i in range(5)]
    path = tmp_path / name
    if name.endswith(".parquet"):
        geoparquet(path, geoms, name=names)
    elif name.endswith(".zip"):
        write(tmp_path / "s.shp", geoms, names)
        with zipfile.ZipFile(path, "w") as z:
            for p in tmp_path.glob("s.*"):
                z.write(p, f"folder/{p.name}")
    else:
        write(path, geoms, names)
    got = read_vector("layer", path, settings=settings)
    assert ids(got) == list("01234")
    if name != "a.fgb":  # FlatGeobuf is sorted along a curve as it is written; its order is as delivered
        assert got.features["feature_name"].to_pylist() == names
    assert got.layer.kind == "area"
    assert got.index.n_features == 5
    assert got.account["read"] == 5


def test_kml_is_read(tmp_path, settings):
    path = tmp_path / "a.kml"
    path.write_text(
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>站</name>'
        "<Point><coordinates>36.8,-1.3,1700</coordinates></Point></Placemark></Document></kml>"
    )
    got = read_vector("stations", path, settings=settings)
    assert got.layer.kind == "point"
    assert got.features["feature_name"].to_pylist() == ["站"]
    assert got.index.coords.tolist() == [[36.8, -1.3]]


def test_csv_with_coordinates_is_read_and_its_ids_stay_text(tmp_path, settings):
    path = tmp_path / "events.csv"
    path.write_text("id,Longitude,Latitude,name\n007,1.5,2.5,a\nNA,,,b\n")
    got = read_vector("events", path, id_field="id", settings=settings)
    assert ids(got) == ["007", "NA"]
    assert got.account["empty"] == 1


def test_null_and_empty_geometries_keep_their_number(tmp_path, settings):
    got = read_vector("x", geoparquet(tmp_path / "a.parquet", SQUARES, name=NAMES), settings=settings)
    assert ids(got) == ["0", "1", "2", "3"]
    assert got.index.n_features == 4
    assert got.account["empty"] == 2
    assert np.diff(got.index.feature_item).tolist() == [1, 0, 1, 0]


def test_ids_come_from_a_field_as_text_and_a_gap_falls_back_to_the_row(tmp_path, settings):
    path = geoparquet(tmp_path / "a.parquet", SQUARES, code=pa.array([7.0, None, 9.0, 10.5]))
    assert ids(read_vector("x", path, id_field="code", settings=settings)) == ["7", "1", "9", "10.5"]
    assert ids(read_vector("x", path, id_field="CODE", settings=settings)) == ["7", "1", "9", "10.5"]
    with pytest.raises(LayerError, match=r"no field 'nope'.*code"):
        read_vector("x", path, id_field="nope", settings=settings)


def test_a_projected_file_is_transformed(tmp_path, settings):
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32737", always_xy=True)
    x, y = to_utm.transform(36.8, -1.3)
    got = read_vector(
        "x", write(tmp_path / "a.gpkg", [shapely.Point(x, y)], ["a"], "EPSG:32737"), settings=settings
    )
    assert got.index.coords == pytest.approx(np.array([[36.8, -1.3]]), abs=1e-9)
    path = geoparquet(tmp_path / "b.parquet", [shapely.Point(x, y)], crs=CRS("EPSG:32737").to_json_dict())
    got = read_vector("x", path, settings=settings)
    assert got.index.coords == pytest.approx(np.array([[36.8, -1.3]]), abs=1e-9)


def test_projected_coordinates_without_a_system_are_refused_with_the_remedy(tmp_path, settings):
    path = geoparquet(tmp_path / "a.parquet", [shapely.Point(250_000, 9_856_000)], crs=None)
    with pytest.raises(LayerError, match=r"no coordinate system.*\.prj") as e:
        read_vector("x", path, settings=settings)
    assert "a.parquet" in e.value.line("zh")
    degrees = geoparquet(tmp_path / "b.parquet", [shapely.Point(36.8, -1.3)], crs=None)
    assert "read as WGS 84" in read_vector("x", degrees, settings=settings).layer.provenance


def test_a_system_that_does_not_fit_the_coordinates_is_refused(tmp_path, settings):
    path = geoparquet(tmp_path / "a.parquet", [shapely.Point(250_000, 9_856_000)])
    with pytest.raises(LayerError, match="do not fit"):
        read_vector("x", path, settings=settings)


def test_rows_that_are_nowhere_on_earth_are_left_out_and_counted(tmp_path, settings):
    geoms = [shapely.Point(1, 2), shapely.Point(1, 95), shapely.Point(float("inf"), 0)]
    got = read_vector("x", geoparquet(tmp_path / "a.parquet", geoms), settings=settings)
    assert got.account["unusable"] == 2
    assert "2 unusable" in got.layer.provenance
    assert np.diff(got.index.feature_item).tolist() == [1, 0, 0]


def test_invalid_polygons_are_repaired_once(tmp_path, settings):
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    got = read_vector("x", geoparquet(tmp_path / "a.parquet", [bow]), settings=settings)
    assert got.account["repaired"] == 1
    assert len(got.index.item_ring) - 1 == 2


def test_great_circle_edges_are_followed_where_a_layer_declares_them(tmp_path, settings):
    line = shapely.LineString([(0, 60), (90, 60)])
    straight = read_vector("x", geoparquet(tmp_path / "a.parquet", [line]), settings=settings)
    bent = read_vector("x", geoparquet(tmp_path / "b.parquet", [line], edges="spherical"), settings=settings)
    assert straight.index.coords[:, 1].max() == 60
    middle = Geod(ellps="WGS84").npts(0, 60, 90, 60, 1)[0]
    gap = np.hypot(*(bent.index.coords - middle).T)
    assert bent.index.coords[:, 1].max() == pytest.approx(middle[1], abs=1e-4)
    assert gap.min() < 0.01
    step = Geod(ellps="WGS84").inv(*bent.index.coords[0], *bent.index.coords[1])[2]
    assert step <= 1000.1
    assert bent.index.coords[[0, -1]].tolist() == [[0, 60], [90, 60]]


def test_great_circle_edges_over_the_seam_are_cut_there(tmp_path, settings):
    shape = shapely.Polygon([(170, 0), (-170, 0), (-170, 10), (170, 10)])
    got = read_vector("x", geoparquet(tmp_path / "b.parquet", [shape], edges="spherical"), settings=settings)
    assert len(got.index.item_ring) - 1 == 2
    assert np.abs(got.index.coords[:, 0]).min() >= 170


def test_roles_are_checked_and_guessed_only_from_what_is_plain(tmp_path, settings):
    path = geoparquet(tmp_path / "a.parquet", SQUARES)
    assert read_vector("coast", path, settings=settings).layer.role == "coast"
    assert read_vector("mine", path, settings=settings).layer.role == "other"
    assert read_vector("coast", path, role="river", settings=settings).layer.role == "river"
    with pytest.raises(OptionError, match="no role 'park'"):
        read_vector("x", path, role="park", settings=settings)
    for bad in ("", "../x", "a/b", ".hidden", "a b"):
        with pytest.raises(OptionError):
            read_vector(bad, path, settings=settings)


def test_iucn_categories_become_classes(tmp_path, settings):
    given = [
        "Ia",
        "Ib",
        "II",
        "III",
        "VI",
        "Not Reported",
        "Not Applicable",
        "Not Assigned",
        None,
        "Category II",
    ]
    wanted = ["strict", "strict", "strict", "other", "other", "", "", "", "", "strict"]
    geoms = [shapely.Point(i, 0) for i in range(len(given))]
    path = geoparquet(tmp_path / "a.parquet", geoms, iucn_cat=given)
    got = read_vector("parks", path, role="protected", settings=settings)
    assert got.features["feature_class"].to_pylist() == wanted
    none = read_vector("parks", path, role="forest", settings=settings)
    assert set(none.features["feature_class"].to_pylist()) == {""}


def test_heritage_categories_become_classes(tmp_path, settings):
    given = ["Natural", "Mixed", "Cultural", "C/N", "自然遗产", None, "else"]
    geoms = [shapely.Point(i, 0) for i in range(len(given))]
    got = read_vector(
        "whs", geoparquet(tmp_path / "a.parquet", geoms, category=given), role="heritage", settings=settings
    )
    assert got.features["feature_class"].to_pylist() == [
        "natural",
        "mixed",
        "cultural",
        "mixed",
        "natural",
        "",
        "",
    ]


def test_names_come_from_the_usual_columns(tmp_path, settings):
    point = [shapely.Point(0, 0)]
    for columns, wanted in [
        ({"ECO_NAME": ["eco"]}, "eco"),
        ({"名称": ["保护区"]}, "保护区"),
        ({"NAME_ENG": ["en"], "NAME": ["orig"]}, "en"),
        ({"nothing": ["x"]}, ""),
    ]:
        path = geoparquet(tmp_path / f"{wanted}.parquet", point, **columns)
        assert read_vector("x", path, settings=settings).features["feature_name"].to_pylist() == [wanted]
    assert read_vector("x", path, name_field="nothing", settings=settings).features[
        "feature_name"
    ].to_pylist() == ["x"]


def test_the_first_layer_with_geometry_is_read_unless_one_is_named(tmp_path, settings):
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(path, None, [np.array(["x"], object)], ["name"], layer="plain", geometry_type=None)
    for layer, x in (("first", 1), ("second", 2)):
        wkb = np.array([shapely.to_wkb(shapely.Point(x, 0))], object)
        pyogrio.raw.write(
            path, wkb, [np.array([layer], object)], ["name"], layer=layer, crs="EPSG:4326",
            geometry_type="Point", append=True,
        )  # fmt: skip
    assert read_vector("x", path, settings=settings).features["feature_name"].to_pylist() == ["first"]
    named = read_vector("x", Path(f"{path}:second"), settings=settings)
    assert named.features["feature_name"].to_pylist() == ["second"]
    with pytest.raises(LayerError, match=r"no layer 'third'.*first"):
        read_vector("x", Path(f"{path}:third"), settings=settings)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", b"{broken"),
        ("a.parquet", b"PAR1 not really"),
        ("a.gpkg", b"SQLite format 3\x00 cut"),
        ("a.xml", b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>"),
        ("a.bin", bytes(100)),
        ("a.geojson", b""),
        ("a.csv", b"a,b\n1,2\n"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(tmp_path, settings, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LayerError) as e:
        read_vector("x", path, settings=settings)
    line = e.value.line("en")
    assert name in line
    assert len(line) < 500
    assert "\n" not in line


def test_missing_files_archives_without_vectors_and_large_files_are_refused(tmp_path, settings):
    with pytest.raises(LayerError, match="cannot open"):
        read_vector("x", tmp_path / "no.gpkg", settings=settings)
    empty = tmp_path / "a.zip"
    with zipfile.ZipFile(empty, "w") as z:
        z.writestr("readme.txt", "x")
    with pytest.raises(LayerError, match="no vector file"):
        read_vector("x", empty, settings=settings)
    big = geoparquet(tmp_path / "big.parquet", SQUARES)
    with big.open("ab") as f:
        f.write(bytes(2 << 20))
    with pytest.raises(SizeLimitError, match="QINGLU_MAX_FILE_MB"):
        read_vector("x", big, settings=Settings(data_dir=settings.data_dir, max_file_mb=1))
    with pytest.raises(SizeLimitError, match="5 vertices"):
        read_vector("x", geoparquet(tmp_path / "v.parquet", SQUARES), settings=Settings(max_vertices=4))


def test_a_second_run_reuses_what_the_first_compiled(tmp_path, settings, monkeypatch):
    path = geoparquet(tmp_path / "a.parquet", SQUARES, name=NAMES)
    first = read_vector("x", path, settings=settings)
    monkeypatch.setattr(vector, "read", lambda *a, **k: pytest.fail("the file was read again"))
    second = read_vector("x", path, settings=settings)
    assert second.layer == first.layer
    assert second.features.equals(first.features)
    assert dict(second.account) == dict(first.account)
    assert np.array_equal(second.index.coords, first.index.coords)
    monkeypatch.undo()
    other = read_vector("x", path, id_field="name", settings=settings)
    assert ids(other) == NAMES


def test_a_changed_file_or_a_damaged_cache_is_compiled_again(tmp_path, settings):
    path = geoparquet(tmp_path / "a.parquet", SQUARES, name=NAMES)
    read_vector("x", path, settings=settings)
    (folder,) = (settings.data_dir / "cache").iterdir()
    (folder / vector.INDEX).write_bytes(b"damaged")
    again = read_vector("x", path, settings=settings)
    assert again.index.n_features == 4
    geoparquet(path, SQUARES[:1], name=NAMES[:1])
    assert read_vector("x", path, settings=settings).index.n_features == 1


def test_ctrl_c_while_compiling_leaves_nothing(tmp_path, settings, monkeypatch):
    def stop(self, path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr("qinglu.space.Index.save", stop)
    with pytest.raises(KeyboardInterrupt):
        read_vector("x", geoparquet(tmp_path / "a.parquet", SQUARES), settings=settings)
    assert list((settings.data_dir / "cache").iterdir()) == []


@pytest.mark.skipif(
    os.geteuid() == 0 and not Path("/proc/1").exists(), reason="needs a folder that cannot be made"
)
def test_a_data_folder_that_cannot_be_written_costs_time_not_the_result(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("a file where the data folder should be")
    got = read_vector(
        "x", geoparquet(tmp_path / "a.parquet", SQUARES), settings=Settings(data_dir=blocked / "data")
    )
    assert got.index.n_features == 4


@pytest.mark.slow
def test_two_processes_may_compile_at_once(tmp_path):
    geoms = [shapely.Point(i / 100, 0).buffer(0.1, 64) for i in range(500)]
    path = geoparquet(tmp_path / "a.parquet", geoms)
    code = (
        "import sys; from pathlib import Path; from qinglu.atlas import read_vector; from qinglu.settings import Settings\n"
        "v = read_vector('x', Path(sys.argv[1]), settings=Settings(data_dir=Path(sys.argv[2])))\n"
        "print(v.index.n_features)"
    )
    run = [sys.executable, "-c", code, str(path), str(tmp_path / "data")]
    both = [subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for p in both:
        out, err = p.communicate(timeout=120)
        assert (p.returncode, out.strip()) == (0, b"500"), err
    assert len(list((tmp_path / "data" / "cache").iterdir())) == 1


@needs_shared
def test_an_undefined_geographic_system_is_read_as_wgs84(settings):
    got = read_vector("rail", SHARED / "africa-rail-osm/kenya-rail.gpkg", settings=settings)
    assert got.index.n_features == 2625
    assert got.layer.kind == "line"
    assert "undefined geographic" in got.layer.provenance
    nodes = read_vector("nodes", Path(f"{SHARED}/africa-rail-osm/kenya-rail.gpkg:nodes"), settings=settings)
    assert nodes.index.n_features == 3196


@needs_shared
@pytest.mark.parametrize(
    ("path", "kind", "features", "empty"),
    [
        ("natural-earth/ne_10m_rivers_lake_centerlines.parquet", "line", 1455, 1),
        ("natural-earth/ne_10m_glaciated_areas.parquet", "area", 1886, 0),
        ("natural-earth/ne_10m_populated_places_simple.parquet", "point", 7343, 0),
        ("resolve-ecoregions-2017/ecoregions2017_simplified.parquet", "area", 847, 0),
        ("mapme-samples/gmw__gmw_v3_2016_vec.gpkg", "area", 31, 0),
        ("mapme-samples/teow__wwf_terr_ecos.gpkg", "area", 3, 0),
        ("mapme-samples/extdata__burundi.gpkg", "area", 1, 0),
        ("africa-rail-osm/africa_rail_stops.geojson", "point", 5327, 0),
    ],
)
def test_real_layers_are_read_whole(settings, path, kind, features, empty):
    got = read_vector("x", SHARED / path, settings=settings)
    assert (got.layer.kind, got.index.n_features, got.account["empty"]) == (kind, features, empty)
    assert got.account["unusable"] == 0
    assert len(got.features) == features


@needs_shared
def test_na_is_a_name_and_not_a_gap(settings):
    got = read_vector(
        "eco", SHARED / "resolve-ecoregions-2017/ecoregions2017_simplified.parquet",
        name_field="BIOME_NAME", settings=settings,
    )  # fmt: skip
    assert "N/A" in set(got.features["feature_name"].to_pylist())
