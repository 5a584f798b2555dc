"""What the terminal shows of ``construction`` and ``rail-electrification``, whose whole results are pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...ledger import matter
from ...ledger.construction import STAGES
from ...text import Text
from ..answer import Shown

_NONE = "–"


def building(result: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> Shown:
    """Materials with what they weigh and embody; stages, waste and the total below."""
    rows = tuple(
        (matter.KINDS[m["kind"]].title, _range(m["built_t"]), _range(m["co2e_t"])) for m in result["materials"]
    )
    stages = [
        Text(f"{STAGES[s].zh}：{_range(v)} t", f"{STAGES[s].en}: {_range(v)} t") for s, v in result["stages"].items()
    ]
    waste = [
        Text(f"{w['title_zh']}：{_range(w['t'])} t", f"{w['title_en']}: {_range(w['t'])} t") for w in result["waste"]
    ]
    whole = _range(result["co2e_t"])
    total = Text(f"合计 {whole} tCO2e", f"In all {whole} tCO2e")
    columns = Text("材料", "Material"), Text("用量 t", "t built in"), Text("tCO2e（A1–A3）", "tCO2e (A1–A3)")
    return Shown(columns, rows, (*stages, total, *waste, *_told(findings)))


def traction(result: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> Shown:
    """Both tractions by year; paybacks and break-even points below."""
    rows = tuple(
        (str(y["year"]), *(_number(y[n]) for n in ("diesel_wtw_t", "electric_wtw_t", "avoided_t", "cumulated_net_t")))
        for y in result["by_year"]
    )
    columns = (
        Text("年", "Year"), Text("内燃 tCO2e", "Diesel tCO2e"), Text("电力 tCO2e", "Electric tCO2e"),
        Text("减排 tCO2e", "Avoided tCO2e"), Text("累计净减排 tCO2e", "So far, net tCO2e"),
    )  # fmt: skip
    even = result["break_even"]
    lines = [
        _line(Text("碳回收期（年）", "Carbon comes back after, years"), result["carbon_payback"], "after_years"),
        _line(Text("临界电网强度 g/kWh", "Break-even grid, g/kWh"), even["grid_g_per_kwh"], "value"),
        _line(Text("碳收回所需运量密度", "Traffic for the carbon, million gross t·km a km"), even["traffic_carbon"],
              "million_gross_tkm_per_km"),
    ]  # fmt: skip
    if result["money"] is not None:
        money = result["money"]
        npv = _range(money["npv"]) if money["npv"] else _NONE
        lines += [
            Text(f"净现值 {npv}", f"Net present value {npv}"),
            _line(Text("投资回收期（年）", "Money comes back after, years"), money["payback"], "after_years"),
            _line(Text("单位减排成本", "Cost of a tonne"), money["cost_per_t"], "value"),
        ]
    return Shown(columns, rows, (*lines, *_told(findings)))


def _line(title: Text, found: Mapping[str, Any], name: str) -> Text:
    if found[name] is None:
        return Text(f"{title.zh}：{_NONE}（{found['reason_zh']}）", f"{title.en}: {_NONE} ({found['reason_en']})")
    return Text(f"{title.zh}：{found[name]:,.4g}", f"{title.en}: {found[name]:,.4g}")


def _told(findings: Sequence[Mapping[str, Any]]) -> tuple[Text, ...]:
    return tuple(Text(f"• {f['explanation_zh']}", f"• {f['explanation_en']}") for f in findings)


def _range(estimate: Mapping[str, Any] | None) -> str:
    if estimate is None:
        return _NONE
    if estimate["low"] is None:
        return _number(estimate["value"])
    return f"{_number(estimate['value'])} ({_number(estimate['low'])} – {_number(estimate['high'])})"


def _number(value: float | None) -> str:
    if value is None:
        return _NONE
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
