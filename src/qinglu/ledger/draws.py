"""Seeded draws of uncertain inputs: one stream for each name, so that neither order nor company changes a draw."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_NORMAL_95 = 1.6448536269514722  # 95 % of a standard normal distribution lie below
_WORD = 4


class Draws:
    """Draws by the name of what is drawn, each array made once and the same for all that share it.

    Parameters
    ----------
    count : int
        How many, 1 or more.
    seed : int
        The same seed, name and count give the same draws.

    Examples
    --------
    >>> a, b = Draws(3, seed=1), Draws(3, seed=1)
    >>> _ = a.cost("coal.capital", 10, 8, 15)
    >>> bool((a.share("cf", 0.2, 0.1, 0.4) == b.share("cf", 0.2, 0.1, 0.4)).all())
    True
    """

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.seed = seed
        self._made: dict[str, Array] = {}

    def cost(self, name: str, value: float, low: float | None, high: float | None) -> Array | float:
        """A positive quantity without an upper end: lognormal on either side of its median.

        Parameters
        ----------
        value : float
            Half of the draws lie below.
        low, high : float or None
            One draw in twenty lies below the one, one in twenty above the other; the value itself without them.
        """
        if low is None or high is None or value <= 0 or low <= 0 or low == high:
            return value
        standard = self._stream(name, normal=True)
        below, above = math.log(value / low) / _NORMAL_95, math.log(high / value) / _NORMAL_95
        return value * np.exp(standard * np.where(standard < 0, below, above))

    def share(self, name: str, value: float, low: float | None, high: float | None) -> Array | float:
        """A quantity between fixed ends: triangular, `value` the most likely, all draws between `low` and `high`."""
        if low is None or high is None or low == high:
            return value
        uniform = self._stream(name, normal=False)
        rise, fall, wide = value - low, high - value, high - low
        split = rise / wide
        up = low + np.sqrt(uniform * wide * rise)
        down = high - np.sqrt((1.0 - uniform) * wide * fall)
        return np.where(uniform < split, up, down)

    def _stream(self, name: str, *, normal: bool) -> Array:
        key = f"{name} {'normal' if normal else 'uniform'}"
        if key not in self._made:
            digest = hashlib.sha256(key.encode()).digest()[: 4 * _WORD]
            words = [int.from_bytes(digest[n : n + _WORD], "little") for n in range(0, len(digest), _WORD)]
            stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, *words])))
            self._made[key] = stream.standard_normal(self.count) if normal else stream.random(self.count)
        return self._made[key]
