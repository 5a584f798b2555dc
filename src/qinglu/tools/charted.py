"""Plots of an answer as pictures: for a folder of somebody's own, or to be sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..model.chart import Chart
from ..report.atomic import staged
from ..report.charts import Theme, svg
from ..text import Lang, Text
from .answer import plain

__all__ = ["Drawing", "Picture", "Theme", "pictures", "told", "write_pictures"]


@dataclass(frozen=True, slots=True)
class Picture:
    """One plot as SVG."""

    name: str
    title: Text
    svg: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"name": self.name, "title": self.title._asdict(), "svg": self.svg}


@dataclass(frozen=True, slots=True)
class Drawing:
    """How plots are wanted; see `report.charts.svg`."""

    lang: Lang = "en"
    theme: Theme = "file"
    width: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Drawing:
        """From what a job kept of it."""
        width = kept.get("width")
        return cls(
            "zh" if kept.get("lang") == "zh" else "en",
            "page" if kept.get("theme") == "page" else "file",
            None if width is None else int(width),
        )

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def pictures(charts: Sequence[Chart], how: Drawing) -> tuple[Picture, ...]:
    """Every plot of an answer."""
    return tuple(Picture(c.name, c.title, svg(c, how.lang, theme=how.theme, width=how.width)) for c in charts)


def told(answer: Any, how: Drawing | None) -> dict[str, Any]:
    """What a tool made as JSON values; with ``charts`` beside the rest where they are wanted."""
    made: dict[str, Any] = plain(answer.as_dict())
    if how is not None:
        made["charts"] = [p.as_dict() for p in pictures(getattr(answer, "charts", ()), how)]
    return made


def write_pictures(charts: Sequence[Chart], folder: Path, lang: Lang) -> list[Path]:
    """Write each plot as ``NAME.svg``, all of them or none; files of the same names are replaced.

    Raises
    ------
    OptionError
        Nothing can be written there.
    """
    with staged(folder, "--charts") as stage:
        for picture in pictures(charts, Drawing(lang)):
            stage.path(f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8")
        return stage.commit() if charts else []
