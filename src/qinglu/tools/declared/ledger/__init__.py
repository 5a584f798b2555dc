"""Declarations of the ledger's tools."""

from __future__ import annotations

from dataclasses import replace

from ...declare import Tool
from . import combustion, construction, freight, options, power, project, rail, retrofit, retrofit_steel, ships
from .examples import EXAMPLES

_ALL: tuple[Tool, ...] = (
    *combustion.TOOLS,
    *construction.TOOLS,
    *freight.TOOLS,
    *options.TOOLS,
    *power.TOOLS,
    *project.TOOLS,
    *rail.TOOLS,
    *retrofit.TOOLS,
    *retrofit_steel.TOOLS,
    *ships.TOOLS,
)
TOOLS = tuple(replace(tool, group="ledger", example=tool.example or EXAMPLES.get(tool.id, {})) for tool in _ALL)
