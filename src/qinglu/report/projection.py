"""Longitude and latitude to the plane of a drawing. For pictures only: nothing is measured on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]

# Coefficients of the Equal Earth projection: Šavrič, Patterson and Jenny (2019),
# doi:10.1080/13658816.2018.1504949, equation 2.
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = math.sqrt(3) / 2

METRES_PER_DEGREE = 111_195.0  # on a sphere of 6371 km; good to 0.6 %, less than a pixel of a small map
_LEAST_COSINE = 0.02  # keeps maps at the poles finite


def equal_earth(lon_lat: Floats) -> Floats:
    """Equal Earth coordinates: areas in proportion, continents in familiar shapes.

    Parameters
    ----------
    lon_lat : array, shape (n, 2), degrees

    Returns
    -------
    array, shape (n, 2), earth radii
        y points north.

    Examples
    --------
    >>> equal_earth(np.array([[180.0, 0.0], [0.0, 90.0]])).round(4).tolist()
    [[2.7066, 0.0], [0.0, 1.3174]]
    """
    lam, phi = np.radians(lon_lat).T
    theta = np.arcsin(_M * np.sin(phi))
    t2 = theta * theta
    t6 = t2**3
    x = lam * np.cos(theta) / (_M * (_A1 + 3 * _A2 * t2 + t6 * (7 * _A3 + 9 * _A4 * t2)))
    y = theta * (_A1 + _A2 * t2 + t6 * (_A3 + _A4 * t2))
    return np.column_stack([x, y])


@dataclass(frozen=True)
class LocalFrame:
    """A plane around one place, in metres: longitudes shrunk by the cosine of the middle latitude."""

    lon: float
    lat: float

    @property
    def metres_per_lon(self) -> float:
        """Metres in one degree of longitude at the middle latitude."""
        return METRES_PER_DEGREE * max(_LEAST_COSINE, math.cos(math.radians(self.lat)))

    def xy(self, lon_lat: Floats) -> Floats:
        """Metres east and north of the middle, shape (n, 2)."""
        return (lon_lat - (self.lon, self.lat)) * (self.metres_per_lon, METRES_PER_DEGREE)

    def box(self, half_width_m: float, half_height_m: float) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees; may reach beyond ±180."""
        dx, dy = half_width_m / self.metres_per_lon, half_height_m / METRES_PER_DEGREE
        return self.lon - dx, max(-90.0, self.lat - dy), self.lon + dx, min(90.0, self.lat + dy)


def unwrapped(geometry: shapely.Geometry) -> shapely.Geometry:
    """`geometry` with parts west of the antimeridian moved east, when it lies on both sides.

    Examples
    --------
    >>> fiji = shapely.MultiPoint([(179.5, -17), (-179.5, -17)])
    >>> unwrapped(fiji).bounds
    (179.5, -17.0, 180.5, -17.0)
    """
    west, _, east, _ = geometry.bounds
    if east - west <= 180:
        return geometry
    return shapely.transform(geometry, lambda c: np.where(c[:, :1] < 0, np.add(c, (360.0, 0.0)), c))
