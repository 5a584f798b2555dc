"""The exception tree. A slug names each type alike in Python, on the command line and over HTTP.

A message says what, which value, and what to try; it is written in both languages::

    QingluError
    ├── InputError                 what the user gave cannot be used (exit code 2)
    │   ├── PortfolioError         a project file that cannot be read at all
    │   ├── LayerError             a layer or raster that cannot be read
    │   ├── OptionError            an option with an impossible value
    │   ├── UnknownNameError       a layer, rule, tool or connector that nobody knows
    │   ├── SizeLimitError         larger than a stated bound
    │   └── NothingScreenedError   every row was rejected
    ├── RulebookError              rules that the loader refuses
    ├── IntegrityError             bytes that do not match their checksum
    ├── DownloadError              a provider that did not deliver
    └── TermsError                 a licence that was not accepted, a token that is missing

Modules add their own types below these where a caller would want to tell them apart.
"""

from __future__ import annotations

from typing import ClassVar

from .text import Lang, Text

_LINE_LIMIT = 480  # one clear line; the contract of the command line allows 500


class QingluError(Exception):
    """Base of every error that Qinglu raises on purpose.

    Parameters
    ----------
    what : Text
        What is wrong, with the offending value in it.
    remedy : Text, optional
        What to try.
    where : str, optional
        The file, row or option it is about; put first.
    """

    slug: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, what: Text, remedy: Text | None = None, *, where: str = "") -> None:
        self.what = what
        self.remedy = remedy
        self.where = where
        super().__init__(self.line("en"))

    def line(self, lang: Lang) -> str:
        """The whole message as one line of at most 480 characters."""
        stop = "。" if lang == "zh" else ". "
        remedy = self.remedy.in_(lang) if self.remedy else ""
        if not remedy.startswith("qinglu"):  # a command keeps its small letter
            remedy = remedy[:1].upper() + remedy[1:]
        parts = [p for p in (self.what.in_(lang), remedy) if p]
        body = stop.join(p.rstrip("。. ") for p in parts) + stop.rstrip()
        text = f"{self.where}: {body}" if self.where else body
        text = " ".join(text.split())
        tail = f" [{self.slug}]"
        room = _LINE_LIMIT - len(tail)
        if len(text) > room:
            text = text[: room - 1] + "…"
        return text + tail


class InputError(QingluError):
    """What the user gave cannot be used."""

    slug = "input"
    exit_code = 2


class PortfolioError(InputError):
    """A project file that cannot be read at all."""

    slug = "portfolio"


class LayerError(InputError):
    """A layer or raster that cannot be read or understood."""

    slug = "layer"


class OptionError(InputError):
    """An option with an impossible value."""

    slug = "option"


class UnknownNameError(InputError):
    """A layer, rule, tool or connector that nobody knows."""

    slug = "unknown-name"


class SizeLimitError(InputError):
    """Larger than a stated bound."""

    slug = "size-limit"


class NothingScreenedError(InputError):
    """Every row of the portfolio was rejected."""

    slug = "nothing-screened"


class RulebookError(QingluError):
    """Rules that the loader refuses."""

    slug = "rulebook"
    exit_code = 2


class IntegrityError(QingluError):
    """Bytes that do not match their checksum."""

    slug = "integrity"
    exit_code = 1


class DownloadError(QingluError):
    """A provider that did not deliver."""

    slug = "download"
    exit_code = 1


class TermsError(QingluError):
    """A licence that was not accepted, or a token that is missing."""

    slug = "terms"
    exit_code = 2
