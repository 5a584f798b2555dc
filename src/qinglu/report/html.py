"""``report.html``: one file that opens anywhere, asks the network for nothing, and prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from ..model import Level, Screening
from ..text import Lang
from . import pages
from .ledger import ledger_values
from .numbers import count, long_date
from .overview import overview
from .page import Pages
from .sitemap import Nearby
from .summary import Summary
from .tally import WORST_FIRST, Detail, Tally
from .words import LIMITS, METHOD

_COUNTRIES_SHOWN = 12
_REJECTED_SHOWN = 500
_FIRST_SHOWN = 5
_MISSING_SHOWN = 10


@dataclass(frozen=True)
class Bounds:
    """How much one page holds. What is left out is counted on the page, never dropped in silence.

    Attributes
    ----------
    detailed : int
        Projects shown in full, with map and reasons: the worst.
    listed : int
        Projects in the list, the worst first.
    """

    detailed: int = 500
    listed: int = 5_000


def write_html(
    path: Path,
    screening: Screening,
    summary: Summary,
    tally: Tally,
    detail: Detail,
    lang: Lang,
    *,
    bounds: Bounds,
    land: shapely.Geometry | None = None,
    nearby: Mapping[str, Sequence[Nearby]] | None = None,
) -> None:
    """Write the report.

    Parameters
    ----------
    path : Path
    screening : Screening
        Its tables are not read: what they hold is in `tally` and `detail`.
    summary, tally, detail
        Counts, and the rows of the projects to list.
    lang : "zh" or "en"
    bounds : Bounds
    land : shapely geometry, optional
        Polygons in longitude/latitude to draw under the maps.
    nearby : mapping, optional
        Features to draw on the maps of single projects, by project id.
    """
    made = Pages(screening, tally, detail, lang, land=land, nearby=nearby)
    style, script = pages.text("report.css"), pages.text("report.js")
    lines = made.lines()
    values: dict[str, Any] = {
        "lang": lang,
        "style": style,
        "script": script,
        "policy": pages.policy(style, script),
        "screening": screening,
        "day": long_date(screening.on, lang),
        "qinglu_version": _version(screening),
        "s": summary,
        "levels": WORST_FIRST,
        "world": overview(screening.portfolio, tally.worst(), land),
        "world_alt": _levels_in_words(summary, lang),
        "country_split": _COUNTRIES_SHOWN,
        "lines": lines,
        "shown_rows": {line.row for line in lines[: bounds.detailed]},
        "first": [line for line in lines if line.level in {Level.CRITICAL, Level.WARNING}],
        "first_shown": _FIRST_SHOWN,
        "missing_shown": _MISSING_SHOWN,
        **ledger_values(summary.ledger, lang),
        "detailed": min(bounds.detailed, len(lines)),
        "views": made.views(min(bounds.detailed, len(lines))),
        "rejected": screening.portfolio.rejected.slice(0, _REJECTED_SHOWN).to_pylist(),
        "method": [text.in_(lang) for text in METHOD],
        "limits": [text.in_(lang) for text in LIMITS],
    }
    template = pages.environment(lang).get_template("report.html.j2")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(template.generate(values))


def _version(screening: Screening) -> str:
    versions = screening.run.get("versions", {})
    return str(versions.get("qinglu", "")) if isinstance(versions, Mapping) else ""


def _levels_in_words(summary: Summary, lang: Lang) -> str:
    pairs = zip(WORST_FIRST, summary.by_level, strict=True)
    return ("，" if lang == "zh" else ", ").join(f"{level.title.in_(lang)} {count(n)}" for level, n in pairs)
