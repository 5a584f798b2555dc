"""The command line. Light to import: `--help` answers before anything heavy is loaded."""

from .main import main
from .parser import build_parser

__all__ = ["build_parser", "main"]
