"""Words in a picture: how wide they are, where lines break, and what XML can hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from ...model.chart import Label
from ...rules import THIN
from ...text import Lang, Text

SIZE, SMALL, TITLE = 13.0, 12.0, 15.0
LEADING = 1.35
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NARROW = frozenset("iljtfrI.,:;'|!()[] /-" + THIN)
_BROAD = frozenset("mwMW%@—")
_BREAK = re.compile(r"[^\u2e80-\ufaff\uff00-\uffef\s]+|[\u2e80-\ufaff\uff00-\uffef]|\s+")
_NO_END = "（《「『([{"
_NO_START = frozenset("，。、；：！？）》」』％%,.;:!?)")


def said(label: Label, lang: Lang) -> str:
    """A label in a language, on one line."""
    text = label.in_(lang) if isinstance(label, Text) else str(label)
    return " ".join(_BAD.sub("", text).split(" ")).replace("\n", " ").strip()


def xml(text: str) -> str:
    """As content of an element."""
    return escape(_BAD.sub("", text))


def attribute(text: str) -> str:
    """As value of an attribute, quotes included."""
    return quoteattr(_BAD.sub("", text))


def width(text: str, size: float) -> float:
    """About how wide a text is set: no font is opened; Chinese takes the whole square, other letters about half."""
    return size * sum(_share(c) for c in text)


def _share(c: str) -> float:
    if unicodedata.east_asian_width(c) in "WF":
        return 1.0
    if unicodedata.combining(c):
        return 0.0
    return 0.34 if c in _NARROW else 0.88 if c in _BROAD else 0.68 if c.isupper() else 0.575


def wrapped(text: str, room: float, size: float, most: int = 3) -> list[str]:
    """Lines no wider than `room`, at most `most`, the last with an ellipsis where there was more.

    Examples
    --------
    >>> wrapped("Other bituminous coal", 80, 12)
    ['Other', 'bituminous', 'coal']
    >>> wrapped("组合边际（间歇电源）", 60, 12)
    ['组合边际', '（间歇电源）']
    >>> wrapped("x" * 40, 60, 12, most=1)
    ['xxxxxxx…']
    """
    lines: list[str] = [""]
    for piece in _BREAK.findall(text):
        if width(lines[-1] + piece.rstrip(), size) <= room or (piece in _NO_START and lines[-1]):
            lines[-1] += piece
        elif not piece.strip():
            continue
        else:
            kept = lines[-1].rstrip(_NO_END)
            carried = lines[-1][len(kept) :]
            lines[-1:] = [*([kept] if kept else []), *_cut(carried + piece, room, size)]
    lines = [line.strip() for line in lines if line.strip()]
    if len(lines) > most:
        lines = [*lines[: most - 1], _shortened("".join(lines[most - 1 :]), room, size)]
    return lines


def _cut(word: str, room: float, size: float) -> list[str]:
    """A word in pieces that fit."""
    made = [""]
    for c in word:
        if made[-1] and width(made[-1] + c, size) > room:
            made.append("")
        made[-1] += c
    return made


def _shortened(text: str, room: float, size: float) -> str:
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def lines(
    x: float, y: float, texts: Sequence[str], size: float, fill: str, *, anchor: str = "start", weight: str = ""
) -> str:
    """A text of one or more lines, the first with its baseline at `y`."""
    bold = f' font-weight="{weight}"' if weight else ""
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    head = f'<text x="{num(x)}" y="{num(y)}" font-size="{num(size)}" fill="{fill}"{at}{bold}>'
    if len(texts) == 1:
        return f"{head}{xml(texts[0])}</text>"
    spans = (
        f'<tspan x="{num(x)}"' + (f' dy="{num(size * LEADING)}"' if n else "") + f">{xml(line)}</tspan>"
        for n, line in enumerate(texts)
    )
    return f"{head}{''.join(spans)}</text>"


def num(value: float) -> str:
    """A coordinate: a hundredth of a unit is finer than any screen.

    Examples
    --------
    >>> num(12.0), num(0.126), num(-0.001)
    ('12', '0.13', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
