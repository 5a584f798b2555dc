"""What every page of ours has: escaped text, words in one language, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup, escape

from ..model import Level
from ..model.country import country_title
from ..text import Lang, Text
from . import evidence
from .numbers import count, percent, round_length
from .words import WORDS, say


def environment(lang: Lang, words: Mapping[str, Text] = WORDS) -> jinja2.Environment:
    """Templates with escaping everywhere: names of projects and features are text, whatever is in them.

    Parameters
    ----------
    lang : "zh" or "en"
    words : mapping
        What `t` says in templates; a key that is not there is one of the common words.
    """
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(text),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )

    def t(key: str, **values: object) -> str:
        if key not in words:
            return say(key, lang, **values)
        said = words[key].in_(lang)
        return said.format(**values) if values else said

    made.filters["code"] = code
    made.globals.update(
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
    return made


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
def text(name: str) -> str:
    """A file among the templates."""
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def policy(style: str, script: str = "") -> str:
    """A content security policy that allows this page's own style and script and nothing else."""
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; {scripts}img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(body: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
