"""The data files of this package, read once and handed out as plain mappings."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ..text import Text


@cache
def record(name: str) -> Any:
    """The content of ``data/<name>.yaml``. Shared: read it, never change it."""
    text = (files(__package__) / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def text_of(value: dict[str, str]) -> Text:
    """``{zh: …, en: …}`` as a `Text`.

    Examples
    --------
    >>> text_of({"zh": "海岸", "en": "Coast"}).en
    'Coast'
    """
    return Text(zh=value["zh"], en=value["en"])
