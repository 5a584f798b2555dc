"""Rules as data: load, resolve on a date, explain. Sees no geometry."""

from .figures import figure, significant
from .load import Part, Rulebook, load
from .resolve import RuleNotInForceError, history, in_force, resolve

__all__ = [
    "Part", "RuleNotInForceError", "Rulebook", "figure", "history", "in_force", "load", "resolve",
    "significant",
]
