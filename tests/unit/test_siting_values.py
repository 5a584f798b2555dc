"""Modes and unit costs: complete, sourced, replaceable; what is not understood is refused."""

from __future__ import annotations

import json
import math

import pytest

from qinglu.errors import OptionError, UnknownNameError
from qinglu.siting import values


def test_every_mode_has_its_numbers_and_both_languages():
    known = values.costs()
    assert list(values.modes()) == ["railway", "high-speed-railway", "road", "transmission-line", "pipeline"]
    for name, mode in values.modes().items():
        assert mode.title.zh
        assert mode.title.en
        assert mode.title.zh != mode.title.en
        source, year = values.mode_source(name)
        assert source.zh
        assert source.en
        assert 1990 < year < 2030
        assert mode.checked is None
        assert mode.width_m > 0
        for item in (
            "flat",
            "earthworks",
            "side-slope",
            "side-slope-most",
            "water",
            "river-length",
            "border",
            "corridor",
            "people-strip",
        ):
            assert f"{name}.{item}" in known
        assert set(known.under(f"{name}.ground")) == {"open", "bare", "crop", "forest", "wetland", "built", "glacier"}
        for group in ("quantities", "structure-quantities"):
            kinds = known.under(f"{name}.{group}")
            assert kinds
            assert all(f"carbon.factors.{k}" in known for k in kinds)
        if math.isfinite(mode.max_gradient):
            assert known[f"{name}.structure"].value > 0
            assert known[f"{name}.all-structure-at"].value > 0


def test_every_number_has_unit_year_source_and_titles():
    for value in values.costs().values():
        assert math.isfinite(value.value)
        assert value.value >= 0
        assert value.unit
        assert value.source.zh
        assert value.source.en
        assert 1990 < (value.year or 0) < 2030
        title = values.title_of(value.id)
        assert title.zh
        assert title.en
        assert value.checked is None  # nobody has read any of them beside its source
        assert value.is_unverified is not value.convention


def test_an_order_of_worth_that_the_convention_promises():
    v = {k: x.value for k, x in values.costs().items()}
    assert v["ecology.protected.strict"] > v["ecology.protected.unclassed"] > v["ecology.protected.other"]
    assert v["ecology.protected.other"] >= v["ecology.key-biodiversity"] > v["ecology.wetland"] > v["ecology.forest"]
    assert v["ecology.forest"] > v["ecology.ecoregion.forest"] > v["ecology.any-land"]


def test_an_unverified_number_is_listed_with_its_source():
    entry = values.costs()["railway.flat"].as_unverified()
    assert entry["rule_id"] == "siting:railway.flat"
    assert entry["valid_from"] == "2016"
    assert "3,500 USD/m" in entry["title_en"]
    assert "铁路" in entry["title_zh"]


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_the_users_file_replaces_what_it_holds(tmp_path, suffix):
    own = {"railway": {"flat": 5000, "ground": {"forest": {"value": 1.4, "year": 2024, "source": "Tender"}}}}
    path = tmp_path / f"own{suffix}"
    path.write_text(json.dumps(own), encoding="utf-8")
    got = values.costs(path)
    assert got["railway.flat"].value == 5000
    assert got["railway.flat"].own
    assert not got["railway.flat"].is_unverified
    assert path.name in got["railway.flat"].source.en
    assert got["railway.ground.forest"].year == 2024
    assert got["railway.ground.forest"].source.en == "Tender"
    assert got["road.flat"] == values.costs()["road.flat"]
    assert values.costs()["railway.flat"].value == 3500


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("railway: {flaat: 1}", UnknownNameError, "railway.flat"),
        ("railways: {flat: 1}", UnknownNameError, "railway"),
        ("railway: 5", UnknownNameError, "railway"),
        ("railway: {flat: -1}", OptionError, "railway.flat"),
        ("railway: {flat: 0}", OptionError, "above 0"),
        ("railway: {flat: .nan}", OptionError, "railway.flat"),
        ("railway: {flat: yes}", OptionError, "railway.flat"),
        ("railway: {flat: '12'}", OptionError, "railway.flat"),
        ("railway: {ground: {forest: 0}}", OptionError, "railway.ground.forest"),
        ("railway: {flat: {value: 1, unit: CNY/m}}", OptionError, "USD/m"),
        ("railway: {flat: {value: 1, yaer: 2020}}", UnknownNameError, "railway.flat.year"),
        ("railway: {flat: {value: 1, year: 20}}", OptionError, "year"),
        ("currency: CNY", OptionError, "USD"),
        ("[1, 2]", OptionError, "mapping"),
        ("a: [", OptionError, "read"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_to_try(tmp_path, text, error, said):
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error) as caught:
        values.costs(path)
    assert said in caught.value.line("en")
    assert "own.yaml" in caught.value.line("zh")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(OptionError, match=r"none\.yaml"):
        values.costs(tmp_path / "none.yaml")


def test_an_empty_file_changes_nothing(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("# nothing\n", encoding="utf-8")
    assert values.costs(path) == values.costs()


def test_unknown_modes_and_legends_name_those_there_are():
    with pytest.raises(UnknownNameError, match=r"Did you mean railway"):
        values.mode("railwy")
    with pytest.raises(UnknownNameError, match="esa-worldcover"):
        values.legend("corine")
