"""The dictionary of the web pages: both languages, nothing missing, nothing left over."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest

import qinglu
from qinglu.model import ROLES
from qinglu.model.ledger import LEDGER_BASES, LEDGER_MISSING, LEDGER_PARTS, LEDGER_QUANTITIES
from qinglu.model.project import NOTES
from qinglu.portfolio.fields import table
from qinglu.portfolio.reasons import REASONS
from qinglu.settings import Settings
from qinglu.tools import TOOLS
from qinglu.tools.check import checked
from qinglu.words import SECTORS, STAGES
from qinglu.workspace import Workspace

WEB = Path(__file__).parents[2] / "web/src"
WORDS = json.loads((WEB / "words.json").read_text(encoding="utf-8"))
SOURCES = {p: p.read_text(encoding="utf-8") for p in WEB.rglob("*") if p.suffix in (".svelte", ".ts")}
CODE = "\n".join(SOURCES.values())
HAN = re.compile(r"[\u4e00-\u9fff]")
SAME = {"comma", "colon", "brand", "lang.other"}
FAMILIES = {
    "estimate.missing": LEDGER_MISSING, "estimate.quantity": LEDGER_QUANTITIES, "estimate.basis": LEDGER_BASES,
    "estimate.part": [part or "project" for part in LEDGER_PARTS],
    "note": NOTES, "reason": REASONS, "role": ROLES, "sector": SECTORS, "stage": STAGES, "field": table("fields"),
}  # fmt: skip


def test_every_word_has_both_languages():
    for key, said in WORDS.items():
        assert set(said) == {"zh", "en"}, key
        assert all(text.strip() for text in said.values()), key
        if key not in SAME:
            assert HAN.search(said["zh"]) or not re.search(r"[a-z]{4}", said["en"]), key
            assert not HAN.search(said["en"]), key


def test_both_languages_are_filled_with_the_same_values():
    for key, said in WORDS.items():
        assert set(re.findall(r"\{(\w+)\}", said["zh"])) == set(re.findall(r"\{(\w+)\}", said["en"])), key


def test_every_key_that_is_used_exists():
    used = set(re.findall(r"\bt\('([^']+)'", CODE))
    assert len(used) > 150
    assert used <= set(WORDS), sorted(used - set(WORDS))


def test_every_key_is_used():
    literal = set(re.findall(r"['\"`]([a-z_]+(?:\.[a-z_-]+)*)['\"`]", CODE))
    families = set(re.findall(r"\bt\(`([a-z_.]+)\.\$\{", CODE)) | set(re.findall(r"titled\('([a-z_.]+)'", CODE))
    families |= set(re.findall(r"known\(`([a-z_.]+)\.\$\{", CODE)) | {"measure"}
    left = {k for k in WORDS if k not in literal and not any(k.startswith(f + ".") for f in families)}
    assert left == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_words_of_the_library_are_all_known(family):
    wanted = {f"{family}.{word.lower().replace('-', '_').replace(' ', '_')}" for word in FAMILIES[family]}
    assert wanted <= set(WORDS), sorted(wanted - set(WORDS))


RESULTS = json.loads((WEB / "results.json").read_text(encoding="utf-8"))


def names_of_the_ledger():
    """Words that the page of the ledger has a name for: its own, and those of the tables of factors."""
    path = Path(qinglu.__file__).parent / "ledger/factors/names.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["item"] for row in csv.DictReader(file)} | set(RESULTS)


def unnamed(key, names):
    """Parts of a key that nobody has named; as `named.ts` takes it apart."""
    source = SOURCES[WEB / "lib/named.ts"]
    units = re.findall(r"\['(_\w+)', '[^']+'\]", source)
    whole = re.findall(r"(\w+): \['\w+', '[^']*'\]", source)
    left = []
    for part in key.split("."):
        suffix = next((u for u in units if part.endswith(u) and part != u), "")
        stems = {part, part.removesuffix(suffix) if suffix else part}
        if not (part.isdigit() or part in whole or stems & names):
            left.append(part)
    return left


def keys_of(value):
    if isinstance(value, dict):
        other = {f"{k.removesuffix('_zh')}_en" for k in value if k.endswith("_zh")}
        for key, inner in value.items():
            if set(value) != {"zh", "en"} and key not in other:
                yield key.removesuffix("_zh")
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


@pytest.mark.parametrize("chosen", [t for t in TOOLS if t.group == "ledger"], ids=lambda t: t.id)
def test_every_key_of_an_answer_of_the_ledger_has_a_name(chosen):
    workspace = Workspace(Settings(), today=date(2026, 11, 1))
    answer = chosen.run(workspace, checked(chosen.fields, json.loads(json.dumps(chosen.example)))).as_dict()
    # What a user names (a chain, a part) reads as it was given.
    own = set(chosen.example.get("chains", ()))
    names = names_of_the_ledger() | own
    assert sorted({part for key in keys_of(answer["result"]) for part in unnamed(key, names)}) == []


def test_names_of_results_have_both_languages():
    for key, said in RESULTS.items():
        assert set(said) == {"zh", "en"}, key
        assert said["zh"].strip(), key
        assert said["en"].strip(), key
        assert not HAN.search(said["en"]), key


def test_no_text_of_a_page_is_written_outside_the_dictionary():
    """Chinese in a source is either a pattern to recognise something, or the brand."""
    allowed = {"Bar.svelte", "Duties.svelte", "said.ts", "gl.ts", "Map.svelte", "http.ts"}
    for path, source in SOURCES.items():
        code = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("//", "*", "/*")))
        if path.name not in allowed and not path.name.startswith("test"):
            found = [line.strip() for line in code.splitlines() if HAN.search(line) and "'zh'" not in line]
            assert found == [], path.name


def test_pages_name_no_address_elsewhere():
    for path, source in SOURCES.items():
        assert re.findall(r"https?://(?!127\.0\.0\.1|www\.w3\.org)", source) == [], path.name
