"""Capabilities, declared once each: command, reference page, and later process and form come from the declaration."""

from .catalogue import TOOLS, tool
from .declare import Field, Tool

__all__ = ["TOOLS", "Field", "Tool", "tool"]
