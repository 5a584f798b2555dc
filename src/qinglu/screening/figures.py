"""Values as text for millions of rows: three significant digits leave few distinct texts, each made once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..rules import figure

UNITS = ("", "m", "m2", "share", "deg", "score")
"""The units that `shown` knows, by their code."""

_EXPONENTS = 64  # decimal exponents from -32 to 31 are told apart
_MANTISSAS = 2048  # -1000 … 1000, shifted


def shown(values: npt.NDArray[np.float64], units: npt.NDArray[np.int8]) -> pa.Array:
    """Each value with its unit as text; "" where the value is NaN.

    Parameters
    ----------
    values : float array, shape (n,)
        In the base unit named by `units`.
    units : int array, shape (n,)
        Codes into `UNITS`.

    Returns
    -------
    pyarrow string array, shape (n,)

    Examples
    --------
    >>> texts = shown(np.array([420.26, 63_180.0, np.nan]), np.array([1, 1, 1], dtype=np.int8))
    >>> [t.as_py().replace("\\u202f", "_") for t in texts]
    ['420_m', '63.2_km', '']
    """
    finite = np.isfinite(values)
    size = np.abs(np.where(finite, values, 0.0))
    with np.errstate(divide="ignore"):
        exponent = np.where(size > 0, np.floor(np.log10(size)), 0.0)
    exponent = np.clip(exponent, 2 - _EXPONENTS // 2, _EXPONENTS // 2 - 1)
    mantissa = np.rint(size / 10.0 ** (exponent - 2)) * np.sign(np.where(finite, values, 0.0))
    key = (
        (exponent + _EXPONENTS // 2).astype(np.int64) * _MANTISSAS
        + mantissa.astype(np.int64)
        + _MANTISSAS // 2
    )
    key = np.where(finite, key * len(UNITS) + units, -1)
    distinct, codes = np.unique(key, return_inverse=True)
    texts = pa.array([_text(int(k)) for k in distinct], pa.string())
    return texts.take(pa.array(codes.astype(np.int32)))


def _text(key: int) -> str:
    if key < 0:
        return ""
    rest, unit = divmod(key, len(UNITS))
    exponent, mantissa = divmod(rest, _MANTISSAS)
    value = float(f"{mantissa - _MANTISSAS // 2}e{exponent - _EXPONENTS // 2 - 2}")
    return figure(value, UNITS[unit])
