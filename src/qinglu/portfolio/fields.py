"""Which column of a file holds which field: by its name in English or Chinese, or as the user says."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from ..errors import OptionError
from ..text import Text


@cache
def table(name: str) -> dict[str, list[Any]]:
    """A table of words that lies beside this module, ``fields`` or ``words``."""
    text = resources.files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, list[Any]] = yaml.safe_load(text)
    return loaded


def column_key(name: str) -> str:
    """A column name without case, spaces, underscores and punctuation.

    Examples
    --------
    >>> column_key("Project_ID "), column_key("经度（°E）")
    ('projectid', '经度e')
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if c.isalnum())


def find_fields(columns: Sequence[str], given: Mapping[str, str], *, where: str) -> dict[str, str]:
    """The column of each field.

    Parameters
    ----------
    columns : sequence of str
        Names of the columns in the file.
    given : mapping
        Field to column, as the user said; wins over the table.
    where : str
        The file, for errors.

    Returns
    -------
    dict
        Field to column; fields without a column are absent.

    Raises
    ------
    OptionError
        A field or a column that does not exist.

    Examples
    --------
    >>> find_fields(["项目编号", "Longitude (deg)", "LAT"], {}, where="a.csv")
    {'id': '项目编号', 'lon': 'Longitude (deg)', 'lat': 'LAT'}
    """
    names = table("fields")
    found = {field: _given(field, column, columns, names, where) for field, column in given.items() if column}
    taken = set(found.values())
    by_key: dict[str, str] = {}
    for key_of in (column_key, lambda c: column_key(re.sub(r"[(（\[【].*?[)）\]】]", "", c))):
        for column in columns:
            by_key.setdefault(key_of(column), column)
    for field, aliases in names.items():
        if field in found:
            continue
        match = next((by_key[k] for k in map(column_key, aliases) if by_key.get(k, "") not in taken | {""}), None)
        if match is not None:
            found[field] = match
            taken.add(match)
    return {field: found[field] for field in names if field in found}


def _given(field: str, column: str, columns: Sequence[str], names: Mapping[str, Any], where: str) -> str:
    if field not in names:
        raise OptionError(
            Text(f"没有名为“{field}”的字段", f"there is no field {field!r}"),
            Text(f"可用字段：{'、'.join(names)}", f"fields are {', '.join(names)}"),
            where=where,
        )
    if column in columns:
        return column
    keys = {column_key(c): c for c in columns}
    if column_key(column) in keys:
        return keys[column_key(column)]
    close = difflib.get_close_matches(column_key(column), list(keys), n=1, cutoff=0.6)
    option = f"--{field.replace('_', '-')}-field"
    if close:
        remedy = Text(f"最接近的列是“{keys[close[0]]}”", f"the closest is {keys[close[0]]!r}")
    else:
        remedy = Text(f"现有列：{listed(columns, '、')}", f"its columns are {listed(columns)}")
    raise OptionError(
        Text(f"{option} 指定的列“{column}”不存在", f"{option} names a column {column!r} that is not there"),
        remedy,
        where=where,
    )


def listed(names: Sequence[str], separator: str = ", ", most: int = 12) -> str:
    """Names in one line, cut after `most`."""
    shown = separator.join(n if len(n) <= 30 else n[:29] + "…" for n in names[:most])
    return shown + (separator + "…" if len(names) > most else "")
