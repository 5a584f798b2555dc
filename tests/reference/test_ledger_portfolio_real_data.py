"""``--ledger`` on the Global Power Plant Database (WRI, CC BY 4.0): every row is answered, and each as the fleet says."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from qinglu.ledger import fleet
from qinglu.ledger.trail import Trail
from qinglu.portfolio import read
from qinglu.report.ledger import LedgerTally
from qinglu.screening.works import works
from qinglu.settings import Settings
from qinglu.tools.ledger_screening import Ledger

DATA = Path(__file__).parents[3] / "shared" / "data" / "wri-gppd" / "gppd_short.csv.gz"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the power plant data are not beside the repository")


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory):
    path = tmp_path_factory.mktemp("gppd") / "gppd.csv"
    path.write_bytes(gzip.decompress(DATA.read_bytes()))
    return read(path, settings=Settings())


@pytest.fixture(scope="module")
def table(portfolio):
    return Ledger(portfolio).table()


def test_columns_are_found_under_the_names_they_have_there(portfolio):
    got = works(portfolio)
    assert np.isfinite(got.capacity_mw).all()
    assert np.isfinite(got.year).sum() > 14_000
    assert np.isfinite(got.generation_mwh).sum() > 24_000
    assert got.is_plant.all()
    assert sum(f == "" for f in got.fuel) < 100  # cogeneration, other, and rows that name none


def test_every_plant_is_answered(portfolio, table):
    assert len(portfolio.projects) + len(portfolio.rejected) == portfolio.n_read == 28_664
    assert set(table["project_id"].to_pylist()) == set(portfolio.projects["project_id"].to_pylist())
    first = table.filter(pc.and_(pc.equal(table["part"], "operation"), pc.equal(table["scope"], "1")))
    assert first.num_rows == len(portfolio.projects)
    tally = LedgerTally(portfolio.projects["country"].combine_chunks())
    ids = portfolio.projects["project_id"].combine_chunks()
    tally.add(table, pc.index_in(table["project_id"], value_set=ids).to_numpy())
    sums = tally.sums()
    assert sums.n_estimated + sums.n_unknown == len(portfolio.projects)
    stack = next(t for t in sums.totals if (t.part, t.scope) == ("operation", "1"))
    assert stack.n_projects + stack.n_unknown == len(portfolio.projects)
    assert stack.low < stack.value < stack.high
    # Order of magnitude alone: power plants of the world emit above ten and below twenty gigatonnes a year.
    assert 8e9 < stack.value < 2e10
    assert sums.countries[0].country == "CHN"
    assert sum(c.value for c in sums.countries) == pytest.approx(stack.value)


def test_a_sample_is_what_the_fleet_says_plant_by_plant(portfolio, table):
    got = works(portfolio)
    rows = table.filter(pc.and_(pc.equal(table["part"], "operation"), pc.equal(table["scope"], "1"))).to_pylist()
    compared = 0
    for n in range(0, len(rows), 97):
        if rows[n]["value"] is None:
            continue
        year = int(got.year[n]) if np.isfinite(got.year[n]) else None
        mwh = float(got.generation_mwh[n])
        known = mwh if 0 <= mwh <= got.capacity_mw[n] * 8760 else None
        want = fleet.estimate(
            got.technology[n] or None, got.fuel[n], float(got.capacity_mw[n]), year, trail=Trail(),
            generation_mwh=known,
        )  # fmt: skip
        low, high = (rows[n]["value"] if rows[n][k] is None else rows[n][k] for k in ("low", "high"))
        assert (rows[n]["value"], low, high) == pytest.approx((want.co2_t.value, *want.co2_t.bounds))
        compared += 1
    assert compared > 150
