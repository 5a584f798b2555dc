"""Coordinates as people write them, to degrees: 36.8, 36,8, 36.8°E, 36°48'00"E, 东经36度48分."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_COMMA = r"^[+-]?\d{1,3},\d+$"
_MISSING = r"^(|-+|n/?a|n\.a\.|#n/a|null|none|nan|无|不详|未知|\?+)$"
_HEMISPHERES = {
    "n": "lat",
    "s": "lat",
    "e": "lon",
    "w": "lon",
    "北": "lat",
    "南": "lat",
    "东": "lon",
    "西": "lon",
}
_SIGNS = {"n": 1, "e": 1, "北": 1, "东": 1, "s": -1, "w": -1, "南": -1, "西": -1}
_WORDS = {"north": "n", "south": "s", "east": "e", "west": "w"}
_DMS = re.compile(
    r"(?P<sign>[+-])?(?P<d>\d{1,3}(?:\.\d+)?)\s*(?P<deg>[°º˚度d])?\s*"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*['′’‘分m]\s*)?"
    r"(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:[\"″”“秒s]|''|′′)?\s*)?$"
)


@dataclass(frozen=True)
class Read:
    """One column of coordinates.

    Attributes
    ----------
    value : array, shape (n,), degrees
        NaN where missing or unreadable.
    missing, wrong, rewritten, crossed : bool array, shape (n,)
        Empty; not a number; written otherwise than as a plain number; of the other axis by its own letter
        (a northing in the column of longitudes).
    """

    value: Floats
    missing: Mask
    wrong: Mask
    rewritten: Mask
    crossed: Mask


def read_degrees(column: pa.ChunkedArray, axis: str) -> Read:
    """Degrees of a column of text.

    Parameters
    ----------
    column : chunked array of string, shape (n,)
    axis : str
        ``lon`` or ``lat``: an N in a longitude is of the other axis.

    Examples
    --------
    >>> texts = ["36.8", "36,8", "36°48'E", "西经3.5", "n/a", "here", "36 48"]
    >>> read = read_degrees(pa.chunked_array([texts]), "lon")
    >>> read.value.tolist(), read.wrong.tolist()
    ([36.8, 36.8, 36.8, -3.5, nan, nan, nan], [False, False, False, False, False, True, True])
    """
    text = pc.fill_null(pc.utf8_trim_whitespace(column), "")
    plain = pc.match_substring_regex(text, _PLAIN)
    value = _floats(pc.if_else(plain, text, None))
    is_plain = np.asarray(plain)
    n = len(is_plain)
    rewritten, wrong, crossed = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool)
    missing = np.zeros(n, bool)
    if not is_plain.all():
        missing = np.asarray(pc.match_substring_regex(text, _MISSING, ignore_case=True))
        comma = pc.match_substring_regex(text, _COMMA)
        rewritten = np.asarray(comma).copy()
        commas = _floats(pc.if_else(comma, pc.replace_substring(text, ",", "."), None))
        value = np.where(rewritten, commas, value)
        rest = np.flatnonzero(~is_plain & ~missing & ~rewritten)
        for i, cell in zip(rest, text.take(pa.array(rest)).to_pylist(), strict=True):
            degrees, of = parse_degrees(cell)
            if degrees is None:
                wrong[i] = True
            else:
                value[i], rewritten[i] = degrees, True
                crossed[i] = of not in ("", axis)
    infinite = np.isinf(value)
    wrong |= infinite
    return Read(np.where(infinite, np.nan, value), missing, wrong, rewritten & ~infinite, crossed)


def _floats(text: pa.ChunkedArray) -> Floats:
    return np.asarray(pc.cast(text, pa.float64()).to_numpy(), dtype=float).copy()


def parse_degrees(text: str) -> tuple[float | None, str]:
    """Degrees of one marked coordinate, and the axis that its letter names, "" if none.

    Bare numbers side by side (``38 45 12``) are not read: they may be degrees and minutes, or two
    coordinates.

    Examples
    --------
    >>> parse_degrees("38°45'36\\"S"), parse_degrees("北纬38度45.6分"), parse_degrees("38 45 36")
    ((-38.76, 'lat'), (38.76, 'lat'), (None, ''))
    """
    cell = unicodedata.normalize("NFKC", text).casefold().replace("−", "-").strip()
    for word, letter in _WORDS.items():
        cell = cell.replace(word, letter)
    axis, sign, cell = _hemisphere(cell.replace("经", "").replace("纬", ""))
    match = _DMS.match(re.sub(r"(\d),(\d)", r"\1.\2", cell))
    if match is None or not (match["deg"] or axis):
        return None, ""
    degrees, minutes, seconds = (float(match[k] or 0) for k in ("d", "m", "s"))
    bare = match["s"] is not None and match["m"] is None
    whole = (match["m"] is None or degrees.is_integer()) and (match["s"] is None or minutes.is_integer())
    if bare or not whole or minutes >= 60 or seconds >= 60 or (match["sign"] and axis and sign < 0):
        return None, ""
    total = degrees + minutes / 60 + seconds / 3600
    return round((-total if match["sign"] == "-" else total) * sign, 12), axis


def _hemisphere(cell: str) -> tuple[str, int, str]:
    found = [c for c in (cell[:1], cell[-1:]) if c in _HEMISPHERES]
    if len(found) != 1 or len(cell) < 2:
        return "", 1, cell
    letter = found[0]
    # A last "s" after a number may mark seconds: it is south only if nothing else would read it.
    rest = cell[1:] if cell[0] == letter else cell[:-1]
    return _HEMISPHERES[letter], _SIGNS[letter], rest.strip(" ,;:")


def run_together(value: float) -> str:
    """How a number out of range reads as degrees, minutes and seconds run together, or "".

    Examples
    --------
    >>> run_together(330310.39), run_together(1075744.39), run_together(4262.0)
    ('33.052886', '107.962331', '')
    """
    size = abs(value)
    if size < 1000:
        return ""
    for unit in (10_000, 100):
        degrees = size // unit
        rest = size - degrees * unit
        minutes, seconds = (rest // 100, rest % 100) if unit == 10_000 else (rest, 0.0)
        if degrees <= 180 and minutes < 60 and seconds < 60:
            whole = degrees + minutes / 60 + seconds / 3600
            return f"{np.copysign(whole, value):.6f}"
    return ""
