"""Emission limits of one plant on one day: host, international and Chinese side by side, in one state of gas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..model.clause import Applied, Clause, Entry, Holds, Range
from ..model.level import Level
from ..model.rule import Step
from ..text import Text
from .clauses import Clauses, Subject, applies, clause_step, unverified
from .gas import STANDARD_KPA, GasState, convert_gas

POLLUTANTS = ("so2", "pm", "nox", "hg")
TOPIC = "emission-limits"
UNIT = "mg/m3"
"""Unit to which everything is brought."""

BENCHMARK_REGION = "key-region"
"""Where the special limits of China hold: a plant abroad is held against them as if it stood there."""

_ASSUMED = {"temperature_c": 0.0, "dry": True}
_NAMES = {
    "temperature_c": Text("温度取0 °C", "0 °C taken for the temperature"),
    "dry": Text("取干基", "dry gas taken"),
}
_TOLERANCE = 1e-9  # two ways of rounding the same number are no breach


@dataclass(frozen=True, slots=True)
class Measured:
    """A value measured at the stack, in the state it was measured in."""

    value: float
    unit: str
    state: GasState


@dataclass(frozen=True, slots=True)
class Candidate:
    """A limit that applies, as stated and in the state asked for.

    `normalised_value` is in mg/m3; None where the source does not say enough to compare it, and then
    `incomparable` says why. `assumed` names what the source leaves unsaid and was taken as usual.
    """

    clause: Clause
    entry: Entry
    value: float
    normalised_value: float | None
    steps: tuple[Step, ...]
    assumed: tuple[str, ...] = ()
    incomparable: Text | None = None

    def as_dict(self) -> dict[str, Any]:
        """The candidate as JSON values."""
        clause, entry = self.clause, self.entry
        limits = entry.value
        return {
            "rule_id": clause.id,
            "jurisdiction": clause.jurisdiction,
            "basis": clause.basis,
            "title_zh": clause.title.zh,
            "title_en": clause.title.en,
            "value": self.value,
            "range": [limits.min, limits.max] if isinstance(limits, Range) else None,
            "unit": clause.unit,
            "reference": dict(clause.reference or {}),
            "assumed": list(self.assumed),
            "averaging": clause.averaging or None,
            "normalised_value": self.normalised_value,
            "normalised_unit": UNIT,
            "in_force_from": entry.valid_from.isoformat(),
            "compliance_from": entry.compliance_from.isoformat() if entry.compliance_from else None,
            "citation": entry.cite.line._asdict(),
            "checked": entry.checked.isoformat() if entry.checked else None,
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """One pollutant: every candidate, the host's, the strictest, and the measured value beside them."""

    candidates: tuple[Candidate, ...]
    host: Candidate | None
    strictest: Candidate | None
    measured: Mapping[str, Any] | None = None
    other_averaging: tuple[Candidate, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The pollutant as JSON values."""
        return {
            "candidates": [c.as_dict() for c in self.candidates],
            "host": self.host.as_dict() if self.host else None,
            "strictest": self.strictest.as_dict() if self.strictest else None,
            "measured": dict(self.measured) if self.measured is not None else None,
            "other_averaging": [c.as_dict() for c in self.other_averaging],
        }


@dataclass
class Limits:
    """What was found; grows pollutant by pollutant."""

    pollutants: dict[str, Compared] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    trace: list[Step] = field(default_factory=list)
    unverified: list[dict[str, Any]] = field(default_factory=list)


def find_limits(
    clauses: Clauses,
    plant: Subject,
    on: date,
    reference: GasState,
    measured: Mapping[str, Measured] | None = None,
    pollutants: Sequence[str] = POLLUTANTS,
) -> Limits:
    """The limits that bind or benchmark a plant on a day.

    Parameters
    ----------
    clauses : Clauses
        Of any topic; those of ``emission-limits`` count.
    plant : mapping
        ``country``, ``technology``, ``fuel``, ``capacity_mw``, ``capacity_mwth``, ``commissioned``,
        ``airshed``, and ``region`` where known.
    reference : GasState
        To which everything is brought before it is compared.
    measured : mapping of pollutant to Measured

    Raises
    ------
    GasStateError, UnitError
        A measured value that cannot be brought to the reference.

    Examples
    --------
    >>> from . import load
    >>> plant = {"country": "IDN", "technology": "coal_boiler", "fuel": "coal", "capacity_mw": 600,
    ...          "capacity_mwth": 1500, "commissioned": date(2026, 1, 1), "airshed": "degraded"}
    >>> so2 = find_limits(load(installed=False).clauses, plant, date(2026, 11, 22), GasState(6)).pollutants["so2"]
    >>> round(so2.host.normalised_value, 3), so2.strictest.value
    (233.898, 35.0)
    """
    measured = measured or {}
    found = Limits()
    standing = _standing(clauses, plant, on, found)
    for pollutant in pollutants:
        numeric = [(a, e) for a, e in standing if a.clause.kind == "limit" and a.clause.quantity == pollutant]
        made = [_candidate(a, e, reference) for a, e in numeric]
        compared = _compare(pollutant, made, plant)
        value = measured.get(pollutant)
        if value is not None:
            compared = _with_measured(compared, pollutant, value, reference, found)
        found.pollutants[pollutant] = compared
        _record(pollutant, compared, numeric, found)
    found.findings += [_remark(a, e) for a, e in standing if a.clause.kind != "limit"]
    found.unverified += [
        unverified(a.clause, e) for a, e in standing if a.clause.kind != "limit" and not e.is_verified
    ]
    found.trace.append(_AVERAGING)
    return found


_AVERAGING = Step(
    "formula",
    Text("平均时间", "Averaging"),
    Text(
        "条款未注明平均时间的，按浓度数值比较；注明平均时间的另列，不与之比较",
        "Limits whose averaging period is not stated are compared as concentrations; those with one are listed apart",
    ),
    {"compared": None},
)


def _standing(clauses: Clauses, plant: Subject, on: date, found: Limits) -> list[tuple[Applied, Entry]]:
    """Clauses that hold, the plant's own country and the two benchmarks only; what cannot be told becomes a finding."""
    # A benchmark is asked of such a plant as if it stood in China, in a region of special limits.
    regions = {BENCHMARK_REGION, *_words(plant.get("region"))} if plant.get("country") == "CHN" else {BENCHMARK_REGION}
    benchmark = {**plant, "country": "CHN", "region": regions}
    kept = []
    for clause in clauses.select(topic=TOPIC):
        entry = clause.on(on)
        if entry is None or not _concerns(clause, plant.get("country")):
            continue
        applied = applies(clause, benchmark if clause.basis == "chinese" else plant)
        if applied.holds is Holds.YES:
            kept.append((applied, entry))
        elif applied.holds is not Holds.NO:
            found.findings.append(_untold(applied))
            found.trace.append(clause_step(applied, entry))
    return kept


def _concerns(clause: Clause, country: Any) -> bool:
    """Host law of this country or its union, the international and the Chinese benchmark; never a third country's."""
    match clause.basis:
        case "host":
            return clause.jurisdiction == country or (clause.jurisdiction == "EUU" and "country" in clause.applies_to)
        case "international":
            return clause.jurisdiction == "INT"
    return clause.jurisdiction == "CHN"


def _words(given: Any) -> set[str]:
    return {given} if isinstance(given, str) else set(given or ())


def _candidate(applied: Applied, entry: Entry, reference: GasState) -> Candidate:
    clause = applied.clause
    value = entry.number
    assert value is not None  # the loader refuses a limit without a number
    stated = dict(clause.reference or {})
    assumed = tuple(k for k in _ASSUMED if k not in stated and not (k == "temperature_c" and clause.unit == "ppm"))
    if "o2_pct" not in stated:
        why = Text("条款未注明基准含氧量，不能换算比较", "The clause states no reference oxygen: it cannot be compared")
        return Candidate(clause, entry, value, None, (), assumed, why)
    state = GasState(
        o2_pct=float(stated["o2_pct"]),
        temperature_c=float(stated.get("temperature_c", _ASSUMED["temperature_c"])),
        pressure_kpa=float(stated.get("pressure_kpa", STANDARD_KPA)),
        dry=bool(stated.get("dry", _ASSUMED["dry"])),
    )
    out = convert_gas(
        value, clause.unit, state, reference, to_unit=UNIT, pollutant=clause.quantity, names=(clause.id, "reference")
    )
    return Candidate(clause, entry, value, out.value, out.steps, assumed)


def _compare(pollutant: str, made: Iterable[Candidate], plant: Subject) -> Compared:
    made = list(made)
    plain = tuple(c for c in made if not c.clause.averaging)
    return Compared(
        candidates=plain,
        host=_host(plain, plant),
        strictest=_strictest(plain),
        other_averaging=tuple(c for c in made if c.clause.averaging),
    )


def _strictest(candidates: Iterable[Candidate]) -> Candidate | None:
    """The lowest in the common state; the host's own where two are equal, then the first by id."""
    order = {"host": 0, "chinese": 1, "international": 2}
    comparable = [c for c in candidates if c.normalised_value is not None]
    return min(comparable, key=lambda c: (c.normalised_value, order[c.clause.basis], c.clause.id), default=None)


def _host(candidates: Sequence[Candidate], plant: Subject) -> Candidate | None:
    """What binds by the host's law: its strictest, or the one that cannot be compared where there is no other."""
    own = [c for c in candidates if c.clause.basis == "host"]
    if plant.get("country") == "CHN":
        here = _words(plant.get("region"))
        chinese = [c for c in candidates if c.clause.basis == "chinese"]
        local = [c for c in chinese if not here.isdisjoint(_words(c.clause.applies_to.get("region")))]
        own = local or [c for c in chinese if "region" not in c.clause.applies_to]
    return _strictest(own) or (own[0] if own else None)


def _with_measured(
    compared: Compared, pollutant: str, given: Measured, reference: GasState, found: Limits
) -> Compared:
    out = convert_gas(
        given.value, given.unit, given.state, reference,
        to_unit=UNIT, pollutant=pollutant, names=(f"measured.{pollutant}", "reference"),
    )  # fmt: skip
    judged = {
        "normalised_value": out.value,
        "unit": UNIT,
        "meets_host": _meets(out.value, compared.host),
        "meets_strictest": _meets(out.value, compared.strictest),
    }
    state = _state(given.state)
    found.trace.append(
        Step(
            "measure",
            Text(f"实测 {pollutant}", f"Measured {pollutant}"),
            Text(f"{given.value:g} {given.unit}，{state.zh}", f"{given.value:g} {given.unit} at {state.en}"),
            {"value": given.value, "unit": given.unit, "state": given.state.as_dict()},
        )
    )
    found.trace += out.steps
    for key, limit in (("meets_host", compared.host), ("meets_strictest", compared.strictest)):
        if judged[key] is False and limit is not None:
            found.findings.append(_breach(pollutant, out.value, limit, host=key == "meets_host"))
    return Compared(compared.candidates, compared.host, compared.strictest, judged, compared.other_averaging)


def _meets(value: float, limit: Candidate | None) -> bool | None:
    if limit is None or limit.normalised_value is None:
        return None
    bound = limit.normalised_value
    if limit.clause.compare == "less-than":
        return value < bound * (1 - _TOLERANCE)
    return value <= bound * (1 + _TOLERANCE)


def _record(pollutant: str, compared: Compared, numeric: Sequence[tuple[Applied, Entry]], found: Limits) -> None:
    """Trace and unverified list of one pollutant, and what cannot be compared."""
    steps = {c.clause.id: c for c in (*compared.candidates, *compared.other_averaging)}
    for applied, entry in numeric:
        candidate = steps[applied.clause.id]
        found.trace.append(clause_step(applied, entry))
        if isinstance(entry.value, Range):
            found.trace.append(_upper_end(applied.clause, candidate.value))
        found.trace += candidate.steps
        if not entry.is_verified:
            found.unverified.append(unverified(applied.clause, entry))
        if candidate.assumed:
            found.findings.append(_assumption(candidate))
        if candidate.incomparable is not None:
            found.findings.append(_finding(applied.clause.id, Level.UNKNOWN, candidate.incomparable))
    for candidate in compared.other_averaging:
        found.findings.append(_apart(candidate))
    strictest = compared.strictest
    if strictest is not None:
        comparable = [c for c in compared.candidates if c.normalised_value is not None]
        said = [f"{c.clause.id} {c.normalised_value:.6g}" for c in comparable]
        line = f"{pollutant}: min({', '.join(said)}) = {strictest.normalised_value:.6g} {UNIT}"
        found.trace.append(
            Step("formula", Text("从严", "Strictest"), Text(line, line),
                 {"pollutant": pollutant, "rule_id": strictest.clause.id, "value": strictest.normalised_value})
        )  # fmt: skip


def _finding(rule_id: str, level: Level, said: Text) -> dict[str, Any]:
    return {"rule_id": rule_id, "level": str(level), "explanation_zh": said.zh, "explanation_en": said.en}


def _untold(applied: Applied) -> dict[str, Any]:
    title, why = applied.clause.title, applied.why
    return _finding(applied.clause.id, Level.UNKNOWN, Text(f"{title.zh}：{why.zh}", f"{title.en}. {why.en}"))


def _upper_end(clause: Clause, value: float) -> Step:
    return Step(
        "formula",
        Text("区间", "Range"),
        Text(f"区间限值按上端计：{value:g} {clause.unit}", f"A range counts at its upper end: {value:g} {clause.unit}"),
        {"rule_id": clause.id, "value": value},
    )


def _assumption(candidate: Candidate) -> dict[str, Any]:
    named = [_NAMES[k] for k in candidate.assumed]
    zh, en = "、".join(t.zh for t in named), ", ".join(t.en for t in named)
    title = candidate.clause.title
    return _finding(
        candidate.clause.id,
        Level.NOTE,
        Text(f"{title.zh}：条款未注明基准状态，{zh}", f"{title.en}: the clause does not state it, {en}"),
    )


def _apart(candidate: Candidate) -> dict[str, Any]:
    clause = candidate.clause
    return _finding(
        clause.id,
        Level.NOTE,
        Text(
            f"{clause.title.zh}：{candidate.value:g} {clause.unit}，平均时间不同，未参与比较",
            f"{clause.title.en}: {candidate.value:g} {clause.unit}; of another averaging period, not compared",
        ),
    )


def _breach(pollutant: str, value: float, limit: Candidate, *, host: bool) -> dict[str, Any]:
    which = Text("东道国限值", "the host's limit") if host else Text("最严限值", "the strictest limit")
    title, bound = limit.clause.title, limit.normalised_value
    return _finding(
        limit.clause.id,
        Level.CRITICAL if host else Level.WARNING,
        Text(
            f"{pollutant} 实测 {value:.6g} {UNIT}，高于{which.zh} {bound:.6g}（{title.zh}）",
            f"{pollutant} was measured at {value:.6g} {UNIT}, above {which.en} of {bound:.6g} ({title.en})",
        ),
    )


def _remark(applied: Applied, entry: Entry) -> dict[str, Any]:
    """A clause without a concentration: an instrument not entered yet, a rule of cases, sulphur in fuel."""
    clause, value = applied.clause, entry.value
    if isinstance(value, Mapping) and "says" in value:
        said = Text(**value["says"])
        level = Level.UNKNOWN if value.get("status") == "not-read" else Level.NOTE
    else:
        said = Text(f"不高于 {entry.number:g} {clause.unit}", f"at most {entry.number:g} {clause.unit}")
        level = Level.NOTE
    return _finding(clause.id, level, Text(f"{clause.title.zh}：{said.zh}", f"{clause.title.en}: {said.en}"))


def _state(state: GasState) -> Text:
    oxygen = "" if state.o2_pct is None else f"{state.o2_pct:g}% O2, "
    basis = Text("干基", "dry") if state.dry else Text("湿基", "wet")
    line = f"{oxygen}{state.temperature_c:g} °C, {state.pressure_kpa:g} kPa, "
    return Text(line + basis.zh, line + basis.en)
