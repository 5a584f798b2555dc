"""Inputs held to a declaration: the field, the value, what is allowed, in one line."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qinglu.cli import build_parser
from qinglu.cli.asking import add_flags, inputs
from qinglu.errors import OptionError
from qinglu.model.rule import Step
from qinglu.settings import Settings
from qinglu.text import Text
from qinglu.tools.answer import Answer, plain
from qinglu.tools.check import checked
from qinglu.tools.declare import Field, Tool

T = Text("值", "value")
FIELDS = (
    Field("country", "country", T, required=True),
    Field("mw", "number", T, minimum=0, maximum=10_000, unit="MW"),
    Field("n", "integer", T),
    Field("on", "date", T),
    Field("airshed", "choice", T, default="good", choices=("good", "bad")),
    Field("dry", "boolean", T),
    Field("words", "list", T),
    Field("numbers", "list", T, item=Field("x", "number", T)),
    Field("ref", "object", T, fields=(Field("o2", "number", T, default=6.0), Field("dry", "boolean", T, default=True))),
    Field("measured", "map", T, choices=("so2", "pm"), fields=(Field("value", "number", T, required=True),)),
    Field("name", "text", T),
)


def test_values_come_out_typed() -> None:
    given = {
        "country": "印度尼西亚", "mw": 600, "n": 3.0, "on": "2026-02-28", "airshed": "bad", "dry": False, "words": ["a"],
        "numbers": [1, 2], "ref": {"o2": 11}, "measured": {"so2": {"value": 180}}, "name": " x ",
    }  # fmt: skip
    assert checked(FIELDS, given) == {
        "country": "IDN", "mw": 600.0, "n": 3, "on": date(2026, 2, 28), "airshed": "bad", "dry": False, "words": ("a",),
        "numbers": (1.0, 2.0), "ref": {"o2": 11.0, "dry": True}, "measured": {"so2": {"value": 180.0}}, "name": "x",
    }  # fmt: skip


def test_null_is_not_given() -> None:
    assert checked(FIELDS, {"country": "PAK", "mw": None}) == {"country": "PAK"}


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ([], "input", "a JSON object"),
        ({}, "country", "country is missing"),
        ({"country": None}, "country", "country is missing"),
        ({"country": "Atlantis"}, "country", '"Atlantis" is not allowed'),
        ({"country": 5}, "country", "5 is not allowed"),
        ({"country": "PAK", "mv": 1}, "mv", "did you mean mw?"),
        ({"country": "PAK", "mw": "600"}, "mw", '"600" is not allowed'),
        ({"country": "PAK", "mw": True}, "mw", "true is not allowed"),
        ({"country": "PAK", "mw": float("nan")}, "mw", "NaN is not allowed"),
        ({"country": "PAK", "mw": -1}, "mw", "0–10000 MW"),
        ({"country": "PAK", "n": 1.5}, "n", "a whole number"),
        ({"country": "PAK", "on": "2026-02-30"}, "on", "a day of the calendar"),
        ({"country": "PAK", "on": "20260228"}, "on", "a day of the calendar"),
        ({"country": "PAK", "on": "2026-W05-1"}, "on", "a day of the calendar"),
        ({"country": "PAK", "on": "0001-01-01"}, "on", "a day of the calendar"),
        ({"country": "PAK", "on": 20260228}, "on", "a day of the calendar"),
        ({"country": "PAK", "airshed": "fair"}, "airshed", "one of good, bad"),
        ({"country": "PAK", "dry": "yes"}, "dry", "true or false"),
        ({"country": "PAK", "words": "a"}, "words", "a JSON array"),
        ({"country": "PAK", "numbers": [1, "x"]}, "numbers[1]", '"x" is not allowed'),
        ({"country": "PAK", "ref": {"o3": 1}}, "ref.o3", "unknown field o3"),
        ({"country": "PAK", "ref": 6}, "ref", "a JSON object"),
        ({"country": "PAK", "measured": {"co9": {}}}, "measured.co9", "Allowed: so2, pm"),
        ({"country": "PAK", "measured": {"so2": {}}}, "measured.so2.value", "value is missing"),
        ({"country": "PAK", "name": "  "}, "name", "text, not empty"),
    ],
)
def test_what_is_refused_names_field_value_and_what_is_allowed(given: Any, field: str, says: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked(FIELDS, given)
    line = caught.value.line("en")
    assert line.startswith(f"{field}: ")
    assert says in line
    assert "\n" not in caught.value.line("zh")
    assert caught.value.exit_code == 2


def answered(workspace: Any, **given: Any) -> Answer:
    return Answer(given, trace=(Step("formula", T, T),))


def test_a_default_that_was_taken_is_named_in_the_trace() -> None:
    tool = Tool("t", ("t",), T, T, FIELDS, f"{__name__}:answered", answers=True)
    first, second = tool.run(None, {"country": "PAK"}).trace  # type: ignore[arg-type]
    assert first.detail == {"airshed": "good"}
    assert "airshed = good" in first.text.en
    assert second.kind == "formula"
    assert len(tool.run(None, {"country": "PAK", "airshed": "bad"}).trace) == 1  # type: ignore[arg-type]


def test_an_answer_is_one_document_and_lists_each_unverified_clause_once() -> None:
    loose = {"rule_id": "a.b", "valid_from": "2020-01-01"}
    answer = Answer({"day": date(2020, 1, 1), "title": T, "n": {"x": None, "zh": 1}}, unverified=(loose, loose))
    document = answer.as_dict()
    assert list(document) == ["result", "findings", "trace", "unverified"]
    assert document["result"] == {"day": "2020-01-01", "title": {"zh": "值", "en": "value"}, "n": {"x": None, "zh": 1}}
    assert document["unverified"] == [loose]
    said = list(answer.lines("zh"))
    assert "title: 值" in said
    assert plain({1: {2, 1}}) == {"1": [1, 2]}


ROUTE = (
    Field("from", "place", T, required=True),
    Field("via", "places", T),
    Field("layer", "layers", T, default=(), fields=(
        Field("path", "path", T, required=True),
        Field("role", "text", T),
        Field("name_field", "text", T),
        Field("avoid", "choice", T, choices=("forbid", "price")),
    )),
    Field("raster", "rasters", T, fields=(Field("path", "path", T, required=True), Field("band", "integer", T))),
    Field("objectives", "choices", T, choices=("cost", "ecology")),
    Field("weights", "map", T, choices=("cost", "ecology"), item=Field("weight", "number", T, minimum=0)),
    Field("neighbours", "integer", T, choices=("8", "16")),
)  # fmt: skip


def test_places_layers_and_choices_come_out_typed() -> None:
    given = {
        "from": [38.75, 9], "via": [[40, 9.5]], "layer": {"parks": {"path": "parks.gpkg", "avoid": "forbid"}, "x": "x.gpkg"},
        "objectives": ["ecology", "cost"], "weights": {"cost": 2}, "neighbours": 16,
    }  # fmt: skip
    found = checked(ROUTE, given)
    assert found["from"] == (38.75, 9.0)
    assert found["via"] == ((40.0, 9.5),)
    assert found["layer"] == (
        {"name": "parks", "path": Path("parks.gpkg"), "avoid": "forbid"}, {"name": "x", "path": Path("x.gpkg")},
    )  # fmt: skip
    assert found["objectives"] == ("ecology", "cost")
    assert found["weights"] == {"cost": 2.0}
    assert found["neighbours"] == 16
    listed = [{"name": "parks", "path": "parks.gpkg", "avoid": "forbid"}, {"name": "x", "path": "x.gpkg"}]
    assert checked(ROUTE, {**given, "layer": listed}) == found


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"from": [38.75]}, "[longitude, latitude]"),
        ({"from": [9.0, 138.75]}, "from: [9.0, 138.75] is not allowed"),
        ({"from": [38.75, True]}, "from:"),
        ({"from": "38.75,9"}, "from:"),
        ({"from": [0, 0], "via": [[0, 0], [1]]}, "via[1]:"),
        ({"from": [0, 0], "layer": ["parks.gpkg"]}, "by name"),
        ({"from": [0, 0], "layer": {"parks": {"role": "protected"}}}, "layer.parks.path: path is missing"),
        ({"from": [0, 0], "layer": {"parks": {"path": "x", "avoid": "never"}}}, "layer.parks.avoid:"),
        ({"from": [0, 0], "layer": [{"name": "a", "path": "x"}, {"name": "a", "path": "y"}]}, "the name a is given to two layers"),
        ({"from": [0, 0], "objectives": []}, "an array of cost, ecology"),
        ({"from": [0, 0], "objectives": ["money"]}, "objectives:"),
        ({"from": [0, 0], "weights": {"money": 1}}, "weights.money"),
        ({"from": [0, 0], "weights": {"cost": -1}}, "weights.cost: -1 is not allowed"),
        ({"from": [0, 0], "neighbours": 4}, "one of 8, 16"),
    ],
)
def test_places_and_layers_that_cannot_be_are_named(given: Any, says: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked(ROUTE, given)
    assert says in caught.value.line("en")


def test_flags_say_the_same_as_json() -> None:
    flags = argparse.ArgumentParser()
    route = Tool("route", ("route",), T, T, ROUTE, "x:y", answers=True)
    add_flags(flags, route, "en", lambda field, lang: "")
    written = [
        "--from=-73.9,4.6", "--via", "1,2;3,4", "--via", "5，6", "--layer", "parks=a,b.gpkg,role=protected,avoid=forbid,name=N",
        "--raster", "dem=d.tif,band=2", "--objectives", "cost,ecology", "--weights", "cost=1,ecology=0.5", "--neighbours", "16",
    ]  # fmt: skip
    document = {
        "from": [-73.9, 4.6], "via": [[1, 2], [3, 4], [5, 6]],
        "layer": {"parks": {"path": "a,b.gpkg", "role": "protected", "avoid": "forbid", "name_field": "N"}},
        "raster": {"dem": {"path": "d.tif", "band": 2}}, "objectives": ["cost", "ecology"],
        "weights": {"cost": 1, "ecology": 0.5}, "neighbours": 16,
    }  # fmt: skip
    given = {**vars(flags.parse_args(written)), "tool": "route"}
    assert inputs(route, given, Settings()) == checked(ROUTE, document)


def test_a_word_of_python_gets_an_underscore() -> None:
    assert [f.parameter for f in ROUTE[:2]] == ["from_", "via"]


def test_a_place_that_begins_with_a_minus_is_no_flag() -> None:
    parser = build_parser()
    assert parser.parse_args(["convert", "--value", "1", "--unit", "-1.5,2"]).unit == "-1.5,2"


SPAN = (
    Field("slope", "span", T, unit="°", minimum=0),
    Field("layer", "layers", T, default=(), fields=(
        Field("path", "path", T, required=True), Field("near", "span", T), Field("weight", "number", T),
    )),
)  # fmt: skip


def test_a_span_is_written_as_two_numbers_or_with_a_colon() -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser, Tool("t", ("t",), T, T, SPAN, "x:y", answers=True), "en", lambda field, lang: "")
    raw = ["--slope", "2：7.5", "--layer", "roads=r.gpkg,near=0:20,weight=2"]
    args = {**vars(parser.parse_args(raw)), "tool": "t"}
    given = inputs(Tool("t", ("t",), T, T, SPAN, "x:y", answers=True), args, Settings())
    assert given["slope"] == (2.0, 7.5)
    assert given["layer"] == ({"name": "roads", "path": Path("r.gpkg"), "near": (0.0, 20.0), "weight": 2.0},)
    assert checked(SPAN, {"slope": [2, 7.5]}) == {"slope": (2.0, 7.5)}


@pytest.mark.parametrize("wrong", [[7, 2], [3, 3], [1], "0-20", [0, None], [-1, 2], 5, [0, "x"]])
def test_a_span_that_is_none_is_refused(wrong: Any) -> None:
    with pytest.raises(OptionError, match="a smaller and a larger number"):
        checked(SPAN, {"slope": wrong})


def test_a_map_without_choices_takes_any_name_and_checks_what_is_inside():
    field = Field("chains", "map", Text("链", "chains"), fields=(Field("n", "number", Text("数", "n"), required=True),))
    assert checked([field], {"chains": {"海 运": {"n": 1}, "b": {"n": 2}}})["chains"]["海 运"] == {"n": 1.0}
    with pytest.raises(OptionError, match=r"chains\.b\.n"):
        checked([field], {"chains": {"b": {}}})
    with pytest.raises(OptionError, match=r"a JSON object of \{n\} by name"):
        checked([field], {"chains": [1]})
