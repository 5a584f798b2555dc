"""Countries and areas: any usual name or code in Chinese or English to ISO 3166 alpha-3, and back to a title.

The table is ``countries.csv`` beside this file: codes of ISO 3166-1 (and the user-assigned XKX), names and
aliases in both languages, and an extent in whole degrees, rounded outward from Natural Earth 1:10m (public
domain). The extent only helps to tell longitude from latitude; neither it nor a name asserts a border or a
status.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ..text import Text

_MISSING = {"", "-", "--", "n/a", "n.a.", "#n/a", "null", "none", "nan", "无", "不详", "未知", "unknown"}


@dataclass(frozen=True, slots=True)
class Country:
    """One row of the table.

    Attributes
    ----------
    alpha3 : str
        ISO 3166-1 alpha-3 code.
    title : Text
    extent : tuple of float or None
        West, south, east, north in degrees, outward to whole degrees; west > east across the
        antimeridian. None where the table has none.
    """

    alpha3: str
    title: Text
    extent: tuple[float, float, float, float] | None

    def holds(self, lon: float, lat: float, *, margin_deg: float = 0.0) -> bool:
        """Whether a position lies in the extent, widened by `margin_deg` on every side."""
        if self.extent is None:
            return False
        west, south, east, north = self.extent
        if not south - margin_deg <= lat <= north + margin_deg:
            return False
        width = (east - west) % 360.0 or 360.0
        return (lon - west + margin_deg) % 360.0 <= width + 2 * margin_deg


def name_key(name: str) -> str:
    """A name without what varies in writing: case, accents, spaces, punctuation, a leading article.

    Examples
    --------
    >>> name_key("Côte d’Ivoire") == name_key("COTE D'IVOIRE")
    True
    >>> name_key("刚果（金）")
    '刚果金'
    """
    text = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    text = re.sub(r"\bst\.?\s", "saint ", text)
    text = re.sub(r"^\s*the\s+|,\s*the\s*$", "", text)
    return "".join(c for c in text if c.isalnum())


def is_missing(name: str) -> bool:
    """Whether the text stands for an empty cell. "NA" does not: it is the code of Namibia."""
    return name.strip().casefold() in _MISSING


@cache
def countries() -> dict[str, Country]:
    """Every country and area of the table by alpha-3 code."""
    return {row["alpha3"]: _country(row) for row in _rows()}


def country_code(name: str) -> str | None:
    """The alpha-3 code of a country named in any usual way, or None.

    Parameters
    ----------
    name : str
        A name in Chinese or English, official or usual, or an ISO 3166 code (alpha-2, alpha-3, numeric).

    Examples
    --------
    >>> [country_code(x) for x in ("Viet Nam", "越南", "VNM", "NA", "刚果（金）", "Atlantis", "n/a")]
    ['VNM', 'VNM', 'VNM', 'NAM', 'COD', None, None]
    """
    return None if is_missing(name) else _keys().get(name_key(name))


def country_title(code: str) -> Text:
    """The title of an alpha-3 code; a code that nobody knows is its own title.

    Examples
    --------
    >>> country_title("LAO")
    Text(zh='老挝', en="Lao People's Democratic Republic")
    """
    known = countries().get(code)
    return known.title if known else Text(code, code)


def _rows() -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath("countries.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _country(row: dict[str, str]) -> Country:
    sides = [row[k] for k in ("west", "south", "east", "north")]
    extent = None if "" in sides else (float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3]))
    return Country(row["alpha3"], Text(row["zh"], row["en"]), extent)


@cache
def _keys() -> dict[str, str]:
    keys: dict[str, str] = {}
    for row in _rows():
        names = [
            row["alpha2"],
            row["alpha3"],
            row["numeric"],
            row["en"],
            row["zh"],
            *row["aliases"].split(";"),
        ]
        keys.update({name_key(n): row["alpha3"] for n in names if n})
    return keys
