"""What the first page says, in numbers: how many, how bad, what is unknown, what to do first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..atlas import advice
from ..model import Layer, Screening, role_title
from ..text import Lang, Text
from .ledger import LedgerSums, missing_title, what
from .tally import COARSE, WORST_FIRST, CountryCount, Tally, by_country, n_assets
from .words import WORDS

_HAZARDS = Text("自然灾害", "Natural hazards")


@dataclass(frozen=True)
class Missing:
    """Data that would turn unknowns into answers.

    Attributes
    ----------
    title : Text
        What is asked about.
    layer : Layer or None
        The layer that could not say (it withholds the country, say); None where there is none at all.
    n_projects : int
    how : Text
        How to get it.
    """

    title: Text
    layer: Layer | None
    n_projects: int
    how: Text


@dataclass(frozen=True)
class Summary:
    """Everything counted, ready to be put into words.

    `by_level` and `findings` follow the order of `WORST_FIRST`. `noted` counts projects by note.
    """

    source: str
    sha256: str
    on: str
    n_read: int
    n_screened: int
    n_rejected: int
    n_assets: int
    n_sharing: int
    by_level: tuple[int, ...]
    with_unknown: int
    findings: tuple[int, ...]
    missing: tuple[Missing, ...]
    countries: tuple[CountryCount, ...]
    noted: Mapping[str, int]
    ledger: LedgerSums | None = None

    @property
    def n_countries(self) -> int:
        """Countries and areas that are known."""
        return sum(1 for c in self.countries if c.country)

    def facts(self, lang: Lang) -> list[tuple[str, int | str | None]]:
        """Labels and values for the summary sheet; a heading has the value None."""

        def word(key: str) -> str:
            return WORDS[key].in_(lang)

        def levels(counts: tuple[int, ...]) -> list[tuple[str, int | str | None]]:
            pairs = zip(WORST_FIRST, counts, strict=True)
            return [(f"{level.mark} {level.title.in_(lang)}", n) for level, n in pairs]

        return [
            (word("title"), None),
            (word("s_source"), self.source),
            (word("s_sha256"), self.sha256),
            (word("s_on"), self.on),
            (word("s_read"), self.n_read),
            (word("s_screened"), self.n_screened),
            (word("s_rejected"), self.n_rejected),
            (word("s_assets"), self.n_assets),
            (word("s_countries"), self.n_countries),
            (word("s_by_level"), None),
            *levels(self.by_level),
            (word("s_unknown"), self.with_unknown),
            (word("s_findings"), None),
            *levels(self.findings),
            (word("s_missing"), None),
            *((m.title.in_(lang), m.n_projects) for m in self.missing),
            *self._of_ledger(lang),
        ]

    def _of_ledger(self, lang: Lang) -> list[tuple[str, int | str | None]]:
        if self.ledger is None:
            return []
        return [
            (WORDS["ledger"].in_(lang), None),
            (WORDS["ledger_estimated"].in_(lang), self.ledger.n_estimated),
            (WORDS["ledger_none"].in_(lang), self.ledger.n_unknown),
            *(
                (what(t.part, t.scope, t.quantity, lang), f"{t.value:.4g} {t.unit} ({t.low:.4g}–{t.high:.4g})")
                for t in self.ledger.totals
            ),
            *((missing_title(code, lang), n) for code, n in self.ledger.missing),
        ]


def summarise(screening: Screening, tally: Tally) -> Summary:
    """Count a screening whose rows have all been added to `tally`."""
    portfolio = screening.portfolio
    shared = np.unique(portfolio.projects["geometry"].to_numpy(), return_counts=True)[1]
    return Summary(
        source=portfolio.source,
        sha256=portfolio.sha256,
        on=screening.on.isoformat(),
        n_read=portfolio.n_read,
        n_screened=portfolio.projects.num_rows,
        n_rejected=portfolio.rejected.num_rows,
        n_assets=n_assets(portfolio),
        n_sharing=int(shared[shared > 1].sum()),
        by_level=tuple(np.bincount(tally.worst(), minlength=len(WORST_FIRST)).tolist()),
        with_unknown=int(tally.has_unknown().sum()),
        findings=tuple(tally.by_project.sum(axis=0).tolist()),
        missing=_missing(screening, tally),
        countries=tuple(by_country(portfolio, tally)),
        noted=_noted(portfolio.projects),
        ledger=tally.ledger(),
    )


_CLAUSE = "clause"


def asked_roles(rules: tuple[Mapping[str, Any], ...], clauses: tuple[Mapping[str, Any], ...] = ()) -> dict[str, str]:
    """The role each rule asks about, by rule id; several roles are joined by a comma. No layer answers a clause.

    Examples
    --------
    >>> asked_roles(({"id": "a", "applies_to": {"role": ["river", "lake"]}}, {"id": "b"}))
    {'a': 'river,lake', 'b': ''}
    """
    roles = {rule["id"]: ",".join(rule.get("applies_to", {}).get("role", ())) for rule in rules}
    return {**dict.fromkeys((c["id"] for c in clauses), _CLAUSE), **roles}


def _missing(screening: Screening, tally: Tally) -> tuple[Missing, ...]:
    """Most projects first; as many, in the order of the rules, which is that of their topics."""
    layers = {layer.id: layer for layer in screening.layers}
    order = list(asked_roles(screening.rules).values())
    found = []
    for (asked, layer_id), n in tally.missing.items():
        if asked == _CLAUSE:
            continue
        layer = layers.get(layer_id)
        place = order.index(asked) if asked in order else -1
        found.append((-n, place, layer_id, Missing(_asked_title(asked, layer), layer, n, _how(asked, layer))))
    return tuple(missing for *_, missing in sorted(found, key=lambda item: item[:3]))


def _asked_title(asked: str, layer: Layer | None) -> Text:
    if asked == COARSE:
        return WORDS["precise_location"]
    if layer is not None:
        return layer.title
    roles = [_HAZARDS if role == "hazard.*" else role_title(role) for role in asked.split(",") if role]
    if not roles:
        return WORDS["other_questions"]
    return Text("、".join(r.zh for r in roles), ", ".join(r.en for r in roles))


def _how(asked: str, layer: Layer | None) -> Text:
    """Where an answer comes from. A sketch is answered by the real layer, others by what they say."""
    if asked == COARSE:
        return WORDS["precise_location_how"]
    told = advice(asked.split(",")[0]) if asked else Text("", "")
    if layer is None:
        return told
    if layer.how_to_get.en and not layer.demonstration:
        told = layer.how_to_get
    return Text(*(text.format(how=how) for text, how in zip(WORDS["could_not_say"], told, strict=True)))


def _noted(projects: pa.Table) -> Counter[str]:
    return Counter({row["values"]: row["counts"] for row in pc.value_counts(_flat(projects["notes"])).to_pylist()})


def _flat(lists: pa.ChunkedArray) -> pa.Array:
    return pc.list_flatten(lists).combine_chunks()
