"""Rules as data: load, resolve on a date, explain. Sees no geometry."""

from .clauses import Clauses, applies, clause_step, unverified
from .figures import THIN, figure, significant, threshold
from .load import Part, Rulebook, load
from .resolve import RuleNotInForceError, history, in_force, resolve
from .trace import deciding_tier, trace

__all__ = [
    "THIN",
    "Clauses",
    "Part",
    "RuleNotInForceError",
    "Rulebook",
    "applies",
    "clause_step",
    "deciding_tier",
    "figure",
    "history",
    "in_force",
    "load",
    "resolve",
    "significant",
    "threshold",
    "trace",
    "unverified",
]
