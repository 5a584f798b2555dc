"""What the loader of rules refuses, and with which words."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from qinglu.errors import RulebookError, UnknownNameError
from qinglu.rules import load
from qinglu.rules.files import BUILTIN, read_yaml, rule_files
from qinglu.rules.load import rule_from

GOOD: dict[str, Any] = {
    "id": "test.river",
    "title": {"zh": "河流", "en": "Rivers"},
    "question": {"zh": "近河吗？", "en": "Near a river?"},
    "topic": "water",
    "applies_to": {"role": "river", "shape": ["line"]},
    "measure": "distance",
    "unit": "km",
    "compare": "at-most",
    "tiers": [
        {
            "level": "warning",
            "says": {"zh": "很近", "en": "very near"},
            "values": [
                {
                    "valid_from": "2012-01-01",
                    "value": 1,
                    "cite": {
                        "kind": "law",
                        "doc": "Water Act",
                        "at": "art. 3",
                        "issued": "2011-05-01",
                        "checked": None,
                    },
                },
                {
                    "valid_from": "2020-01-01",
                    "value": 2,
                    "cite": {
                        "kind": "law",
                        "doc": "Water Act",
                        "at": "art. 4",
                        "issued": None,
                        "checked": "2021-02-03",
                    },
                },
            ],
        },
        {
            "level": "note",
            "says": {"zh": "较近", "en": "near"},
            "values": [
                {
                    "valid_from": "2012-01-01",
                    "value": 10,
                    "cite": {
                        "kind": "convention",
                        "doc": "Own",
                        "at": "1",
                        "issued": "2020-01-01",
                        "checked": "2020-01-01",
                    },
                }
            ],
        },
    ],
}
DROP = object()


def changed(path: str, value: Any) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    at: Any = document
    *steps, last = [int(s) if s.isdigit() else s for s in path.split("/")]
    for step in steps:
        at = at[step]
    if value is DROP:
        del at[last]
    else:
        at[last] = value
    return document


def test_the_unchanged_document_is_accepted() -> None:
    rule = rule_from(GOOD, rulebook="test 1", where="good.yaml")
    assert rule.applies_to == {"role": ("river",), "shape": ("line",)}
    assert [t.values[0].is_verified for t in rule.tiers] == [False, True]


V0 = "tiers/0/values/0"
V1 = "tiers/0/values/1"


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (f"{V0}/cite", DROP, "lacks 'cite'"),
        (f"{V0}/cite/doc", DROP, "lacks 'doc'"),
        (f"{V0}/cite/checked", DROP, "lacks 'checked'"),
        (f"{V0}/cite/issued", DROP, "lacks 'issued'"),
        (f"{V0}/cite/kind", "gossip", "gossip"),
        (f"{V0}/cite/url", "http://example.org", "http://example.org"),
        (f"{V0}/cite/checked", "2011-12-31", "checked 2011-12-31 is before valid_from 2012-01-01"),
        (f"{V1}/cite/checked", "2019-12-31", "before valid_from 2020-01-01"),
        ("tiers/1/values/0/cite/checked", "2019-12-31", "before issued 2020-01-01"),
        (f"{V0}/cite/issued", "2012-01-02", "before the day of issue"),
        (f"{V0}/cite/issued", "2011-02-30", "not a day of the calendar"),
        (f"{V0}/valid_from", "yesterday", "yesterday"),
        (f"{V1}/valid_from", "2012-01-01", "overlap or are out of order"),
        (f"{V1}/valid_from", "2011-06-01", "overlap or are out of order"),
        (f"{V0}/value", None, "cannot be a repeal"),
        (f"{V0}/value", -1, "outside what can be"),
        (f"{V0}/value", "1", "does not fit"),
        (f"{V0}/value", True, "does not fit"),
        (f"{V0}/expected", True, "after an expected change"),
        ("unit", "furlong", "unit 'furlong' is not known"),
        ("unit", "deg", "not measured in deg"),
        ("measure", "smell", "measure 'smell' is not known"),
        ("compare", "about", "comparison 'about' is not known"),
        ("applies_to/weather", "rain", "predicate 'weather' is not known"),
        ("applies_to/role", "dragon", "predicate role cannot be 'dragon'"),
        ("applies_to/role", ["river", "lake"], "exactly one role"),
        ("applies_to/role", DROP, "exactly one role"),
        ("applies_to/shape", ["blob"], "predicate shape cannot be 'blob'"),
        ("applies_to/country", ["Kenya"], "predicate country cannot be 'Kenya'"),
        ("applies_to/noted", ["id-made"], "exactly one role"),
        ("applies_to", {"role": "river", "shape": []}, "does not fit"),
        ("measure", "noted", "not measured in km"),
        ("tiers/0/feature_class", ["strict"], "feature class 'strict' is not known"),
        ("tiers/0/level", "clear", "does not fit"),
        ("tiers/1/level", "critical", "not in order"),
        ("tiers/1/values/0/value", 10_000_000_000, None),
        ("tiers/1", GOOD["tiers"][0], "not in order"),
        ("tiers", [], "does not fit"),
        ("scale", {"min": 0, "max": 5}, "scale"),
        ("unclassed", {"zh": "不详", "en": "not known"}, "no classes to be unknown"),
        ("title", {"zh": "Rivers", "en": "Rivers"}, "languages are mixed up"),
        ("title", {"zh": "河流", "en": "河流"}, "languages are mixed up"),
        ("title", {"zh": "河流"}, "lacks 'en'"),
        ("id", "River", "does not fit"),
        ("author", "me", "unknown fields ['author']"),
    ],
)
def test_a_rule_is_refused(path: str, value: Any, says: str | None) -> None:
    document = changed(path, value)
    if says is None:
        rule_from(document, rulebook="test 1", where="bad.yaml")
        return
    with pytest.raises(RulebookError) as caught:
        rule_from(document, rulebook="test 1", where="bad.yaml")
    line = caught.value.line("en")
    assert says in line
    assert line.startswith("bad.yaml")
    assert "\n" not in line
    assert caught.value.line("zh") != line


def test_a_repeal_and_an_expected_change_are_accepted() -> None:
    document = changed(f"{V1}/value", None)
    document["tiers"][0]["values"].append(
        {**GOOD["tiers"][0]["values"][1], "valid_from": "2030-01-01", "expected": True}
    )
    rule = rule_from(document, rulebook="test 1", where="good.yaml")
    assert [v.value for v in rule.tiers[0].values] == [1, None, 2]


def rulebook(folder: Path, *documents: dict[str, Any], head: dict[str, Any] | None = None) -> Path:
    folder.mkdir()
    head = head or {
        "id": "x",
        "version": "1",
        "title": {"zh": "测", "en": "T"},
        "topics": {"water": {"zh": "水", "en": "Water"}},
    }
    (folder / "rulebook.yaml").write_text(yaml.safe_dump(head), encoding="utf-8")
    for n, document in enumerate(documents):
        (folder / f"{n}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return folder


def test_a_directory_of_a_third_party_adds_rules(tmp_path: Path) -> None:
    book = load([rulebook(tmp_path / "own", GOOD)], installed=False)
    assert book.rule("test.river").rulebook == "x 1"
    assert len(book.parts) == 2
    assert [r.topic for r in book.rules].index("water") < [r.topic for r in book.rules].index("other")


def test_an_id_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="twice"):
        load([rulebook(tmp_path / "own", GOOD, GOOD)], installed=False)


def test_a_topic_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="topic 'wine' is not known"):
        load([rulebook(tmp_path / "own", {**GOOD, "topic": "wine"})], installed=False)


def test_a_directory_without_title_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="cannot be read"):
        load([tmp_path], installed=False)
    with pytest.raises(RulebookError, match="needs id"):
        load([rulebook(tmp_path / "own", head={"id": "x"})], installed=False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2\n", "'a' twice"),
        ("a: [1\n", "not valid YAML"),
        ("a: 2020-01-01 10:00:00\n", "time of day"),
        ("a: !!python/object/apply:os.getcwd []\n", "not valid YAML"),
    ],
)
def test_yaml_with_a_trap_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "trap.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        read_yaml(path)
    assert says in caught.value.line("en")


def test_yaml_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("规则: 1".encode("gbk"))
    with pytest.raises(RulebookError, match="UTF-8"):
        read_yaml(path)


def test_on_and_no_are_words_in_our_yaml(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("on: 2020-01-01\ncountry: NO\nflag: true\n", encoding="utf-8")
    assert read_yaml(path) == {"on": "2020-01-01", "country": "NO", "flag": True}


def test_every_shipped_file_is_loaded_and_every_id_is_screening() -> None:
    book = load(installed=False)
    assert len(book.rules) > 15
    assert len(book.rules) + len(book.clause_files) == len(rule_files(BUILTIN))
    assert all(r.id.startswith("screening.") for r in book.rules)
    assert book.parts[0].sha256 == load(installed=False).parts[0].sha256


def test_an_unknown_id_names_its_neighbours() -> None:
    with pytest.raises(UnknownNameError, match=r"screening\.protected-areas"):
        load(installed=False).rule("screening.protected-area")


def test_a_distance_of_ours_is_never_dressed_as_law() -> None:
    """Every number but presence (0) and the flags rests on the convention, alone or beside what it borrows from."""
    for rule in load(installed=False).rules:
        for tier in rule.tiers:
            for dated in tier.values:
                kinds = {c.kind for c in (dated.cite, *dated.also)}
                if dated.value or rule.measure == "overlap-share":
                    assert "convention" in kinds, (rule.id, dated)
                if dated.cite.kind != "convention" and dated.value and dated.basis:
                    assert "convention" in dated.basis.en, (rule.id, dated)
