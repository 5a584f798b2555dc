"""What a portfolio says is run or built: fuel, technology, capacity and length, as the ledger asks them.

Read by the table of words ``works.yaml`` beside `subjects`; what no word matches stays unknown.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from ..model import Portfolio
from ..space.measure import length_m
from .outcomes import Bools, Floats, Ints
from .subjects import UNKNOWN, first_match, further, joined_text, lower_text, number, subjects, words

POWER = (
    "thermal_power", "hydropower", "wind_power", "solar_power", "geothermal_power", "biomass_power", "nuclear_power",
    "waste_to_energy",
)  # fmt: skip
"""Sectors of the duties that are power plants."""
_KILOMETRES = r"(?P<km>\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?) ?-?(?:km\b|kilomet|公里|千米)"
_METRES = 1000.0
_ABANDONED = "cancelled"


@dataclass(frozen=True)
class Works:
    """What was read of each project; all of shape (n projects,).

    Attributes
    ----------
    sector : tuple of str
        Of the duties; "" where the project's kind is not known.
    is_plant : bool array
        A power plant, by its kind or by a capacity beside a word that is no other kind.
    fuel, technology, structure : tuple of str
        Words of ``works.yaml``; "" where not known.
    capacity_mw, year, generation_mwh, length_km : float array
        NaN where not known. `generation_mwh` is of a year.
    capacity_from_name : bool array
    length_from : tuple of str
        ``given``, ``place``, ``name``, or "".
    cancelled : bool array
    """

    sector: tuple[str, ...]
    is_plant: Bools
    fuel: tuple[str, ...]
    technology: tuple[str, ...]
    structure: tuple[str, ...]
    capacity_mw: Floats
    capacity_from_name: Bools
    year: Floats
    generation_mwh: Floats
    length_km: Floats
    length_from: tuple[str, ...]
    cancelled: Bools


@functools.cache
def _table() -> Mapping[str, Any]:
    raw: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "works.yaml").read_text(encoding="utf-8"))
    return raw


def works(portfolio: Portfolio) -> Works:
    """Read every project of a portfolio."""
    projects, table = portfolio.projects, _table()
    read, kinds = subjects(projects), words().kinds
    sector = [kinds[k].sector if k != UNKNOWN else "" for k in read.kind]
    stages = words().stages
    cancelled = np.array([k != UNKNOWN and stages[k][0] == _ABANDONED for k in read.stage], dtype=np.bool_)
    own = further(projects["extra"], {**words().fields, **table["fields"]}, ("year", "generation_gwh", "generation_mwh",
                                                                          "length_km", "capacity_mw"))  # fmt: skip
    said = lower_text(joined_text(projects["sector"], *(pa.array(own[k], pa.string()) for k in ("technology", "fuel"))))
    name = lower_text(joined_text(projects["name"], projects["name_zh"]))
    fuel = _named(said, table["fuels"])
    known = np.isfinite(read.capacity_mw)
    no_kind = np.array([not s for s in sector], dtype=np.bool_)
    plant = np.array([s in POWER for s in sector], dtype=np.bool_) | (no_kind & known)
    silent = plant & (fuel == UNKNOWN)
    fuel[silent] = _named(name.filter(pa.array(silent)), table["fuels"])
    technology = _named(lower_text(joined_text(said, name)), table["technologies"])
    gwh, mwh = (np.array([number(v) for v in own[k]]) for k in ("generation_gwh", "generation_mwh"))
    length, length_from = _lengths(portfolio, [number(v) for v in own["length_km"]], name)
    return Works(
        sector=tuple(sector),
        is_plant=plant,
        fuel=_words(fuel, table["fuels"], "fuel", plant),
        technology=_words(technology, table["technologies"], "technology", plant),
        structure=_structures(sector, lower_text(joined_text(said, name))),
        capacity_mw=read.capacity_mw,
        capacity_from_name=read.capacity_from_name,
        year=np.array([number(v) for v in own["year"]]),
        generation_mwh=np.where(np.isnan(mwh), gwh * _METRES, mwh),
        length_km=length,
        length_from=length_from,
        cancelled=cancelled,
    )


def _named(text: pa.Array, table: list[Mapping[str, Any]]) -> Ints:
    return first_match(text, [(line["words"], ()) for line in table])


def _words(found: Ints, table: list[Mapping[str, Any]], key: str, where: Bools) -> tuple[str, ...]:
    """The word of each row; "" where it says nothing, or is not asked."""
    names = [line[key] for line in table]
    return tuple(names[n] if n != UNKNOWN and w else "" for n, w in zip(found.tolist(), where.tolist(), strict=True))


def _structures(sector: list[str], text: pa.Array) -> tuple[str, ...]:
    """What is built as a line, by sector, and by words that tell one kind of it from another."""
    table = _table()
    usual: Mapping[str, str] = table["by_sector"]
    found = np.array([usual.get(s, "") for s in sector], dtype=object)
    for line in table["structures"]:
        rows = np.flatnonzero([s == line["sector"] for s in sector])
        if len(rows):
            hit = _named(text.take(pa.array(rows)), [line]) != UNKNOWN
            found[rows[hit]] = line["structure"]
    return tuple(found.tolist())


def _lengths(portfolio: Portfolio, given: list[float], name: pa.Array) -> tuple[Floats, tuple[str, ...]]:
    """Kilometres: as given; else of a place that is a line; else where the name states exactly one."""
    projects = portfolio.projects
    lines = pc.equal(projects["shape"], "line").to_numpy(zero_copy_only=False)
    at = projects["geometry"].to_numpy()
    drawn = np.full(len(at), np.nan)
    if lines.any():
        places, row = np.unique(at[lines], return_inverse=True)
        drawn[lines] = length_m(portfolio.geometries[places])[row] / _METRES
    stated = _stated(name)
    length, told = np.full(len(at), np.nan), np.full(len(at), "", dtype=object)
    for values, what in ((stated, "name"), (drawn, "place"), (np.array(given, dtype=np.float64), "given")):
        known = np.isfinite(values) & (values > 0)
        length[known], told[known] = values[known], what
    return length, tuple(told.tolist())


def _stated(name: pa.Array) -> Floats:
    found = pc.extract_regex(name, _KILOMETRES).field("km")
    several = pc.greater(pc.count_substring_regex(name, _KILOMETRES.replace("?P<km>", "?:")), 1)
    plain = pc.replace_substring_regex(found, "[, ]", "")
    told = pc.and_(pc.invert(several), pc.not_equal(plain, ""))
    values = pc.cast(pc.if_else(told, plain, pa.scalar(None, pa.string())), pa.float64())
    return np.asarray(pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False), dtype=np.float64)
