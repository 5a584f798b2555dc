"""OGC API (Features, Processes, Records, Tiles) and STAC: thin adapters over the register, the atlas and the tools."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from . import features, jobs, landing, processes, records, stac, tiles

ROUTERS: Sequence[APIRouter] = (
    landing.router, tiles.router, records.router, features.router, processes.router, jobs.router, stac.router,
)  # fmt: skip
"""In the order in which an address is looked up: the collections of records before those of features."""
