"""What ``retrofit`` found as JSON and findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...ledger.air import POLLUTANTS
from ...ledger.estimate import Estimate, total
from ...ledger.money import PRICE_YEAR
from ...ledger.retrofit import Detail, Outcome, Target
from ...ledger.retrofit_cost import Terms
from ...ledger.retrofit_unit import Choice
from ...ledger.tables import name_of
from ...ledger.trail import Trail
from ...model.level import Level
from ...rules.limits import Candidate
from ...text import Text
from ...words import QUANTITIES
from .ranged import ranged


def title_of(choice: Choice) -> Text:
    """Names of the measures, one after the other."""
    names = [name_of("retrofit", m) for m in choice.measures] or [name_of("retrofit", "none")]
    shares = {"cofiring": choice.cofiring, "reduced_running": choice.running}
    tails = [f" {shares[m]:.0%}" if m in shares else "" for m in choice.measures] or [""]
    return Text(
        "＋".join(n.zh + t for n, t in zip(names, tails, strict=True)),
        " + ".join(n.en + t for n, t in zip(names, tails, strict=True)),
    )


def id_of(choice: Choice) -> str:
    """Short, the same for the same choice."""
    tails = {"cofiring": f"-{choice.cofiring:g}", "reduced_running": f"-{choice.running:g}"}
    return "+".join(m + tails.get(m, "") for m in choice.measures) or "as-it-is"


def result_of(outcome: Outcome, terms: Terms, unknown: Sequence[str]) -> dict[str, Any]:
    """The result: as it is, the options, the fronts, and what does not meet the target.

    Whether the unit meets its limits as it is: False where it breaks one that is known, None where all it breaks may
    be one of the `unknown`.
    """
    meets = None if outcome.base_meets and unknown else outcome.base_meets
    failing = outcome.failing
    best = None
    if failing.best is not None:
        name = title_of(failing.best)
        best = {
            "id": id_of(failing.best), "title_zh": name.zh, "title_en": name.en, "reason": failing.best_reason,
            "times_the_target": failing.best_ratio,
        }  # fmt: skip
    return {
        "currency": "USD", "price_year": PRICE_YEAR, "discount_rate": terms.rate,
        "as_it_is": {**_option(outcome.base), "meets": meets},
        "limits_unknown": list(unknown),
        "tried": outcome.tried, "meeting": outcome.meeting, "needless": outcome.needless,
        "failing": {"count": failing.count, "by_reason": dict(failing.by_reason), "best": best},
        "options": [_option(d) for d in outcome.options],
        "front": [id_of(d.choice) for d in outcome.options if d.on_front],
        "pollutant_front": [id_of(d.choice) for d in outcome.options if d.on_pollutant_front],
        "pollutant_sum": list(POLLUTANTS),
    }  # fmt: skip


def _option(detail: Detail) -> dict[str, Any]:
    choice, state, name = detail.choice, detail.state, title_of(detail.choice)
    values: dict[str, Estimate | float | None] = {
        "annual_cost_usd": detail.cost_usd, "capital_usd": detail.capital_usd,
        "lost_mwh": total(detail.lost_mwh.values()), "lost_points": detail.lost_points, "water_m3": detail.water_m3,
        "net_mwh": state.net_mwh, "co2_stack_t": state.co2_t, "g_co2_per_kwh": state.g_co2_per_kwh,
        "co2_t": detail.co2_t, "co2_avoided_t": detail.co2_avoided_t, "pollutants_t": state.pollutants_t,
    }  # fmt: skip
    said = ranged(values)
    ranges = said.pop("ranges")
    for group, made in (
        ("residual_mg_m3", detail.residual_mg_m3), ("emitted_t", detail.emitted_t), ("avoided_t", detail.avoided_t),
        ("usd_per_t_avoided", detail.usd_per_t), ("whole_usd_per_t_avoided", detail.whole_usd_per_t),
        ("lost_mwh_by_cause", detail.lost_mwh), ("cost_parts_usd", detail.parts_usd),
    ):  # fmt: skip
        part = ranged(made)
        ranges |= {f"{group}.{k}": v for k, v in part.pop("ranges").items()}
        said[group] = part
    said["cost_parts_usd"] = {k: v for k, v in said["cost_parts_usd"].items() if v}
    return {
        "id": id_of(choice), "title_zh": name.zh, "title_en": name.en, "measures": list(choice.measures),
        "bought": list(choice.devices), "controls": list(state.in_use), "cofiring_share": choice.cofiring,
        "running_share": 0.0 if choice.closed else choice.running, "meets_at_worst": detail.sure, **said,
        "left_over_t": dict(detail.left_t), "sulphur_t": dict(detail.sulphur_t), "on_front": detail.on_front,
        "on_pollutant_front": detail.on_pollutant_front, "ranges": ranges,
    }  # fmt: skip


def limit_findings(
    outcome: Outcome, target: Target, rules: Mapping[str, Candidate], kind: str | None, trail: Trail
) -> None:
    """Of each pollutant: which limit applies, and whether the unit meets it as it runs."""
    for pollutant in POLLUTANTS:
        name, value = QUANTITIES[pollutant][0], outcome.base.residual_mg_m3[pollutant].value
        limit, rule = target.limits_mg_m3.get(pollutant), rules.get(pollutant)
        first = name.en[:1].upper() + name.en[1:]
        if limit is None:
            if kind is not None:
                trail.flag(
                    rule.clause.id if rule else "ledger.retrofit.limit", Level.UNKNOWN,
                    Text(
                        f"{name.zh}：规则库中没有可比的限值，是否达标未知，方案中未作要求；现状约 {value:.0f} mg/m3",
                        f"{first}: the rulebook has no limit that can be compared, so whether it is met is not known "
                        f"and nothing is asked of it; as it runs, about {value:.0f} mg/m3",
                    ),
                )  # fmt: skip
            continue
        meets = value <= limit
        by = rule.clause.title if rule else Text("给定限值", "limit as given")
        level = Level.CLEAR if meets else Level.CRITICAL if rule and rule.clause.basis == "host" else Level.WARNING
        trail.flag(
            rule.clause.id if rule else "ledger.retrofit.limit", level,
            Text(
                f"{name.zh}：现状约 {value:.0f} mg/m3（6% O2，干基），限值 {limit:.4g}（{by.zh}），"
                f"{'达标' if meets else '超标'}",
                f"{first}: about {value:.0f} mg/m3 as it runs (6 % O2, dry), limit {limit:.4g} ({by.en}): "
                f"{'met' if meets else 'not met'}",
            ),
        )  # fmt: skip
    if outcome.meeting <= 1:
        trail.flag(
            "ledger.retrofit.none", Level.WARNING,
            Text(
                "除提前关停外，没有方案能达到目标", "Nothing but closure reaches the target",
            ),
        )  # fmt: skip
