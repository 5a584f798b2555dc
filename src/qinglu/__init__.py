"""Qinglu 青路: keeps overseas infrastructure green.

For one site or millions: what a project touches, what is near, what is not known, and why.

    >>> import qinglu
    >>> result = qinglu.screen(qinglu.example_portfolio(), [qinglu.example_parks()])
    >>> result.findings.column_names[:3]
    ['project_id', 'rule_id', 'level']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "Atlas": "atlas",
    "Layer": "model",
    "Level": "model",
    "Portfolio": "model",
    "QingluError": "errors",
    "RasterLayer": "atlas",
    "Rulebook": "rules",
    "Screening": "model",
    "Settings": "settings",
    "Text": "text",
    "VectorLayer": "atlas",
    "example_parks": "python",
    "example_portfolio": "python",
    "load_rules": "python",
    "read_portfolio": "python",
    "read_raster": "python",
    "read_vector": "python",
    "screen": "python",
    "write_report": "python",
}
__all__ = ["__version__", *sorted(_WHERE)]

if TYPE_CHECKING:
    from .atlas import Atlas, RasterLayer, VectorLayer
    from .errors import QingluError
    from .model import Layer, Level, Portfolio, Screening
    from .python import (
        example_parks,
        example_portfolio,
        load_rules,
        read_portfolio,
        read_raster,
        read_vector,
        screen,
        write_report,
    )
    from .rules import Rulebook
    from .settings import Settings
    from .text import Text


def __getattr__(name: str) -> Any:
    """Loaded when first asked for, so that importing Qinglu costs nothing."""
    if name not in _WHERE:
        raise AttributeError(f"module 'qinglu' has no attribute {name!r}")
    return getattr(import_module(f".{_WHERE[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
