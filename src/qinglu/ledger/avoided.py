"""Ways beside one another: differences, cost for each tonne avoided, and those that no other betters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .estimate import Estimate, total


def difference(a: Estimate, b: Estimate) -> Estimate:
    """How much more `a` is than `b`; deviations in quadrature.

    Examples
    --------
    >>> difference(Estimate(10, 7, 13), Estimate(4, 0, 8))
    Estimate(value=6, low=1.0, high=11.0)
    """
    return total([a, -b])


def difference_by_part(a: Mapping[str, Estimate], b: Mapping[str, Estimate]) -> Estimate:
    """How much more the parts of `a` sum up to than those of `b`, parts of one name resting on the same factors.

    The price of coal, say, is the same on both sides, whatever it is: such parts go up and down together, and only what
    differs stays uncertain. Different parts combine in quadrature.

    Examples
    --------
    >>> difference_by_part({"coal": Estimate(10, 5, 20)}, {"coal": Estimate(10, 5, 20), "gas": Estimate(3, 2, 4)})
    Estimate(value=-3.0, low=-4.0, high=-2.0)
    """
    none = Estimate(0.0)
    apart = []
    for name in dict.fromkeys((*a, *b)):
        one, other = a.get(name, none), b.get(name, none)
        value = one.value - other.value
        ends = [x - y for x, y in zip(one.bounds, other.bounds, strict=True)]
        apart.append(Estimate(value, min(value, *ends), max(value, *ends)))
    return total(apart)


def for_each(cost: Estimate | None, avoided: Estimate | None) -> Estimate | None:
    """Cost of one tonne avoided; None where nothing is avoided or either is unknown.

    Bounds are the least and the greatest quotient, and absent where the avoided tonnes may be none at all.

    Examples
    --------
    >>> for_each(Estimate(100, 80, 120), Estimate(10, 8, 16))
    Estimate(value=10.0, low=5.0, high=15.0)
    >>> for_each(Estimate(100), Estimate(-3)) is None
    True
    """
    if cost is None or avoided is None or avoided.value <= 0:
        return None
    fewest, most = avoided.bounds
    if fewest <= 0:
        return Estimate(cost.value / avoided.value)
    ends = [c / a for c in cost.bounds for a in (fewest, most)]
    return Estimate(cost.value / avoided.value, min(ends), max(ends))


def front(values: Sequence[tuple[float | None, float | None]]) -> tuple[int, ...]:
    """Positions of pairs that none betters in both, ascending in the first; unknown values take no part.

    A pair equal to one that is on the front already is left out.

    Examples
    --------
    >>> front([(3, 1), (1, 3), (2, 2), (3, 3), (None, 0)])
    (1, 2, 0)
    """
    known = sorted((a, b, n) for n, (a, b) in enumerate(values) if a is not None and b is not None)
    kept: list[int] = []
    least = float("inf")
    for _, second, n in known:
        if second < least:
            kept.append(n)
            least = second
    return tuple(kept)
