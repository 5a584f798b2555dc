"""Environmental layers: catalogue, connectors to providers, verification, compilation."""

from .advice import advice, connectors_for
from .catalogue import Atlas, Check, Described
from .connectors import Connector, connector, connectors
from .obtain import Request
from .rasters import RasterLayer, read_raster
from .vector import VectorLayer, read_vector
from .wdpa import WdpaFilter

__all__ = [
    "Atlas",
    "Check",
    "Connector",
    "Described",
    "RasterLayer",
    "Request",
    "VectorLayer",
    "WdpaFilter",
    "advice",
    "connector",
    "connectors",
    "connectors_for",
    "read_raster",
    "read_vector",
]
