"""Portfolio × atlas → measures; measures × rulebook → findings."""

from .judge import judge
from .measure import contract, measure
from .measures import Measures
from .rulings import Rulings, cited

__all__ = ["Measures", "Rulings", "cited", "contract", "judge", "measure"]
