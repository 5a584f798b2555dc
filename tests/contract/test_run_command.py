"""``qinglu run``, plain flags and ``qinglu rules`` as another program meets them: one document, or one line and exit 2."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
import yaml

from qinglu.cli import main
from qinglu.tools import TOOLS, tool

ANSWERING = [t for t in TOOLS if t.answers]
HYDRO = {"project_type": "hydropower"}


@pytest.fixture
def say(capsys, monkeypatch):
    """Run a command; standard input, then (exit code, standard output, standard error)."""

    def run(*argv: str, stdin: str | None = None) -> tuple[int, str, str]:
        if stdin is not None:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main(argv)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def refused(said: tuple[int, str, str]) -> str:
    code, out, err = said
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert len(err) <= 500
    return err


def test_a_document_from_a_file_from_standard_input_and_from_flags_gives_the_same(say, tmp_path):
    path = tmp_path / "in.json"
    path.write_text(json.dumps(HYDRO), encoding="utf-8")
    code, from_file, err = say("run", "classify", "--input", str(path))
    assert (code, err) == (0, "")
    document = json.loads(from_file)
    assert list(document) == ["result", "findings", "trace", "unverified"]
    assert say("run", "classify", "--input", "-", stdin=json.dumps(HYDRO))[1] == from_file
    assert say("classify", "--project-type", "hydropower")[1] == from_file
    assert say("classify", "--project-type", "wind_power", "--input", str(path))[1] != from_file


def test_text_is_for_people_in_their_language(say):
    assert "colour: red" in say("classify", "--project-type", "hydropower", "--text")[1]
    assert "水电" in say("classify", "--project-type", "hydropower", "--text", "--lang", "zh")[1]


@pytest.mark.parametrize("chosen", ANSWERING, ids=lambda t: t.id)
def test_an_unknown_field_is_named(say, chosen):
    assert re.match(r"qinglu: nonsense: unknown field nonsense", refused(say("run", chosen.id, "--input", "-", stdin='{"nonsense": 1}')))


@pytest.mark.parametrize("chosen", [t for t in ANSWERING if any(f.required for f in t.fields)], ids=lambda t: t.id)
def test_a_missing_field_is_named(say, chosen):
    first = next(f for f in chosen.fields if f.required)
    assert f"{first.name} is missing" in refused(say("run", chosen.id, "--input", "-", stdin="{}"))
    assert f"{first.name} is missing" in refused(say(*chosen.command))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "this is not JSON"),
        ("[1]", "a JSON object"),
        ('{"project_type": "hydropower", "project_type": "x"}', "'project_type' twice"),
        ('{"project_type": NaN}', "NaN is not a number of JSON"),
        ("[" * 100_000, "this is not JSON"),
        ('{"project_type": "castle"}', 'project_type: "castle" is not allowed'),
        ('{"project_type": "hydropower", "on": "2026-02-30"}', "on:"),
        ('{"project_type": "hydropower", "infringes_sensitive_area": "yes"}', "true or false"),
    ],
)
def test_a_document_that_cannot_be_used_is_one_line(say, text, says):
    assert says in refused(say("run", "classify", "--input", "-", stdin=text))


def test_run_names_what_can_be_run(say, tmp_path):
    assert "qinglu screen" in refused(say("run", "screen", "--input", "-", stdin="{}"))
    assert "classify" in refused(say("run", "classifyy", "--input", "-", stdin="{}"))
    assert "cannot be read" in refused(say("run", "classify", "--input", str(tmp_path / "none.json")))


@pytest.mark.parametrize("chosen", TOOLS, ids=lambda t: t.id)
def test_show_lists_every_enumeration(say, chosen):
    code, out, _ = say("tools", "show", chosen.id)
    shown = json.loads(out)
    assert code == 0
    assert list(shown["inputs"]) == [f.name for f in chosen.fields]
    for field in chosen.fields:
        if field.kind == "map" and not field.choices:  # names of the user's own
            assert shown["inputs"][field.name]["fields"]
        elif field.kind in ("choice", "choices", "map"):
            assert shown["inputs"][field.name]["choices"] == list(field.choices) != []


def rows(out: str) -> dict[str, Any]:
    return {r["id"]: r for r in json.loads(out)["rules"]}


def test_rules_list(say):
    code, out, _ = say("rules", "list", "--json")
    found = rows(out)
    assert code == 0
    assert {"screening.protected-areas", "pak.eia"} <= set(found)
    only = rows(say("rules", "list", "--kind", "eia", "--jurisdiction", "pak", "--json")[1])
    assert only
    assert all(r["kind"] == "eia" and r["jurisdiction"] == "PAK" for r in only.values())
    before = rows(say("rules", "list", "--topic", "opinions", "--on", "2022-03-27", "--json")[1])
    after = rows(say("rules", "list", "--topic", "opinions", "--on", "2022-03-28", "--json")[1])
    assert not before["chn.opinions-2022.art-1"]["in_force"]
    assert after["chn.opinions-2022.art-1"]["in_force"]
    assert "pak.eia" in say("rules", "list", "--jurisdiction", "PAK")[1]
    assert "--topic" in refused(say("rules", "list", "--topic", "weather"))


def test_rules_show_and_history(say):
    shown = json.loads(say("rules", "show", "chn.opinions-2022.art-1", "--json")[1])
    assert shown["result"]["value"]["valid_from"] == "2022-03-28"
    assert json.loads(say("rules", "show", "chn.opinions-2022.art-1", "--on", "2020-01-01", "--json")[1])["result"]["in_force"] is False
    assert json.loads(say("rules", "show", "screening.coast", "--json")[1])["result"]["measure"] == "distance"
    history = json.loads(say("rules", "history", "chn.opinions-2022.art-1", "--json")[1])
    assert [v["valid_from"] for v in history["result"]["history"]] == ["2022-03-28"]
    assert json.loads(say("rules", "history", "screening.coast", "--json")[1])["result"]["history"]
    assert "pak.eia" in refused(say("rules", "show", "pak.eai"))


def test_rules_explain(say):
    explained = json.loads(say("rules", "explain", "pak.eia", "--country", "巴基斯坦", "--json")[1])
    assert explained["result"]["applies"] == "yes"
    other = json.loads(say("rules", "explain", "pak.eia", "--country", "IDN", "--json")[1])
    assert other["result"]["applies"] == "no"
    assert other["trace"][0]["detail"]["checks"][0] == {"predicate": "country", "asked": ["PAK"], "given": "IDN", "holds": "no"}
    assert json.loads(say("rules", "explain", "pak.eia", "--json")[1])["result"]["applies"] == "unknown"
    assert "--country" in refused(say("rules", "explain", "pak.eia", "--country", "Atlantis"))


def test_rules_check_tries_the_cases_and_drafts_what_is_missing(say, tmp_path):
    code, out, _ = say("rules", "check", "--json")
    counts = json.loads(out)
    assert (code, counts["wrong"], counts["unguarded"]) == (0, [], [])
    assert counts["clauses"] > 400
    text = {"zh": "某", "en": "some"}
    clause = {
        "id": "pak.third.one", "kind": "duty", "jurisdiction": "PAK", "basis": "host", "topic": "eia", "title": text,
        "applies_to": {"capacity_mw": {"min": 50}},
        "values": [{"valid_from": "2020-01-01", "value": {"days": 30}, "cite": {"kind": "law", "doc": text, "at": text, "issued": None, "checked": None}}],
    }  # fmt: skip
    (tmp_path / "rulebook.yaml").write_text(yaml.safe_dump({"id": "third", "version": "1", "title": text, "topics": {}}), encoding="utf-8")
    (tmp_path / "one.yaml").write_text(yaml.safe_dump([clause], allow_unicode=True), encoding="utf-8")
    assert json.loads(say("rules", "check", "--rulebook", str(tmp_path), "--json")[1])["unguarded"] == ["pak.third.one"]
    draft = say("rules", "check", "--rulebook", str(tmp_path), "--draft")[1]
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "one.yaml").write_text(draft, encoding="utf-8")
    again = json.loads(say("rules", "check", "--rulebook", str(tmp_path), "--json")[1])
    assert (again["unguarded"], again["wrong"]) == ([], [])
    (tmp_path / "one.yaml").write_text(yaml.safe_dump([clause], allow_unicode=True).replace("days: 30", "days: 31"), encoding="utf-8")
    code, out, _ = say("rules", "check", "--rulebook", str(tmp_path), "--json")
    assert code == 1
    assert "expected {'days': 30}, got {'days': 31}" in json.loads(out)["wrong"][0]


def test_critical_habitat_says_what_it_does_not_know(say):
    assert "no criterion is given" in refused(say("critical-habitat", "--on", "2026-11-22"))
    met = json.loads(say("run", "critical-habitat", "--input", "-", stdin='{"c5": true, "on": "2026-11-22"}')[1])["result"]
    assert met["critical_habitat"] is True
    assert met["criteria"]["c1"]["met"] == "unknown"


def test_demo_writes_what_it_promises(say, tmp_path):
    code, out, _ = say("demo", "--out", str(tmp_path / "out"), "--format", "csv", "--json")
    assert code == 0
    assert json.loads(out)["read"] == json.loads(out)["screened"] + json.loads(out)["rejected"] > 20
    assert (tmp_path / "out" / "findings.csv").stat().st_size > 0


def test_the_command_of_every_tool_is_known(say):
    assert {tool(t.id).command for t in TOOLS} == {t.command for t in TOOLS}
    code, out, _ = say("tools", "list")
    assert code == 0
    assert all(t.id in out for t in TOOLS)
