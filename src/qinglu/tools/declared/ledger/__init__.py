"""Declarations of the ledger's tools."""

from __future__ import annotations

from ...declare import Tool
from . import project, retrofit_steel

TOOLS: tuple[Tool, ...] = (*project.TOOLS, *retrofit_steel.TOOLS)
