"""Two railways as built, from AidData's geometries (strips of polygons): length, and what they pass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qinglu.atlas import read_raster, read_vector
from qinglu.settings import Settings
from qinglu.siting.alignment import Alignment, read_alignment
from qinglu.siting.compare import beside
from qinglu.siting.crossings import crossings
from qinglu.siting.given import Given
from qinglu.siting.paths import least_cost_path
from qinglu.siting.profile import profile, summary
from qinglu.siting.score import score
from qinglu.siting.surfaces import build

SHARED = Path(__file__).parents[3] / "shared" / "data"
GEOMETRIES = SHARED / "aiddata-gcdf-v2" / "geometries.parquet"

pytestmark = pytest.mark.skipif(not GEOMETRIES.is_file(), reason="shared test data is not beside the repository")


def read(geom_id: str) -> Alignment:
    return read_alignment(GEOMETRIES, settings=Settings(), feature=geom_id)


def test_addis_ababa_djibouti_is_one_line_of_its_usual_length() -> None:
    """Project 30171. Usually given as 750 to 760 km in all, some 656 km of it in Ethiopia."""
    found = read("696a670c20ce")
    assert len(found.parts) == 1
    assert 656_000 < found.length_m < 758_000
    assert found.side_tracks_m < 0.02 * found.length_m
    assert "strip-as-line" in found.notes
    ends = found.parts[0][[0, -1]]
    assert np.sort(ends[:, 0]) == pytest.approx([38.56, 43.08], abs=0.01)


def test_mombasa_nairobi_is_one_line() -> None:
    """Project 31777. Usually given as about 472 km from Mombasa to Nairobi."""
    found = read("309d8b1ece64")
    assert len(found.parts) == 1
    assert found.length_m == pytest.approx(472_000, rel=0.01)


def test_addis_ababa_djibouti_on_one_kilometre_ground() -> None:
    """Ground from the GLOBE crop, 30 arc seconds: from the plateau down to the sea, over the Awash once.

    The line as built scores more than the best path of a search on the same surfaces.
    """
    folder = SHARED / "natural-earth"
    rivers = read_vector("rivers", folder / "ne_10m_rivers_lake_centerlines.parquet", role="river", settings=Settings())
    dem = read_raster("dem", SHARED / "globe-dem-crops" / "ethiopia_djibouti.tif", settings=Settings())
    (line,) = read("696a670c20ce").parts
    ends = (line[0, 0], line[0, 1]), (line[-1, 0], line[-1, 1])
    with dem.source() as source:
        surfaces = build(ends=ends, mode="railway", dem=source, layers=[Given(rivers)])
    found = score(surfaces, line)
    assert found.share_known == 1.0
    assert found.sampled_m == pytest.approx(found.length_m, rel=1e-6)
    figures = summary(surfaces, profile(surfaces, line))
    assert figures.lowest_m is not None
    assert figures.highest_m is not None
    assert figures.lowest_m < 60
    assert 2200 < figures.highest_m < 2600
    assert figures.formation_steepest == pytest.approx(surfaces.mode.max_gradient, rel=1e-6)
    crossed = crossings(surfaces, line)
    assert crossed["feature_name"].to_pylist() == ["Awash"]

    cost, climb = surfaces.weighted({"cost": 1.0})
    start, end = (surfaces.grid.cell_of(*place) for place in ends)
    best = least_cost_path(cost, surfaces.grid, start, end, climb=climb)
    path = np.column_stack(surfaces.grid.lonlat_of(best.rows, best.cols))
    assert score(surfaces, path).scores["cost"] == pytest.approx(best.cost, rel=1e-9)
    assert found.scores["cost"] > best.cost
    stretches = beside(surfaces, line, path)
    difference = found.scores["cost"] - best.cost
    assert sum(stretches["extra_cost"].to_pylist()) == pytest.approx(difference, rel=1e-6)
