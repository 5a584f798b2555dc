"""Ledger estimates as readers meet them: totals with ranges, what is unknown and why, the rows of one project."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..model.chart import Bars, Series
from ..model.country import country_title
from ..model.ledger import LEDGER_BASES, LEDGER_MISSING, LEDGER_PARTS, LEDGER_QUANTITIES
from ..text import Lang, Text
from . import charts
from .numbers import amount, count
from .words import say

_KEY = ("part", "scope", "quantity", "unit")
_COUNTRIES = 12
_SCOPES = {
    "1": Text("范围一", "scope 1"),
    "2": Text("范围二", "scope 2"),
    "3": Text("范围三", "scope 3"),
    "biogenic": Text("生物质，单列", "biogenic, apart"),
}
_RANK = tuple(LEDGER_QUANTITIES)


@dataclass(frozen=True)
class LedgerTotal:
    """One quantity summed over a portfolio; bounds added up, since all projects rest on the same factors.

    Attributes
    ----------
    n_projects : int
        Projects in the sum.
    n_unknown : int
        Projects that belong to it and whose amount is not known.
    """

    part: str
    scope: str
    quantity: str
    unit: str
    value: float
    low: float
    high: float
    n_projects: int
    n_unknown: int


class CountrySum(NamedTuple):
    """Emissions of operation in scope 1, tCO2 a year, of the projects of one country; "" where it is not known."""

    country: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class LedgerSums:
    """What the ledger of a portfolio comes to.

    Attributes
    ----------
    n_estimated, n_unknown : int
        Projects with at least one figure, and with none.
    missing : tuple of (str, int)
        Codes of `LEDGER_MISSING` with the projects that lack it, most first.
    countries : tuple of CountrySum
        Largest first.
    """

    n_estimated: int
    n_unknown: int
    totals: tuple[LedgerTotal, ...]
    missing: tuple[tuple[str, int], ...]
    countries: tuple[CountrySum, ...]

    def chart(self) -> Bars | None:
        """Emissions of operation by country; None where none is known."""
        if not self.countries:
            return None
        shown, rest = list(self.countries[:_COUNTRIES]), self.countries[_COUNTRIES:]
        names = [country_title(c.country) if c.country else Text("国别未知", "Country not known") for c in shown]
        if rest:
            shown.append(
                CountrySum("", sum(c.value for c in rest), sum(c.low for c in rest), sum(c.high for c in rest))
            )
            names.append(Text(f"其余 {len(rest)} 国", f"{len(rest)} others"))
        title = Text("运营期范围一排放，按国家", "Emissions of operation, scope 1, by country")
        series = Series(
            Text("估算值", "Estimate"),
            tuple(c.value for c in shown),
            tuple(c.low for c in shown),
            tuple(c.high for c in shown),
        )
        return Bars("ledger-by-country", title, "tCO2/a", tuple(names), (series,), stacked=False)


@dataclass(frozen=True)
class LedgerRow:
    """One row of a project's ledger in words."""

    what: str
    value: str
    bounds: str
    basis: str
    said: str
    missing: str


class LedgerTally:
    """Sums over estimates that arrive piece by piece.

    Parameters
    ----------
    countries : pyarrow.Array
        Country of every project of the portfolio.
    """

    def __init__(self, countries: pa.Array) -> None:
        encoded = pc.fill_null(countries, "").dictionary_encode()
        self._codes = np.asarray(encoded.indices.to_numpy(), dtype=np.int64)
        self._names = encoded.dictionary.to_pylist()
        self._sums: dict[tuple[str, str, str, str], npt.NDArray[np.float64]] = defaultdict(lambda: np.zeros(5))
        self._by_country = np.zeros((len(self._names), 3))
        self._known = np.zeros(len(self._codes), dtype=np.bool_)
        self._missing: Counter[str] = Counter()

    def add(self, table: pa.Table, rows: npt.NDArray[np.int64]) -> None:
        """Count a piece; `rows` are the rows of the portfolio its lines are of."""
        value = table["value"].to_numpy(zero_copy_only=False)
        known = np.isfinite(value)
        low, high = (np.where(np.isfinite(b), b, value) for b in
                     (table[n].to_numpy(zero_copy_only=False) for n in ("low", "high")))  # fmt: skip
        keys = pa.compute.binary_join_element_wise(*(table[k] for k in _KEY), "\t").combine_chunks().dictionary_encode()
        place = keys.indices.to_numpy()
        for n, key in enumerate(keys.dictionary.to_pylist()):
            of = place == n
            told = of & known
            part, scope, quantity, unit = key.split("\t")
            self._sums[part, scope, quantity, unit] += (
                value[told].sum(), low[told].sum(), high[told].sum(), told.sum(), (of & ~known).sum()
            )  # fmt: skip
        self._known[rows[known]] = True
        burnt = known & _is(table, "operation", "1", "emissions")
        for n, column in enumerate((value, low, high)):
            np.add.at(self._by_country[:, n], self._codes[rows[burnt]], column[burnt])
        for codes, n in Counter(table["missing"].to_pylist()).items():
            self._missing.update(dict.fromkeys((c for c in codes.split(";") if c), n))

    def sums(self) -> LedgerSums:
        """Once every piece has been added."""
        totals = []
        for (part, scope, quantity, unit), (value, low, high, known, unknown) in self._sums.items():
            if known:
                n = int(known), int(unknown)
                totals.append(LedgerTotal(part, scope, quantity, unit, float(value), float(low), float(high), *n))
        totals.sort(key=lambda t: (t.part != "operation", _RANK.index(t.quantity), t.scope, t.unit))
        order = np.argsort(-self._by_country[:, 0], kind="stable")
        return LedgerSums(
            n_estimated=int(self._known.sum()),
            n_unknown=int((~self._known).sum()),
            totals=tuple(totals),
            missing=tuple(sorted(self._missing.items(), key=lambda pair: (-pair[1], pair[0]))),
            countries=tuple(
                CountrySum(self._names[n], *(float(v) for v in self._by_country[n]))
                for n in order
                if self._by_country[n, 2] > 0
            ),
        )


def what(part: str, scope: str, quantity: str, lang: Lang) -> str:
    """What a row is of: part, quantity and scope in words.

    Examples
    --------
    >>> what("operation", "1", "emissions", "en")
    'Operation: Greenhouse gases, scope 1'
    """
    named = LEDGER_PARTS[part].in_(lang)
    if not quantity:
        return named
    asked = LEDGER_QUANTITIES[quantity].in_(lang)
    tail = _SCOPES[scope].in_(lang) if scope in _SCOPES else ""
    join, gap = ("：", "，") if lang == "zh" else (": ", ", ")
    return f"{named}{join}{asked}{gap + tail if tail else ''}"


def missing_title(code: str, lang: Lang) -> str:
    """What a code of what is missing stands for."""
    return LEDGER_MISSING[code].in_(lang) if code in LEDGER_MISSING else code


def ledger_rows(rows: Sequence[Mapping[str, Any]], lang: Lang) -> tuple[LedgerRow, ...]:
    """The rows of one project in words."""
    join = "、" if lang == "zh" else ", "
    return tuple(
        LedgerRow(
            what(r["part"], r["scope"], r["quantity"], lang),
            say("ledger_unknown", lang) if r["value"] is None else f"{amount(r['value'], lang)} {r['unit']}",
            bounds(r["low"], r["high"], lang),
            LEDGER_BASES[r["basis"]].in_(lang) if r["basis"] in LEDGER_BASES else "",
            r[f"explanation_{lang}"] or "",
            join.join(missing_title(c, lang) for c in (r["missing"] or "").split(";") if c),
        )
        for r in rows
    )


def ledger_head(lang: Lang) -> tuple[tuple[str, ...], frozenset[int]]:
    """Heads of the table of totals, and which columns hold numbers."""
    keys = ("ledger_what", "ledger_value", "ledger_bounds", "ledger_unit", "ledger_n", "ledger_left_out")
    return tuple(say(k, lang) for k in keys), frozenset({1, 2, 4, 5})


def ledger_totals(sums: LedgerSums, lang: Lang) -> tuple[tuple[str, ...], ...]:
    """Rows of the table of totals."""
    return tuple(
        (what(t.part, t.scope, t.quantity, lang), amount(t.value, lang), bounds(t.low, t.high, lang), t.unit,
         count(t.n_projects), count(t.n_unknown))
        for t in sums.totals
    )  # fmt: skip


def ledger_missing(sums: LedgerSums, lang: Lang) -> tuple[tuple[str, str], ...]:
    """What is missing, and for how many projects."""
    return tuple((missing_title(code, lang), count(n)) for code, n in sums.missing)


def ledger_values(sums: LedgerSums | None, lang: Lang) -> dict[str, Any]:
    """What the page shows of it, by the names of its template."""
    if sums is None:
        return {"ledger": None}
    head, numbers = ledger_head(lang)
    chart = sums.chart()
    return {
        "ledger": sums, "ledger_head": head, "ledger_numbers": numbers, "ledger_totals": ledger_totals(sums, lang),
        "ledger_missing": ledger_missing(sums, lang), "ledger_chart": chart and charts.svg(chart, lang, uid="ledger"),
    }  # fmt: skip


def bounds(low: float | None, high: float | None, lang: Lang) -> str:
    """Two bounds, "" where there are none."""
    if low is None or high is None:
        return ""
    return f"{amount(low, lang)}–{amount(high, lang)}"


def _is(table: pa.Table, part: str, scope: str, quantity: str) -> npt.NDArray[np.bool_]:
    hit = pc.and_(pc.and_(pc.equal(table["part"], part), pc.equal(table["scope"], scope)),
                  pc.equal(table["quantity"], quantity))  # fmt: skip
    found: npt.NDArray[np.bool_] = hit.to_numpy(zero_copy_only=False)
    return found
