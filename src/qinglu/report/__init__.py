"""Findings → tables, HTML, XLSX, GeoJSON. Computes nothing beyond counting, wording and drawing."""

from .atomic import write_atomically
from .html import Bounds
from .pdf import missing
from .sitemap import Nearby
from .tables import TableWriter
from .writer import FORMATS, Writer, write

__all__ = ["FORMATS", "Bounds", "Nearby", "TableWriter", "Writer", "missing", "write", "write_atomically"]
