"""Connectors from request to kept layer, against a server on this machine; their records; advice."""

import io
import json
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from qinglu.atlas import Atlas, Request, advice, connector, connectors, connectors_for
from qinglu.atlas.fetch import Patience
from qinglu.atlas.obtain import obtain
from qinglu.atlas.records import record
from qinglu.atlas.tiles import MOST_TILES, tiles
from qinglu.errors import DownloadError, OptionError, TermsError, UnknownNameError
from qinglu.model import ROLES, is_role
from qinglu.settings import Settings

QUICK = Patience(tries=2, timeout_s=2.0, backoff_s=0.0, sleep=lambda _: None)
TOKEN = "S3CRET&token/with=odd chars"


@pytest.fixture
def provider():
    """A provider: `files` maps a path to bytes, or to a function of the query."""

    class Provider:
        def __init__(self):
            self.files, self.log = {}, []
            outer = self

            class Handler(BaseHTTPRequestHandler):
                def do_GET(self):
                    outer.log.append(self.path)
                    parts = urlsplit(self.path)
                    body = outer.files.get(parts.path)
                    if callable(body):
                        body = body(parse_qs(parts.query))
                    self.send_response(404 if body is None else 200)
                    self.send_header("Content-Length", str(len(body or b"")))
                    self.end_headers()
                    self.wfile.write(body or b"")

                def log_message(self, *args):
                    pass

            self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
            self.thread.start()
            self.url = f"http://127.0.0.1:{self.http.server_port}"

    p = Provider()
    yield p
    p.http.shutdown()
    p.http.server_close()
    p.thread.join(5)


@pytest.fixture
def atlas(tmp_path):
    return Atlas(Settings(data_dir=tmp_path / "data"))


def asked(provider, **more):
    return Request(**{"accept": True, "mirror": provider.url + "/", "patience": QUICK, **more})


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in files.items():
            z.writestr(name, data)
    return out.getvalue()


def collection(*geoms, **columns):
    rows = [{k: v[i] for k, v in columns.items()} for i in range(len(geoms))]
    return json.dumps({
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": row, "geometry": json.loads(shapely.to_geojson(g))}
            for g, row in zip(geoms, rows, strict=True)
        ],
    })  # fmt: skip


def tif(west, north, value, *, cells=10, step=0.1, nodata=-9999.0):
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=cells, height=cells, count=1, dtype="float32", crs="EPSG:4326",
            transform=Affine(step, 0, west, 0, -step, north), nodata=nodata,
        ) as f:  # fmt: skip
            f.write(np.broadcast_to(np.float32(value), (cells, cells)).astype("float32"), 1)
        return memory.read()


# --- records ---------------------------------------------------------------------------------------


def test_every_dataset_asked_for_has_a_connector():
    for start in (
        "wdpa", "kba", "resolve-ecoregions", "natural-earth-", "hydrorivers-", "hydrolakes", "aqueduct",
        "copernicus-dem-", "worldcover", "mangrove-watch", "hansen-", "surface-water", "worldpop", "ucdp-ged",
    ):  # fmt: skip
        assert any(c.startswith(start) for c in connectors()), start


@pytest.mark.parametrize("known", connectors().values(), ids=lambda c: c.id)
def test_records_are_complete(known):
    assert is_role(known.role)
    assert known.kind in ("vector", "raster")
    assert known.provider
    assert known.licence
    assert known.citation
    assert known.terms.startswith("https://")
    assert known.title.zh
    assert known.how_to_get.zh.endswith("。")
    assert known.how_to_get.en.endswith(".")
    assert known.user_supplied or known.url.startswith("https://")
    assert known.checked is None or re.fullmatch(r"\d{4}-\d\d-\d\d", str(known.checked))
    assert not known.needs_token or known.token_url
    named = set(re.findall(r"qinglu atlas fetch ([\w-]+)", known.how_to_get.en))
    assert named <= set(connectors())


def test_unknown_connectors_are_named_with_those_there_are():
    with pytest.raises(UnknownNameError, match=r"natural-earth-coast.*natural-earth-rivers"):
        connector("natural-earth")
    with pytest.raises(UnknownNameError, match="wdpa"):
        connector("nope")


def test_there_is_advice_for_every_role_in_both_languages():
    for role in (*ROLES, "hazard.flood"):
        told = advice(role)
        assert told.zh
        assert told.en
        assert "{" not in told.zh + told.en
        named = set(re.findall(r"qinglu atlas fetch ([\w-]+)", told.zh + told.en))
        assert named <= set(connectors()), role
        for c in connectors_for(role):
            assert c in connectors()
    assert "hazard.flood" in advice("hazard.flood").zh
    assert set(record("advice")) == {*ROLES, "hazard"}


# --- tiles -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "bbox", "names"),
    [
        ("copernicus-dem", (36.0, -1.0, 37.0, 0.0), ("S01_00_E036_00",)),
        ("copernicus-dem", (-0.5, 51.2, 0.5, 51.8), ("N51_00_W001_00", "N51_00_E000_00")),
        ("copernicus-dem", (179.5, -17.5, -179.5, -17.2), ("S18_00_E179_00", "S18_00_W180_00")),
        ("worldcover", (6.2, 0.1, 6.4, 0.2), ("N00E006",)),
        ("worldcover", (-1.0, -1.0, 1.0, 1.0), ("S03W003", "S03E000", "N00W003", "N00E000")),
        ("hansen", (36.0, -2.0, 37.0, 2.0), ("00N_030E", "10N_030E")),
        ("hansen", (-71.8, 18.5, -71.3, 18.7), ("20N_080W",)),
        ("surface-water", (-59.9, 8.2, -59.6, 8.4), ("60W_10N",)),
        ("surface-water", (1.0, -12.0, 2.0, -11.0), ("0E_10S",)),
    ],
)
def test_tiles_are_named_as_their_providers_do(scheme, bbox, names):
    assert tiles(scheme, bbox) == names


@pytest.mark.parametrize(
    "bbox",
    [(0, 0, 0, 1), (0, 1, 1, 0), (-181, 0, 0, 1), (0, -91, 1, 0), (float("nan"), 0, 1, 1), (0, 0, 180, 80)],
)
def test_impossible_and_immoderate_extents_are_refused(bbox):
    with pytest.raises(OptionError):
        tiles("copernicus-dem", bbox)
    assert MOST_TILES >= 1


def test_extents_off_the_grid_are_refused():
    with pytest.raises(OptionError, match="does not cover"):
        tiles("hansen", (0, 81, 1, 82))


# --- terms -----------------------------------------------------------------------------------------


def test_nothing_is_asked_of_a_provider_before_its_terms_are_accepted(atlas, provider):
    with pytest.raises(TermsError) as e:
        atlas.fetch("resolve-ecoregions", asked(provider, accept=False))
    line = e.value.line("en")
    assert "CC BY 4.0" in line
    assert "https://creativecommons.org/licenses/by/4.0/" in line
    assert "--accept-terms" in line
    assert "须接受许可" in e.value.line("zh")
    assert provider.log == []


def test_a_missing_token_is_told_with_where_to_ask_for_one(atlas, provider):
    with pytest.raises(TermsError, match=r"api\.protectedplanet\.net/request"):
        atlas.fetch("wdpa", asked(provider, countries=("KEN",)))
    assert provider.log == []


def test_a_file_given_out_on_request_only_is_told(atlas, provider, tmp_path):
    with pytest.raises(TermsError, match=r"keybiodiversityareas\.org"):
        atlas.fetch("kba", asked(provider))
    path = tmp_path / "kba.geojson"
    path.write_text(collection(shapely.Point(1, 2), SitRecID=[77], IntName=["Lake"], NatName=["Ziwa"]))
    layer = atlas.add(path, connector_id="kba")
    assert (layer.id, layer.role) == ("kba", "key-biodiversity")
    assert "IBAT" in layer.licence
    opened = atlas.open("kba")
    assert opened.features.to_pylist()[0] | {"approximate": False} == {
        "feature_id": "77", "feature_name": "Lake", "feature_class": "", "approximate": False,
    }  # fmt: skip


# --- files -----------------------------------------------------------------------------------------


def test_a_file_becomes_a_layer_with_its_licence(atlas, provider):
    shapes = collection(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), ECO_ID=[5, 7], ECO_NAME=["a", "b"])
    provider.files["/teow2016/Ecoregions2017.zip"] = zipped(**{"Ecoregions2017.geojson": shapes})
    seen = []
    request = asked(provider, progress=lambda name, have, total: seen.append((name, have == total)))
    layer = atlas.fetch("resolve-ecoregions", request)
    assert (layer.id, layer.role, layer.version) == ("resolve-ecoregions", "ecoregion", "2017")
    assert layer.licence.startswith("CC BY 4.0 (https://")
    assert "Dinerstein" in layer.provenance
    assert layer.how_to_get == connector("resolve-ecoregions").how_to_get
    assert seen[-1] == ("Ecoregions2017.zip", True)
    opened = atlas.open("resolve-ecoregions")
    assert opened.features["feature_id"].to_pylist() == ["5", "7"]
    assert opened.features["feature_name"].to_pylist() == ["a", "b"]
    downloads = atlas.settings.data_dir / "downloads"
    assert not any(downloads.iterdir())
    with pytest.raises(OptionError, match="already"):
        atlas.fetch("resolve-ecoregions", asked(provider))


def test_events_in_a_zipped_csv_become_points(atlas, provider):
    text = "id,conflict_name,latitude,longitude\n244657,Government,34.5,69.2\n12,Other,1.0,2.0\n"
    provider.files["/downloads/ged/ged251-csv.zip"] = zipped(**{"GEDEvent_v25_1.csv": text})
    layer = atlas.fetch("ucdp-ged", asked(provider))
    assert (layer.role, layer.kind) == ("conflict", "point")
    opened = atlas.open("ucdp-ged")
    assert opened.features["feature_id"].to_pylist() == ["244657", "12"]
    assert opened.features["feature_name"].to_pylist() == ["Government", "Other"]


def test_a_failed_download_leaves_no_layer_and_says_where_it_stopped(atlas, provider):
    with pytest.raises(DownloadError, match=r"404.*atlas add"):
        atlas.fetch("hydrolakes", asked(provider))
    assert "hydrolakes" not in [layer.id for layer in atlas.list()]


def test_a_file_of_another_format_than_promised_leaves_no_layer(atlas, provider):
    provider.files["/teow2016/Ecoregions2017.zip"] = b"<html>Please log in</html>"
    from qinglu.errors import LayerError

    with pytest.raises(LayerError):
        atlas.fetch("resolve-ecoregions", asked(provider))
    assert "resolve-ecoregions" not in [layer.id for layer in atlas.list()]


# --- tiles and countries ---------------------------------------------------------------------------


def dem(tile):
    name = f"Copernicus_DSM_COG_10_{tile}_DEM"
    return f"/{name}/{name}.tif"


def test_tiles_are_joined_into_one_raster_and_open_sea_is_noted(atlas, provider):
    provider.files[dem("S01_00_E039_00")] = tif(39, 0, 100)
    provider.files[dem("S02_00_E039_00")] = tif(39, -1, 200)
    provider.files[dem("S01_00_E040_00")] = tif(40, 0, 300)
    layer = atlas.fetch("copernicus-dem-30", asked(provider, bbox=(39.2, -1.5, 40.5, -0.5)))
    assert (layer.kind, layer.role) == ("raster", "elevation")
    assert "no tile S02_00_E040_00" in layer.provenance
    with rasterio.open(atlas.open("copernicus-dem-30").path) as f:
        cells = f.read(1)
        assert tuple(f.bounds) == pytest.approx((39, -2, 41, 0))
    assert cells.shape == (20, 20)
    assert (cells[:10, :10] == 100).all()
    assert (cells[10:, :10] == 200).all()
    assert (cells[:10, 10:] == 300).all()
    assert (cells[10:, 10:] == -9999).all()


def test_an_extent_wholly_at_sea_is_told(atlas, provider):
    with pytest.raises(DownloadError, match="none of the 1 tiles"):
        atlas.fetch("copernicus-dem-30", asked(provider, bbox=(0.2, -1.5, 0.4, -1.2)))
    with pytest.raises(OptionError, match="--bbox"):
        atlas.fetch("copernicus-dem-30", asked(provider))


def test_countries_are_joined_without_one_hiding_another(atlas, provider):
    base = "/GIS/Population/Global_2000_2020_1km_UNadj/2020"
    half = np.full((10, 10), -9999, "float32")
    half[:, :5] = 7
    provider.files[f"{base}/KEN/ken_ppp_2020_1km_Aggregated_UNadj.tif"] = tif(36, 0, half)
    provider.files[f"{base}/TZA/tza_ppp_2020_1km_Aggregated_UNadj.tif"] = tif(36, 0, half[:, ::-1] + 0)
    layer = atlas.fetch("worldpop", asked(provider, countries=("肯尼亚", "Tanzania")))
    assert layer.covers == ("KEN", "TZA")
    with rasterio.open(atlas.open("worldpop").path) as f:
        assert (f.read(1) == 7).all()
    with pytest.raises(OptionError, match="Atlantis"):
        atlas.fetch("worldpop", asked(provider, countries=("Atlantis",)), id="x")
    with pytest.raises(OptionError, match="--country"):
        atlas.fetch("worldpop", asked(provider), id="x")


def test_what_came_before_a_failure_is_not_fetched_again(atlas, provider):
    base = "/GIS/Population/Global_2000_2020_1km_UNadj/2020"
    provider.files[f"{base}/KEN/ken_ppp_2020_1km_Aggregated_UNadj.tif"] = tif(36, 0, 1)
    request = asked(provider, countries=("KEN", "TZA"))
    with pytest.raises(DownloadError):
        atlas.fetch("worldpop", request)
    provider.files[f"{base}/TZA/tza_ppp_2020_1km_Aggregated_UNadj.tif"] = tif(37, 0, 2)
    atlas.fetch("worldpop", request)
    assert sum("ken_ppp" in path for path in provider.log) == 1


# --- Protected Planet ------------------------------------------------------------------------------


def planet(sites):
    """Its paged interface over `sites`."""

    def answer(query):
        page, size = int(query["page"][0]), int(query["per_page"][0])
        assert query["with_geometry"] == ["true"]
        found = [s for s in sites if s["countries"][0]["iso_3"] == query["country"][0]]
        return json.dumps({"protected_areas": found[(page - 1) * size : page * size]}).encode()

    return answer


def protected(number, geometry, iso="KEN", area="100.0", category="II", status="Designated"):
    return {
        "site_id": number, "site_pid": f"{number}_A", "name_english": f"Park {number}", "name": "Hifadhi",
        "reported_area": area, "iucn_category": {"id": 1, "name": category}, "realm": {"name": "Terrestrial"},
        "designation": {"name": "National Park"}, "legal_status": {"name": status},
        "countries": [{"iso_3": iso}],
        "geojson": {"type": "Feature", "geometry": json.loads(shapely.to_geojson(geometry))} if geometry else None,
    }  # fmt: skip


def test_protected_planet_is_read_page_by_page_and_country_by_country(atlas, provider):
    sites = [protected(i, shapely.box(36, -2, 37, -1)) for i in range(50)]
    sites += [
        protected(50, shapely.Point(38, -3), area="78.5", category="Ia"),
        protected(51, None),
        protected(52, shapely.box(0, 0, 1, 1), status="Proposed"),
        protected(60, shapely.box(34, -8, 35, -7), iso="TZA", category="Not Reported"),
    ]
    provider.files["/v4/protected_areas/search"] = planet(sites)
    layer = atlas.fetch("wdpa", asked(provider, token=TOKEN, countries=("KEN", "TZA")))
    assert layer.covers == ("KEN", "TZA")
    assert "CHN" in layer.withheld
    assert layer.role == "protected"
    assert len(provider.log) == 3
    opened = atlas.open("wdpa")
    assert opened.index.n_features == 54
    rows = {r["feature_id"]: r for r in opened.features.to_pylist()}
    assert rows["50_A"] == {
        "feature_id": "50_A", "feature_name": "Park 50", "feature_class": "strict", "approximate": True,
    }  # fmt: skip
    assert rows["60_A"]["feature_class"] == ""
    assert opened.account["circles"] == opened.account["filtered"] == opened.account["empty"] == 1


def test_the_token_is_sent_and_never_kept_or_shown(atlas, provider):
    provider.files["/v4/protected_areas/search"] = planet([protected(1, shapely.box(36, -2, 37, -1))])
    request = asked(provider, token=TOKEN, countries=("KEN",))
    assert "S3CRET" not in repr(request)
    layer = atlas.fetch("wdpa", request)
    assert parse_qs(urlsplit(provider.log[0]).query)["token"] == [TOKEN]
    assert "S3CRET" not in repr(layer)
    for path in atlas.settings.data_dir.rglob("*"):
        assert "S3CRET" not in str(path)
        if path.is_file():
            assert b"S3CRET" not in path.read_bytes(), path
    provider.files.clear()
    with pytest.raises(DownloadError) as e:
        atlas.fetch("wdpa", request, id="again")
    shown = e.value.line("zh") + e.value.line("en") + repr(e.value) + repr(e.value.__cause__)
    assert "S3CRET" not in shown
    for path in atlas.settings.data_dir.rglob("*.part*"):
        assert b"S3CRET" not in path.read_bytes()


def test_an_answer_that_is_not_the_interfaces_is_told(tmp_path, provider):
    provider.files["/v4/protected_areas/search"] = b"<html>maintenance</html>"
    request = asked(provider, token=TOKEN, countries=("KEN",))
    with pytest.raises(DownloadError, match="not what was expected"):
        obtain(connector("wdpa"), request, tmp_path)
