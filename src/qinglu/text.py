"""Text in the two languages of the product, equals everywhere: titles, findings, errors."""

from __future__ import annotations

from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]


class Text(NamedTuple):
    """One sentence or title in Chinese and in English.

    Examples
    --------
    >>> Text(zh="自然保护地", en="Protected area").in_("zh")
    '自然保护地'
    """

    zh: str
    en: str

    def in_(self, lang: Lang) -> str:
        """The text in `lang`."""
        return self.zh if lang == "zh" else self.en

    def format(self, **values: object) -> Text:
        """Both languages filled with the same values."""
        return Text(self.zh.format(**values), self.en.format(**values))
