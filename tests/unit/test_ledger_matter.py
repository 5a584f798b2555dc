"""Materials: every item has a kind and names in both languages, and what has no density is not told by volume."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import qinglu
from qinglu.errors import OptionError
from qinglu.ledger.matter import KINDS, STREAMS, carbon, kind_of, mass_t, materials, reach, stream_title, wastage
from qinglu.ledger.tables import name_of, table
from qinglu.ledger.trail import Trail

ITEMS = table("materials").items
COSTS = yaml.safe_load((Path(qinglu.__file__).parent / "siting" / "costs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_has_a_kind_and_a_name_in_both_languages(item):
    assert kind_of(item).id in KINDS
    name = name_of("materials", item)
    assert re.search(r"[一-鿿]", name.zh)
    assert not re.search(r"[一-鿿]", name.en)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.id)
def test_a_kind_has_all_it_needs(kind):
    trail = Trail()
    estimate = carbon(kind.id, trail)
    assert estimate.bounds[0] < estimate.value < estimate.bounds[1]
    assert 0 <= wastage(kind.id, trail) < 1
    assert reach(kind.id).value > 0
    assert kind.stream in STREAMS
    assert table("matter")[f"{kind.stream}_waste", "recovery"].value <= 1
    assert re.search(r"[一-鿿]", kind.title.zh + stream_title(kind.stream).zh)
    # A mix of low strength is no item of its own: its default is one of the items of concrete.
    assert kind_of(kind.item).id == ("concrete" if kind.id == "mass_concrete" else kind.id)


def test_names_are_told_apart():
    named = [name_of("materials", item) for item in ITEMS]
    assert len(set(named)) == len(ITEMS)
    assert len(set(materials())) == len(KINDS) + len(ITEMS)


@pytest.mark.parametrize(("volume_m3", "material", "expected_t"), [(10, "concrete", 24.0), (2, "steel", 15.7)])
def test_a_volume_by_its_density(volume_m3, material, expected_t):
    assert mass_t(material, volume_m3, Trail(), where="x").value == pytest.approx(expected_t)


@pytest.mark.parametrize("material", ["plastic", "insulation", "mixed", "tyres"])
def test_what_has_no_density_is_refused(material):
    with pytest.raises(OptionError, match="density") as caught:
        mass_t(material, 1.0, Trail(), where="quantities[0].amount")
    assert caught.value.where == "quantities[0].amount"


def test_routes_and_their_construction_price_carbon_alike():
    names = {"line-pipe": "line_pipe", "galvanised-steel": "galvanised_steel"}
    factors = {k: v for k, v in COSTS["carbon"]["factors"].items() if k != "_"}
    for name, given in factors.items():
        expected = given["value"] if isinstance(given, dict) else given
        assert carbon(names.get(name, name), Trail()).value == expected, name


def test_a_grade_by_itself_keeps_its_value_and_takes_the_usual_spread():
    estimate = carbon("steel_rebar_ice4", Trail())
    assert (estimate.value, *estimate.bounds) == pytest.approx((1720.0, 1204.0, 2236.0))
