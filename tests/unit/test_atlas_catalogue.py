"""The atlas on disk: kept whole, described as STAC, verified, replaced, removed."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pystac
import pytest
import rasterio
import shapely
from affine import Affine
from pystac.validation.local_validator import get_local_schema_cache
from referencing import Registry, Resource

from qinglu.atlas import Atlas, Described, RasterLayer, read_raster, starter
from qinglu.errors import IntegrityError, LayerError, OptionError, UnknownNameError
from qinglu.settings import Settings
from qinglu.text import Text

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="shared test data is not beside the repository")


@pytest.fixture
def atlas(tmp_path):
    return Atlas(Settings(data_dir=tmp_path / "data"))


@pytest.fixture
def parks(tmp_path):
    path = tmp_path / "parks.geojson"
    features = [
        {"type": "Feature", "properties": {"name": "甲", "IUCN_CAT": "II", "feature_id": "own"},
         "geometry": json.loads(shapely.to_geojson(shapely.box(36, -2, 37, -1)))},
        {"type": "Feature", "properties": {"name": "乙", "IUCN_CAT": "V"}, "geometry": None},
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


SAID = Described(
    role="protected", title=Text("公园", "Parks"), version="2024", provider="Office of Parks", licence="CC BY 4.0",
    provenance="survey", how_to_get=Text("见官网", "See the office."), covers=("KEN",), withheld=("TZA",),
    demonstration=True, dated=date(2024, 5, 6),
)  # fmt: skip


def raster(path, west=36.0, north=0.0, cells=None, step=0.1, nodata=-1.0, crs="EPSG:4326", dtype="float32"):
    cells = np.arange(200, dtype=dtype).reshape(10, 20) if cells is None else cells
    with rasterio.open(
        path, "w", driver="GTiff", width=cells.shape[1], height=cells.shape[0], count=1, dtype=dtype,
        crs=crs, transform=Affine(step, 0, west, 0, -step, north), nodata=nodata,
    ) as f:  # fmt: skip
        f.write(cells, 1)
    return path


def hidden(folder):
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


def test_what_is_added_comes_back_the_same(atlas, parks):
    layer = atlas.add(parks, id="parks", described=SAID)
    assert layer.withheld == ("TZA",)
    assert layer.covers == ("KEN",)
    assert atlas.info("parks") == layer
    opened = atlas.open("parks")
    assert opened.layer == layer
    assert opened.features["feature_name"].to_pylist() == ["甲", "乙"]
    assert opened.features["feature_class"].to_pylist() == ["strict", "other"]
    assert opened.index.n_features == 2
    assert "parks" in [a.id for a in atlas.list()]
    assert not hidden(atlas.settings.data_dir / "layers")


def test_the_data_is_geoparquet_with_everything_that_was_delivered(atlas, parks):
    atlas.add(parks, id="parks", described=SAID)
    table = pq.read_table(atlas.settings.data_dir / "layers/parks/data.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["encoding"] == "WKB"
    assert geo["columns"]["geometry"]["bbox"] == [36, -2, 37, -1]
    assert table["feature_id"].to_pylist() == ["0", "1"]
    assert table["feature_id_"].to_pylist() == ["own", None]
    assert table["IUCN_CAT"].to_pylist() == ["II", "V"]
    assert shapely.from_wkb(table["geometry"][0].as_py()).equals(shapely.box(36, -2, 37, -1))


def stac_item_validator():
    """STAC's own schemas, as pystac carries them, without a network."""
    known = get_local_schema_cache()
    registry = Registry().with_resources((uri, Resource.from_contents(s)) for uri, s in known.items())
    schema = next(s for uri, s in known.items() if uri.endswith("/item.json"))
    return jsonschema.Draft7Validator(schema, registry=registry)


def test_the_item_is_valid_stac(atlas, parks, tmp_path):
    atlas.add(parks, id="parks", described=SAID)
    atlas.add(raster(tmp_path / "r.tif"), id="height", described=Described(role="elevation"))
    validator = stac_item_validator()
    for layer_id in ("parks", "height"):
        folder = atlas.settings.data_dir / "layers" / layer_id
        given = json.loads((folder / "item.json").read_text())
        validator.validate(given)
        with pytest.raises(jsonschema.ValidationError):
            validator.validate({**given, "properties": {}})
        item = pystac.Item.from_dict(given)
        assert item.id == layer_id
        for asset in item.assets.values():
            assert asset.extra_fields["file:checksum"].startswith("1220")
            assert len(asset.extra_fields["file:checksum"]) == 68
            assert asset.extra_fields["file:size"] == (folder / asset.href).stat().st_size
    item = json.loads((atlas.settings.data_dir / "layers/parks/item.json").read_text())
    assert item["properties"]["datetime"] == "2024-05-06T00:00:00Z"
    assert item["properties"]["qinglu:title"] == {"zh": "公园", "en": "Parks"}
    assert item["properties"]["providers"][0]["name"] == "Office of Parks"
    assert str(atlas.settings.data_dir) not in json.dumps(item)


def test_the_same_file_gives_the_same_bytes(atlas, parks):
    atlas.add(parks, id="parks", described=SAID)
    folder = atlas.settings.data_dir / "layers/parks"
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    atlas.add(parks, id="parks", described=SAID, replace_existing=True)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_verify_finds_what_is_damaged_missing_or_whole(atlas, parks):
    atlas.add(parks, id="parks", described=SAID)
    assert [c.ok for c in atlas.verify()] == [True]
    folder = atlas.settings.data_dir / "layers/parks"
    data = (folder / "data.parquet").read_bytes()
    (folder / "data.parquet").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    (check,) = atlas.verify("parks")
    assert not check.ok
    assert "data.parquet: the checksum differs; remove the layer" in check.problems[0].en
    (folder / "data.parquet").unlink()
    assert "missing" in atlas.verify("parks")[0].problems[0].en
    with pytest.raises(IntegrityError, match=r"data\.parquet"):
        atlas.open("parks")
    (folder / "item.json").write_text("{")
    assert "item.json" in atlas.verify()[0].problems[0].en
    with pytest.raises(IntegrityError, match="Remove the layer"):
        atlas.info("parks")
    atlas.remove("parks")
    assert atlas.verify() == ()


def test_a_damaged_index_is_compiled_again_from_the_data(atlas, parks):
    atlas.add(parks, id="parks", described=SAID)
    index = atlas.settings.data_dir / "layers/parks/index.qlx"
    whole = index.read_bytes()
    index.write_bytes(whole[:100])
    assert "compiled again" in atlas.verify("parks")[0].problems[0].en
    assert atlas.open("parks").index.n_features == 2
    assert index.read_bytes() == whole
    assert atlas.verify("parks")[0].ok


def test_an_id_that_is_taken_is_not_overwritten_unasked(atlas, parks):
    atlas.add(parks, id="parks", described=SAID)
    with pytest.raises(OptionError, match="--replace"):
        atlas.add(parks, id="parks")
    layer = atlas.add(parks, id="parks", described=Described(role="forest"), replace_existing=True)
    assert atlas.info("parks") == layer
    assert layer.role == "forest"


def test_a_file_that_cannot_be_used_changes_nothing(atlas, parks, tmp_path):
    atlas.add(parks, id="parks", described=SAID)
    before = atlas.info("parks")
    broken = tmp_path / "broken.geojson"
    broken.write_text("{nope")
    with pytest.raises(LayerError):
        atlas.add(broken, id="parks", replace_existing=True)
    assert atlas.info("parks") == before
    assert not hidden(atlas.settings.data_dir / "layers")


def test_ctrl_c_leaves_the_layer_that_was_there(atlas, parks, monkeypatch):
    atlas.add(parks, id="parks", described=SAID)

    def stop(self, path):
        raise KeyboardInterrupt

    monkeypatch.setattr("qinglu.space.Index.save", stop)
    with pytest.raises(KeyboardInterrupt):
        atlas.add(parks, id="parks", described=Described(), replace_existing=True)
    assert atlas.info("parks").version == "2024"
    assert not hidden(atlas.settings.data_dir / "layers")


@pytest.mark.parametrize("bad", ["../up", "/etc", ".", "..", "", "a/b", "no-such"])
def test_ids_never_become_paths(atlas, parks, tmp_path, bad):
    (tmp_path / "up").mkdir()
    atlas.add(parks, id="parks", described=SAID)
    for act in (atlas.remove, atlas.info, atlas.open, atlas.verify):
        with pytest.raises(UnknownNameError):
            act(bad)
    if bad != "no-such":
        with pytest.raises(OptionError):
            atlas.add(parks, id=bad) if bad else atlas.add(parks, id="a b")
    assert (tmp_path / "up").is_dir()
    assert atlas.info("parks").id == "parks"


def test_a_starter_layer_cannot_be_removed_but_replaced(atlas, parks):
    with pytest.raises(OptionError, match="--id countries"):
        atlas.remove("countries")
    mine = atlas.add(parks, id="countries", described=Described(role="country"))
    assert atlas.info("countries") == mine
    assert len(atlas.list()) == len(starter.ids())
    atlas.remove("countries")
    assert atlas.info("countries").provider == "Natural Earth"


def test_countries_and_land_come_for_orientation(atlas):
    geoms, codes = atlas.countries()
    assert len(geoms) == len(codes) > 230
    at = geoms[codes.index("KEN")]
    assert shapely.contains_xy(at, 36.8, -1.3)
    assert all(len(c) == 3 for c in codes)
    assert shapely.contains_xy(atlas.land(), 36.8, -1.3)


def test_a_raster_is_kept_as_a_cog_with_the_same_cells(atlas, tmp_path):
    source = raster(tmp_path / "r.tif")
    layer = atlas.add(source, id="height", described=Described(role="elevation"))
    assert layer.kind == "raster"
    opened = atlas.open("height")
    assert isinstance(opened, RasterLayer)
    with rasterio.open(source) as a, rasterio.open(opened.path) as b:
        assert np.array_equal(a.read(1), b.read(1))
        assert a.transform == b.transform
        assert a.nodata == b.nodata
        assert b.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    with opened.source() as cells:
        assert cells.read(0, 1, 0, 3).tolist() == [[0, 1, 2]]
    assert atlas.verify("height")[0].ok
    opened.path.unlink()
    with pytest.raises(IntegrityError):
        atlas.open("height")


def test_rasters_from_files_are_checked(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")
    got = read_raster("elevation", raster(tmp_path / "r.tif"), settings=settings)
    assert (got.layer.role, got.layer.kind, got.band) == ("elevation", "raster", 1)
    assert "20×10 cells" in got.layer.provenance
    for name, content in (("a.tif", b"II*\x00 cut"), ("b.tif", b""), ("c.vrt", b"<VRTDataset/>")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(LayerError, match=name):
            read_raster("x", tmp_path / name, settings=settings)
    with pytest.raises(LayerError, match="no such file"):
        read_raster("x", tmp_path / "none.tif", settings=settings)
    with pytest.raises(LayerError, match="no band 2"):
        read_raster("x", tmp_path / "r.tif", settings=settings, band=2)


def test_a_zipped_raster_is_unpacked_once(tmp_path):
    import zipfile

    settings = Settings(data_dir=tmp_path / "data")
    with zipfile.ZipFile(tmp_path / "r.zip", "w") as z:
        z.write(raster(tmp_path / "r.tif"), "in/r.tif")
        z.writestr("readme.txt", "x")
    first = read_raster("x", tmp_path / "r.zip", settings=settings)
    assert first.path.is_file()
    assert read_raster("x", tmp_path / "r.zip", settings=settings) == first


@needs_shared
@pytest.mark.parametrize(
    "name",
    [
        "nasa_srtm__NASADEM_HGT_n18w072.tif",
        "biodiversity_intactness_index__lbii.asc",
        "extdata__burundi_worldpop.tif",
    ],
)
def test_real_rasters_are_kept(atlas, name):
    layer = atlas.add(SHARED / "mapme-samples" / name, id="sample")
    assert layer.kind == "raster"
    with atlas.open("sample").source() as kept, rasterio.open(SHARED / "mapme-samples" / name) as given:
        rows, columns = kept.shape
        assert np.array_equal(kept.read(0, rows, 0, columns), given.read(1), equal_nan=True)


@needs_shared
def test_a_real_layer_is_kept(atlas):
    atlas.add(
        SHARED / "resolve-ecoregions-2017/ecoregions2017_simplified.parquet",
        connector_id="resolve-ecoregions",
    )
    opened = atlas.open("resolve-ecoregions")
    assert opened.layer.role == "ecoregion"
    assert "CC BY 4.0" in opened.layer.licence
    assert "Dinerstein" in opened.layer.provenance
    assert opened.index.n_features == 847
    assert atlas.verify("resolve-ecoregions")[0].ok
