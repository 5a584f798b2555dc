"""The tool ``construction``: quantities with their units or the size of a structure in, what building takes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import OptionError
from ...ledger import matter
from ...ledger.construction import STAGES, Embodied, Quantity, Use, embodied
from ...ledger.estimate import Estimate, total
from ...ledger.trail import Trail
from ...ledger.typical import BASES, Structure
from ...model.chart import Bars, Chart, Series, Swing, Tornado
from ...model.level import Level
from ...text import Text
from ...units import UnitError, convert
from ...workspace import Workspace
from ..answer import Answer
from .built_shown import building

_CO2E = "tCO2e"


def construction(
    workspace: Workspace,
    quantities: Sequence[Mapping[str, Any]] | None,
    structure: str | None,
    energy_gj: float | None,
    water_m3: float | None,
    **features: Any,
) -> Answer:
    """Embodied carbon, materials, energy, water and waste of building; see the declaration.

    Raises
    ------
    OptionError
        Neither quantities nor a structure, a feature the structure does not have, a volume of unknown density.
    UnitError
        A unit of neither mass nor volume.
    """
    trail = Trail()
    built = _structure(structure, features, bool(quantities))
    given = tuple(_quantity(q, f"quantities[{n}]", trail) for n, q in enumerate(quantities or ()))
    found = embodied(given, structure=built, trail=trail)
    _boundary(trail)
    _left_out(found, trail)
    result = {
        "structure": None if built is None else built.kind,
        "co2e_t": found.carbon.as_dict("t"),
        "stages": {s: None if v is None else v.as_dict("t") for s, v in found.stages.items()},
        "materials": [_material(kind, rows) for kind, rows in found.by_kind().items()],
        "energy_gj": _use(found.energy, "GJ"),
        "water_m3": _use(found.water, "m3"),
        "waste": [_stream(s) for s in found.waste],
        "per_unit": None if built is None else _per_unit(found, built),
        "benchmarks": _benchmarks(found, {"energy": (energy_gj, found.energy.site, "GJ"),
                                          "water": (water_m3, found.water.site, "m3")}, trail),
    }  # fmt: skip
    shown = building(result, trail.findings)
    return Answer(result, trail.findings, trail.steps, trail.unverified, shown, charts=_charts(found))


def _structure(kind: str | None, features: Mapping[str, Any], has_quantities: bool) -> Structure | None:
    if kind is not None:
        return Structure(kind, **features)
    told = next((name for name, value in features.items() if value is not None), None)
    if told is not None or not has_quantities:
        raise OptionError(
            Text("缺少 structure：结构类型", "structure is missing: what is built"),
            Text("请给出 structure 及其规模，或 quantities", "Give structure and its size, or quantities"),
            where="structure",
        )
    return None


def _quantity(given: Mapping[str, Any], where: str, trail: Trail) -> Quantity:
    """One row of a bill of quantities, as tonnes."""
    value, unit = given["amount"]["value"], given["amount"]["unit"]
    unit = "kilotonne" if unit.strip() == "kt" else unit  # not knots
    try:
        mass = Estimate(convert(value, unit, "t", where=f"{where}.amount.unit"))
    except UnitError as error:
        try:
            volume = convert(value, unit, "m3", where=f"{where}.amount.unit")
        except UnitError:
            error.remedy = Text("请使用质量或体积单位，如 t、kg、m3", "Use a unit of mass or volume: t, kg, m3")
            raise error from None
        mass = matter.mass_t(given["material"], volume, trail, where=f"{where}.amount")
    return Quantity(
        given["material"], mass, given.get("transport_km"), given["transport"], given.get("carbon_kg_per_t")
    )


def _boundary(trail: Trail) -> None:
    trail.given(
        Text("系统边界", "Boundary"),
        Text("A1–A3材料生产、A4运输、A5现场施工和材料损耗；不含使用、维护、废弃物处置、拆除和土地利用变化",
             "Making of materials (A1–A3), transport (A4), work on site and materials wasted (A5); use, maintenance, "
             "treatment of waste, demolition and change of land use are left out"),
    )  # fmt: skip


def _left_out(found: Embodied, trail: Trail) -> None:
    """Flag what no table has: embodied energy or water of a kind of material."""
    for use, title in (
        (found.energy, Text("隐含能源", "Embodied energy")),
        (found.water, Text("隐含用水", "Embodied water")),
    ):
        if not use.without:
            continue
        names = [matter.KINDS[kind].title for kind in use.without]
        trail.flag(
            "construction.factor-unknown",
            Level.UNKNOWN,
            Text(f"{title.zh}未计{'、'.join(n.zh for n in names)}：没有因子，未知而非为零",
                 f"{title.en} leaves out {', '.join(n.en for n in names)}: no factor, unknown and not zero"),
            kinds=list(use.without),
        )  # fmt: skip


def _material(kind: str, rows: Sequence[Any]) -> dict[str, Any]:
    title = matter.KINDS[kind].title
    sums = {
        name: total((getattr(r, name) for r in rows), together=True).as_dict("t")
        for name in ("built_t", "wasted_t", "bought_t")
    }
    carbon = total((r.carbon_t for r in rows), together=True).as_dict("t")
    return {
        "kind": kind, "title_zh": title.zh, "title_en": title.en, "items": sorted({r.material for r in rows}), **sums,
        "co2e_t": carbon,
    }  # fmt: skip


def _use(use: Use, unit: str) -> dict[str, Any]:
    return {
        "site": None if use.site is None else use.site.as_dict(unit),
        "embodied": None if use.embodied is None else use.embodied.as_dict(unit),
        "embodied_without": list(use.without),
    }


def _stream(made: Any) -> dict[str, Any]:
    title = matter.stream_title(made.stream)
    return {
        "stream": made.stream, "title_zh": title.zh, "title_en": title.en, "t": made.mass_t.as_dict("t"),
        "recovery_share": made.recovery.as_dict("1"), "recovered_t": made.recovered_t.as_dict("t"),
    }  # fmt: skip


def _per_unit(found: Embodied, built: Structure) -> dict[str, Any] | None:
    """Figures for one kilometre, megawatt…; None where two sizes make up the structure and neither divides all."""
    if len(built.sizes) != 1:
        return None
    ((name, size),) = built.sizes.items()
    site = {"energy_gj": (found.energy.site, "GJ"), "water_m3": (found.water.site, "m3")}
    return {
        "per": BASES[name],
        "co2e_t": (found.carbon * (1 / size)).as_dict("t"),
        "materials_t": {
            kind: (total((r.built_t for r in rows), together=True) * (1 / size)).as_dict("t")
            for kind, rows in found.by_kind().items()
        },
        **{f"site_{n}": None if use is None else (use * (1 / size)).as_dict(unit) for n, (use, unit) in site.items()},
        "waste_t": {s.stream: (s.mass_t * (1 / size)).as_dict("t") for s in found.waste},
    }


def _benchmarks(
    found: Embodied, asked: Mapping[str, tuple[float | None, Estimate | None, str]], trail: Trail
) -> list[dict[str, Any]]:
    rows = []
    titles = {
        "energy": Text("现场施工用能", "Energy used on site"),
        "water": Text("现场施工用水", "Water used on site"),
    }
    for name, (planned, usual, unit) in asked.items():
        if planned is None:
            continue
        row = {"of": name, "planned": planned, "unit": unit, "typical": None, "standing": "unknown"}
        if usual is not None:
            row |= {"typical": usual.as_dict(unit), "standing": _standing(planned, usual)}
        _tell(f"construction.benchmark-{name}", titles[name], planned, usual, unit, trail)
        rows.append(row)
    if found.published_t is not None:
        rows.append(_published(found.carbon, found.published_t, trail))
    return rows


def _published(carbon: Estimate, published: Estimate, trail: Trail) -> dict[str, Any]:
    """The range reckoned beside the one that literature gives: apart only where they do not touch."""
    (low, high), (least, most) = carbon.bounds, published.bounds
    standing = "below" if high < least else "above" if low > most else "within"
    zh = {"below": "低于", "within": "与之重叠", "above": "高于"}[standing]
    en = {"below": "below", "within": "overlapping with", "above": "above"}[standing]
    trail.flag(
        "construction.published",
        Level.CLEAR if standing == "within" else Level.NOTE,
        Text(f"隐含碳 {low:g}–{high:g} t，文献同等规模为 {least:g}–{most:g} t：{zh}",
             f"Embodied carbon of {low:g}–{high:g} t is {en} the {least:g}–{most:g} t of literature for the same size"),
        standing=standing,
    )  # fmt: skip
    typical = published.as_dict("t")
    return {"of": "carbon", "planned": carbon.value, "unit": "t", "typical": typical, "standing": standing}


def _standing(value: float, usual: Estimate) -> str:
    low, high = usual.bounds
    return "below" if value < low else "above" if value > high else "within"


def _tell(rule_id: str, title: Text, planned: float, usual: Estimate | None, unit: str, trail: Trail) -> None:
    """Article (四): how a planned use stands beside the typical range."""
    if usual is None:
        said = Text(
            f"{title.zh}：没有典型范围可比较（请给出 structure）", f"{title.en}: no typical range (give structure)"
        )
        trail.flag(rule_id, Level.UNKNOWN, said)
        return
    low, high = usual.bounds
    standing = _standing(planned, usual)
    level = {"below": Level.NOTE, "within": Level.CLEAR, "above": Level.WARNING}[standing]
    zh = {
        "below": "低于典型范围，请核对是否完整",
        "within": "在典型范围之内",
        "above": "高于典型范围，宜查明原因并节约",
    }[standing]
    en = {
        "below": "below the typical range; see whether it is complete",
        "within": "within the typical range",
        "above": "above the typical range; find out why, and save",
    }[standing]
    numbers = f"{planned:g} {unit} ({low:g}–{high:g} {unit})"
    trail.flag(rule_id, level, Text(f"{title.zh} {numbers}：{zh}", f"{title.en} {numbers}: {en}"), standing=standing)


def _charts(found: Embodied) -> tuple[Chart, ...]:
    kinds = found.by_kind()
    carbon = {k: total((r.carbon_t for r in rows), together=True) for k, rows in kinds.items()}
    shown = sorted(carbon, key=lambda k: -carbon[k].value)
    stages = {s: v for s, v in found.stages.items() if v is not None}
    title = Text("隐含碳", "Embodied carbon")
    charts: list[Chart] = [
        Bars("by-material", Text("各材料隐含碳（A1–A3）", "Embodied carbon by material (A1–A3)"), _CO2E,
             tuple(matter.KINDS[k].title for k in shown), (_series(title, [carbon[k] for k in shown]),), stacked=False),
        Bars("by-stage", Text("各阶段隐含碳", "Embodied carbon by stage"), _CO2E,
             tuple(STAGES[s] for s in stages), (_series(title, list(stages.values())),), stacked=False),
    ]  # fmt: skip
    moved = {**{matter.KINDS[k].title: v for k, v in carbon.items()},
             **{STAGES[s]: v for s, v in stages.items() if s != "a1_a3"}}  # fmt: skip
    centre = found.carbon.value
    swings = [
        Swing(label, centre + low - part.value, centre + high - part.value)
        for label, part in moved.items()
        for low, high in [part.bounds]
        if low != high
    ]
    if swings:
        swings.sort(key=lambda s: s.at_low - s.at_high)
        note = Text("逐项取上下限，其余不变", "One at a time from low to high, all else as it is")
        charts.append(Tornado("tornado", Text("哪一项使合计变动最大", "Which part moves the total most"), _CO2E, centre,
                              tuple(swings), note))  # fmt: skip
    return tuple(charts)


def _series(title: Text, values: Sequence[Estimate]) -> Series:
    return Series(
        title, tuple(v.value for v in values), tuple(v.bounds[0] for v in values), tuple(v.bounds[1] for v in values)
    )
