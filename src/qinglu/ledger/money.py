"""Prices of other years and currencies brought to one, and capital spread over years."""

from __future__ import annotations

import math

from .estimate import Estimate
from .tables import Factor, table
from .trail import Trail

PRICE_YEAR = 2023
"""All money of the ledger is US dollars of this year unless a field says otherwise."""

CURRENCIES = ("USD", "EUR")


def annuity(rate: float, years: float) -> float:
    """Share of a capital that is due each year to pay it back with interest: the capital recovery factor.

    Parameters
    ----------
    rate : float
        Real discount rate, 1/a; 0 spreads evenly.
    years : float
        Above 0.

    Examples
    --------
    >>> round(annuity(0.08, 20), 6)
    0.101852
    >>> annuity(0.0, 20)
    0.05
    """
    return rate / -math.expm1(-years * math.log1p(rate)) if rate else 1 / years


def dollars(factor: Factor, trail: Trail | None = None) -> Estimate:
    """A price of a table as US dollars of `PRICE_YEAR`, with the bounds of its source.

    Euros go to dollars at the mean rate of their own year, then dollars to `PRICE_YEAR` by the deflator of the gross
    domestic product of the United States: general inflation, not that of one kind of plant.

    Parameters
    ----------
    factor : Factor
        Its unit begins with a currency, ``EUR/kW``; its year is that of the prices.

    Raises
    ------
    ValueError
        A currency or year that the table ``money`` does not have: a slip in a table.
    """
    currency = factor.unit.partition("/")[0]
    if currency not in CURRENCIES or not factor.year.isdigit():
        raise ValueError(f"{factor.id}: {factor.unit} of {factor.year!r} is no price of a year")
    value = Estimate.of(factor)
    if trail is not None:
        trail.use(factor)
    ratio = 1.0
    if currency == "EUR":
        ratio *= _of(factor.year, "usd_per_eur", trail)
    if int(factor.year) != PRICE_YEAR:
        ratio *= _of(str(PRICE_YEAR), "us_deflator", trail) / _of(factor.year, "us_deflator", trail)
    return value * ratio


def worth(currency: str, year: int, trail: Trail | None = None) -> float:
    """One US dollar of `PRICE_YEAR` in a currency and in prices of a year: the way back from `dollars`.

    Raises
    ------
    UnknownNameError
        A year that the table ``money`` does not have.

    Examples
    --------
    >>> worth("USD", 2023)
    1.0
    >>> round(worth("EUR", 2020), 4)
    0.7545
    """
    ratio = 1.0
    if year != PRICE_YEAR:
        ratio *= _of(str(year), "us_deflator", trail) / _of(str(PRICE_YEAR), "us_deflator", trail)
    return ratio / _of(str(year), "usd_per_eur", trail) if currency == "EUR" else ratio


def _of(year: str, what: str, trail: Trail | None) -> float:
    found = table("money")[year, what]
    return trail.use(found) if trail is not None else found.value
