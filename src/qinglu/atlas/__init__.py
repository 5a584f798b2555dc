"""Environmental layers: catalogue, connectors to providers, verification, compilation."""

from .vector import VectorLayer, read_vector

__all__ = ["VectorLayer", "read_vector"]
