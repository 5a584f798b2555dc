"""``report.html``: one file that opens anywhere, asks the network for nothing, and prints."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import shapely
from markupsafe import Markup, escape

from ..model import Level, Screening
from ..model.country import country_title
from ..text import Lang
from . import evidence
from .numbers import count, long_date, percent, round_length
from .overview import overview
from .page import Pages
from .sitemap import Nearby
from .summary import Summary
from .tally import WORST_FIRST, Detail, Tally
from .words import LIMITS, METHOD, say

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
    pages = Pages(screening, tally, detail, lang, land=land, nearby=nearby)
    style, script = _text("report.css"), _text("report.js")
    lines = pages.lines()
    values: dict[str, Any] = {
        "lang": lang,
        "style": style,
        "script": script,
        "policy": _policy(style, script),
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
        "detailed": min(bounds.detailed, len(lines)),
        "views": pages.views(min(bounds.detailed, len(lines))),
        "rejected": screening.portfolio.rejected.slice(0, _REJECTED_SHOWN).to_pylist(),
        "method": [text.in_(lang) for text in METHOD],
        "limits": [text.in_(lang) for text in LIMITS],
    }
    template = _environment(lang).get_template("report.html.j2")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(template.generate(values))


def _environment(lang: Lang) -> jinja2.Environment:
    """Autoescape everywhere: names of projects and features are text, whatever is in them."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )

    def t(key: str, **values: object) -> str:
        return say(key, lang, **values)

    environment.filters["code"] = code
    environment.globals.update(
        t=t,
        n=count,
        length=round_length,
        Level=Level,
        percent=percent,
        country=lambda code: country_title(code).in_(lang) if code else say("country_none", lang),
        threshold=lambda rule, tier: evidence.threshold(rule, tier, lang),
        clause=lambda tier: evidence.clause(tier, lang),
        coverage=lambda layer: evidence.coverage(layer, lang),
        role=lambda name: evidence.role_line(name, lang),
        measure=lambda name: evidence.measure_title(name, lang),
    )
    return environment


def code(text: str) -> Markup:
    """Text with what stands between backticks set as code; everything in it stays text.

    Examples
    --------
    >>> code("run `qinglu atlas fetch x` <now>")
    Markup('run <code>qinglu atlas fetch x</code> &lt;now&gt;')
    """
    parts = str(escape(text)).split("`")
    if len(parts) % 2 == 0:  # a backtick alone is only a backtick
        return escape(text)
    return Markup("").join(Markup(f"<code>{p}</code>" if i % 2 else p) for i, p in enumerate(parts))


@cache
def _text(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """A content security policy that allows this page's own style and script and nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _version(screening: Screening) -> str:
    versions = screening.run.get("versions", {})
    return str(versions.get("qinglu", "")) if isinstance(versions, Mapping) else ""


def _levels_in_words(summary: Summary, lang: Lang) -> str:
    pairs = zip(WORST_FIRST, summary.by_level, strict=True)
    return ("，" if lang == "zh" else ", ").join(f"{level.title.in_(lang)} {count(n)}" for level, n in pairs)
