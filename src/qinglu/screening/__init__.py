"""Portfolio × atlas → measures; measures × rulebook → findings."""

from .judge import judge
from .measure import contract, measure
from .measures import Measures

__all__ = ["Measures", "contract", "judge", "measure"]
