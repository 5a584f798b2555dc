"""Reading project files: fields and countries by any usual name, repairs noted, every row accounted for."""

from .look import look
from .mismatch import flag_country_mismatch
from .reader import read
from .reasons import REASONS

__all__ = ["REASONS", "flag_country_mismatch", "look", "read"]
