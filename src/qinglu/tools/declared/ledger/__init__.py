"""Declarations of the ledger's tools."""

from __future__ import annotations

from ...declare import Tool

TOOLS: tuple[Tool, ...] = ()
