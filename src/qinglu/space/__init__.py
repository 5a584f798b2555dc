"""Geometry on the ellipsoid: repair, areas and lengths, the compiled index and what is measured with it."""
